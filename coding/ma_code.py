"""`ma`: MA identification code (IDcode) under ISO/IEC 15459: agency, country, node, organisation, and an object."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from .base import BaseScheme, Given
from .contract import Kind, Labels, ParsedCode, Part, WrongCharacter, WrongValue

_SEGMENT: Final = re.compile(r"[./]?[^./]+")
_NAMES: Final[tuple[tuple[str, Labels], ...]] = (
    ("agency", {"zh": "发行机构", "en": "issuing agency"}),
    ("country", {"zh": "国家或地区", "en": "country"}),
    ("node", {"zh": "行业或区域节点", "en": "industry or region"}),
    ("organisation", {"zh": "组织", "en": "organisation"}),
)
_OBJECT: Final[tuple[tuple[str, Labels], ...]] = (
    ("use", {"zh": "用途", "en": "use"}),
    ("category", {"zh": "品类", "en": "category"}),
    ("item", {"zh": "对象", "en": "item"}),
)


@dataclass(frozen=True, slots=True)
class MaCode(BaseScheme):
    """MA codes in the dotted form. Nobody published how their check characters go, so none is looked at.

    >>> MaCode().validate("MA.156.1003.1629/60.10000000.2/")
    'MA.156.1003.1629/60.10000000.2'
    """

    id: ClassVar[str] = "ma"
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "MA 标识代码", "en": "MA identification code"}

    @property
    def canonical_pattern(self) -> str:
        return r"MA\.[0-9]{3}(?:\.[0-9A-Z]{1,16}){1,6}(?:/[0-9A-Z]{1,16}(?:\.[0-9A-Z]{1,16}){0,6})?"

    def compact(self, text: str) -> str:
        return BaseScheme.compact(self, text).removesuffix("/")

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if not code:
            raise given.wrong_length("MA and segments with dots", "Copy the whole code.")
        if not code.startswith("MA."):
            problem = "does not begin with MA and a dot"
            hint = "A spatial identity code begins with MA1001 and is of the scheme cn.sic."
            raise given.error(WrongCharacter, problem, "MA.", hint, 1)
        for place, character in enumerate(code):
            given.check_characters(place, place + 1, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ./", "code")
            if character in "./" and (place + 1 == len(code) or code[place + 1] in "./"):
                hint = "Each dot and slash stands between two segments."
                raise given.error(WrongValue, "has an empty segment", "letters or digits", hint, place + 1)
        if code.count("/") > 1:
            hint = "One slash stands between organisation and object."
            raise given.error(WrongValue, "has several slashes", "at most one", hint, code.rindex("/") + 1)
        organisation, slash, object_ = code.partition("/")
        heads, tails = _SEGMENT.findall(organisation), _SEGMENT.findall(slash + object_)
        if not re.fullmatch(r"\.[0-9]{3}", heads[1]):
            hint = "China is 156: three digits of ISO 3166-1."
            raise given.error(WrongValue, f"has the country {heads[1][1:]}", "3 digits", hint, 4)
        if len(heads) < 3:
            raise given.wrong_length("a node or organisation after the country", "Copy the whole code.")
        if len(heads) > 8 or len(tails) > 7 or any(len(each.strip("./")) > 16 for each in (*heads, *tails)):
            raise given.wrong_length("at most 8 and 7 segments of 16 characters", "Cut what does not belong to it.")
        parts = [*_parts(heads, _NAMES, "part"), *_parts(tails, _OBJECT, "object")]
        return ParsedCode(self.id, code, "object" if tails else "organisation", tuple(parts))


def _parts(segments: list[str], names: tuple[tuple[str, Labels], ...], further: str) -> list[Part]:
    found = []
    for place, segment in enumerate(segments):
        rest: tuple[str, Labels] = (f"{further}_{place}", {"zh": f"第 {place + 1} 段", "en": f"segment {place + 1}"})
        name, labels = names[place] if place < len(names) else rest
        value = segment.lstrip("./")
        is_china = name == "country" and value == "156"
        meaning: Labels = {"zh": "中国", "en": "China"} if is_china else {"zh": value, "en": value}
        found.append(Part(name, segment, labels, meaning))
    return found
