"""`cn.uscc`: unified social credit code of an organisation, and `fr.parcelle`: identifier of a French parcel."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from stdnum.cn import uscc

from .base import BaseScheme, Given
from .check_character import to_values
from .contract import Kind, Labels, ParsedCode, Part, WrongCharacter, WrongCheckCharacter

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_INDEX: Final = np.array([max(_ALPHABET.find(letter), 0) for letter in string.digits + string.ascii_uppercase])
_WEIGHTS: Final = np.array([pow(3, place, 31) for place in range(17)])
_PARCEL: Final = re.compile("([0-9]{2}|2[AB])([0-9]{3})([0-9]{3})([0-9A-Z]{2})([0-9]{4})")


@dataclass(frozen=True, slots=True)
class SocialCreditCode(BaseScheme):
    """Codes of organisations, such as registration offices, with their check character (GB 32100, modulus 31).

    >>> SocialCreditCode().validate("91110000 600037341l")
    '91110000600037341L'
    """

    id: ClassVar[str] = "cn.uscc"
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "统一社会信用代码", "en": "unified social credit code"}

    @property
    def canonical_pattern(self) -> str:
        return f"[{_ALPHABET}]{{18}}"

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if len(code) != 18:
            raise given.wrong_length("18 characters", "Copy the whole code from the licence.")
        given.check_characters(0, 18, _ALPHABET, "code", "I, O, S, V and Z do not occur: look for 1, 0, 5 and 2.")
        expected = uscc.calc_check_digit(code[:17])
        if code[17] != expected:
            hint = "One of the characters was mistyped: compare with the licence."
            raise given.error(WrongCheckCharacter, f"ends in {code[17]}", expected, hint, 18)
        said: tuple[tuple[str, int, int, Labels], ...] = (
            ("department", 0, 1, {"zh": "登记管理部门", "en": "registering department"}),
            ("kind", 1, 2, {"zh": "机构类别", "en": "kind of organisation"}),
            ("division", 2, 8, {"zh": "行政区划", "en": "administrative division"}),
            ("organisation", 8, 17, {"zh": "主体标识码", "en": "organisation"}),
            ("check", 17, 18, {"zh": "校验码", "en": "check character"}),
        )
        parts = (Part(name, code[start:end], labels, labels) for name, start, end, labels in said)
        return ParsedCode(self.id, code, None, tuple(parts))

    def is_canonical(self, values: pl.Series) -> pl.Series:
        shaped = BaseScheme.is_canonical(self, values)
        return shaped.scatter(shaped.arg_true(), _is_checked(values.filter(shaped)))


def _is_checked(codes: pl.Series) -> npt.NDArray[np.bool_]:
    """Whether the check character fits, for texts of the pattern; the library checks single codes."""
    values = _INDEX[to_values(codes, 18)].astype(np.int64)
    return np.asarray((31 - values[:, :17] @ _WEIGHTS % 31) % 31 == values[:, 17])


def _fits(character: str, *, is_section: bool) -> bool:
    return character in string.digits or (is_section and character in string.ascii_uppercase)


@dataclass(frozen=True, slots=True)
class FrenchParcel(BaseScheme):
    """French parcels: department 2 (Corsica 2A, 2B), commune 3, prefix 3, section 2, number 4.

    >>> FrenchParcel().parse("2A004000AB0012").parts[3].value
    'AB'
    """

    id: ClassVar[str] = "fr.parcelle"
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "法国宗地标识", "en": "French parcel identifier"}

    @property
    def canonical_pattern(self) -> str:
        return "(?:[0-9]{2}|2[AB])[0-9]{6}[0-9A-Z]{2}[0-9]{4}"

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if len(code) != 14:
            raise given.wrong_length("14 characters", "Fill section and number with leading zeros.")
        match = _PARCEL.fullmatch(code)
        if match is None:
            hint = "A section has letters or digits; everything else but 2A and 2B is digits."
            start = 2 if code[:2] in ("2A", "2B") else 0
            wrong = next(place for place in range(start, 14) if not _fits(code[place], is_section=place in (8, 9)))
            raise given.error(WrongCharacter, f"has {code[wrong]!a}", "digits, or the section", hint, wrong + 1)
        labels: tuple[tuple[str, Labels], ...] = (
            ("department", {"zh": "省", "en": "department"}), ("commune", {"zh": "市镇", "en": "commune"}),
            ("prefix", {"zh": "前缀（合并市镇）", "en": "prefix, of a merged commune"}),
            ("section", {"zh": "图幅区段", "en": "section"}), ("number", {"zh": "编号", "en": "number"}),
        )  # fmt: skip
        parts = (Part(name, value, said, said) for (name, said), value in zip(labels, match.groups(), strict=True))
        return ParsedCode(self.id, code, None, tuple(parts))
