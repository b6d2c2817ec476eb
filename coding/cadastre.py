"""Codes of the rungs below the parcel code and beside it: building, sub-district, district, division."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .base import BaseScheme, Given
from .contract import Kind, Labels, ParsedCode
from .real_estate import grouped, read_path
from .real_estate_segments import STANDARD_RULES, LetterRules, division_level, number_pattern


@dataclass(frozen=True, slots=True)
class BuildingKey(BaseScheme):
    """`cn.zrzh`: natural building (自然幢), the parcel code with F and a building number, 24 characters.

    >>> BuildingKey().format("340123002004GB00011F0001")
    '340123 002004 GB00011 F0001'
    """

    id: ClassVar[str] = "cn.zrzh"
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "自然幢号", "en": "natural building number"}

    rules: LetterRules = STANDARD_RULES

    @property
    def canonical_pattern(self) -> str:
        # 0001 to 9998: numbers that do not begin with 999, and 9990 to 9998
        below_9990 = "000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]"
        parcel = f"(?:{self.rules.parcel_feature_pattern}){number_pattern(5)}"
        return f"[0-9]{{12}}{parcel}F(?:{below_9990}|999[0-8])"

    def read(self, given: Given) -> ParsedCode:
        if len(given.code) != 24:
            hint = "The number of a building within its parcel is only the last part of its key."
            raise given.wrong_length("24: parcel code, F and 4 digits", hint)
        reading = read_path(given, self.rules)
        return ParsedCode(self.id, given.code, None, reading.parts, reading.warnings)

    def format(self, text: str) -> str:
        return grouped(self.validate(text))


@dataclass(frozen=True, slots=True)
class _AreaScheme(BaseScheme):
    """A code of digits only, as long as its rung of the ladder."""

    kind: ClassVar[Kind] = Kind.THING
    length: ClassVar[int]

    @property
    def canonical_pattern(self) -> str:
        return f"[0-9]{{{self.length}}}"

    def read(self, given: Given) -> ParsedCode:
        if len(given.code) != self.length:
            hint = "The code is written in full, beginning with the six digits of the county."
            raise given.wrong_length(f"{self.length} digits", hint)
        reading = read_path(given, STANDARD_RULES)
        return ParsedCode(self.id, given.code, self.form_of(given.code), reading.parts, reading.warnings)

    def form_of(self, code: str) -> str | None:  # noqa: ARG002 - a subclass looks at the code
        return None

    def format(self, text: str) -> str:
        return grouped(self.validate(text))


class CadastralSubDistrict(_AreaScheme):
    """`cn.djzq`: cadastral sub-district (地籍子区), 12 digits."""

    __slots__ = ()
    id: ClassVar[str] = "cn.djzq"
    labels: ClassVar[Labels] = {"zh": "地籍子区代码", "en": "cadastral sub-district code"}
    certainty: ClassVar[float] = 0.6  # statistical divisions of villages have 12 digits too
    length: ClassVar[int] = 12


class CadastralDistrict(_AreaScheme):
    """`cn.djq`: cadastral district (地籍区), 9 digits."""

    __slots__ = ()
    id: ClassVar[str] = "cn.djq"
    labels: ClassVar[Labels] = {"zh": "地籍区代码", "en": "cadastral district code"}
    certainty: ClassVar[float] = 0.4  # divisions of townships have 9 digits too
    length: ClassVar[int] = 9


class Division(_AreaScheme):
    """`cn.xzq`: administrative division (行政区划) of GB/T 2260, 6 digits, checked in syntax only.

    >>> [Division().parse(code).form for code in ("340000", "340100", "340123")]
    ['province', 'prefecture', 'county']
    """

    __slots__ = ()
    id: ClassVar[str] = "cn.xzq"
    labels: ClassVar[Labels] = {"zh": "行政区划代码", "en": "administrative division code"}
    certainty: ClassVar[float] = 0.4  # six digits: entity classes and feature codes look the same
    length: ClassVar[int] = 6

    def form_of(self, code: str) -> str:
        return division_level(code)
