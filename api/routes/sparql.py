"""`/sparql`: the SPARQL 1.1 Protocol, query form only."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS

from kg.rdf.errors import QueryRefused
from kg.rdf.formats import GRAPH_FORMATS, TABLE_FORMATS, format_named, negotiate
from kg.rdf.query import Query
from kg.rdf.sparql import inspect

from ..negotiation import HTML, TURTLE, chosen_form
from ..pages import Pages
from ..parts import Parts
from ..problems import BadRequest, UnsupportedBody, ViewAbsent
from ..settings import HttpSettings
from .queries import QueryRoom, seconds_allowed

Parameters = Mapping[str, Sequence[str]]

_MEMBERS: Final = ("query", "format", "inference", "timeout")
_UPDATES: Final = "Data changes by `res3d ingest`: this address only answers queries."
_EXAMPLE: Final = """SELECT ?class (COUNT(?thing) AS ?number) WHERE {{
  ?thing a ?class ; <{code}> ?code .
}}
GROUP BY ?class ORDER BY DESC(?number) LIMIT 20"""
_SD: Final = Namespace("http://www.w3.org/ns/sparql-service-description#")
_DESCRIPTION: Final = """The SPARQL 1.1 Protocol: GET with `query`, POST with a form, or POST with the query as body
(`application/sparql-query`). Beside `default-graph-uri` and `named-graph-uri` of the protocol: `inference=on|off` (see
what follows from the stated facts, too; default on), `timeout=` in seconds, `format=`. Without a query: a page, or the
description of the service. Updates and SERVICE are refused."""
_ANSWERS: Final[dict[int | str, dict[str, object]]] = {
    200: {
        "description": "The answer.",
        "content": {known.media_type: {} for known in (*TABLE_FORMATS, *GRAPH_FORMATS)},
    },
    400: {"description": "The query can't be understood; `line` and `column` tell where."},
    403: {"description": "The query would change data or reach other services."},
    406: {"description": "No accepted format can carry the answer."},
    503: {"description": "The RDF view can't answer now."},
    504: {"description": "The query reached its time limit and was ended."},
}
_PARAMETERS: Final = [
    {"name": "query", "in": "query", "schema": {"type": "string"}, "description": "The query."},
    {"name": "default-graph-uri", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
    {"name": "named-graph-uri", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
    {"name": "inference", "in": "query", "schema": {"type": "string", "enum": ["on", "off"], "default": "on"}},
    {"name": "timeout", "in": "query", "schema": {"type": "number"}, "description": "Seconds."},
    {
        "name": "format",
        "in": "query",
        "schema": {"type": "string", "enum": [known.name for known in (*TABLE_FORMATS, *GRAPH_FORMATS)]},
    },
]
_BODY: Final = {
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {"type": "object", "properties": {"query": {"type": "string"}}}
        },
        "application/sparql-query": {"schema": {"type": "string"}, "example": "SELECT * WHERE { ?s ?p ?o } LIMIT 10"},
    }
}


def router(parts: Parts, pages: Pages, settings: HttpSettings) -> APIRouter:
    """The routes of this module."""
    routes = APIRouter(tags=["queries"])
    room = QueryRoom(settings.waiting_queries)

    @routes.get(
        "/sparql",
        summary="A SPARQL query",
        description=_DESCRIPTION,
        responses=_ANSWERS,
        openapi_extra={"parameters": _PARAMETERS},
    )
    async def ask(request: Request) -> Response:
        parameters = _grouped(request.query_params.multi_items())
        if "query" not in parameters and "update" not in parameters:
            return _without_query(request, parts, pages)
        return await _answer(request, parameters)

    @routes.post(
        "/sparql",
        summary="A SPARQL query in the body",
        description=_DESCRIPTION,
        responses=_ANSWERS,
        openapi_extra={"parameters": _PARAMETERS[1:], "requestBody": _BODY},
    )
    async def ask_in_body(request: Request) -> Response:
        parameters = _of_body(
            request.headers.get("content-type", ""), await request.body(), request.query_params.multi_items()
        )
        return await _answer(request, parameters)

    async def _answer(request: Request, parameters: Parameters) -> Response:
        query = _query(request, parameters, parts, settings)
        if parts.sparql is None:
            raise ViewAbsent("The RDF view does not run here; `res3d serve` starts it.")
        source = parts.sparql
        answer = await room.run(lambda: source.query(query))
        return StreamingResponse(
            room.stream(iter(answer)), headers={"Vary": "Accept"}, media_type=f"{answer.media_type}"
        )

    return routes


def _of_body(content_type: str, body: bytes, in_address: list[tuple[str, str]]) -> Parameters:
    """The members of a POST: of a form, or the query as the body with the rest in the address."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/sparql-update":
        raise QueryRefused(_UPDATES)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not UTF-8: {error}.") from error
    if media_type == "application/sparql-query":
        return _grouped([("query", text), *in_address])
    if media_type == "application/x-www-form-urlencoded":
        try:
            return _grouped([*parse_qsl(text, keep_blank_values=True, max_num_fields=100), *in_address])
        except ValueError as error:
            raise BadRequest(f"The form can't be read: {error}.") from error
    raise UnsupportedBody(
        f"The body is {media_type or 'of no media type'}; expected application/x-www-form-urlencoded or "
        "application/sparql-query."
    )


