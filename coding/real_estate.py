"""`cn.bdcdyh`: real-estate unit codes (28) and parcel codes (19) of GB/T 37346, and their prefixes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from .base import BaseScheme, Given
from .contract import Kind, Labels, ParsedCode, WrongValue
from .real_estate_letters import NEW_IN_2019
from .real_estate_segments import (
    MULTI_FIXTURE,
    STANDARD_RULES,
    Edition,
    LetterRules,
    Reading,
    number_pattern,
    read_area,
    read_building,
    read_fixture,
    read_parcel,
    read_serial,
    read_unit,
)
from .text import compact_text

_ID: Final = "cn.bdcdyh"
_PARCEL: Final = 19
_UNIT: Final = 28
_GROUP_ENDS: Final = (6, 12, 19, 28)


@dataclass(frozen=True, slots=True)
class Prefix:
    """A rung of the ladder: so many leading characters of a code, and the scheme that they are a code of, if any."""

    length: int
    name: str
    labels: Labels
    scheme: str | None
    code: str


_RUNGS: Final[tuple[tuple[int, str, Labels, str | None], ...]] = (
    (6, "county", {"zh": "县级行政区", "en": "county"}, "cn.xzq"),
    (9, "district", {"zh": "地籍区", "en": "cadastral district"}, "cn.djq"),
    (12, "sub_district", {"zh": "地籍子区", "en": "cadastral sub-district"}, "cn.djzq"),
    (19, "parcel", {"zh": "宗地（宗海）", "en": "parcel"}, _ID),
    (20, "fixture", {"zh": "宗地上的定着物类型", "en": "fixture kind on the parcel"}, None),
    (24, "building", {"zh": "自然幢", "en": "building"}, "cn.zrzh"),
    (28, "unit", {"zh": "不动产单元", "en": "real-estate unit"}, _ID),
)
_RUNG_NAMES: Final = {length: name for length, name, _, _ in _RUNGS}
_PREFIX_LENGTHS: Final = tuple(length for length in _RUNG_NAMES if length not in (_PARCEL, _UNIT))


@dataclass(frozen=True, slots=True)
class RealEstateUnit(BaseScheme):
    """Unit and parcel codes by an edition of the letters, with two-letter extensions that an office may use.

    >>> RealEstateUnit().format("340123002004gb00011f00010001")
    '340123 002004 GB00011 F00010001'
    >>> RealEstateUnit(LetterRules("2015")).is_valid("340123002004GL00011W00000000")
    False
    """

    id: ClassVar[str] = _ID
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "不动产单元代码", "en": "real-estate unit code"}

    rules: LetterRules = STANDARD_RULES

    @property
    def canonical_pattern(self) -> str:
        fixture = f"F{number_pattern(4)}{number_pattern(4)}|[LQ]{number_pattern(8)}|W0{{8}}"
        return f"[0-9]{{12}}(?:{self.rules.parcel_feature_pattern}){number_pattern(5)}(?:{fixture})?"

    def read(self, given: Given) -> ParsedCode:
        if len(given.code) not in (_PARCEL, _UNIT):
            raise given.wrong_length("28 (unit) or 19 (parcel)", _length_hint(len(given.code)))
        reading = read_path(given, self.rules)
        return ParsedCode(self.id, given.code, _RUNG_NAMES[len(given.code)], reading.parts, reading.warnings)

    def format(self, text: str) -> str:
        return grouped(self.validate(text))


def parse_prefix(text: str, rules: LetterRules = STANDARD_RULES) -> ParsedCode:
    """The parts of a prefix of 6, 9, 12, 20 or 24 characters, which is no unit or parcel code by itself.

    `form` names the rung. Raises `CodeError`, also for 19 and 28 characters, which are codes.

    >>> parse_prefix("340123 002004 GB00011 F0001").form
    'building'
    """
    given = Given(_ID, text, compact_text(text))
    if len(given.code) not in _PREFIX_LENGTHS:
        hint = "19 and 28 characters are codes: parse them as such." if len(given.code) in (_PARCEL, _UNIT) else ""
        raise given.wrong_length(f"a prefix of {', '.join(map(str, _PREFIX_LENGTHS))}", hint or "Cut at a segment end.")
    reading = read_path(given, rules)
    return ParsedCode(_ID, given.code, _RUNG_NAMES[len(given.code)], reading.parts, reading.warnings)


def prefixes(text: str, rules: LetterRules = STANDARD_RULES) -> tuple[Prefix, ...]:
    """The ladder below a code or prefix: its shorter prefixes, county first, without the text itself.

    A building is a rung only if the fixture is one building (F, and not 9999 for several).

    >>> [prefix.code for prefix in prefixes("340123002004GB00011")]
    ['340123', '340123002', '340123002004']
    """
    code = compact_text(text)
    code = parse_prefix(text, rules).code if len(code) in _PREFIX_LENGTHS else RealEstateUnit(rules).validate(text)
    return tuple(
        Prefix(length, name, labels, scheme, code[:length])
        for length, name, labels, scheme in _RUNGS
        if length < len(code) and (name != "building" or _is_one_building(code))
    )


def edition_needed(text: str) -> Edition:
    """The oldest edition of the letters that knows this unit or parcel code.

    >>> edition_needed("340123002004GL00011W00000000")
    '2019'
    """
    return "2019" if RealEstateUnit().validate(text)[13] in NEW_IN_2019 else "2015"


def read_path(given: Given, rules: LetterRules) -> Reading:
    """Everything from the county to wherever the code ends, which must be the end of a segment."""
    length = len(given.code)
    reading = read_area(given)
    if length >= 19:
        reading += read_parcel(given, rules)
    if length >= 20:
        reading += read_fixture(given)
    if length == 24:
        _check_one_building(given)
        reading += read_building(given)
    if length == 28:
        reading += read_building(given) + read_unit(given) if given.code[19] == "F" else read_serial(given)
    return reading


def grouped(code: str) -> str:
    """Any code of the ladder in its printed groups of 6, 6, 7 and 9 characters."""
    starts = (0, *_GROUP_ENDS)
    return " ".join(code[start:end] for start, end in zip(starts, _GROUP_ENDS, strict=False) if code[start:end])


def _is_one_building(code: str) -> bool:
    return code[19] == "F" and code[20:24] != MULTI_FIXTURE


def _check_one_building(given: Given) -> None:
    hint = "Only F with a building number of its own has a building key; use the 19 characters of the parcel."
    if not _is_one_building(given.code):
        position = 21 if given.code[19] == "F" else 20
        raise given.error(WrongValue, "names no single building", "F and 0001 to 9998", hint, position)


def _length_hint(length: int) -> str:
    schemes = {rung_length: scheme for rung_length, _, _, scheme in _RUNGS}
    if length in _PREFIX_LENGTHS:
        own = f"; {schemes[length]} is its scheme" if schemes[length] else ""
        return f"This has the length of a prefix ({_RUNG_NAMES[length]}): read it with parse_prefix{own}."
    return "Look for a character lost or added; there is no check digit that could tell which."
