"""`/entities/{id}`: an entity's page and documents, and the IRIs of entities that lead there."""

from typing import Annotated

import shapely
from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from markupsafe import Markup

from coding import schemes
from kg.resolve.entity_view import EntityView
from kg.resolve.related import related_json, related_things
from kg.resolve.resolver import Resolver
from kg.resolve.view import view_entity

from ..documents import geojson_document, lon_lat, rdf_document
from ..negotiation import GEOJSON, HTML, JSONLD, NTRIPLES, TURTLE, chosen_form
from ..pages import Pages
from ..pages.map import Shape, map_svg
from ..parts import Parts
from ..problems import UnknownThing
from .forwarding import with_query
from .moment import AsOf, At

FORMS = (JSONLD, TURTLE, GEOJSON, NTRIPLES, HTML)
ANSWERS: dict[int | str, dict[str, object]] = {
    200: {
        "description": "The entity as a page or document.",
        "content": {form.media_types[0]: {} for form in FORMS},
    },
    308: {"description": "The id was found to be the same thing as another one, which the address now names."},
    404: {"description": "There is no entity of this id."},
    406: {"description": "There is no such form of the document."},
    410: {"description": "The entity is retired; the same document, with its successors."},
}
_Format = Annotated[
    str | None, Query(alias="format", description="jsonld, turtle, geojson, ntriples or html; else what Accept says.")
]


def router(parts: Parts, pages: Pages) -> APIRouter:
    """The routes of this module."""
    routes = APIRouter(tags=["entities"])

    @routes.get("/entity/{entity}", summary="An entity's IRI: leads to its document", status_code=303)
    def thing(request: Request, entity: str) -> RedirectResponse:
        resolver = parts.resolver()
        if survivor := resolver.survivor_of(entity):
            return RedirectResponse(with_query(request, f"/entity/{survivor}"), 308)
        if resolver.entity_of_id(entity) is None:
            raise unknown_entity(entity)
        return RedirectResponse(with_query(request, f"/entities/{entity}"), 303, {"Vary": "Accept"})

    @routes.get("/entities/{entity}", summary="An entity as page, JSON-LD, Turtle or GeoJSON", responses=ANSWERS)
    def document(request: Request, entity: str, format_: _Format = None, at: At = None, as_of: AsOf = None) -> Response:
        """Everything that the ledger knows of an entity: codes, attributes with their sources, records, relations."""
        form = chosen_form(request.headers.get("accept"), format_, FORMS)
        resolver = parts.resolver(at, as_of)
        if survivor := resolver.survivor_of(entity):
            return RedirectResponse(with_query(request, f"/entities/{survivor}"), 308)
        found = resolver.entity_of_id(entity)
        if found is None:
            raise unknown_entity(entity)
        status = 410 if found.state == "retired" else 200
        if form in (JSONLD, TURTLE, NTRIPLES):
            return _document(rdf_document(resolver, entity, form), form.media_types[0], status)
        view = _view(resolver, entity)
        if form == GEOJSON:
            return _document(geojson_document(view), GEOJSON.media_types[0], status)
        dimensions = {geometry.dimension for record in view.records for geometry in record.geometries}
        return pages.page(
            request,
            "entity.html",
            status,
            view=view,
            drawing=_drawing(view, pages.language(request)),
            has_2d=2 in dimensions,
            has_3d=3 in dimensions,
            schemes={name: known.labels for name, known in schemes().items()},
        )

    @routes.get("/entities/{entity}/related", summary="Whole, parts, neighbours and other relations, with their codes")
    def related(request: Request, entity: str, at: At = None, as_of: AsOf = None) -> Response:
        resolver = parts.resolver(at, as_of)
        if survivor := resolver.survivor_of(entity):
            return RedirectResponse(with_query(request, f"/entities/{survivor}/related"), 308)
        found = related_things(resolver, entity)
        if found is None:
            raise unknown_entity(entity)
        return JSONResponse(related_json(found))

    return routes


def unknown_entity(entity: str) -> UnknownThing:
    """The error for an id that is none."""
    return UnknownThing(f"There is no entity {entity!r}. /resolve/{{code}} finds entities by any code.")


def _view(resolver: Resolver, entity: str) -> EntityView:
    view = view_entity(resolver, entity)
    if view is None:
        raise unknown_entity(entity)
    return view


def _document(text: str, media_type: str, status: int) -> Response:
    return Response(text, status, {"Vary": "Accept"}, media_type=f"{media_type}; charset=utf-8")


def _drawing(view: EntityView, language: str) -> Markup | None:
    """The map: of each dimension and level of detail the footprint, over the shapes of what it lies in."""
    own = [
        Shape(
            lon_lat(geometry.shape, geometry.crs),
            "plane" if geometry.dimension == 2 else "solid",
            f"{record.source} {geometry.dimension}D {geometry.lod}".strip(),
        )
        for record in view.records
        for geometry in record.geometries
    ]
    around = [
        Shape(lon_lat(each.shape, each.crs), "around", each.thing.code or each.thing.labels[language])
        for each in reversed(view.surroundings)
    ]
    own = [shape for shape in own if not shapely.is_empty(shape.geometry)]
    return map_svg(sorted(own, key=lambda shape: shape.css, reverse=True), around, view.thing.labels[language])
