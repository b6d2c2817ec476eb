"""`/codes`: the schemes, the rules of each, and what a code itself says - with its cell on a map and as a QR code."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from markupsafe import Markup
from sqlalchemy import select

from coding import ParsedCode, Scheme, get_scheme, schemes
from coding.base import name_before
from coding.beidou import GridError
from coding.grids import grids, neighbours
from coding.numbering import series_rules
from kg.ledger import in_force
from kg.ledger import tables as t
from kg.resolve.iris import code_iri

from ..marks import Mark, mark_svg
from ..negotiation import HTML, JSON, SVG, chosen_form
from ..pages import Pages
from ..pages.map import Shape, map_svg
from ..parts import Parts

_Format = Annotated[str | None, Query(alias="format", description="json or html; else what Accept says.")]
_FormatOrMark = Annotated[
    str | None, Query(alias="format", description="json, html, or svg: its IRI as a QR code; else what Accept says.")
]
_Mark = Annotated[Mark, Query(description="Of a mark: QR code or Data Matrix.")]
_EXAMPLES = 5
_SMALLEST_CELL = 0.01  # metres; cells of level 10 are 1.5 cm wide


def router(parts: Parts, pages: Pages) -> APIRouter:
    """The routes of this module."""
    routes = APIRouter(tags=["codes"])

    @routes.get("/codes", summary="The code schemes that are known here")
    def all_schemes(request: Request, format_: _Format = None) -> Response:
        form = chosen_form(request.headers.get("accept"), format_, (JSON, HTML))
        known = list(schemes().values())
        if form == JSON:
            return JSONResponse([_rules(each) for each in known], headers={"Vary": "Accept"})
        return pages.page(request, "schemes.html", schemes=[_rules(each) for each in known])

    @routes.get("/codes/{scheme}", summary="The rules of a scheme, and who issues its codes here")
    def one_scheme(request: Request, scheme: str, format_: _Format = None) -> Response:
        form = chosen_form(request.headers.get("accept"), format_, (JSON, HTML))
        rules = {**_rules(get_scheme(scheme)), **_register(parts, scheme)}
        if form == JSON:
            return JSONResponse(rules, headers={"Vary": "Accept"})
        return pages.page(request, "scheme.html", scheme=rules)

    @routes.get("/codes/{scheme}/{value:path}", summary="What a code itself says")
    def code(request: Request, scheme: str, value: str, format_: _FormatOrMark = None, mark: _Mark = "qr") -> Response:
        """The parts of a code with their meanings; 400 with the position when it is no code of the scheme."""
        form = chosen_form(request.headers.get("accept"), format_, (JSON, HTML, SVG))
        known = get_scheme(scheme)
        parsed = known.parse(value)
        if form == SVG:
            iri = code_iri(parts.workspace.base, scheme, parsed.code)
            return Response(mark_svg(iri, mark), headers={"Vary": "Accept"}, media_type=SVG.media_types[0])
        printed = known.format(value)
        if form == JSON:
            return JSONResponse(_code_json(known, parsed, printed), headers={"Vary": "Accept"})
        return pages.page(
            request, "code.html", scheme=known, parsed=parsed, printed=printed, drawing=_cell(scheme, parsed.code)
        )

    return routes


def _rules(scheme: Scheme) -> dict[str, object]:
    """What there is to know of a scheme before any code of it is at hand."""
    grid = grids().get(scheme.id)
    return {
        "id": scheme.id,
        "labels": scheme.labels,
        "kind": scheme.kind.value,
        "pattern": scheme.canonical_pattern,
        "called": name_before(scheme),
        "series": [
            {"prefix": prefix, "digits": digits, "what": what} for prefix, digits, what in series_rules(scheme.id)
        ],
        "grid": None if grid is None else {"crs": grid.crs, "levels": list(grid.levels)},
    }


def _register(parts: Parts, scheme: str) -> dict[str, object]:
    """Who issues codes of a scheme, and some that are in use."""
    d, c = t.delegation, t.code
    delegated = select(d.c.prefix, d.c.issuer, d.c.first, d.c.last, d.c.valid_from, d.c.valid_to)
    used = select(c.c.value).where(c.c.scheme == scheme, c.c.state == "current", in_force(c)).order_by(c.c.fid)
    with parts.ledger.engine.connect() as connection:
        rows = connection.execute(delegated.where(d.c.scheme == scheme, in_force(d)).order_by(d.c.prefix)).mappings()
        examples = [str(value) for (value,) in connection.execute(used.limit(_EXAMPLES))]
        return {"delegations": [dict(row) for row in rows], "examples": examples}


def _cell(scheme: str, code: str) -> Markup | None:
    """The cell of a grid code, among those around it."""
    grid = grids().get(scheme)
    if grid is None:
        return None
    try:
        around = list(neighbours(scheme, code).values())
    except GridError:  # in a polar cap
        around = []
    own = Shape(grid.outline(code), "plane", code)
    return map_svg([own], [Shape(grid.outline(other), "around", other) for other in around], code, _SMALLEST_CELL)


def _code_json(scheme: Scheme, parsed: ParsedCode, printed: str) -> dict[str, object]:
    return {
        "scheme": scheme.id,
        "scheme_labels": scheme.labels,
        "kind": scheme.kind.value,
        "code": parsed.code,
        "printed": printed,
        "form": parsed.form,
        "parts": [
            {"name": part.name, "value": part.value, "labels": part.labels, "meaning": part.meaning}
            for part in parsed.parts
        ],
        "warnings": list(parsed.warnings),
        "resolve": f"/resolve/{quote(parsed.code, safe='')}?scheme={scheme.id}",
    }
