"""`cn.geosot`: GeoSOT grid code (GB/T 40087-2021), two-dimensional: `G` and one digit 0 to 3 for each of 32 levels.

Each coordinate is an integer of 32 bits: sign, 8 bits of degrees, 6 of minutes, 6 of seconds, 11 of 1/2048 second; a
digit is 2 * bit of the latitude + bit of the longitude, the most significant first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from .base import BaseScheme, Given
from .beidou.grid import UNITS_PER_DEGREE, GridError
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
from .contract import Kind, Labels, ParsedCode, Part, WrongValue

FINEST_LEVEL: Final = 32
_FIELDS: Final[tuple[tuple[str, int, int, Labels], ...]] = (
    ("degrees", 9, 180, {"zh": "度", "en": "degrees"}),
    ("minutes", 6, 59, {"zh": "分", "en": "minutes"}),
    ("seconds", 6, 59, {"zh": "秒", "en": "seconds"}),
    ("fraction", 11, 2047, {"zh": "1/2048 秒", "en": "1/2048 second"}),
)
_POLE: Final = 90 * UNITS_PER_DEGREE


@dataclass(frozen=True, slots=True)
class GeoSot(BaseScheme):
    """Cells of the levels 1 to 32. They name places: never the identity of an entity.

    >>> GeoSot().parse("G001310322-230230-3103").form
    'level 19'
    """

    id: ClassVar[str] = "cn.geosot"
    kind: ClassVar[Kind] = Kind.PLACE
    labels: ClassVar[Labels] = {"zh": "GeoSOT 网格码", "en": "GeoSOT grid code"}

    @property
    def canonical_pattern(self) -> str:
        return f"G[0-3]{{1,{FINEST_LEVEL}}}"

    def compact(self, text: str) -> str:
        return BaseScheme.compact(self, text).replace(".", "", 1)

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if not 2 <= len(code) <= FINEST_LEVEL + 1:
            raise given.wrong_length(f"G and 1 to {FINEST_LEVEL} digits", "Cut the code at its level.")
        given.check_characters(0, 1, "G", "first character", "A GeoSOT code begins with G.")
        given.check_characters(1, len(code), "0123", "cell")
        lat, lon = _bits(code)
        start = 0
        parts = [Part("frame", "G", {"zh": "标志", "en": "mark"}, {"zh": "GeoSOT", "en": "GeoSOT"})]
        for name, bits, most, labels in _FIELDS:
            value = code[1 + start : 1 + start + bits]
            if not value:
                break
            for axis, said in (("latitude", lat), ("longitude", lon)):
                found = _field(said, start, bits)
                highest = 90 if (name, axis) == ("degrees", "latitude") else most
                if found > highest:
                    problem = f"has {found} {labels['en']} of {axis}"
                    hint = "No place has such a coordinate: compare the digits."
                    raise given.error(WrongValue, problem, f"at most {highest}", hint, 2 + start)
            first, second = _field(lat, start, bits), _field(lon, start, bits)
            parts.append(
                Part(
                    name,
                    value,
                    labels,
                    {"zh": f"纬度 {first}，经度 {second}", "en": f"latitude {first}, longitude {second}"},
                )
            )
            start += bits
        return ParsedCode(self.id, code, f"level {len(code) - 1}", tuple(parts))

    def canonical_codes(self, values: pl.Series) -> pl.Series:
        return pl.repeat(None, len(values), dtype=pl.String, eager=True)  # the pattern alone can't tell

    def format(self, text: str) -> str:
        """Groups of degrees, minutes, seconds and fraction, as the standard prints them."""
        code = self.validate(text)
        cuts = [code[:10], code[10:16], code[16:22]]
        return "-".join(cut for cut in cuts if cut) + (f".{code[22:]}" if code[22:] else "")


def encode_geosot(lon: Coordinate, lat: Coordinate, level: int = FINEST_LEVEL) -> str:
    """The code of the cell of this level (1 to 32) that holds a position in CGCS2000 degrees; borders as in `beidou`.

    >>> encode_geosot("116.31260277777778", "39.993161111111114")
    'G00131032223203230112303211112121'
    """
    if not 1 <= level <= FINEST_LEVEL:
        raise GridError(f"GeoSOT has no level {level!r}; expected 1 to {FINEST_LEVEL}")
    lon_units, lon_on_border = exact_units(lon, "longitude")
    lat_units, lat_on_border = exact_units(lat, "latitude")
    y, is_south = from_origin(lat_units, on_border=lat_on_border)
    if y > _POLE or (y == _POLE and not lat_on_border):
        raise GridError(f"latitude {lat} lies beyond the pole; expected -90 to 90. Are longitude and latitude swapped?")
    x, is_west = from_prime_meridian(lon_units, on_border=lon_on_border)
    rows, columns = _number(y, is_negative=is_south), _number(x, is_negative=is_west)
    digits = (2 * (rows >> bit & 1) + (columns >> bit & 1) for bit in range(31, 31 - level, -1))
    return "G" + "".join(map(str, digits))


def encode_geosot_column(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], level: int) -> pl.Series:
    """The codes of positions on earth, as a text column; what `encode_geosot` gives for the same floats.

    >>> encode_geosot_column(np.array([116.3]), np.array([39.9]), 9).to_list()
    ['G001310322']
    """
    y, is_south = columns_from_origin(*float_units(lat))
    x, is_west = columns_from_prime_meridian(*float_units(lon))
    rows, columns = _numbers(y) | (is_south.astype(np.int64) << 31), _numbers(x) | (is_west.astype(np.int64) << 31)
    places = np.empty((level + 1, len(x)), dtype=np.uint8)
    places[0] = ord("G")
    for place in range(1, level + 1):
        bit = FINEST_LEVEL - place
        places[place] = ord("0") + 2 * (rows >> bit & 1) + (columns >> bit & 1)
    return text_column(np.ascontiguousarray(places.T))


def _numbers(units: Units) -> Units:
    degrees, rest = np.divmod(units, UNITS_PER_DEGREE)
    minutes, rest = np.divmod(rest, 60 * 2048)
    seconds, fraction = np.divmod(rest, 2048)
    found: Units = (degrees << 23) | (minutes << 17) | (seconds << 11) | fraction
    return found


def geosot_bounds(code: str) -> tuple[float, float, float, float]:
    """West, south, east and north of a cell in degrees, or a `CodeError`.

    >>> geosot_bounds("G001310322")
    (116.0, 39.0, 117.0, 40.0)
    """
    code = GeoSot().validate(code)
    lat, lon = _bits(code)
    south, north = _side(lat, len(code) - 1, 90)
    west, east = _side(lon, len(code) - 1, 180)
    return west, south, east, north


def _side(bits: str, level: int, most: int) -> tuple[float, float]:
    low, high = (int(bits[1:] + fill * (FINEST_LEVEL - level) or "0", 2) for fill in "01")
    near, far = _units(low), min(_units(high, is_last=True), most * UNITS_PER_DEGREE)
    start, end = near / UNITS_PER_DEGREE, far / UNITS_PER_DEGREE
    return (0.0 - end, 0.0 - start) if bits[0] == "1" else (start, end)


def _units(number: int, *, is_last: bool = False) -> int:
    """Units from the origin of a 31-bit number of degrees, minutes, seconds and fraction; of a last one its end."""
    degrees, minutes, seconds, fraction = number >> 23, number >> 17 & 63, number >> 11 & 63, number & 2047
    if not is_last:
        return ((degrees * 60 + minutes) * 60 + seconds) * 2048 + fraction
    minutes, seconds = min(minutes, 59), min(seconds, 59)
    return ((degrees * 60 + minutes) * 60 + seconds) * 2048 + fraction + 1


def _number(units: int, *, is_negative: bool) -> int:
    degrees, rest = divmod(units, UNITS_PER_DEGREE)
    minutes, rest = divmod(rest, 60 * 2048)
    seconds, fraction = divmod(rest, 2048)
    return (is_negative << 31) | (degrees << 23) | (minutes << 17) | (seconds << 11) | fraction


def _bits(code: str) -> tuple[str, str]:
    return "".join(str(int(digit) >> 1) for digit in code[1:]), "".join(str(int(digit) & 1) for digit in code[1:])


def _field(bits: str, start: int, length: int) -> int:
    """The value of a field; of one that the code only begins, its smallest; the sign bit is no part of the degrees."""
    said = bits[start : start + length].ljust(length, "0")
    return int(said[1:] if start == 0 else said, 2)
