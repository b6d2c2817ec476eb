"""Cells of worldwide grids, each judged by its own library: `h3`, `s2`, `geohash` and `olc` (Plus Codes).

They name places: never the identity of an entity. All take WGS 84 longitude and latitude.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final

import h3
import polars as pl
import s2geometry as s2
from openlocationcode import openlocationcode as olc

from .base import BaseScheme, Given
from .contract import Kind, Labels, ParsedCode, Part, WrongValue

_HEX: Final = "0123456789abcdef"
_BASE32: Final = "0123456789bcdefghjkmnpqrstuvwxyz"
_OLC: Final = "23456789CFGHJMPQRVWX"


@dataclass(frozen=True, slots=True)
class _LowerCell(BaseScheme):
    """A scheme whose codes are in lower case."""

    def compact(self, text: str) -> str:
        plain = BaseScheme.compact(self, text)
        name = self.called
        plain = plain.removeprefix(name).removeprefix(":") if name and plain != name else plain
        return plain.translate(_LOWER)

    def canonical_codes(self, values: pl.Series) -> pl.Series:
        return values.set(~self.is_canonical(values), None)


_LOWER: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class H3Cell(_LowerCell):
    """H3 indexes of cells, resolution 0 to 15.

    >>> H3Cell().parse("8931AA50107FFFF").form
    'resolution 9'
    """

    id: ClassVar[str] = "h3"
    kind: ClassVar[Kind] = Kind.PLACE
    labels: ClassVar[Labels] = {"zh": "H3 六边形网格", "en": "H3 cell"}

    @property
    def canonical_pattern(self) -> str:
        return "8[0-9a-f]{14}"

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if len(code) != 15:
            raise given.wrong_length("15 hexadecimal digits", "Copy the whole index of the cell.")
        given.check_characters(0, 1, "8", "first digit", "Indexes of cells begin with 8; of edges and vertices not.")
        given.check_characters(1, 15, _HEX, "index")
        if not h3.is_valid_cell(code):
            hint = "Its bits do not go together: compare with the original."
            raise given.error(WrongValue, "is the index of no cell", "a valid H3 index", hint)
        resolution, base = h3.get_resolution(code), h3.get_base_cell_number(code)
        meaning: Labels = {
            "zh": f"分辨率 {resolution}，基础网格 {base}",
            "en": f"resolution {resolution}, base cell {base}",
        }
        part = Part("index", code, {"zh": "索引", "en": "index"}, meaning)
        return ParsedCode(self.id, code, f"resolution {resolution}", (part,))

    def is_canonical(self, values: pl.Series) -> pl.Series:
        return _holds(BaseScheme.is_canonical(self, values), values, h3.is_valid_cell)


@dataclass(frozen=True, slots=True)
class S2Token(_LowerCell):
    """S2 tokens, level 0 to 30. Any short hexadecimal number looks like one, so a text has to say `S2`.

    >>> S2Token().parse("S2 35f056b1c").form
    'level 15'
    """

    id: ClassVar[str] = "s2"
    kind: ClassVar[Kind] = Kind.PLACE
    labels: ClassVar[Labels] = {"zh": "S2 网格", "en": "S2 cell"}
    called: ClassVar[str | None] = "S2"

    @property
    def canonical_pattern(self) -> str:
        return "[0-9a-f]{0,15}[1-9a-f]"

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if not 1 <= len(code) <= 16:
            raise given.wrong_length("1 to 16 hexadecimal digits", "Copy the token alone.")
        given.check_characters(0, len(code), _HEX, "token")
        if code.endswith("0"):
            code = code.rstrip("0")
        if not code or not _is_token(code):
            hint = "A token has a face from 0 to 5 and ends with its level: compare with the original."
            raise given.error(WrongValue, "is the token of no cell", "a valid S2 token", hint)
        level = s2.S2CellId.FromToken(code).level()
        meaning: Labels = {"zh": f"第 {level} 级", "en": f"level {level}"}
        part = Part("token", code, {"zh": "标记", "en": "token"}, meaning)
        return ParsedCode(self.id, code, f"level {level}", (part,))

    def is_canonical(self, values: pl.Series) -> pl.Series:
        return _holds(BaseScheme.is_canonical(self, values), values, _is_token)


@dataclass(frozen=True, slots=True)
class Geohash(_LowerCell):
    """Geohashes of 1 to 12 characters. Many words look like one, so a text has to say `geohash`.

    >>> Geohash().parse("geohash:wx4ewb8").form
    'length 7'
    """

    id: ClassVar[str] = "geohash"
    kind: ClassVar[Kind] = Kind.PLACE
    labels: ClassVar[Labels] = {"zh": "Geohash 网格", "en": "geohash"}
    called: ClassVar[str | None] = "GEOHASH"

    @property
    def canonical_pattern(self) -> str:
        return f"[{_BASE32}]{{1,12}}"

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if not 1 <= len(code) <= 12:
            raise given.wrong_length("1 to 12 characters", "Copy the geohash alone.")
        given.check_characters(0, len(code), _BASE32, "geohash", "a, i, l and o do not occur.")
        meaning: Labels = {"zh": f"长度 {len(code)}", "en": f"of length {len(code)}"}
        part = Part("cell", code, {"zh": "网格", "en": "cell"}, meaning)
        return ParsedCode(self.id, code, f"length {len(code)}", (part,))


@dataclass(frozen=True, slots=True)
class PlusCode(BaseScheme):
    """Full Plus Codes (Open Location Codes); short ones need a place that they are near.

    >>> PlusCode().validate("8pfrx8v7+72")
    '8PFRX8V7+72'
    """

    id: ClassVar[str] = "olc"
    kind: ClassVar[Kind] = Kind.PLACE
    labels: ClassVar[Labels] = {"zh": "Plus Code 开放位置码", "en": "Plus Code (Open Location Code)"}

    @property
    def canonical_pattern(self) -> str:
        pair = f"[{_OLC}]{{2}}"
        first = f"[{_OLC[:9]}][{_OLC[:18]}]"
        return f"{first}(?:000000|{pair}0000|{pair}{pair}00)\\+|{first}{pair}{pair}{pair}\\+(?:[{_OLC}]{{2,7}})?"

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        for place in range(len(code)):
            given.check_characters(place, place + 1, f"{_OLC}+0", "code", "Plus Codes have few letters and no 1.")
        if len(code) < 9 or len(code) > 16:
            raise given.wrong_length("8 digits, + and up to 7 digits", "Copy the whole code, not the short form.")
        if not olc.isFull(code):
            problem = "is a short code or none" if olc.isShort(code) else "is no Plus Code"
            hint = "The + stands after 8 digits; zeros fill only the end of these."
            raise given.error(WrongValue, problem, "a full code such as 8PFRX8V7+72", hint)
        head, tail = code[:8], code[8:]
        size = len(code.replace("+", "").rstrip("0"))
        labels: Labels = {"zh": "网格", "en": "cell"}
        fine: Labels = {"zh": "细分", "en": "finer digits"}
        said: Labels = {"zh": f"{size} 位", "en": f"{size} digits"}
        return ParsedCode(
            self.id, code, f"{size} digits", (Part("cell", head, labels, said), Part("finer", tail, fine, said))
        )

    def is_canonical(self, values: pl.Series) -> pl.Series:
        return _holds(BaseScheme.is_canonical(self, values), values, olc.isFull)


def _is_token(text: str) -> bool:
    return bool(s2.S2CellId.FromToken(text).is_valid())


def _holds(shaped: pl.Series, values: pl.Series, is_valid: Callable[[str], bool]) -> pl.Series:
    """Where a text of the right form is valid by its library, which judges one at a time."""
    found = [bool(is_valid(text)) for text in values.filter(shaped).to_list()]
    return shaped.scatter(shaped.arg_true(), found)
