"""`es.refcat`: Spanish cadastral reference (referencia catastral) of an urban unit, with two control letters."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from stdnum.es import referenciacatastral

from .base import BaseScheme, Given
from .check_character import Values, to_values
from .contract import Kind, Labels, ParsedCode, Part, WrongCheckCharacter

_LENGTH: Final = 20
_ALPHABET: Final = string.digits + string.ascii_uppercase
_LETTERS: Final = "MQWERTYUIOPASDFGHJKLBZX"
_WEIGHTS: Final = np.array([13, 15, 12, 5, 4, 17, 9, 21, 3, 7, 1])
_PARTS: Final[tuple[tuple[str, int, Labels], ...]] = (
    ("parcel", 7, {"zh": "宗地", "en": "parcel"}),
    ("sheet", 7, {"zh": "图幅", "en": "map sheet"}),
    ("unit", 4, {"zh": "宗地内单元", "en": "unit within the parcel"}),
)
_CONTROL: Final[Labels] = {"zh": "校验字母", "en": "control letters"}


@dataclass(frozen=True, slots=True)
class SpanishCadastralReference(BaseScheme):
    """References of 20 characters; the control letters must fit.

    >>> SpanishCadastralReference().validate("7837301 VG8173B 0001 TT")
    '7837301VG8173B0001TT'
    """

    id: ClassVar[str] = "es.refcat"
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "西班牙地籍编号", "en": "Spanish cadastral reference"}

    @property
    def canonical_pattern(self) -> str:
        return f"[0-9A-Z]{{18}}[{_LETTERS}]{{2}}"

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if len(code) != _LENGTH:
            hint = "The 14 characters of a parcel alone carry no control letters: take the whole reference."
            raise given.wrong_length("20 characters", hint)
        given.check_characters(0, _LENGTH - 2, _ALPHABET, "reference")
        given.check_characters(_LENGTH - 2, _LENGTH, _LETTERS, "control letters")
        if referenciacatastral.calc_check_digits(code) != code[-2:]:
            hint = "Compare with the original character by character; do not adjust the letters to fit."
            problem = "has control letters that do not fit"
            raise given.error(WrongCheckCharacter, problem, "a reference as it was issued", hint, _LENGTH - 1)
        return ParsedCode(self.id, code, None, _parts(code))

    def is_canonical(self, values: pl.Series) -> pl.Series:
        shaped = BaseScheme.is_canonical(self, values)
        checked = _is_checked(values.filter(shaped))
        return shaped.scatter(shaped.arg_true(), checked)

    def format(self, text: str) -> str:
        code = self.validate(text)
        return f"{code[:7]} {code[7:14]} {code[14:18]} {code[18:]}"


def _is_checked(codes: pl.Series) -> npt.NDArray[np.bool_]:
    """Whether both control letters fit, for texts of the pattern; the library checks single codes."""
    values = to_values(codes, _LENGTH)
    parcel, sheet, unit, control = values[:, :7], values[:, 7:14], values[:, 14:18], values[:, 18:]
    letters = np.array([_ALPHABET.index(letter) for letter in _LETTERS])
    expected = np.column_stack([letters[_weighted(np.column_stack([half, unit]))] for half in (parcel, sheet)])
    return np.asarray((expected == control).all(axis=1))


def _weighted(values: Values) -> npt.NDArray[np.int64]:
    # letters count from 1, with N-with-tilde between N and O
    numbers = np.where(values >= 10, values - 9 + (values > _ALPHABET.index("N")), values).astype(np.int64)
    return np.asarray(numbers @ _WEIGHTS % len(_LETTERS))


def _parts(code: str) -> tuple[Part, ...]:
    parts, start = [], 0
    for name, length, labels in _PARTS:
        value = code[start : start + length]
        parts.append(Part(name, value, labels, {"zh": value, "en": value}))
        start += length
    meaning: Labels = {"zh": "与其余字符相符", "en": "fit the other characters"}
    return (*parts, Part("control", code[start:], _CONTROL, meaning))
