"""The ten levels of the BeiDou grid (GB/T 39409-2020) as integers, in units of 1/2048 second of arc."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import Final

UNITS_PER_DEGREE: Final = 3600 * 2048
POLAR_LATITUDE: Final = 88
POLAR_START: Final = POLAR_LATITUDE * UNITS_PER_DEGREE
HALF_TURN: Final = 180 * UNITS_PER_DEGREE
FINEST_LEVEL: Final = 10

ROW_LETTERS: Final = string.ascii_uppercase[:22]
DIGITS: Final = "0123456789ABCDE"


class GridError(ValueError):
    """A position, level or step that the grid has no cell for; the message says which are allowed."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level: cell size in units, how its parent is split, and the length of a code that ends with it."""

    number: int
    width: int
    height: int
    columns: int  # per parent cell; level 1: columns to either side of the prime meridian
    rows: int
    code_length: int
    is_z_order: bool  # one digit 2 * row + column instead of two digits

    @property
    def size(self) -> str:
        return f"{_angle(self.width)} x {_angle(self.height)}"


def _levels() -> tuple[Level, ...]:
    second = 2048
    sizes = [(6 * 3600 * second, 4 * 3600 * second), (1800 * second, 1800 * second), (900 * second, 600 * second)]
    sizes += [(side, side) for side in (60 * second, 4 * second, 2 * second, second // 4, second // 32, 8, 1)]
    lengths = (4, 6, 7, 9, 11, 12, 14, 16, 18, 20)
    parents = [(HALF_TURN, POLAR_START), *sizes[:-1]]
    return tuple(
        Level(number, width, height, parent_width // width, parent_height // height, length, number in (3, 6))
        for number, (width, height), (parent_width, parent_height), length in zip(
            range(1, 11), sizes, parents, lengths, strict=True
        )
    )


def _angle(units: int) -> str:
    for per_unit, sign in ((UNITS_PER_DEGREE, "°"), (60 * 2048, "′"), (2048, "″")):
        if units % per_unit == 0:
            return f"{units // per_unit}{sign}"
    return f"1/{2048 // units}″"


LEVELS: Final = _levels()
LEVEL_OF_LENGTH: Final = {level.code_length: level.number for level in LEVELS}


def level_at(number: int) -> Level:
    """The level with this number, or `GridError`."""
    if number not in range(1, FINEST_LEVEL + 1):
        raise GridError(f"the BeiDou grid has no level {number!r}; expected 1 (6° x 4°) to 10 (1/2048″)")
    return LEVELS[number - 1]


@dataclass(frozen=True, slots=True)
class Address:
    """A cell outside the polar caps: its hemispheres and the units from the origin to its nearest corner."""

    is_south: bool
    is_west: bool
    x: int
    y: int
    level: int


def write_code(address: Address) -> str:
    """The code of the cell of this level that holds the point x, y."""
    first = LEVELS[0]
    column, x = divmod(address.x, first.width)
    row, y = divmod(address.y, first.height)
    number = 30 - column if address.is_west else 31 + column
    code = [f"{'S' if address.is_south else 'N'}{number:02d}{ROW_LETTERS[row]}"]
    for level in LEVELS[1 : address.level]:
        column, x = divmod(x, level.width)
        row, y = divmod(y, level.height)
        code.append(DIGITS[2 * row + column] if level.is_z_order else DIGITS[column] + DIGITS[row])
    return "".join(code)


def read_code(code: str) -> Address:
    """The cell of a canonical code outside the polar caps."""
    first, number = LEVELS[0], int(code[1:3])
    is_west = number <= 30
    x = (30 - number if is_west else number - 31) * first.width
    y = ROW_LETTERS.index(code[3]) * first.height
    last = LEVEL_OF_LENGTH[len(code)]
    for level in LEVELS[1:last]:
        column, row = cell_in_parent(code, level)
        x += column * level.width
        y += row * level.height
    return Address(code[0] == "S", is_west, x, y, last)


def cell_in_parent(code: str, level: Level) -> tuple[int, int]:
    """Column and row of a level within its parent, as the digits of the code say."""
    if level.is_z_order:
        row, column = divmod(DIGITS.index(code[level.code_length - 1]), 2)
        return column, row
    return DIGITS.index(code[level.code_length - 2]), DIGITS.index(code[level.code_length - 1])
