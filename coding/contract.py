"""The contract of a code scheme: what every scheme offers and which errors it raises."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypedDict, runtime_checkable

import polars as pl


class Kind(StrEnum):
    """What a code of a scheme names, which decides whether two entities may carry the same one."""

    THING = "thing"  # one thing of the world: unique within its issuer at one time
    PLACE = "place"  # a piece of space: shared by all that lies there
    DOCUMENT = "document"  # a place in one file: means nothing outside it
    CLASS = "class"  # a kind of thing: shared by all things of that kind


class Labels(TypedDict):
    """One text in the two languages of the product."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Part:
    """One segment of a code: its characters, what the segment is called and what this value means."""

    name: str
    value: str
    labels: Labels
    meaning: Labels


@dataclass(frozen=True, slots=True)
class ParsedCode:
    """A canonical code cut into its parts; the values of the parts, joined, are the code again.

    `form` tells apart the kinds of code that one scheme holds ("unit", "parcel", "level 10").
    `warnings` say what is allowed in syntax but doubtful; `validate(strict=True)` refuses a code that has any.
    """

    scheme: str
    code: str
    form: str | None
    parts: tuple[Part, ...]
    warnings: tuple[Labels, ...] = ()


class CodeError(ValueError):
    """A text that is not a code of the scheme it was taken for.

    `position` is 1-based and counts the characters of the compact text, `None` when no single place is at fault.
    """

    def __init__(
        self, scheme: str, given: str, problem: str, expected: str, hint: str, position: int | None = None
    ) -> None:
        super().__init__(scheme, given, problem, expected, hint, position)  # all of them, so that it pickles
        self.scheme = scheme
        self.given = given
        self.problem = problem
        self.expected = expected
        self.hint = hint
        self.position = position

    def __str__(self) -> str:
        place = "" if self.position is None else f" (position {self.position})"
        return f"{self.scheme}: {quoted(self.given)} {self.problem}{place}; expected {self.expected}. {self.hint}"


class WrongLength(CodeError):
    """Characters are missing or left over."""


class WrongCharacter(CodeError):
    """A character stands where the scheme allows only others."""


class WrongValue(CodeError):
    """Every character is allowed, but together they name nothing that can exist."""


class WrongCheckCharacter(CodeError):
    """The check character does not fit the others: something was mistyped."""


class DoubtfulCode(CodeError):
    """Right in syntax but with warnings, and the caller asked for strictness."""


class UnknownScheme(LookupError):
    """No scheme is registered under this id."""


@runtime_checkable
class Scheme(Protocol):
    """One way of writing codes. `coding.base.BaseScheme` implements all of it but the reading itself."""

    @property
    def id(self) -> str: ...

    @property
    def kind(self) -> Kind: ...

    @property
    def labels(self) -> Labels: ...

    @property
    def certainty(self) -> float:
        """How sure one is, from the text alone, that a text that is valid here is meant as a code of this scheme."""
        ...

    @property
    def canonical_pattern(self) -> str:
        """What canonical codes look like, as a regex without anchors that Python and Rust read alike."""
        ...

    def compact(self, text: str) -> str:
        """The text without what the scheme ignores; of any text, never raises."""
        ...

    def validate(self, text: str, *, strict: bool = False) -> str:
        """The canonical code, or a `CodeError`."""
        ...

    def is_valid(self, text: str) -> bool: ...

    def format(self, text: str) -> str:
        """The printed form, or a `CodeError`."""
        ...

    def parse(self, text: str) -> ParsedCode:
        """The canonical code and its parts, or a `CodeError`."""
        ...

    def canonical_codes(self, values: pl.Series) -> pl.Series:
        """The canonical code where whole-column work can tell, null where only `validate` can."""
        ...


def quoted(text: str) -> str:
    """The text for a message: control characters escaped, cut when it is long."""
    return repr(text) if len(text) <= 60 else f"{text[:60]!r}… ({len(text)} characters)"
