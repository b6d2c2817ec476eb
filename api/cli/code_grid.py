"""`res3d code cell` and `cover`: positions and areas in codes of a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .common import CommandFailed, JsonOption, WorkspaceOption
from .output import print_facts, print_json, print_line

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_GRIDS = "The grid: cn.beidou, cn.geosot, cn.location, geohash, h3, isea3h, isea4r, isea7h, olc, rhealpix, s2."
_AREA = "WKT in degrees, or west,south,east,north (after `--` when it begins with a minus)."
_GridOption = Annotated[str, typer.Option("--scheme", "-s", help=_GRIDS)]
_BottomOption = Annotated[float | None, typer.Option("--bottom", help="Of cn.beidou-3d, cn.location-3d: metres.")]
_TopOption = Annotated[float | None, typer.Option("--top", help="Ellipsoidal height of the top in metres.")]
_LevelOption = Annotated[int, typer.Option("--level", "-l", help="Level, resolution or length of the codes.")]


def cell(
    lon: Annotated[float, typer.Argument(help="Longitude in degrees.", min=-180, max=180)],
    lat: Annotated[float, typer.Argument(help="Latitude in degrees.", min=-90, max=90)],
    level: _LevelOption,
    scheme: _GridOption = "cn.beidou",
    _workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """The cell of a grid that holds a position: its code, outline, parent and neighbours."""
    from coding.beidou import GridError
    from coding.grids import grid_with, neighbours

    try:
        grid = grid_with(scheme, level)
        code = grid.encode(lon, lat, level)
        outline, parent = grid.outline(code), grid.parent(code)
    except GridError as error:
        raise CommandFailed(str(error)) from error
    try:
        around = neighbours(scheme, code)
    except GridError:
        around = {}  # in a polar cap
    if as_json:
        print_json({"scheme": scheme, "code": code, "level": level, "crs": grid.crs, "outline": outline.wkt,
                    "parent": parent, "neighbours": around})  # fmt: skip
        return
    facts = [("code", code), ("level", level), ("parent", parent), ("outline", outline.wkt), ("crs", grid.crs)]
    print_facts([*facts, *((f"to the {direction}", other) for direction, other in around.items())])


def cover(
    area: Annotated[str, typer.Argument(help=_AREA)],
    level: _LevelOption,
    scheme: _GridOption = "cn.beidou",
    bottom: _BottomOption = None,
    top: _TopOption = None,
    most: Annotated[int, typer.Option(help="At most so many cells.", min=1)] = 10_000,
    _workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """The cells of a grid that cover an area, or a body from --bottom to --top."""
    from coding.beidou import GridError
    from coding.grids import cover as cells_of
    from coding.grids import cover_solid, get_grid, solid_schemes

    is_solid = scheme in solid_schemes()
    if is_solid != (bottom is not None and top is not None):
        needs = "needs --bottom and --top" if is_solid else f"has no heights; {', '.join(solid_schemes())} have"
        raise CommandFailed(f"{scheme} {needs}")
    try:
        if bottom is not None and top is not None:
            cells, crs = cover_solid(scheme, _area(area), bottom, top, level, most=most), "EPSG:4490"
        else:
            cells, crs = cells_of(scheme, _area(area), level, most=most), get_grid(scheme).crs
    except GridError as error:
        raise CommandFailed(str(error)) from error
    if as_json:
        print_json({"scheme": scheme, "level": level, "crs": crs, "cells": cells})
    else:
        for code in cells:
            print_line(code)


def _area(text: str) -> BaseGeometry:
    import shapely

    sides = text.split(",")
    try:
        if len(sides) == 4 and "(" not in text:
            west, south, east, north = map(float, sides)
            return shapely.box(west, south, east, north)
        return shapely.from_wkt(text)
    except (ValueError, shapely.errors.GEOSException) as error:
        raise CommandFailed(
            f"{text[:60]!r} is no area: give WKT such as 'POLYGON ((...))', or west,south,east,north ({error})"
        ) from error
