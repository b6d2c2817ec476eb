"""Reference codes of the BeiDou grid: a cell named by its offset from another one, up to seven cells each way."""

from __future__ import annotations

import re
from typing import Final

from ..contract import quoted
from .grid import HALF_TURN, LEVEL_OF_LENGTH, LEVELS, POLAR_START, GridError, read_code
from .polar import is_polar
from .relations import cell_at, signed_address
from .scheme import BeidouGrid

COARSEST_LEVEL: Final = 5
_FARTHEST: Final = 7
# 0-7 towards east and north, A-G one to seven towards west and south
_OFFSETS: Final = "GFEDCBA01234567"
_REFERENCE: Final = re.compile(r"([0-9A-Za-z]{11,20})-([0-7A-Ga-g])([0-7A-Ga-g])")


def reference_code(reference: str, target: str) -> str:
    """The code of `target` as seen from `reference`, both of the same level, 5 or finer, outside the polar caps.

    Raises `CodeError` for a text that is no code, `GridError` for other levels and for cells too far apart.

    >>> reference_code("N50J475492E", "N50J475493E")
    'N50J475492E-10'
    """
    reference, target = _plain(reference), _plain(target)
    level = LEVEL_OF_LENGTH[len(reference)]
    if LEVEL_OF_LENGTH[len(target)] != level:
        raise GridError(
            f"{reference} is of level {level} and {target} of level {LEVEL_OF_LENGTH[len(target)]}; "
            "expected cells of one level. Cut the longer code."
        )
    (column, row), (target_column, target_row) = (signed_address(read_code(code)) for code in (reference, target))
    columns = 2 * HALF_TURN // LEVELS[level - 1].width
    east = (target_column - column + columns // 2) % columns - columns // 2
    north = target_row - row
    if max(abs(east), abs(north)) > _FARTHEST:
        raise GridError(
            f"{target} lies {east} cells east and {north} north of {reference}; expected at most {_FARTHEST} each way. "
            "Take a nearer reference cell or a coarser level."
        )
    return f"{reference}-{_OFFSETS[east + _FARTHEST]}{_OFFSETS[north + _FARTHEST]}"


def resolve_reference(text: str) -> str:
    """The plain code of the cell that a reference code names; the hyphen is required.

    Raises `GridError` for a text of another form, `CodeError` if its first part is no code.

    >>> resolve_reference("N50J475492E-10")
    'N50J475493E'
    """
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise GridError(
            f"{quoted(text)} is no reference code; expected a code of level 5 or finer, a hyphen and two characters "
            "of 0-7 or A-G, such as N50J475492E-10. Second offsets for a finer target are not read."
        )
    reference = _plain(match[1])
    column, row = signed_address(read_code(reference))
    level = LEVELS[LEVEL_OF_LENGTH[len(reference)] - 1]
    east, north = (_OFFSETS.index(character.upper()) - _FARTHEST for character in match.groups()[1:])
    rows, columns = POLAR_START // level.height, 2 * HALF_TURN // level.width
    if not -rows <= row + north < rows:
        raise GridError(f"{text} leads into a polar cap, which has no such cells; expected a target below 88 degrees")
    return cell_at((column + east + columns // 2) % columns - columns // 2, row + north, level.number)


def _plain(code: str) -> str:
    code = BeidouGrid().validate(code)
    level = LEVEL_OF_LENGTH[len(code)]
    if is_polar(code) or level < COARSEST_LEVEL:
        raise GridError(
            f"{code} cannot take part in a reference code; expected level {COARSEST_LEVEL} or finer, below 88 degrees"
        )
    return code
