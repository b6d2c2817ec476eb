"""`/reconcile`: the Reconciliation Service API 0.2, by which OpenRefine and others match a column of codes."""

import json
from typing import Annotated, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response

from kg.resolve.view import view_entity

from .. import reconcile as answers
from ..pages import Pages
from ..parts import Parts
from ..problems import BadRequest
from .entities import unknown_entity

_BATCH: Final = 1_000
_Prefix = Annotated[str, Query(max_length=500, description="What has been typed so far.")]


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form body, as OpenRefine posts them."""
    body = (await request.body()).decode("utf-8", "replace")
    return {name: values[0] for name, values in parse_qs(body, max_num_fields=20).items()}


def router(parts: Parts, pages: Pages, origins: tuple[str, ...]) -> APIRouter:
    """The routes of this module; pages of `origins` may read the answers."""
    routes = APIRouter(tags=["reconciliation"])

    def answer(request: Request, members: answers.Document) -> Response:
        origin = request.headers.get("origin", "")
        allowed = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if origin in origins else {}
        return JSONResponse(members, headers=allowed)

    def asked(request: Request, queries: str | None, extend: str | None) -> Response:
        language, resolver = pages.language(request), parts.resolver()
        if queries is not None:
            batch = _object(queries, "queries")
            if len(batch) > _BATCH:
                raise BadRequest(f"{len(batch):,} queries at once; at most {_BATCH:,} are answered.")
            wrong = next((name for name, query in batch.items() if not isinstance(query, dict)), None)
            if wrong is not None:
                raise BadRequest(f'queries: {wrong!r} is no object, expected {{"query": TEXT}}.')
            found = {name: answers.reconciled(resolver, query, language) for name, query in batch.items()}  # type: ignore[arg-type]
            return answer(request, found)  # type: ignore[arg-type]
        if extend is not None:
            wish = _object(extend, "extend")
            ids, properties = wish.get("ids"), wish.get("properties")
            if not isinstance(ids, list) or not isinstance(properties, list) or len(ids) > _BATCH:
                raise BadRequest(f'extend: expected {{"ids": [at most {_BATCH:,}], "properties": [{{"id": NAME}}]}}.')
            names = [str(each.get("id", "")) if isinstance(each, dict) else "" for each in properties]
            return answer(request, answers.extended(resolver, [str(each) for each in ids], names, language))
        root = str(request.base_url).rstrip("/")
        return answer(request, answers.manifest(root, parts.workspace.base, language))

    @routes.get("/reconcile", summary="The manifest, or the candidates of some queries")
    def get(request: Request, queries: str | None = None, extend: str | None = None) -> Response:
        return asked(request, queries, extend)

    @routes.post("/reconcile", summary="Candidates of queries, or values of properties", openapi_extra=_POSTED)
    def post(request: Request, form: Annotated[dict[str, str], Depends(_form)]) -> Response:
        if not form.keys() & {"queries", "extend"}:
            raise BadRequest("Expected a form with the field `queries` or `extend`, each a JSON object.")
        return asked(request, form.get("queries"), form.get("extend"))

    @routes.get("/reconcile/suggest/entity", summary="Entities with a code that begins so")
    def entity(request: Request, prefix: _Prefix) -> Response:
        return answer(request, answers.suggested_entities(parts.resolver(), prefix, pages.language(request)))

    @routes.get("/reconcile/suggest/type", summary="Classes with such a name")
    def type_(request: Request, prefix: _Prefix) -> Response:
        return answer(request, answers.suggested_types(parts.ontology(), prefix, pages.language(request)))

    @routes.get("/reconcile/suggest/property", summary="Properties with such a name")
    def property_(request: Request, prefix: _Prefix) -> Response:
        return answer(request, answers.suggested_properties(parts.ontology(), prefix, pages.language(request)))

    @routes.get("/reconcile/properties", summary="What can be fetched of entities of a class")
    def properties(
        request: Request,
        type_: Annotated[str | None, Query(alias="type")] = None,
        limit: Annotated[int | None, Query(ge=0)] = None,
    ) -> Response:
        return answer(request, answers.proposed_properties(parts.ontology(), type_, limit, pages.language(request)))

    @routes.get("/reconcile/preview", summary="An entity in a small frame")
    def preview(request: Request, id: Annotated[str, Query(max_length=100)]) -> Response:  # noqa: A002
        resolver = parts.resolver()
        view = view_entity(resolver, resolver.survivor_of(id) or id)
        if view is None:
            raise unknown_entity(id)
        return pages.page(request, "preview.html", view=view)

    return routes


_POSTED: Final[dict[str, object]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "properties": {"queries": {"type": "string"}, "extend": {"type": "string"}},
                },
                "example": {"queries": '{"q0": {"query": "340123002004GB00011"}}'},
            }
        },
    }
}


def _object(text: str, name: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"{name} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadRequest(f"{name} is no JSON object.")
    return found
