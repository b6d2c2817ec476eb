"""Identifiers of objects in documents and registers of Europe: CityGML `gml:id` and INSPIRE identifiers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from .base import BaseScheme, Given
from .contract import Kind, Labels, ParsedCode, Part, WrongCharacter, WrongLength

_LETTERS: Final = "A-Za-z\u00c0-\u00d6\u00d8-\u00de\u00e0-\u00f6\u00f8-\u00fe\u4e00-\u9fff"
_ID_START: Final = re.compile(f"[{_LETTERS}_]")
_ID_REST: Final = re.compile(f"[{_LETTERS}0-9_.-]")
_LONGEST_ID: Final = 255
_NAMESPACE: Final = "[A-Za-z][A-Za-z0-9_.-]{0,99}"
_LOCAL: Final = "[A-Za-z0-9_.,-]{1,200}"
_VERSION: Final = "[A-Za-z0-9_.,:-]{1,25}"
_INSPIRE: Final = re.compile(f"({_NAMESPACE})(/{_LOCAL})(/{_VERSION})?")


@dataclass(frozen=True, slots=True)
class GmlId(BaseScheme):
    """`gml:id` of an object: an XML name without a colon, unique within one document only.

    >>> GmlId().parse("UUID_d281adfc-4901-0f52-540b-4cc1a9325f82").form
    'uuid'
    """

    id: ClassVar[str] = "citygml"
    kind: ClassVar[Kind] = Kind.DOCUMENT
    labels: ClassVar[Labels] = {"zh": "CityGML 对象标识 (gml:id)", "en": "identifier in a CityGML document (gml:id)"}
    case_sensitive: ClassVar[bool] = True
    keeps_hyphens: ClassVar[bool] = True
    called: ClassVar[str | None] = "GML:ID"

    @property
    def canonical_pattern(self) -> str:
        return f"[{_LETTERS}_][{_LETTERS}0-9_.-]{{0,{_LONGEST_ID - 1}}}"

    def compact(self, text: str) -> str:
        return re.sub(r"^(?:gml:id|GML:ID)[=:]?", "", BaseScheme.compact(self, text))

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if not 1 <= len(code) <= _LONGEST_ID:
            raise given.error(
                WrongLength, f"has {len(code)} characters", f"1 to {_LONGEST_ID}", "Copy the value of gml:id alone."
            )
        for place, character in enumerate(code):
            if not (_ID_REST if place else _ID_START).match(character):
                hint = "An XML name begins with a letter or _, and has letters, digits, _ . and - only."
                raise given.error(WrongCharacter, f"has {character!a}", "a character of XML names", hint, place + 1)
        is_uuid = re.fullmatch(r"(?:UUID|GUID)_[0-9a-fA-F-]{32,36}", code) is not None
        meaning: Labels = {"zh": "仅在一个文档内唯一", "en": "unique within one document"}
        part = Part("name", code, {"zh": "名称", "en": "name"}, meaning)
        return ParsedCode(self.id, code, "uuid" if is_uuid else None, (part,))


@dataclass(frozen=True, slots=True)
class InspireId(BaseScheme):
    """INSPIRE identifiers, written `namespace/localId` or `namespace/localId/versionId`.

    >>> InspireId().parse("ES.SDGC.CP/9872023VH5797S").form
    'thing'
    """

    id: ClassVar[str] = "inspire"
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "INSPIRE 标识", "en": "INSPIRE identifier"}
    certainty: ClassVar[float] = 0.4
    case_sensitive: ClassVar[bool] = True
    keeps_hyphens: ClassVar[bool] = True

    @property
    def canonical_pattern(self) -> str:
        return f"{_NAMESPACE}/{_LOCAL}(?:/{_VERSION})?"

    def read(self, given: Given) -> ParsedCode:
        match = _INSPIRE.fullmatch(given.code)
        if match is None:
            problem = "is no namespace, localId and perhaps versionId"
            hint = "Write namespace/localId with letters, digits and _ . , - such as NL.IMKAD/12345."
            raise given.error(WrongCharacter, problem, "namespace/localId[/versionId]", hint)
        labels: tuple[tuple[str, Labels, Labels], ...] = (
            ("namespace", {"zh": "命名空间", "en": "namespace"}, {"zh": "来源登记簿", "en": "the register it is from"}),
            ("local_id", {"zh": "本地标识", "en": "local identifier"}, {"zh": "其内的对象", "en": "the object in it"}),
            (
                "version_id",
                {"zh": "版本标识", "en": "version"},
                {"zh": "记录的一个版本", "en": "one version of the record"},
            ),
        )
        parts = [
            Part(name, value, label, meaning)
            for (name, label, meaning), value in zip(labels, match.groups(), strict=True)
            if value
        ]
        return ParsedCode(self.id, given.code, "version" if match[3] else "thing", tuple(parts))
