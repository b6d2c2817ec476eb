"""`/resolve`: what is behind any code of any scheme."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Body, Query, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from coding import schemes
from kg.resolve import Resolution, resolution_json
from kg.resolve.things import class_labels

from ..negotiation import HTML, JSON, chosen_form
from ..pages import Pages
from ..parts import Parts
from ..problems import BadRequest
from .forwarding import with_query

ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"description": "The readings of the text, best first, with what is behind each."},
    308: {"description": "The id was found to be the same thing as another one, which the address now names."},
    404: {"description": "Nothing that is registered fits; the same members, with near misses."},
    410: {"description": "The best reading is retired; the same members, with its successors."},
}
_Scheme = Annotated[str | None, Query(description="Read the text as a code of this scheme only.")]
_Format = Annotated[str | None, Query(alias="format", description="json or html; else what Accept says.")]


def router(parts: Parts, pages: Pages, codes_at_once: int) -> APIRouter:
    """The routes of this module."""
    routes = APIRouter(tags=["codes"])

    @routes.get("/resolve", summary="The search form: leads to the code's own address", status_code=303)
    def search(request: Request, code: Annotated[str, Query(max_length=500)]) -> RedirectResponse:
        return RedirectResponse(with_query(request, f"/resolve/{quote(code.strip(), safe='')}", without=("code",)), 303)

    @routes.post("/resolve", summary="What is behind many codes", responses={200: ANSWERS[200]})
    def resolve_many(codes: Annotated[list[str], Body(examples=[["340123002004GB00011", "210000"]])]) -> JSONResponse:
        """A JSON list of texts; the answer is a list of the same length, each as for one code."""
        if len(codes) > codes_at_once:
            raise BadRequest(f"{len(codes):,} codes at once; at most {codes_at_once:,} are answered. Ask in parts.")
        resolver = parts.resolver()
        return JSONResponse([resolution_json(resolver.resolve(code)) for code in codes])

    @routes.get("/resolve/{code:path}", summary="What is behind a code", responses=ANSWERS)
    def resolve(request: Request, code: str, scheme: _Scheme = None, format_: _Format = None) -> Response:
        """Any code of any scheme, an entity id, or an IRI of ours; values are percent-encoded in the path."""
        form = chosen_form(request.headers.get("accept"), format_, (JSON, HTML))
        resolver = parts.resolver()
        resolution = resolver.resolve(code, scheme=scheme)
        moved_to = _moved_to(resolution)
        if moved_to is not None:
            return RedirectResponse(with_query(request, f"/resolve/{moved_to}"), 308)
        status = _status(resolution)
        if form == JSON:
            return JSONResponse(resolution_json(resolution), status, {"Vary": "Accept"})
        return pages.page(
            request,
            "resolution.html",
            status,
            resolution=resolution,
            schemes={name: known.labels for name, known in schemes().items()},
            class_label=lambda name: class_labels(resolver.schema, name),
        )

    return routes


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
