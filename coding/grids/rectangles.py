"""Grids of cells that are rectangles in longitude and latitude."""

from __future__ import annotations

from typing import Final

import pygeohash
import shapely
from openlocationcode import openlocationcode as olc
from shapely.geometry import Polygon

from ..beidou import codec as beidou
from ..beidou.columns import encode_column as encode_beidou
from ..beidou.grid import LEVELS as BEIDOU_LEVELS
from ..beidou.grid import ROW_LETTERS
from ..beidou.polar import BANDS, CAP, is_polar
from ..beidou.relations import level_of
from ..beidou.relations import neighbours as beidou_neighbours
from ..beidou.relations import parent as beidou_parent
from ..beidou.scheme import alphabets as beidou_alphabets
from ..geosot import GeoSot, encode_geosot, encode_geosot_column, geosot_bounds
from ..location import LEVELS as LOCATION_LEVELS
from ..location import (
    PLANE_LEVELS,
    POLAR_LATITUDE,
    code_length,
    decode_location,
    encode_location,
    encode_location_column,
)
from ..location import alphabets as location_alphabets
from .grid import CGCS2000, WGS84, Bounds, Grid

_BASE32: Final = "0123456789bcdefghjkmnpqrstuvwxyz"
_OLC: Final = "23456789CFGHJMPQRVWX"


def _box(bounds: Bounds) -> Polygon:
    return shapely.box(*bounds)


# ---- BeiDou ----


def _beidou_bounds(code: str) -> Bounds:
    cell = beidou.cell_of(code)
    return cell.west, cell.south, cell.east, cell.north


def _beidou_children(code: str) -> tuple[str, ...]:
    level = level_of(code)
    if is_polar(code):
        return tuple(sorted({code + digits for band in BANDS for digits in band})) if level == 1 else ()
    if level == len(BEIDOU_LEVELS):
        return ()
    first, *second = beidou_alphabets(BEIDOU_LEVELS[level])
    return tuple(code + one + two for one in first for two in (second[0] if second else [""]))


def _beidou_roots() -> tuple[str, ...]:
    cells = [f"{side}{column:02d}{row}" for side in "NS" for column in range(1, 61) for row in ROW_LETTERS]
    return (*cells, f"N{CAP}", f"S{CAP}")


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


RECTANGLES: Final = (
    Grid(
        "cn.beidou", CGCS2000, tuple(range(1, 11)), beidou.encode, level_of, lambda code: _box(_beidou_bounds(code)),
        beidou_parent, _beidou_children, _beidou_roots,
        around=lambda code: {str(direction): cell for direction, cell in beidou_neighbours(code).items()},
        encode_all=encode_beidou,
    ),
    Grid(
        "cn.geosot", CGCS2000, tuple(range(1, 33)), encode_geosot, lambda code: len(code) - 1,
        lambda code: _box(geosot_bounds(code)), lambda code: code[:-1] if len(code) > 2 else None, _geosot_children,
        lambda: ("G0", "G1", "G2", "G3"), encode_all=encode_geosot_column,
    ),
    Grid(
        "cn.location", CGCS2000, tuple(range(17)), lambda lon, lat, level: encode_location(lon, lat, None, level),
        lambda code: PLANE_LEVELS[len(code)], lambda code: _box(_location_bounds(code)), _location_parent,
        _location_children, lambda: ("NE", "NW", "SE", "SW"), encode_all=encode_location_column,
        most_latitude=POLAR_LATITUDE,
    ),
    Grid(
        "geohash", WGS84, tuple(range(1, 13)), lambda lon, lat, level: pygeohash.encode(lat, lon, level), len,
        lambda code: _box(_geohash_bounds(code)), lambda code: code[:-1] or None,
        lambda code: tuple(code + digit for digit in _BASE32) if len(code) < 12 else (), lambda: tuple(_BASE32),
    ),
    Grid(
        "olc", WGS84, _OLC_LEVELS, lambda lon, lat, level: olc.encode(lat, lon, level),
        lambda code: len(_olc_digits(code)), lambda code: _box(_olc_bounds(code)), _olc_parent, _olc_children,
        lambda: tuple(_olc_code(one + two) for one in _OLC[:9] for two in _OLC[:18]),
    ),
)  # fmt: skip
