"""`/`: a page to begin with; `/docs`: the addresses of the service as a page that needs nothing from elsewhere."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import func, select

from coding import Kind, schemes
from kg.ledger import in_force
from kg.ledger import tables as t
from kg.resolve.things import class_labels, kind_of

from ..pages import Pages
from ..parts import Parts

_CLASSES_SHOWN = 12


def router(parts: Parts, pages: Pages) -> APIRouter:
    """The routes of this module."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def start(request: Request) -> HTMLResponse:
        e = t.entity
        count = func.count().label("number")
        classes = select(e.c["class"], count).where(in_force(e)).group_by(e.c["class"]).order_by(count.desc())
        schema = parts.ontology()
        with parts.ledger.engine.connect() as connection:
            found = connection.execute(classes.limit(_CLASSES_SHOWN)).all()
        return pages.page(
            request,
            "start.html",
            classes=[(class_labels(schema, name), number) for name, number in found],
            examples=_examples(parts),
            position=parts.ledger.position().number,
        )

    @routes.get("/docs")
    def docs(request: Request) -> HTMLResponse:
        app: FastAPI = request.app
        return pages.page(request, "docs.html", api=app.openapi())

    return routes


def _examples(parts: Parts) -> list[tuple[str, str]]:
    """For each scheme that names things one code that is registered here."""
    c = t.code
    found = []
    with parts.ledger.engine.connect() as connection:
        for scheme in schemes():
            if kind_of(scheme) is Kind.THING:
                query = select(c.c.value).where(c.c.scheme == scheme, in_force(c)).order_by(c.c.fid).limit(1)
                found += [(scheme, str(value)) for (value,) in connection.execute(query)]
    return found
