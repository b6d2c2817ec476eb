"""Location code of the spatial identity code (基础地理实体空间身份编码, reconstructed): 16 levels, plane and solid.

The level table was reconstructed from the vectors of a vendor: it gives both published codes to the last character;
quadrants other than the north-east one are unproven.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from .beidou.grid import UNITS_PER_DEGREE, GridError
from .beidou.height import layer_number, layer_number_bounds
from .beidou.position import (
    Coordinate,
    Units,
    columns_from_origin,
    columns_from_prime_meridian,
    exact_units,
    float_units,
    from_origin,
    from_prime_meridian,
)
from .check_character import text_column

POLAR_LATITUDE: Final = 88
FINEST_LEVEL: Final = 16
_S: Final = 2048  # units in a second of arc
Form = Literal["z", "pair", "lattice"]


@dataclass(frozen=True, slots=True)
class LocationLevel:
    """One level: cell size in units, how its parent is split, how the part is written, and the height radix."""

    number: int
    width: int
    height: int
    columns: int
    rows: int
    form: Form
    """z: one digit columns * row + column; pair: column digit, row digit; lattice: two digits and a letter."""
    height_radix: int

    @property
    def digits(self) -> int:
        return {"z": 1, "pair": 2, "lattice": 3}[self.form]

    @property
    def height_digits(self) -> int:
        return 2 if self.form == "lattice" else 1


def _levels() -> tuple[LocationLevel, ...]:
    degree, minute = 3600 * _S, 60 * _S
    table: tuple[tuple[int, int, Form], ...] = (
        (90 * degree, 44 * degree, "z"), (6 * degree, 4 * degree, "lattice"), (3 * degree, 2 * degree, "z"),
        (degree, degree, "z"), (30 * minute, 30 * minute, "z"), (15 * minute, 10 * minute, "z"),
        (5 * minute, 5 * minute, "z"), (minute, minute, "pair"), (12 * _S, 12 * _S, "pair"), (4 * _S, 4 * _S, "z"),
        (2 * _S, 2 * _S, "z"), (_S, _S, "z"), (_S // 4, _S // 4, "pair"), (_S // 32, _S // 32, "pair"),
        (8, 8, "pair"), (1, 1, "pair"),
    )  # fmt: skip
    found = []
    width, height = 180 * degree, POLAR_LATITUDE * degree
    for number, (own_width, own_height, form) in enumerate(table, 1):
        radix = 256 * degree // own_height + 1 if number == 1 else height // own_height
        found.append(
            LocationLevel(number, own_width, own_height, width // own_width, height // own_height, form, radix)
        )
        width, height = own_width, own_height
    return tuple(found)


LEVELS: Final = _levels()
_ROWS: Final = string.ascii_uppercase[:11]


def code_length(level: int, *, is_solid: bool) -> int:
    """Characters of a code of a level (0: the quadrant alone)."""
    flat = 2 + sum(each.digits for each in LEVELS[:level])
    return flat + 1 + sum(each.height_digits for each in LEVELS[:level]) if is_solid else flat


PLANE_LEVELS: Final = {code_length(level, is_solid=False): level for level in range(FINEST_LEVEL + 1)}
SOLID_LEVELS: Final = {code_length(level, is_solid=True): level for level in range(FINEST_LEVEL + 1)}


@dataclass(frozen=True, slots=True)
class LocationCell:
    """The box of a cell: degrees CGCS2000, and ellipsoidal metres of a solid one."""

    code: str
    level: int
    west: float
    south: float
    east: float
    north: float
    bottom_m: float | None = None
    top_m: float | None = None


def encode_location(lon: Coordinate, lat: Coordinate, height_m: float | None = None, level: int = FINEST_LEVEL) -> str:
    """The code of the cell that holds a position in CGCS2000 degrees, and a height above the ellipsoid if given.

    Raises `GridError` from 88 degrees of latitude on, for a level outside 0 to 16, and a height without a layer.

    >>> encode_location("116.31260277777778", "39.993161111111114")
    'NE104J25253343282311346152'
    >>> encode_location("16.31260277777778", "69.993161111111114", 25125.0)
    'NE02002G001040205130343323802031113347614523'
    """
    if not 0 <= level <= FINEST_LEVEL:
        raise GridError(f"the location code has no level {level!r}; expected 0 to {FINEST_LEVEL}")
    lon_units, lon_on_border = exact_units(lon, "longitude")
    lat_units, lat_on_border = exact_units(lat, "latitude")
    y, is_south = from_origin(lat_units, on_border=lat_on_border)
    if y >= POLAR_LATITUDE * UNITS_PER_DEGREE:
        raise GridError(f"latitude {lat} lies beyond {POLAR_LATITUDE} degrees, where the location code has no cells")
    x, is_west = from_prime_meridian(lon_units, on_border=lon_on_border)
    layers = [""] * (FINEST_LEVEL + 1)
    if height_m is not None:
        layers = _layers(height_m)
    parts = [f"{'S' if is_south else 'N'}{'W' if is_west else 'E'}{layers[0]}"]
    for each in LEVELS[:level]:
        column, x = divmod(x, each.width)
        row, y = divmod(y, each.height)
        parts.append(_written(each, column, row) + layers[each.number])
    return "".join(parts)


def encode_location_column(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], level: int) -> pl.Series:
    """The plane codes of positions on earth, as a text column; what `encode_location` gives for the same floats.

    Null from 88 degrees of latitude on.

    >>> encode_location_column(np.array([116.3, 0.0]), np.array([39.9, 89.0]), 2).to_list()
    ['NE104J', None]
    """
    y, is_south = columns_from_origin(*float_units(lat))
    x, is_west = columns_from_prime_meridian(*float_units(lon))
    is_polar = y >= POLAR_LATITUDE * UNITS_PER_DEGREE
    y = np.where(is_polar, 0, y)
    places = np.empty((code_length(level, is_solid=False), len(x)), dtype=np.uint8)
    places[0] = np.where(is_south, ord("S"), ord("N"))
    places[1] = np.where(is_west, ord("W"), ord("E"))
    place = 2
    for each in LEVELS[:level]:
        (column, x), (row, y) = np.divmod(x, each.width), np.divmod(y, each.height)
        if each.form == "lattice":
            written: tuple[Units, ...] = (column // 10 + ord("0"), column % 10 + ord("0"), row + ord(_ROWS[0]))
        elif each.form == "pair":
            written = (column + ord("0"), row + ord("0"))
        else:
            written = (each.columns * row + column + ord("0"),)
        for character in written:
            places[place] = character
            place += 1
    return text_column(np.ascontiguousarray(places.T)).set(pl.Series(is_polar), None)


def decode_location(code: str, *, is_solid: bool) -> LocationCell:
    """The box of a canonical code.

    >>> decode_location("NE104J", is_solid=False)
    LocationCell(code='NE104J', level=2, west=114.0, south=36.0, east=120.0, north=40.0, bottom_m=None, top_m=None)
    """
    level = (SOLID_LEVELS if is_solid else PLANE_LEVELS)[len(code)]
    place, x, y, layer = 3 if is_solid else 2, 0, 0, 0
    for each in LEVELS[:level]:
        column, row = _read(each, code[place : place + each.digits])
        x, y, place = x + column * each.width, y + row * each.height, place + each.digits
        if is_solid:
            layer = layer * each.height_radix + int(code[place : place + each.height_digits])
            place += each.height_digits
    width = LEVELS[level - 1].width if level else 180 * UNITS_PER_DEGREE
    height = LEVELS[level - 1].height if level else POLAR_LATITUDE * UNITS_PER_DEGREE
    west, east = _degrees(x, width, is_negative=code[1] == "W")
    south, north = _degrees(y, height, is_negative=code[0] == "S")
    if not is_solid or level == 0:
        return LocationCell(code, level, west, south, east, north)
    bottom, top = layer_number_bounds(layer * height, height, is_below=code[2] == "1")
    return LocationCell(code, level, west, south, east, north, bottom, top)


def plane_of(code: str) -> str:
    """The plane code in a solid one: its sign and all its height digits dropped.

    >>> plane_of("NE01004J002050205030340320802031112344611524")
    'NE104J25253343282311346152'
    """
    parts, place = [code[:2]], 3
    for each in LEVELS[: SOLID_LEVELS[len(code)]]:
        parts.append(code[place : place + each.digits])
        place += each.digits + each.height_digits
    return "".join(parts)


def _layers(height_m: float) -> list[str]:
    """The sign and the height digits of every level."""
    number = layer_number(height_m)
    digits: list[str] = []
    rest = abs(number)
    for each in reversed(LEVELS[1:]):
        rest, digit = divmod(rest, each.height_radix)
        digits.append(f"{digit:0{each.height_digits}d}")
    if rest > 9:
        raise GridError(
            f"{height_m!r} m needs {rest} as the first height digit; the location code has one place for it"
        )
    return ["1" if height_m < 0 else "0", str(rest), *reversed(digits)]


def _written(level: LocationLevel, column: int, row: int) -> str:
    if level.form == "lattice":
        return f"{column:02d}{_ROWS[row]}"
    return f"{column}{row}" if level.form == "pair" else str(level.columns * row + column)


def _read(level: LocationLevel, text: str) -> tuple[int, int]:
    if level.form == "lattice":
        return int(text[:2]), _ROWS.index(text[2])
    if level.form == "pair":
        return int(text[0]), int(text[1])
    row, column = divmod(int(text), level.columns)
    return column, row


def alphabets(level: LocationLevel) -> tuple[str, ...]:
    """The characters that each place of a level's plane part may have."""
    if level.form == "lattice":
        return "01", string.digits, _ROWS
    if level.form == "pair":
        return string.digits[: level.columns], string.digits[: level.rows]
    return (string.digits[: level.columns * level.rows],)


def _degrees(start: int, size: int, *, is_negative: bool) -> tuple[float, float]:
    near, far = start / UNITS_PER_DEGREE, (start + size) / UNITS_PER_DEGREE
    return (0.0 - far, 0.0 - near) if is_negative else (near, far)
