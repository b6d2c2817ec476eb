"""How cells relate: parent, children, containment, neighbours; and which level a measurement can bear."""

from __future__ import annotations

import math
from typing import Final, Literal, TypeAlias

from .codec import decode, encode
from .grid import (
    FINEST_LEVEL,
    HALF_TURN,
    LEVEL_OF_LENGTH,
    LEVELS,
    POLAR_LATITUDE,
    POLAR_START,
    UNITS_PER_DEGREE,
    Address,
    GridError,
    read_code,
    write_code,
)
from .polar import BANDS, CAP_FINEST_LEVEL, is_polar
from .position import Coordinate
from .scheme import BeidouGrid

Direction: TypeAlias = Literal["N", "NE", "E", "SE", "S", "SW", "W", "NW"]

_STEPS: Final[dict[Direction, tuple[int, int]]] = {
    "N": (0, 1),
    "NE": (1, 1),
    "E": (1, 0),
    "SE": (1, -1),
    "S": (0, -1),
    "SW": (-1, -1),
    "W": (-1, 0),
    "NW": (-1, 1),
}
# lower bounds on the CGCS2000 ellipsoid: the equatorial radius for parallels, the least curvature radius of meridians
_PARALLEL_RADIUS_M: Final = 6_378_137.0
_MERIDIAN_RADIUS_M: Final = 6_335_439.0


def level_of(code: str) -> int:
    """The level of a code.

    >>> level_of("N50J47539B8")
    5
    """
    return LEVEL_OF_LENGTH[len(BeidouGrid().validate(code))]


def parent(code: str) -> str | None:
    """The cell of the next coarser level that holds this one; None at level 1.

    >>> parent("N50J47539B82")
    'N50J47539B8'
    """
    code = BeidouGrid().validate(code)
    level = LEVEL_OF_LENGTH[len(code)]
    return None if level == 1 else code[: LEVELS[level - 2].code_length]


def children_count(code: str) -> int:
    """How many cells of the next finer level this cell has; 0 at level 10. `GridError` for cap cells of level 2.

    >>> children_count("N50J")
    96
    """
    code = BeidouGrid().validate(code)
    level = LEVEL_OF_LENGTH[len(code)]
    if is_polar(code):
        if level == CAP_FINEST_LEVEL:
            raise GridError(f"{code} is a cell of a polar cap, which is not divided further here; expected level 1")
        return len({digits for band in BANDS for digits in band})
    return 0 if level == FINEST_LEVEL else LEVELS[level].columns * LEVELS[level].rows


def contains(outer: str, inner: str) -> bool:
    """Whether one cell holds the other; a cell holds itself.

    >>> contains("N50J475", "N50J47539B8")
    True
    """
    scheme = BeidouGrid()
    return scheme.validate(inner).startswith(scheme.validate(outer))


def contains_point(code: str, lon: Coordinate, lat: Coordinate) -> bool:
    """Whether a position lies in the cell, borders as in `encode`.

    >>> contains_point("N50J", "116.3975", "39.9087")
    True
    """
    code = BeidouGrid().validate(code)
    try:
        return encode(lon, lat, LEVEL_OF_LENGTH[len(code)]) == code
    except GridError:
        encode(lon, lat, 1)  # raises for a position nowhere on earth
        return False  # in a cap, where this level has no cells


def neighbours(code: str) -> dict[Direction, str]:
    """The eight cells of the same level around this one, across equator and meridians where need be.

    `GridError` for a cell in a polar cap or with a side on one: the caps have no cells that fit.

    >>> neighbours("N31A")["SW"]
    'S30A'
    """
    code = BeidouGrid().validate(code)
    if is_polar(code):
        raise _no_neighbours(code)
    address = read_code(code)
    level = LEVELS[address.level - 1]
    column, row = signed_address(address)
    rows, columns = POLAR_START // level.height, 2 * HALF_TURN // level.width
    if not -rows < row < rows - 1:
        raise _no_neighbours(code)
    return {
        direction: cell_at((column + east + columns // 2) % columns - columns // 2, row + north, address.level)
        for direction, (east, north) in _STEPS.items()
    }


def finest_level(uncertainty_m: float, latitude: float) -> int:
    """The finest level whose cells can hold the whole circle of a positional uncertainty (a radius in metres).

    Codes of finer levels would differ by chance between two measurements of one point. In a polar cap at most 2.
    Raises `GridError` for a negative or unknown uncertainty, or one too large even for level 1.

    >>> finest_level(0.75, 31.8)
    7
    """
    if not 0 <= uncertainty_m < math.inf:
        raise GridError(f"{uncertainty_m!r} is no uncertainty; expected metres, 0 or more")
    if not abs(latitude) <= 90:
        raise GridError(f"{latitude!r} is no latitude; expected -90 to 90 degrees")
    in_cap = abs(latitude) >= POLAR_LATITUDE
    for level in reversed(LEVELS[:CAP_FINEST_LEVEL] if in_cap else LEVELS):
        height = level.height / UNITS_PER_DEGREE
        # cap cells are 60 degrees wide and more around the pole: their height is what counts
        width = math.inf if in_cap else level.width / UNITS_PER_DEGREE * math.cos(math.radians(latitude))
        narrow = min(math.radians(height) * _MERIDIAN_RADIUS_M, math.radians(width) * _PARALLEL_RADIUS_M)
        if narrow >= 2 * uncertainty_m:
            return level.number
    raise GridError(f"{uncertainty_m!r} m is more than a cell of level 1 can hold; a grid code would say nothing")


def signed_address(address: Address) -> tuple[int, int]:
    """Column and row of a cell at its level, counted from the origin; -1 is the first one west or south of it."""
    level = LEVELS[address.level - 1]
    return (
        _signed(address.x // level.width, is_negative=address.is_west),
        _signed(address.y // level.height, is_negative=address.is_south),
    )


def _signed(index: int, *, is_negative: bool) -> int:
    return -index - 1 if is_negative else index


def cell_at(column: int, row: int, number: int) -> str:
    """The code of the cell with this signed column and row."""
    level = LEVELS[number - 1]
    x = (-column - 1 if column < 0 else column) * level.width
    y = (-row - 1 if row < 0 else row) * level.height
    return write_code(Address(row < 0, column < 0, x, y, number))


def _no_neighbours(code: str) -> GridError:
    cell = decode(code)
    return GridError(
        f"{code} reaches latitude {max(abs(cell.south), abs(cell.north))}, and neighbours in a polar cap "
        f"are not defined; expected a cell below {POLAR_LATITUDE} degrees that does not touch it"
    )
