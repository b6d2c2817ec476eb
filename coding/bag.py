"""`nl.bag`: identification of buildings, units and addresses in the Dutch BAG register, sixteen digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Final

import polars as pl

from .base import BaseScheme, Given
from .contract import Kind, Labels, ParsedCode, Part, WrongCharacter, WrongValue

_LENGTH: Final = 16


@dataclass(frozen=True, slots=True)
class _ObjectType:
    word: str  # as in the written prefix NL.IMBAG.<word>.
    form: str
    meaning: Labels


_OBJECT_TYPES: Final = {
    "01": _ObjectType(
        "Verblijfsobject", "dwelling unit", {"zh": "居住或使用单元", "en": "dwelling unit (verblijfsobject)"}
    ),
    "02": _ObjectType("Ligplaats", "berth", {"zh": "泊位", "en": "berth (ligplaats)"}),
    "03": _ObjectType("Standplaats", "stand", {"zh": "停放场地", "en": "stand (standplaats)"}),
    "10": _ObjectType("Pand", "building", {"zh": "建筑物", "en": "building (pand)"}),
    "20": _ObjectType(
        "Nummeraanduiding", "address", {"zh": "地址编号", "en": "address designation (nummeraanduiding)"}
    ),
    "30": _ObjectType("OpenbareRuimte", "public space", {"zh": "公共空间", "en": "public space (openbare ruimte)"}),
}
_TYPE_LIST: Final = ", ".join(f"{digits} {kind.form}" for digits, kind in _OBJECT_TYPES.items())
_TYPE_OF_WORD: Final = {kind.word.upper(): digits for digits, kind in _OBJECT_TYPES.items()}
_PREFIX: Final = re.compile(r"NL\.IMBAG\.([A-Z]{1,30})\.")


@dataclass(frozen=True, slots=True)
class BagIdentification(BaseScheme):
    """BAG identifications; the written prefix is accepted and must agree with the object type digits.

    >>> BagIdentification().validate("NL.IMBAG.Pand.0363100012345678")
    '0363100012345678'
    """

    id: ClassVar[str] = "nl.bag"
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "荷兰 BAG 标识", "en": "Dutch BAG identification"}

    @property
    def canonical_pattern(self) -> str:
        return f"[0-9]{{4}}(?:{'|'.join(_OBJECT_TYPES)})[0-9]{{10}}"

    def read(self, given: Given) -> ParsedCode:
        prefix = _PREFIX.match(given.code)
        start = prefix.end() if prefix else 0
        if len(given.code) - start != _LENGTH:
            raise given.wrong_length("16 digits, or NL.IMBAG.<type>. and 16 digits", _length_hint(given.code[start:]))
        given.check_digits(start, start + _LENGTH, "identification")
        code = given.code[start:]
        digits = code[4:6]
        if digits not in _OBJECT_TYPES:
            hint = "Check digits 5 and 6; a place (woonplaats) has a code of its own of 4 digits."
            raise given.error(WrongValue, f"has the object type {digits}", f"one of {_TYPE_LIST}", hint, start + 5)
        if prefix:
            _check_word(given, prefix[1], digits)
        return ParsedCode(self.id, code, _OBJECT_TYPES[digits].form, _parts(code))

    def canonical_codes(self, values: pl.Series) -> pl.Series:
        # 3DBAG writes every key with the prefix, so that whole files take this way
        for digits, kind in _OBJECT_TYPES.items():
            values = values.str.replace(rf"^NL\.IMBAG\.{kind.word}\.([0-9]{{4}}{digits}[0-9]{{10}})$", "$1")
        return BaseScheme.canonical_codes(self, values)


def _length_hint(digits: str) -> str:
    padded = digits.zfill(_LENGTH)
    if len(digits) < _LENGTH and re.fullmatch("[0-9]+", digits) and padded[4:6] in _OBJECT_TYPES:
        return (
            "Leading zeros are lost when a column is read as numbers: read it as text. "
            f"If that happened here, the code was {padded}."
        )
    if len(digits) < _LENGTH:
        return "Digits are missing: compare with the source, and read columns of codes as text, never as numbers."
    return "A suffix such as -0 is 3DBAG's key for a part of a building: the code is the 16 digits before it."


def _check_word(given: Given, word: str, digits: str) -> None:
    expected = _OBJECT_TYPES[digits].word
    if word not in _TYPE_OF_WORD:
        known = ", ".join(kind.word for kind in _OBJECT_TYPES.values())
        raise given.error(WrongCharacter, f"has the prefix word {word!a}", f"one of {known}", "Check the prefix.", 10)
    if _TYPE_OF_WORD[word] != digits:
        problem = f"has a prefix that says {word} and an object type {digits} that says {expected.upper()}"
        hint = "Find out from the source which of the two is right; the plain 16 digits are accepted."
        raise given.error(WrongValue, problem, "prefix and digits 5 and 6 to agree", hint, 10)


def _parts(code: str) -> tuple[Part, ...]:
    municipality, digits, serial = code[:4], code[4:6], code[6:]
    return (
        Part(
            "municipality",
            municipality,
            {"zh": "建立时的市镇", "en": "municipality at creation"},
            {
                "zh": f"市镇 {municipality}，合并后不变",
                "en": f"municipality {municipality}, unchanged by later mergers",
            },
        ),
        Part("object_type", digits, {"zh": "对象类型", "en": "object type"}, _OBJECT_TYPES[digits].meaning),
        Part(
            "serial",
            serial,
            {"zh": "顺序号", "en": "serial number"},
            {"zh": f"第 {int(serial)} 号", "en": f"number {int(serial)}"},
        ),
    )
