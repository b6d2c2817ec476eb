"""Grids as such: cells of positions, outlines of cells, what lies around them, and the cells that cover an area.

Each grid is described by the same few functions, so that `cover` and the commands know none of them by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import h3
import numpy as np
import pygeohash
import shapely
from openlocationcode import openlocationcode as olc
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from .beidou import codec as beidou
from .beidou.grid import LEVELS as BEIDOU_LEVELS
from .beidou.grid import ROW_LETTERS, GridError
from .beidou.relations import level_of
from .beidou.relations import neighbours as beidou_neighbours
from .beidou.relations import parent as beidou_parent
from .beidou.scheme import alphabets as beidou_alphabets
from .geosot import GeoSot, encode_geosot, geosot_bounds
from .location import LEVELS as LOCATION_LEVELS
from .location import PLANE_LEVELS, code_length, decode_location, encode_location
from .location import alphabets as location_alphabets
from .registry import get_scheme

Bounds = tuple[float, float, float, float]
MOST_CELLS: Final = 10_000
_CGCS2000, _WGS84 = "EPSG:4490", "EPSG:4326"
_STEPS: Final = {"N": (0, 1), "NE": (1, 1), "E": (1, 0), "SE": (1, -1),
                 "S": (0, -1), "SW": (-1, -1), "W": (-1, 0), "NW": (-1, 1)}  # fmt: skip
_BASE32: Final = "0123456789bcdefghjkmnpqrstuvwxyz"
_OLC: Final = "23456789CFGHJMPQRVWX"


@dataclass(frozen=True, slots=True)
class Grid:
    """One grid: its scheme, the reference system of its coordinates (longitude, latitude), and its levels."""

    scheme: str
    crs: str
    levels: tuple[int, ...]
    """Coarsest first."""
    encode: Callable[[float, float, int], str]
    level_of: Callable[[str], int]
    outline: Callable[[str], Polygon]
    parent: Callable[[str], str | None]
    children: Callable[[str], tuple[str, ...]]
    """The cells of the next level in a cell, () at the finest."""
    roots: Callable[[], tuple[str, ...]]
    """All cells of the coarsest level."""


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
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise GridError(f"the area reaches {area.bounds}; expected degrees, -180 to 180 and -90 to 90")
    if grid.scheme == "h3":
        return _cover_h3(area, level, most)
    shapely.prepare(area)
    cells = _meeting(grid, grid.roots(), area)
    for _ in grid.levels[1 : grid.levels.index(level) + 1]:
        cells = _meeting(grid, [child for cell in cells for child in grid.children(cell)], area)
        if len(cells) > most:
            raise _too_many(len(cells), most)
    return sorted(cells)


def neighbours(scheme: str, code: str) -> dict[str, str]:
    """The cells of the same level around a cell, by direction (N, NE, ...; of hexagons by number).

    Where there is none, as beyond a pole, the direction is left out. Raises `CodeError`, and `GridError` in the polar
    caps of the BeiDou grid.

    >>> neighbours("geohash", "wx4")["E"]
    'wx5'
    """
    grid, code = get_grid(scheme), get_scheme(scheme).validate(code)
    if scheme == "h3":
        around = sorted(set(h3.grid_disk(code, 1)) - {code})
        return {str(number): cell for number, cell in enumerate(around, 1)}
    if scheme == "cn.beidou":
        return {str(direction): cell for direction, cell in beidou_neighbours(code).items()}
    west, south, east, north = grid.outline(code).bounds
    level, found = grid.level_of(code), {}
    for direction, (column, row) in _STEPS.items():
        lat = (south + north) / 2 + row * (north - south)
        if abs(lat) < 90:
            lon = ((west + east) / 2 + column * (east - west) + 540) % 360 - 180
            found[direction] = grid.encode(lon, lat, level)
    return found


def _meeting(grid: Grid, codes: Iterable[str], area: BaseGeometry) -> list[str]:
    """Those whose inside meets the area: a border in common alone is none, unless the area is but a border itself."""
    known = list(codes)
    outlines = np.array([grid.outline(code) for code in known], dtype=object)
    if not len(outlines):
        return []
    meets = shapely.intersects(area, outlines)
    if area.area > 0:
        meets &= ~shapely.touches(area, outlines)
    return [code for code, is_met in zip(known, meets, strict=True) if is_met]


def _cover_h3(area: BaseGeometry, level: int, most: int) -> list[str]:
    size = h3.average_hexagon_area(level, unit="m^2")
    geod_area = area.area * 111_320.0**2  # at the equator: more than it is elsewhere
    if geod_area / size > 4 * most:
        raise _too_many(int(geod_area / size), most)
    found: set[str] = set()
    for part in getattr(area, "geoms", [area]):
        if part.geom_type == "Polygon":
            found |= set(h3.h3shape_to_cells_experimental(h3.geo_to_h3shape(part), level, contain="overlap"))
        else:
            points = shapely.get_coordinates(
                shapely.segmentize(part, 0.25 * h3.average_hexagon_edge_length(level) / 111.0)
            )
            found |= {h3.latlng_to_cell(lat, lon, level) for lon, lat in points}
    if len(found) > most:
        raise _too_many(len(found), most)
    return sorted(found)


def _too_many(number: int, most: int) -> GridError:
    return GridError(f"the area needs {number:,} cells or more, at most {most:,} are given; take a coarser level")


def _box(bounds: Bounds) -> Polygon:
    return shapely.box(*bounds)


# ---- BeiDou ----


def _beidou_bounds(code: str) -> Bounds:
    cell = beidou.decode(code)
    return cell.west, cell.south, cell.east, cell.north


def _beidou_children(code: str) -> tuple[str, ...]:
    level = level_of(code)
    if level == len(BEIDOU_LEVELS) or code[1:4] == "000":
        return ()
    first, *second = beidou_alphabets(BEIDOU_LEVELS[level])
    return tuple(code + one + two for one in first for two in (second[0] if second else [""]))


def _beidou_roots() -> tuple[str, ...]:
    return tuple(f"{side}{column:02d}{row}" for side in "NS" for column in range(1, 61) for row in ROW_LETTERS)


# ---- GeoSOT ----


def _geosot_children(code: str) -> tuple[str, ...]:
    """Those that hold a place: minutes and seconds end at 60 of 64."""
    scheme = GeoSot()
    return tuple(code + digit for digit in "0123" if len(code) < 33 and scheme.is_valid(code + digit))


# ---- location code ----


def _location_bounds(code: str) -> Bounds:
    cell = decode_location(code, is_solid=False)
    return cell.west, cell.south, cell.east, cell.north


def _location_children(code: str) -> tuple[str, ...]:
    level = PLANE_LEVELS[len(code)]
    if level == len(LOCATION_LEVELS):
        return ()
    found = [""]
    for alphabet in location_alphabets(LOCATION_LEVELS[level]):
        found = [text + character for text in found for character in alphabet]
    is_lattice = LOCATION_LEVELS[level].form == "lattice"
    return tuple(code + text for text in found if not is_lattice or int(text[:2]) <= 14)


def _location_parent(code: str) -> str | None:
    level = PLANE_LEVELS[len(code)]
    return code[: code_length(level - 1, is_solid=False)] if level else None


# ---- geohash ----


def _geohash_bounds(code: str) -> Bounds:
    found = pygeohash.get_bounding_box(code)
    return found.min_lon, found.min_lat, found.max_lon, found.max_lat


# ---- Plus Codes: levels are the numbers of digits ----

_OLC_LEVELS: Final = (2, 4, 6, 8, 10, 11, 12, 13, 14, 15)


def _olc_digits(code: str) -> str:
    return code.replace("+", "").rstrip("0")


def _olc_code(digits: str) -> str:
    head = digits[:8].ljust(8, "0")
    return f"{head}+{digits[8:]}"


def _olc_bounds(code: str) -> Bounds:
    area = olc.decode(code)
    return area.longitudeLo, area.latitudeLo, area.longitudeHi, area.latitudeHi


def _olc_children(code: str) -> tuple[str, ...]:
    digits = _olc_digits(code)
    if len(digits) >= _OLC_LEVELS[-1]:
        return ()
    further = _OLC if len(digits) >= 10 else [one + two for one in _OLC for two in _OLC]
    return tuple(_olc_code(digits + text) for text in further)


def _olc_parent(code: str) -> str | None:
    digits = _olc_digits(code)
    if len(digits) <= 2:
        return None
    return _olc_code(digits[:-1] if len(digits) > 10 else digits[:-2])


# ---- H3 ----


def _h3_outline(code: str) -> Polygon:
    return Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(code)])


def _h3_parent(code: str) -> str | None:
    resolution = h3.get_resolution(code)
    return h3.cell_to_parent(code, resolution - 1) if resolution else None


def _h3_children(code: str) -> tuple[str, ...]:
    return tuple(sorted(h3.cell_to_children(code))) if h3.get_resolution(code) < 15 else ()


_GRIDS: Final[Mapping[str, Grid]] = {
    grid.scheme: grid
    for grid in (
        Grid(
            "cn.beidou", _CGCS2000, tuple(range(1, 11)), beidou.encode, level_of,
            lambda code: _box(_beidou_bounds(code)), beidou_parent, _beidou_children, _beidou_roots,
        ),
        Grid(
            "cn.geosot", _CGCS2000, tuple(range(1, 33)), encode_geosot, lambda code: len(code) - 1,
            lambda code: _box(geosot_bounds(code)), lambda code: code[:-1] if len(code) > 2 else None, _geosot_children,
            lambda: ("G0", "G1", "G2", "G3"),
        ),
        Grid(
            "cn.location", _CGCS2000, tuple(range(17)), lambda lon, lat, level: encode_location(lon, lat, None, level),
            lambda code: PLANE_LEVELS[len(code)], lambda code: _box(_location_bounds(code)), _location_parent,
            _location_children, lambda: ("NE", "NW", "SE", "SW"),
        ),
        Grid(
            "geohash", _WGS84, tuple(range(1, 13)), lambda lon, lat, level: pygeohash.encode(lat, lon, level), len,
            lambda code: _box(_geohash_bounds(code)), lambda code: code[:-1] or None,
            lambda code: tuple(code + digit for digit in _BASE32) if len(code) < 12 else (), lambda: tuple(_BASE32),
        ),
        Grid(
            "olc", _WGS84, _OLC_LEVELS, lambda lon, lat, level: olc.encode(lat, lon, level),
            lambda code: len(_olc_digits(code)), lambda code: _box(_olc_bounds(code)), _olc_parent, _olc_children,
            lambda: tuple(_olc_code(one + two) for one in _OLC[:9] for two in _OLC[:18]),
        ),
        Grid(
            "h3", _WGS84, tuple(range(16)), lambda lon, lat, level: h3.latlng_to_cell(lat, lon, level),
            h3.get_resolution, _h3_outline, _h3_parent, _h3_children, lambda: tuple(sorted(h3.get_res0_cells())),
        ),
    )
}  # fmt: skip
