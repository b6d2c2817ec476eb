"""Encode one position, decode one code."""

from __future__ import annotations

from dataclasses import dataclass

from .grid import (
    LEVELS,
    POLAR_LATITUDE,
    POLAR_START,
    UNITS_PER_DEGREE,
    Address,
    GridError,
    level_at,
    read_code,
    write_code,
)
from .polar import CAP_FINEST_LEVEL, CAP_LENGTH, cap_extent, is_polar, write_cap
from .position import Coordinate, exact_units, from_origin, from_prime_meridian
from .scheme import BeidouGrid

_POLE = 90 * UNITS_PER_DEGREE


@dataclass(frozen=True, slots=True)
class Cell:
    """The box of a cell in degrees CGCS2000, each number the double nearest to the exact border.

    West lies in [-180, 180); east exceeds 180 only for polar cells across the 180th meridian.
    """

    code: str
    level: int
    west: float
    south: float
    east: float
    north: float

    @property
    def location_corner(self) -> tuple[float, float]:
        """Longitude and latitude of the corner nearest the origin (定位角点); of polar cells the western one."""
        longitude = self.west if self.west >= 0 or is_polar(self.code) else self.east
        return longitude, self.south if self.code[0] == "N" else self.north

    @property
    def centre(self) -> tuple[float, float]:
        return (self.west + self.east) / 2, (self.south + self.north) / 2


def encode(lon: Coordinate, lat: Coordinate, level: int = 10) -> str:
    """The code of the cell of this level that holds a position in CGCS2000 degrees.

    Text, `Decimal`, `Fraction` and `int` are exact; a float next to a cell border follows `position`. Cells are
    half-open away from the origin, latitude 0 is north, longitude 0 is east, other longitudes are wound back.
    Raises `GridError` for a level outside 1-10, a latitude beyond the poles, and a cap (88° on) finer than level 2.

    >>> encode("116.31260277777778", "39.993161111111114", 10)
    'N50J47539B8255346152'
    """
    level_at(level)
    lon_units, lon_on_border = exact_units(lon, "longitude")
    lat_units, lat_on_border = exact_units(lat, "latitude")
    y, is_south = from_origin(lat_units, on_border=lat_on_border)
    if y > _POLE or (y == _POLE and not lat_on_border):
        raise GridError(f"latitude {lat} lies beyond the pole; expected -90 to 90. Are longitude and latitude swapped?")
    if y >= POLAR_START:
        if level > CAP_FINEST_LEVEL:
            raise GridError(
                f"latitude {lat} lies in a polar cap, which has no cells of level {level} here; "
                f"expected level 1 or 2 from {POLAR_LATITUDE} degrees on"
            )
        eastward = lon_units % (360 * UNITS_PER_DEGREE)
        return write_cap(is_south=is_south, eastward=eastward, from_equator=y, level=level)
    x, is_west = from_prime_meridian(lon_units, on_border=lon_on_border)
    return write_code(Address(is_south, is_west, x, y, level))


def decode(code: str) -> Cell:
    """The cell of a code, or a `CodeError`.

    >>> decode("N50J")
    Cell(code='N50J', level=1, west=114.0, south=36.0, east=120.0, north=40.0)
    """
    return cell_of(BeidouGrid().validate(code))


def cell_of(code: str) -> Cell:
    """The cell of a canonical code, which is not checked again: most of the time of `decode` goes there."""
    if is_polar(code):
        return _decode_cap(code)
    address = read_code(code)
    level = LEVELS[address.level - 1]
    west, east = _degrees(address.x, level.width, is_negative=address.is_west)
    south, north = _degrees(address.y, level.height, is_negative=address.is_south)
    return Cell(code, address.level, west, south, east, north)


def _degrees(start: int, size: int, *, is_negative: bool) -> tuple[float, float]:
    near, far = start / UNITS_PER_DEGREE, (start + size) / UNITS_PER_DEGREE
    # 0.0 - 0.0 and not -0.0
    return (0.0 - far, 0.0 - near) if is_negative else (near, far)


def _decode_cap(code: str) -> Cell:
    west, east, low, high = cap_extent(code[CAP_LENGTH:])
    south, north = (-high, -low) if code[0] == "S" else (low, high)
    return Cell(code, 1 if len(code) == CAP_LENGTH else 2, west, south, east, north)
