"""Where the IRIs of codes, records, geometries and sources lead, and what a source is."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy import func, select

from coding import get_scheme
from kg.ledger import in_force
from kg.ledger import tables as t

from ..negotiation import GEOJSON, HTML, JSON, JSONLD, NTRIPLES, TURTLE, chosen_form
from ..pages import Pages
from ..parts import Parts
from ..problems import UnknownThing
from .forwarding import with_query

_Format = Annotated[str | None, Query(alias="format", description="json or html; else what Accept says.")]
_DELIVERIES_SHOWN = 50


def router(parts: Parts, pages: Pages) -> APIRouter:
    """The routes of this module."""
    routes = APIRouter(tags=["names"])

    @routes.get("/code/{scheme}/{value:path}", summary="A code's IRI: leads to what tells of it", status_code=303)
    def code_iri(request: Request, scheme: str, value: str) -> RedirectResponse:
        """For people and JSON what the code says; for RDF the document of the entity that bears it."""
        canonical = get_scheme(scheme).validate(value)
        form = chosen_form(request.headers.get("accept"), None, (JSON, HTML, TURTLE, JSONLD, NTRIPLES, GEOJSON))
        found = None if form in (JSON, HTML) else parts.resolver().entity_of(scheme, canonical)
        path = f"/entities/{found.entity}" if found else f"/codes/{scheme}/{quote(canonical, safe='')}"
        return RedirectResponse(with_query(request, path), 303, {"Vary": "Accept"})

    @routes.get("/record/{source}/{key:path}", summary="A record's IRI: leads to its entity", status_code=303)
    def record_iri(request: Request, source: str, key: str) -> RedirectResponse:
        return _to_entity(request, parts, source, key)

    @routes.get("/geometry/{source}/{key:path}", summary="A geometry's IRI: leads to its entity", status_code=303)
    def geometry_iri(request: Request, source: str, key: str) -> RedirectResponse:
        return _to_entity(request, parts, source, key)

    @routes.get("/source/{source}", summary="A source's IRI: leads to its document", status_code=303)
    def source_iri(request: Request, source: str) -> RedirectResponse:
        return RedirectResponse(with_query(request, f"/sources/{quote(source, safe='')}"), 303)

    @routes.get("/sources/{source}", summary="A source: licence, credit, reference system, deliveries")
    def source_document(request: Request, source: str, format_: _Format = None) -> Response:
        form = chosen_form(request.headers.get("accept"), format_, (JSON, HTML))
        found = _source(parts, source)
        if form == JSON:
            return JSONResponse(found, headers={"Vary": "Accept"})
        return pages.page(request, "source.html", source=found)

    return routes


def _to_entity(request: Request, parts: Parts, source: str, key: str) -> RedirectResponse:
    entity = parts.resolver().entity_of_record(source, key)
    if entity is None:
        raise UnknownThing(f"There is no record {key!r} of the source {source!r}.")
    return RedirectResponse(with_query(request, f"/entities/{entity}"), 303, {"Vary": "Accept"})


def _source(parts: Parts, source: str) -> dict[str, object]:
    """What the ledger knows of a source, with its last deliveries."""
    known, d, c = t.source, t.delivery, t.changeset
    deliveries = (
        select(d.c.changeset, c.c.time, d.c.name, d.c.kind, d.c.format)
        .join_from(d, c, c.c.number == d.c.changeset)
        .where(d.c.source == source)
        .order_by(d.c.fid.desc())
        .limit(_DELIVERIES_SHOWN)
    )
    with parts.ledger.engine.connect() as connection:
        row = connection.execute(select(known).where(known.c.id == source, in_force(known))).mappings().one_or_none()
        if row is None:
            raise UnknownThing(f"There is no source {source!r}.")
        count = select(func.count()).select_from(t.record).where(t.record.c.source == source, in_force(t.record))
        return {
            "id": row["id"],
            "iri": f"{parts.workspace.base}source/{row['id']}",
            "title": row["title"],
            "licence": row["licence"],
            "credit": row["credit"],
            "crs": row["crs_believed"],
            "epoch": row["epoch"],
            "issuer": row["issuer"],
            "access_level": row["access_level"],
            "records": int(connection.execute(count).scalar_one()),
            "deliveries": [dict(found) for found in connection.execute(deliveries).mappings()],
        }
