"""`/ontology`: the ontology in force as pages and documents."""

from functools import lru_cache
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from kg.ontologies import texts_in_force
from ontology import OntologyText
from ontology.alignments import folder_alignments
from ontology.describe import RdfForm, rdf_of
from ontology.docs import Pages
from ontology.docs.content import Content

from ..negotiation import HTML, JSONLD, NTRIPLES, RDFXML, TURTLE, Form, chosen_form
from ..parts import Parts
from ..problems import UnknownThing

FORMS = (HTML, TURTLE, JSONLD, RDFXML, NTRIPLES)
# The switch of languages and the search need a script; it comes from here, as everything does.
_HEADERS = {
    "Vary": "Accept",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
}
ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"description": "A page or document.", "content": {form.media_types[0]: {} for form in FORMS}},
    404: {"description": "The ontology in force has no such term."},
    406: {"description": "There is no such form of the document."},
}
_RDF: dict[str, RdfForm] = {"turtle": "turtle", "jsonld": "jsonld", "ntriples": "ntriples", "rdfxml": "rdfxml"}
_Format = Annotated[
    str | None, Query(alias="format", description="html, turtle, jsonld, rdfxml or ntriples; else what Accept says.")
]


def router(parts: Parts) -> APIRouter:
    """The routes of this module."""
    routes = APIRouter(tags=["ontology"])

    @lru_cache(maxsize=2)
    def pages_of(texts: tuple[OntologyText, ...]) -> Pages:
        return Pages(
            Content(texts, folder_alignments(parts.workspace.ontology)),
            link=lambda name: f"/ontology/{quote(name, safe='@')}" if name else "/ontology",
            asset=lambda name: "/ontology/terms.js" if name == "terms.js" else f"/ontology/assets/{name}",
            home="/",
        )

    @routes.get("/ontology", summary="The ontology in force: class tree, or all its statements", responses=ANSWERS)
    def whole(request: Request, format_: _Format = None) -> Response:
        texts = texts_in_force(parts.ledger)
        form = chosen_form(request.headers.get("accept"), format_, FORMS)
        return _answer(form, pages_of(texts).start() if form == HTML else rdf_of(texts, _RDF[form.name]) or "")

    @routes.get("/ontology/terms.js", include_in_schema=False)
    def terms() -> Response:
        return Response(pages_of(texts_in_force(parts.ledger)).terms_script(), media_type="text/javascript")

    @routes.get("/ontology/{term}", summary="A class, property or rule as page or document", responses=ANSWERS)
    def one(request: Request, term: str, format_: _Format = None) -> Response:
        texts = texts_in_force(parts.ledger)
        form = chosen_form(request.headers.get("accept"), format_, FORMS)
        pages = pages_of(texts)
        iri = pages.iri(term)
        found = (pages.term(term) if form == HTML else rdf_of(texts, _RDF[form.name], iri)) if iri else None
        if found is None:
            raise UnknownThing(f"The ontology in force has no term {term!r}. /ontology lists all of them.")
        return _answer(form, found)

    return routes


def _answer(form: Form, text: str) -> Response:
    return Response(text, headers=_HEADERS, media_type=f"{form.media_types[0]}; charset=utf-8")
