"""`cn.feature-code`: six-digit feature classes of GB/T 13923, checked in syntax only."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import ClassVar, Final

from .base import BaseScheme, Given
from .contract import Kind, Labels, ParsedCode, Part

_LENGTH: Final = 6
_MAJORS: Final[dict[str, Labels]] = {
    "1": {"zh": "定位基础", "en": "positioning basis"},
    "2": {"zh": "水系", "en": "hydrography"},
    "3": {"zh": "居民地及设施", "en": "settlements and facilities"},
    "4": {"zh": "交通", "en": "transport"},
    "5": {"zh": "管线", "en": "pipelines"},
    "6": {"zh": "境界与政区", "en": "boundaries and administrative areas"},
    "7": {"zh": "地貌", "en": "landform"},
    "8": {"zh": "植被与土质", "en": "vegetation and soil"},
}
_SEGMENTS: Final[tuple[tuple[str, int, int, Labels], ...]] = (
    ("medium", 1, 2, {"zh": "中类", "en": "medium class"}),
    ("minor", 2, 4, {"zh": "小类", "en": "minor class"}),
    ("sub", 4, 6, {"zh": "子类", "en": "sub-class"}),
)


@dataclass(frozen=True, slots=True)
class FeatureCode(BaseScheme):
    """Feature codes; the same six digits mean something else as an entity class or a division.

    >>> FeatureCode().parse("210000").parts[0].meaning["en"]
    'hydrography'
    """

    id: ClassVar[str] = "cn.feature-code"
    kind: ClassVar[Kind] = Kind.CLASS
    labels: ClassVar[Labels] = {"zh": "基础地理信息要素代码", "en": "feature code of GB/T 13923"}
    certainty: ClassVar[float] = 0.2  # six digits say little, and the table of codes is not public

    @property
    def canonical_pattern(self) -> str:
        return "[1-8][0-9]{5}"

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if len(code) != _LENGTH:
            raise given.wrong_length("6 digits", "Registration tables use feature codes of 10 digits, another scheme.")
        given.check_characters(0, 1, "".join(_MAJORS), "major class")
        given.check_characters(1, _LENGTH, string.digits, "feature code")
        major = Part("major", code[0], {"zh": "大类", "en": "major class"}, _MAJORS[code[0]])
        rest = (Part(name, code[a:b], labels, _meaning(labels, code, a, b)) for name, a, b, labels in _SEGMENTS)
        return ParsedCode(self.id, code, None, (major, *rest))


def _meaning(labels: Labels, code: str, start: int, stop: int) -> Labels:
    if not code[start:stop].strip("0"):
        return {"zh": f"无{labels['zh']}", "en": f"no {labels['en']}"}
    full = code[:stop].ljust(_LENGTH, "0")
    return {"zh": f"{labels['zh']} {full}", "en": f"{labels['en']} {full}"}
