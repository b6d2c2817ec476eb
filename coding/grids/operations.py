"""What can be asked of every grid."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely
from shapely.affinity import translate
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from ..beidou.grid import GridError
from ..registry import get_scheme
from .grid import Degrees, Grid, too_many
from .polyhedral import POLYHEDRAL
from .rectangles import RECTANGLES
from .spherical import SPHERICAL

MOST_CELLS: Final = 10_000
_STEPS: Final = {"N": (0, 1), "NE": (1, 1), "E": (1, 0), "SE": (1, -1),
                 "S": (0, -1), "SW": (-1, -1), "W": (-1, 0), "NW": (-1, 1)}  # fmt: skip
_GRIDS: Final[Mapping[str, Grid]] = {grid.scheme: grid for grid in (*RECTANGLES, *SPHERICAL, *POLYHEDRAL)}


def grids() -> Mapping[str, Grid]:
    """All grids by scheme.

    >>> grids()["cn.beidou"].encode(116.3975, 39.9087, 5)
    'N50J47584C7'
    """
    return _GRIDS


def get_grid(scheme: str) -> Grid:
    """The grid of a scheme, or `GridError`, which lists those that there are."""
    if scheme not in _GRIDS:
        raise GridError(f"{scheme!r} is no grid; grids are {', '.join(sorted(_GRIDS))}")
    return _GRIDS[scheme]


def grid_with(scheme: str, level: int) -> Grid:
    """The grid of a scheme, or `GridError` when there is none or it has not the level."""
    grid = get_grid(scheme)
    if level not in grid.levels:
        raise GridError(f"{scheme} has no level {level!r}; expected {grid.levels[0]} to {grid.levels[-1]}")
    return grid


def encode_column(scheme: str, lon: Degrees, lat: Degrees, level: int) -> pl.Series:
    """The cells of a level that hold many positions, as a text column; what `Grid.encode` gives for the same floats.

    Null where there is no cell: NaN, infinite, beyond a pole, further than 180 degrees from the prime meridian.
    Raises `GridError` as `grid_with` does, `ValueError` if the arrays are not two columns of one length.

    >>> encode_column("h3", np.array([116.3975, np.nan]), np.array([39.9087, 0.0]), 9).to_list()
    ['8931aa42803ffff', None]
    """
    grid = grid_with(scheme, level)
    if lon.shape != lat.shape or lon.ndim != 1:
        raise ValueError(f"longitudes have the shape {lon.shape} and latitudes {lat.shape}; expected two equal columns")
    on_earth = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)  # false for NaN
    if grid.encode_all is not None:
        found = grid.encode_all(np.where(on_earth, lon, 0.0), np.where(on_earth, lat, 0.0), level)
        return found.alias("code").set(pl.Series(~on_earth), None)
    # these libraries take one position at a time, in C or nearly so
    given = zip(lon.tolist(), lat.tolist(), on_earth.tolist(), strict=True)
    return pl.Series("code", [grid.encode(x, y, level) if known else None for x, y, known in given], pl.String)


def outline(scheme: str, code: str) -> Polygon:
    """The outline of a cell in the grid's own reference system, or a `CodeError`.

    >>> outline("cn.beidou", "N50J").bounds
    (114.0, 36.0, 120.0, 40.0)
    """
    return get_grid(scheme).outline(get_scheme(scheme).validate(code))


def cover(scheme: str, area: BaseGeometry, level: int, *, most: int = MOST_CELLS) -> list[str]:
    """The cells of a level that share more than a border with an area, in order of their codes.

    `area` is in the grid's own reference system, east of -180 and west of 180 degrees. Raises `GridError` for a level
    that the grid has not, an area without extent or outside the globe, and more than `most` cells.

    >>> from shapely.geometry import box
    >>> cover("cn.beidou", box(116.0, 39.6, 116.4, 39.9), 2)
    ['N50J47']
    """
    grid = grid_with(scheme, level)
    if area.is_empty or not np.isfinite(area.bounds).all():
        raise GridError("the area is empty or has coordinates that are no numbers")
    west, south, east, north = area.bounds
    most_lat = grid.most_latitude
    if west < -180 or east > 180 or south < -most_lat or north > most_lat:
        raise GridError(f"the area reaches {area.bounds}; expected degrees, -180 to 180 and -{most_lat} to {most_lat}")
    shapely.prepare(area)
    if grid.cover is not None:
        cells = meeting(grid, grid.cover(area, level, most), area)
        if len(cells) > most:
            raise too_many(len(cells), most)
        return sorted(cells)
    cells = meeting(grid, grid.roots(), area)
    for _ in grid.levels[1 : grid.levels.index(level) + 1]:
        inside = {cell: grid.children(cell) for cell in cells}
        if ended := [cell for cell, children in inside.items() if not children]:
            raise GridError(f"{ended[0]}, which the area reaches into, has no cells of level {level} (a polar cap)")
        cells = meeting(grid, [child for children in inside.values() for child in children], area)
        if len(cells) > most:
            raise too_many(len(cells), most)
    return sorted(cells)


def neighbours(scheme: str, code: str) -> dict[str, str]:
    """The cells of the same level around a cell, by direction (N, NE, ...) or by number.

    Where there is none, as beyond a pole, the direction is left out. Raises `CodeError`, and `GridError` in the polar
    caps of the BeiDou grid.

    >>> neighbours("geohash", "wx4")["E"]
    'wx5'
    """
    grid, code = get_grid(scheme), get_scheme(scheme).validate(code)
    if grid.around is not None:
        return grid.around(code)
    west, south, east, north = grid.outline(code).bounds
    level, found = grid.level_of(code), {}
    for direction, (column, row) in _STEPS.items():
        lat = (south + north) / 2 + row * (north - south)
        if abs(lat) < 90:
            lon = ((west + east) / 2 + column * (east - west) + 540) % 360 - 180
            found[direction] = grid.encode(lon, lat, level)
    return found


def meeting(grid: Grid, codes: Iterable[str], area: BaseGeometry) -> list[str]:
    """Those whose inside meets the area: a border in common alone is none, unless the area is but a border itself."""
    known = list(codes)
    outlines = np.array([grid.outline(code) for code in known], dtype=object)
    if not len(outlines):
        return []
    meets = _meets(area, outlines)
    if (shapely.bounds(outlines)[:, 2] > 180).any():  # a cell beyond the antimeridian
        meets |= _meets(translate(area, 360), outlines)
    return [code for code, is_met in zip(known, meets, strict=True) if is_met]


def _meets(area: BaseGeometry, outlines: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    meets: npt.NDArray[np.bool_] = shapely.intersects(area, outlines)
    return meets & ~shapely.touches(area, outlines) if area.area > 0 else meets
