"""`/resolve`: what is behind any code of any scheme."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Annotated, Final
from urllib.parse import quote

import orjson
import polars as pl
from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from pydantic import TypeAdapter, ValidationError

from coding import get_scheme, schemes
from kg.resolve import Resolution, resolution_json, resolve_column
from kg.resolve.answer import Members
from kg.resolve.things import class_labels

from ..negotiation import HTML, JSON, chosen_form
from ..pages import Pages
from ..parts import Parts
from ..problems import BadRequest, UnsupportedBody
from ..tables import named_column, read_csv, with_answers
from .forwarding import with_query
from .moment import AsOf, At

ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"description": "The readings of the text, best first, with what is behind each."},
    308: {"description": "The id was found to be the same thing as another one, which the address now names."},
    404: {"description": "Nothing that is registered fits; the same members, with near misses."},
    410: {"description": "The best reading is retired; the same members, with its successors."},
}
_Scheme = Annotated[str | None, Query(description="Read the text as a code of this scheme only.")]
_JSON: Final = "application/json"
_CSV: Final = "text/csv"
_ROWS_AT_ONCE: Final = 5_000
_TEXTS: Final = TypeAdapter(list[str])
_MANY_CODES: Final[dict[str, object]] = {
    "requestBody": {
        "required": True,
        "content": {
            _JSON: {
                "schema": {"type": "array", "items": {"type": "string"}},
                "example": ["340123002004GB00011", "210000"],
            },
            _CSV: {"schema": {"type": "string"}, "example": "code,name\n340123002004GB00011,a parcel\n"},
        },
    }
}
_Format = Annotated[str | None, Query(alias="format", description="json or html; else what Accept says.")]


def router(parts: Parts, pages: Pages, codes_at_once: int) -> APIRouter:
    """The routes of this module."""
    routes = APIRouter(tags=["codes"])

    @routes.get("/resolve", summary="The search form: leads to the code's own address", status_code=303)
    def search(request: Request, code: Annotated[str, Query(max_length=500)]) -> RedirectResponse:
        return RedirectResponse(with_query(request, f"/resolve/{quote(code.strip(), safe='')}", without=("code",)), 303)

    @routes.post(
        "/resolve", summary="What is behind many codes", responses={200: ANSWERS[200]}, openapi_extra=_MANY_CODES
    )
    def resolve_many(
        body: Annotated[bytes, Depends(_body)],
        content_type: Annotated[str, Header()] = _JSON,
        column: Annotated[str | None, Query(description="The column of a CSV that holds the codes.")] = None,
        scheme: _Scheme = None,
        at: At = None,
        as_of: AsOf = None,
    ) -> Response:
        """A JSON list of texts: the answer is a list of the same length, each as for one code.

        A CSV with a header line: the answer is the same CSV with columns for the best reading of each code.
        """
        resolver = parts.resolver(at, as_of)
        if scheme is not None:
            get_scheme(scheme)  # before the answer begins: a stream that breaks off would tell nobody why
        kind = content_type.partition(";")[0].strip().lower()
        if kind == _CSV:
            table = read_csv(body)
            _check_size(table.height, codes_at_once)
            texts = named_column(table, column)
            parts_of_table = _table_parts(table, texts, partial(resolve_column, resolver, scheme=scheme))
            return StreamingResponse(parts_of_table, media_type="text/csv; charset=utf-8")
        if kind != _JSON:
            raise UnsupportedBody(f"{kind!r} is not read here: send {_JSON} or {_CSV}.")
        codes = _listed(body)
        _check_size(len(codes), codes_at_once)
        answers = (resolution_json(resolver.resolve(code, scheme=scheme)) for code in codes)
        return StreamingResponse(_json_list(answers), media_type=_JSON)

    @routes.get("/resolve/{code:path}", summary="What is behind a code", responses=ANSWERS)
    async def resolve(
        request: Request,
        code: str,
        scheme: _Scheme = None,
        at: At = None,
        as_of: AsOf = None,
        format_: _Format = None,
    ) -> Response:
        """Any code of any scheme, an entity id, or an IRI of ours; values are percent-encoded in the path."""
        form = chosen_form(request.headers.get("accept"), format_, (JSON, HTML))
        resolver = parts.resolver(at, as_of)
        resolution = resolver.resolve_at_once(code, scheme=scheme)
        if resolution is None:
            resolution = await run_in_threadpool(resolver.resolve, code, scheme=scheme)
        moved_to = _moved_to(resolution)
        if moved_to is not None:
            return RedirectResponse(with_query(request, f"/resolve/{moved_to}"), 308)
        status = _status(resolution)
        if form == JSON:
            return Response(orjson.dumps(resolution_json(resolution)), status, {"Vary": "Accept"}, _JSON)
        return pages.page(
            request,
            "resolution.html",
            status,
            resolution=resolution,
            schemes={name: known.labels for name, known in schemes().items()},
            class_label=lambda name: class_labels(resolver.schema, name),
        )

    return routes


async def _body(request: Request) -> bytes:
    return await request.body()


def _listed(body: bytes) -> list[str]:
    try:
        return _TEXTS.validate_json(body)
    except ValidationError as error:
        places = [{**each, "loc": ("body", *each["loc"])} for each in error.errors(include_url=False)]
        raise RequestValidationError(places) from error


def _check_size(count: int, at_most: int) -> None:
    if count > at_most:
        raise BadRequest(f"{count:,} codes at once; at most {at_most:,} are answered. Ask in parts.")


def _json_list(answers: Iterable[Members]) -> Iterator[bytes]:
    """A JSON list, member by member: the first is sent while others are looked up."""
    yield b"["
    for place, answer in enumerate(answers):
        yield (b"," if place else b"") + orjson.dumps(answer)
    yield b"]"


def _table_parts(table: pl.DataFrame, texts: pl.Series, resolved: Callable[[pl.Series], pl.DataFrame]) -> Iterator[str]:
    for start in range(0, max(table.height, 1), _ROWS_AT_ONCE):
        answers = resolved(texts.slice(start, _ROWS_AT_ONCE))
        rows = with_answers(table.slice(start, _ROWS_AT_ONCE), answers)
        yield rows.write_csv(include_header=start == 0)


def _status(resolution: Resolution) -> int:
    if not resolution.is_known:
        return 404
    return 410 if resolution.candidates[0].state == "retired" else 200


def _moved_to(resolution: Resolution) -> str | None:
    """Where an id leads that was corrected: only when the id itself was asked for."""
    best = resolution.candidates[0] if resolution.candidates else None
    if best is None or best.entity is None or best.corrected_from != best.code:
        return None
    return best.entity.id
