"""`cn.entity-class`: classes of fundamental geographic entities, six characters, valid only if in the table."""

from __future__ import annotations

import csv
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import ClassVar, Final

from .base import BaseScheme, Given
from .contract import Kind, Labels, ParsedCode, Part, WrongValue

_LENGTH: Final = 6
_MAJORS: Final = "123"
_PROJECT: Final = "P"
_CHECK_TABLE: Final = "Look the class up in coding/entity_classes.csv; a class of your own belongs into the ontology."
_SEGMENTS: Final[tuple[tuple[str, int, int, Labels], ...]] = (
    ("major", 0, 1, {"zh": "大类", "en": "major class"}),
    ("first_level", 1, 2, {"zh": "一级类", "en": "first-level class"}),
    ("second_level", 2, 4, {"zh": "二级类", "en": "second-level class"}),
    ("third_level", 4, 6, {"zh": "三级类", "en": "third-level class"}),
)


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class of the table. `is_national` is false for the project's own codes, which begin with P."""

    code: str
    names: Labels
    parent: str | None
    is_national: bool
    feature_codes: tuple[str, ...]


@cache
def entity_classes() -> Mapping[str, ClassRow]:
    """The table of classes by code.

    >>> entity_classes()["230904"].names["en"]
    'bell, drum or gate tower, ancient pass'
    """
    text = files(__package__).joinpath("entity_classes.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType({row["code"]: _class_row(row) for row in rows})


def parent(text: str) -> str | None:
    """The class that this one is a kind of, None for a major class.

    >>> parent("230901")
    '230900'
    """
    return entity_classes()[EntityClass().validate(text)].parent


def ancestors(text: str) -> tuple[str, ...]:
    """The parent, its parent and so on, nearest first.

    >>> ancestors("220603")
    ('220600', '220000', '200000')
    """
    found: list[str] = []
    above = parent(text)
    while above is not None:
        found.append(above)
        above = entity_classes()[above].parent
    return tuple(found)


def level(text: str) -> int:
    """How many classes are above this one: 0 for a major class, 3 for a third-level class.

    >>> level("210403")
    3
    """
    return len(ancestors(text))


def classes_of_feature_code(feature_code: str) -> tuple[str, ...]:
    """The classes that things with this feature code of GB/T 13923 may have; attributes decide between several.

    >>> classes_of_feature_code("360400")
    ('230907', '231001')
    """
    return tuple(sorted(row.code for row in entity_classes().values() if feature_code in row.feature_codes))


@dataclass(frozen=True, slots=True)
class EntityClass(BaseScheme):
    """Entity class codes, national ones and the project's own.

    >>> EntityClass().parse("210000").parts[1].meaning["en"]
    'water conservancy'
    """

    id: ClassVar[str] = "cn.entity-class"
    kind: ClassVar[Kind] = Kind.CLASS
    labels: ClassVar[Labels] = {"zh": "基础地理实体分类代码", "en": "class code of geographic entities"}
    certainty: ClassVar[float] = 0.4  # six digits, but of a table that holds few of them

    @property
    def canonical_pattern(self) -> str:
        return "|".join(entity_classes())

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if len(code) != _LENGTH:
            raise given.wrong_length("6 characters", _CHECK_TABLE)
        given.check_characters(0, 1, _MAJORS + _PROJECT, "major class", "4 to 8 begin feature codes, another scheme.")
        given.check_characters(1, _LENGTH, string.digits, "class code")
        row = entity_classes().get(code)
        if row is None:
            orphaned = code[2:4] == "00" and code[4:6] != "00"
            problem = "has a third level under no second level" if orphaned else "is not in the table of classes"
            raise given.error(WrongValue, problem, "a class of the table", _CHECK_TABLE, 5 if orphaned else None)
        form = "national" if row.is_national else "project"
        return ParsedCode(self.id, code, form, _national_parts(code) if row.is_national else _project_parts(row))


def _class_row(row: Mapping[str, str]) -> ClassRow:
    return ClassRow(
        code=row["code"],
        names={"zh": row["name_zh"], "en": row["name_en"]},
        parent=row["parent"] or None,
        is_national=not row["code"].startswith(_PROJECT),
        feature_codes=tuple(row["gb13923_codes"].split(";")) if row["gb13923_codes"] else (),
    )


def _national_parts(code: str) -> tuple[Part, ...]:
    return tuple(
        Part(name, code[start:stop], labels, _meaning(labels, code, start, stop))
        for name, start, stop, labels in _SEGMENTS
    )


def _meaning(labels: Labels, code: str, start: int, stop: int) -> Labels:
    if not code[start:stop].strip("0"):
        return {"zh": f"无{labels['zh']}", "en": f"no {labels['en']}"}
    return entity_classes()[code[:stop].ljust(_LENGTH, "0")].names


def _project_parts(row: ClassRow) -> tuple[Part, ...]:
    own: Labels = {"zh": "本项目自定，非国家代码", "en": "assigned by this project, not a national code"}
    return (
        Part("authority", row.code[0], {"zh": "编码机构", "en": "authority"}, own),
        Part("number", row.code[1:], {"zh": "类号", "en": "class number"}, row.names),
    )