def _grouped(pairs: Sequence[tuple[str, str]]) -> Parameters:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


def _query(request: Request, parameters: Parameters, parts: Parts, settings: HttpSettings) -> Query:
    if "update" in parameters or "using-graph-uri" in parameters:
        raise QueryRefused(_UPDATES)
    if repeated := [name for name in _MEMBERS if len(parameters.get(name, ())) > 1]:
        raise BadRequest(f"{', '.join(repeated)} is given more than once.")
    single = {name: parameters[name][0] for name in _MEMBERS if name in parameters}
    if "query" not in single:
        raise BadRequest("There is no query: give it as `query`, or as a body of application/sparql-query.")
    inference = single.get("inference", "on")
    if inference not in ("on", "off"):
        raise BadRequest(f"inference is {inference!r}; expected on or off.")
    form = inspect(single["query"]).form
    named = single.get("format")
    chosen = format_named(named, form) if named else negotiate(request.headers.get("accept"), form)
    return Query(
        single["query"],
        format_name=chosen.name,
        inference=inference == "on",
        default_graphs=tuple(parameters.get("default-graph-uri", ())),
        named_graphs=tuple(parameters.get("named-graph-uri", ())),
        prefixes=dict(parts.ontology().prefixes),
        seconds=seconds_allowed(single.get("timeout"), settings),
        max_bytes=settings.query_bytes,
        max_memory=settings.query_memory,
    )


def _without_query(request: Request, parts: Parts, pages: Pages) -> Response:
    if chosen_form(request.headers.get("accept"), None, (TURTLE, HTML)) == HTML:
        bearer = parts.ontology().with_ledger_column("code.bearer")
        return pages.page(request, "sparql.html", query=_EXAMPLE.format(code=bearer.iri))
    return Response(_service_description(f"{parts.workspace.base}sparql"), media_type=TURTLE.media_types[0])


def _service_description(endpoint: str) -> str:
    graph = Graph()
    graph.bind("sd", _SD)
    service = BNode()
    graph.add((service, RDF.type, _SD.Service))
    graph.add((service, _SD.endpoint, URIRef(endpoint)))
    graph.add((service, _SD.supportedLanguage, _SD.SPARQL11Query))
    graph.add((service, _SD.feature, _SD.UnionDefaultGraph))
    graph.add((service, DCTERMS.description, Literal(_DESCRIPTION, lang="en")))
    for known in (*TABLE_FORMATS, *GRAPH_FORMATS):
        graph.add((service, _SD.resultFormat, Literal(known.media_type)))
    return graph.serialize(format="turtle")
