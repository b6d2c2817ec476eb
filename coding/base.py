"""What every scheme of ours shares: a scheme module adds a pattern and the reading of one compact code."""

from __future__ import annotations

import string
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from .contract import (
    CodeError,
    DoubtfulCode,
    Kind,
    Labels,
    ParsedCode,
    Scheme,
    WrongCharacter,
    WrongLength,
)
from .text import LONGEST_TEXT, compact_column, compact_text


@dataclass(frozen=True, slots=True)
class Given:
    """A text on its way to becoming a code: as written, and compact."""

    scheme: str
    text: str
    code: str

    def error(
        self, kind: type[CodeError], problem: str, expected: str, hint: str, position: int | None = None
    ) -> CodeError:
        return kind(self.scheme, self.text, problem, expected, hint, position)

    def wrong_length(self, expected: str, hint: str) -> CodeError:
        return self.error(WrongLength, f"has {len(self.code)} significant characters", expected, hint)

    def check_characters(
        self, start: int, stop: int, allowed: str, what: str, hint: str = "Compare with the original."
    ) -> None:
        """Raise at the first character of code[start:stop] that is not one of `allowed`."""
        for index in range(start, stop):
            if self.code[index] not in allowed:
                problem = f"has {self.code[index]!a} in the {what}"
                raise self.error(WrongCharacter, problem, _in_words(allowed), hint, index + 1)

    def check_digits(self, start: int, stop: int, what: str) -> None:
        # not `str.isdigit`, which accepts the digits of every script
        self.check_characters(start, stop, string.digits, what)


def _in_words(allowed: str) -> str:
    return "a digit" if allowed == string.digits else f"one of {allowed}"


def name_before(scheme: Scheme) -> str | None:
    """The word without which a text is not taken for a code of the scheme; plug-ins need not have one."""
    return scheme.called if isinstance(scheme, BaseScheme) else None


class BaseScheme(ABC):
    """A scheme whose codes are judged one compact text at a time, and by one pattern for whole columns."""

    __slots__ = ()

    id: ClassVar[str]
    kind: ClassVar[Kind]
    labels: ClassVar[Labels]
    certainty: ClassVar[float] = 1.0
    case_sensitive: ClassVar[bool] = False
    keeps_hyphens: ClassVar[bool] = False
    called: ClassVar[str | None] = None
    """The word before a code without which a text is not taken for one: any number could be one."""

    @property
    @abstractmethod
    def canonical_pattern(self) -> str:
        """What canonical codes look like, as a regex without anchors that Python and Rust read alike."""

    @abstractmethod
    def read(self, given: Given) -> ParsedCode:
        """Cut the compact code into its parts, or raise a `CodeError`."""

    def compact(self, text: str) -> str:
        return compact_text(text, case_sensitive=self.case_sensitive, keeps_hyphens=self.keeps_hyphens)

    def parse(self, text: str) -> ParsedCode:
        if len(text) > LONGEST_TEXT:
            given = Given(self.id, text, text)
            raise given.wrong_length(f"at most {LONGEST_TEXT} characters", "Cut the text to the code that it holds.")
        return self.read(Given(self.id, text, self.compact(text)))

    def validate(self, text: str, *, strict: bool = False) -> str:
        parsed = self.parse(text)
        if strict and parsed.warnings:
            problem = "is doubtful: " + "; ".join(warning["en"] for warning in parsed.warnings)
            raise DoubtfulCode(
                self.id, text, problem, "a code without warnings", "Ask the issuing office, or validate without strict."
            )
        return parsed.code

    def is_valid(self, text: str) -> bool:
        try:
            self.validate(text)
        except CodeError:
            return False
        return True

    def format(self, text: str) -> str:
        """The printed form; the canonical code itself unless the scheme prints groups."""
        return self.validate(text)

    def is_canonical(self, values: pl.Series) -> pl.Series:
        """True where a value is a canonical code as it stands."""
        return values.str.contains(f"^(?:{self.canonical_pattern})$").fill_null(value=False)

    def canonical_codes(self, values: pl.Series) -> pl.Series:
        canonical = self.is_canonical(values)
        if canonical.all():
            return values
        readable = values.set(values.str.len_chars() > LONGEST_TEXT, None)
        compacted = compact_column(readable, case_sensitive=self.case_sensitive, keeps_hyphens=self.keeps_hyphens)
        return compacted.set(~self.is_canonical(compacted), None)
