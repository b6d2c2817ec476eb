"""`cn.location`, `cn.location-3d` and `cn.sic`: location codes, and the spatial identity code that is built on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from .base import BaseScheme, Given
from .contract import CodeError, Kind, Labels, ParsedCode, Part, WrongValue
from .entity_class import EntityClass, entity_classes
from .location import FINEST_LEVEL, LEVELS, PLANE_LEVELS, SOLID_LEVELS, LocationLevel, alphabets, code_length

_DOMAIN: Final = "MA1001"
_PLANE: Final = code_length(FINEST_LEVEL, is_solid=False)
_SOLID: Final = code_length(FINEST_LEVEL, is_solid=True)
_TAIL: Final = 6 + 4 + 4
_QUADRANTS: Final[dict[str, Labels]] = {
    "NE": {"zh": "北纬东经", "en": "north and east"}, "NW": {"zh": "北纬西经", "en": "north and west"},
    "SE": {"zh": "南纬东经", "en": "south and east"}, "SW": {"zh": "南纬西经", "en": "south and west"},
}  # fmt: skip
_SIDES: Final[dict[str, Labels]] = {
    "0": {"zh": "椭球面以上", "en": "above the ellipsoid"},
    "1": {"zh": "椭球面以下（不等于地下）", "en": "below the ellipsoid, which need not be underground"},
}


def _level_pattern(level: LocationLevel, *, is_solid: bool) -> str:
    plane = "(?:0[0-9]|1[0-4])[A-K]" if level.form == "lattice" else "".join(f"[{each}]" for each in alphabets(level))
    if not is_solid:
        return plane
    if level.number == 1:
        return plane + "[0-9]"
    return plane + ("(?:0[0-9]|10)" if level.height_digits == 2 else f"[0-{level.height_radix - 1}]")


def _pattern(*, is_solid: bool) -> str:
    pattern = ""
    for level in reversed(LEVELS):
        pattern = f"(?:{_level_pattern(level, is_solid=is_solid)}{pattern})?"
    return "[NS][EW]" + ("[01]" if is_solid else "") + pattern


def _read_location(given: Given, code: str, offset: int, *, is_solid: bool) -> tuple[Part, ...]:
    """The parts of a location code that begins at `offset` of the given one."""
    level = (SOLID_LEVELS if is_solid else PLANE_LEVELS)[len(code)]
    given.check_characters(offset, offset + 1, "NS", "hemisphere")
    given.check_characters(offset + 1, offset + 2, "EW", "hemisphere")
    parts = [Part("quadrant", code[:2], {"zh": "象限", "en": "quadrant"}, _QUADRANTS[code[:2]])]
    place = 2
    if is_solid:
        given.check_characters(offset + 2, offset + 3, "01", "side of the ellipsoid")
        parts.append(Part("side", code[2], {"zh": "高程方向", "en": "side of the ellipsoid"}, _SIDES[code[2]]))
        place = 3
    for each in LEVELS[:level]:
        start = place
        for alphabet in alphabets(each):
            given.check_characters(offset + place, offset + place + 1, alphabet, f"digits of level {each.number}")
            place += 1
        if each.form == "lattice" and int(code[start : start + 2]) > 14:
            problem = f"has the column {code[start : start + 2]} at level 2"
            raise given.error(WrongValue, problem, "00 to 14", "Columns are 6 degrees wide.", offset + start + 1)
        if is_solid:
            end = place + each.height_digits
            given.check_digits(offset + place, offset + end, f"height of level {each.number}")
            highest = 9 if each.number == 1 else each.height_radix - 1
            if int(code[place:end]) > highest:
                problem = f"has the height layer {code[place:end]} at level {each.number}"
                raise given.error(WrongValue, problem, f"at most {highest}", "Compare the digits.", offset + place + 1)
            place = end
        size: Labels = {"zh": f"第 {each.number} 级网格", "en": f"cell of level {each.number}"}
        labels: Labels = {"zh": f"第 {each.number} 级", "en": f"level {each.number}"}
        parts.append(Part(f"level_{each.number}", code[start:place], labels, size))
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class _Location(BaseScheme):
    """A location code of the levels 0 to 16."""

    kind: ClassVar[Kind] = Kind.PLACE
    certainty: ClassVar[float] = 0.8  # some lengths are those of plane and of solid codes
    is_solid: ClassVar[bool]

    @property
    def canonical_pattern(self) -> str:
        return _pattern(is_solid=self.is_solid)

    def read(self, given: Given) -> ParsedCode:
        levels = SOLID_LEVELS if self.is_solid else PLANE_LEVELS
        if len(given.code) not in levels:
            lengths = ", ".join(map(str, levels))
            raise given.wrong_length(f"one of {lengths} (levels 0 to 16)", "Cut the code at the end of a level.")
        parts = _read_location(given, given.code, 0, is_solid=self.is_solid)
        return ParsedCode(self.id, given.code, f"level {levels[len(given.code)]}", parts)


@dataclass(frozen=True, slots=True)
class PlaneLocation(_Location):
    """Plane location codes of the levels 0 to 16.

    >>> PlaneLocation().parse("NE104J25253343282311346152").form
    'level 16'
    """

    id: ClassVar[str] = "cn.location"
    labels: ClassVar[Labels] = {"zh": "空间身份编码位置码（二维）", "en": "location code of spatial identity"}
    is_solid: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class SolidLocation(_Location):
    """Solid location codes of the levels 0 to 16.

    >>> SolidLocation().parse("NE01004J00").form
    'level 2'
    """

    id: ClassVar[str] = "cn.location-3d"
    labels: ClassVar[Labels] = {
        "zh": "空间身份编码位置码（三维）",
        "en": "solid location code of the spatial identity code",
    }
    is_solid: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class SpatialIdentity(BaseScheme):
    """Spatial identity codes: MA1001, location of level 16, class, sequence, extension.

    >>> SpatialIdentity().format("MA1001NE104J2525334328231134615223010100010000")
    'MA1001-NE104J25253343282311346152.230101.0001-0000'
    """

    id: ClassVar[str] = "cn.sic"
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "基础地理实体空间身份编码", "en": "spatial identity code of a geographic entity"}

    @property
    def canonical_pattern(self) -> str:
        plane = "[NS][EW]" + "".join(_level_pattern(each, is_solid=False) for each in LEVELS)
        solid = "[NS][EW][01]" + "".join(_level_pattern(each, is_solid=True) for each in LEVELS)
        sequence = "(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
        return f"{_DOMAIN}(?:{plane}|{solid})(?:{EntityClass().canonical_pattern}){sequence}[0-9]{{4}}"

    def compact(self, text: str) -> str:
        return BaseScheme.compact(self, text).replace(".", "", 2)

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        lengths = {len(_DOMAIN) + each + _TAIL: each for each in (_PLANE, _SOLID)}
        if len(code) not in lengths:
            expected = " or ".join(f"{length} characters" for length in lengths)
            raise given.wrong_length(f"{expected}, plane or solid", "Copy the whole code with class and sequence.")
        for place, character in enumerate(_DOMAIN):
            given.check_characters(place, place + 1, character, "domain", f"The code begins with {_DOMAIN}.")
        start, location = len(_DOMAIN), lengths[len(code)]
        end = start + location
        parts = _read_location(given, code[start:end], start, is_solid=location == _SOLID)
        class_ = code[end : end + 6]
        try:
            EntityClass().validate(class_)
        except CodeError as error:
            raise given.error(
                WrongValue, f"has the class code {class_}", error.expected, error.hint, end + 1
            ) from error
        given.check_digits(end + 6, len(code), "sequence and extension")
        if code[end + 6 : end + 10] == "0000":
            hint = "The sequence counts from 0001."
            raise given.error(WrongValue, "has the sequence 0000", "0001 to 9999", hint, end + 7)
        names = entity_classes()[class_].names
        form = "solid" if location == _SOLID else "plane"
        return ParsedCode(
            self.id,
            code,
            form,
            (
                Part("domain", _DOMAIN, {"zh": "专有标识域", "en": "domain"}, {"zh": "MA 发行机构", "en": "agency MA"}),
                *parts,
                Part("class", class_, {"zh": "分类代码", "en": "class"}, names),
                Part("sequence", code[end + 6 : end + 10], {"zh": "顺序码", "en": "sequence"},
                     {"zh": "同位置同类的第几个", "en": "which of the same class at the same location"}),
                Part("extension", code[end + 10 :], {"zh": "扩展域", "en": "extension"},
                     {"zh": "自定义", "en": "of the user's own"}),
            ),
        )  # fmt: skip

    def canonical_codes(self, values: pl.Series) -> pl.Series:
        return pl.repeat(None, len(values), dtype=pl.String, eager=True)  # the pattern alone can't tell

    def format(self, text: str) -> str:
        code = self.validate(text)
        tail = len(code) - _TAIL
        return f"{code[:6]}-{code[6:tail]}.{code[tail : tail + 6]}.{code[tail + 6 : tail + 10]}-{code[tail + 10 :]}"
