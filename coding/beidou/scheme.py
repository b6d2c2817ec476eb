"""`cn.beidou`: the two-dimensional BeiDou grid location code as a code scheme."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from ..base import BaseScheme, Given
from ..contract import Kind, Labels, ParsedCode, Part, WrongCharacter, WrongLength, WrongValue
from ..text import HYPHENS
from .grid import DIGITS, LEVEL_OF_LENGTH, LEVELS, ROW_LETTERS, Level, cell_in_parent
from .polar import BANDS, CAP_LENGTH, cap_extent, is_polar

_LENGTHS: Final = ", ".join(str(length) for length in LEVEL_OF_LENGTH)
_CAP_DIGITS: Final = sorted({digits for band in BANDS for digits in band})
_HEMISPHERES: Final[dict[str, Labels]] = {
    "N": {"zh": "北半球", "en": "northern hemisphere"},
    "S": {"zh": "南半球", "en": "southern hemisphere"},
}
_HYPHEN_CLASS: Final = f"[{re.escape(HYPHENS)}]"
_THREE_DIMENSIONAL: Final = re.compile("[NS][01][0-9]{2}[A-V]")
# a code of level 5 or finer, a hyphen, and an offset of two characters, perhaps a second one
_REFERENCE: Final = re.compile("[NS][0-9]{2}[A-V][0-9A-E]{7,16}-[0-9A-G]{2}(?:-[0-9A-G]{2})?")


@dataclass(frozen=True, slots=True)
class BeidouGrid(BaseScheme):
    """Cells of the levels 1 to 10, in the polar caps 1 and 2. They name places: never the identity of an entity.

    >>> BeidouGrid().parse("N50J47539B8").form
    'level 5'
    """

    id: ClassVar[str] = "cn.beidou"
    kind: ClassVar[Kind] = Kind.PLACE
    labels: ClassVar[Labels] = {"zh": "北斗网格位置码", "en": "BeiDou grid location code"}

    @property
    def canonical_pattern(self) -> str:
        pattern = ""
        for level in reversed(LEVELS[1:]):
            pattern = f"(?:{''.join(f'[{alphabet}]' for alphabet in alphabets(level))}{pattern})?"
        return f"[NS](?:(?:0[1-9]|[1-5][0-9]|60)[A-V]{pattern}|000(?:{'|'.join(_CAP_DIGITS)})?)"

    def read(self, given: Given) -> ParsedCode:
        _refuse_other_forms(given)
        code = given.code
        if len(code) not in LEVEL_OF_LENGTH:
            raise given.wrong_length(f"one of {_LENGTHS} (levels 1 to 10)", "Cut the code at the end of a level.")
        given.check_characters(0, 1, "NS", "hemisphere")
        form = f"level {LEVEL_OF_LENGTH[len(code)]}"
        if is_polar(code):
            return ParsedCode(self.id, code, form, _read_cap(given))
        given.check_digits(1, 3, "column")
        if not 1 <= int(code[1:3]) <= 60:
            raise given.error(WrongValue, f"has the column {code[1:3]}", "01 to 60", "Columns are 6 degrees wide.", 2)
        given.check_characters(3, 4, ROW_LETTERS, "row")
        finer = LEVELS[1 : LEVEL_OF_LENGTH[len(code)]]
        return ParsedCode(self.id, code, form, (*_first_parts(code), *(_read_level(given, level) for level in finer)))

    def canonical_codes(self, values: pl.Series) -> pl.Series:
        # a hyphen may mean a reference code: only `read` can tell
        hyphenated = values.str.contains(_HYPHEN_CLASS).fill_null(value=False)
        return BaseScheme.canonical_codes(self, values.set(hyphenated, None))


def alphabets(level: Level) -> tuple[str, ...]:
    """The characters that each place of a level may have."""
    if level.is_z_order:
        return (DIGITS[: level.columns * level.rows],)
    return DIGITS[: level.columns], DIGITS[: level.rows]


def _refuse_other_forms(given: Given) -> None:
    if _THREE_DIMENSIONAL.match(given.code):
        hint = "This scheme reads the 2D code: leave the height digits out, or take the scheme cn.beidou-3d."
        raise given.error(WrongCharacter, "looks like a 3D code", "the row letter as 4th character", hint, 4)
    if any(hyphen in given.text for hyphen in HYPHENS):
        written = re.sub(_HYPHEN_CLASS, "\0", given.text)
        with_hyphens = BeidouGrid().compact(written).replace("\0", "-")
        if _REFERENCE.fullmatch(with_hyphens):
            hint = "Resolve it against its reference cell, or leave the hyphen out if it only groups the characters."
            problem = "reads as a reference code, an offset from another cell"
            raise given.error(WrongValue, problem, "a plain 2D code", hint)


def _first_parts(code: str) -> tuple[Part, ...]:
    column, row = int(code[1:3]), ROW_LETTERS.index(code[3])
    west = 6 * (column - 31)
    return (
        _hemisphere(code),
        Part(
            "column",
            code[1:3],
            {"zh": "6° 列号", "en": "6° column"},
            {"zh": f"经度 {west}° 至 {west + 6}°", "en": f"longitude {west}° to {west + 6}°"},
        ),
        Part(
            "row",
            code[3],
            {"zh": "4° 行号", "en": "4° row"},
            {"zh": f"离赤道 {4 * row}° 至 {4 * row + 4}°", "en": f"{4 * row}° to {4 * row + 4}° from the equator"},
        ),
    )


def _read_level(given: Given, level: Level) -> Part:
    allowed = alphabets(level)
    start = level.code_length - len(allowed)
    for offset, alphabet in enumerate(allowed):
        given.check_characters(start + offset, start + offset + 1, alphabet, f"digits of level {level.number}")
    column, row = cell_in_parent(given.code, level)
    meaning: Labels = {
        "zh": f"上级网格内第 {column} 列第 {row} 行（从 0 起），网格 {level.size}",
        "en": f"column {column}, row {row} of the parent cell (counted from 0), cell {level.size}",
    }
    return Part(f"level_{level.number}", given.code[start : level.code_length], _level_labels(level.number), meaning)


def _read_cap(given: Given) -> tuple[Part, ...]:
    code, digits = given.code, given.code[CAP_LENGTH:]
    if len(digits) > 2:
        problem = f"is a cell of level {LEVEL_OF_LENGTH[len(code)]} in a polar cap"
        hint = "The standard leaves the numbering of finer cells open: cut to 6 characters."
        raise given.error(WrongLength, problem, "level 1 or 2 after 000", hint, 7)
    cap: Labels = {"zh": "极区（纬度 88° 以上）", "en": "polar cap, from 88° to the pole"}
    parts = (_hemisphere(code), Part("cap", code[1:CAP_LENGTH], {"zh": "极区", "en": "polar cap"}, cap))
    if not digits:
        return parts
    given.check_characters(CAP_LENGTH, len(code), "0123", "digits of level 2")
    west, east, low, high = cap_extent(digits)
    meaning: Labels = {
        "zh": f"经度 {west:g}° 至 {east:g}°，离赤道 {low:g}° 至 {high:g}°",
        "en": f"longitude {west:g}° to {east:g}°, {low:g}° to {high:g}° from the equator",
    }
    return (*parts, Part("level_2", digits, _level_labels(2), meaning))


def _hemisphere(code: str) -> Part:
    return Part("hemisphere", code[0], {"zh": "半球", "en": "hemisphere"}, _HEMISPHERES[code[0]])


def _level_labels(number: int) -> Labels:
    return {"zh": f"第 {number} 级", "en": f"level {number}"}
