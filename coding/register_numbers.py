"""Numbers without a form of their own: Swiss buildings (EGID) and British addresses (UPRN).

Any number looks like one, so that a text is taken for one only when it says so: `EGID 190123456`, `UPRN 100023336956`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .base import BaseScheme, Given
from .contract import Kind, Labels, ParsedCode, Part, WrongValue


@dataclass(frozen=True, slots=True)
class _Number(BaseScheme):
    """A number of at most so many digits; leading zeros are no part of it."""

    longest: ClassVar[int]
    register: ClassVar[Labels]

    @property
    def canonical_pattern(self) -> str:
        return f"[1-9][0-9]{{0,{self.longest - 1}}}"

    def compact(self, text: str) -> str:
        plain = BaseScheme.compact(self, text).removeprefix(str(self.called)).removeprefix(":")
        return plain.lstrip("0") or plain[:1]

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if not 1 <= len(code) <= self.longest:
            raise given.wrong_length(f"1 to {self.longest} digits", "Copy the number alone.")
        given.check_digits(0, len(code), "number")
        if code == "0":
            raise given.error(WrongValue, "is zero", "a number from 1 on", "Leave unknown numbers empty.")
        labels: Labels = {"zh": "编号", "en": "number"}
        return ParsedCode(self.id, code, None, (Part("number", code, labels, self.register),))


@dataclass(frozen=True, slots=True)
class Egid(_Number):
    """EGID of a building in the Swiss federal register of buildings and dwellings.

    >>> Egid().validate("EGID 190 123 456")
    '190123456'
    """

    id: ClassVar[str] = "ch.egid"
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "瑞士建筑物标识", "en": "Swiss building number (EGID)"}
    called: ClassVar[str | None] = "EGID"
    longest: ClassVar[int] = 9
    register: ClassVar[Labels] = {"zh": "瑞士联邦建筑与住宅登记", "en": "Swiss register of buildings and dwellings"}


@dataclass(frozen=True, slots=True)
class Uprn(_Number):
    """UPRN of an addressable unit in Great Britain.

    >>> Uprn().validate("000100023336956")
    '100023336956'
    """

    id: ClassVar[str] = "uk.uprn"
    kind: ClassVar[Kind] = Kind.THING
    labels: ClassVar[Labels] = {"zh": "英国唯一地产参考号", "en": "Unique Property Reference Number"}
    called: ClassVar[str | None] = "UPRN"
    longest: ClassVar[int] = 12
    register: ClassVar[Labels] = {"zh": "英国地址登记", "en": "British register of addresses"}
