"""Normalisation of written codes: spaces and hyphens away, full-width to ASCII, ASCII letters to upper case."""

from __future__ import annotations

import string
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import polars as pl

LONGEST_TEXT: Final = 500  # longer texts are refused unread, so that nobody can make us read megabytes

_SPACES: Final = " \t\u00a0\u202f\u3000"  # ASCII, tab, no-break, narrow no-break, full-width
HYPHENS: Final = "-\u2010\u2011\uff0d"  # ASCII, hyphen, no-break hyphen, full-width
_IGNORED: Final[Mapping[str, str]] = dict.fromkeys(_SPACES + HYPHENS, "")
_ASCII_OF_WIDE: Final[Mapping[str, str]] = {
    chr(ord(character) + 0xFEE0): character for character in string.digits + string.ascii_letters
}
# `str.upper` would also turn letters of other scripts into ASCII ones (the dotless i into I)
_UPPER: Final[Mapping[str, str]] = {
    **dict(zip(string.ascii_lowercase, string.ascii_uppercase, strict=True)),
    **{wide: character.upper() for wide, character in _ASCII_OF_WIDE.items()},
}
_FOLDED: Final[Mapping[str, str]] = {**_IGNORED, **_UPPER}
_KEPT_CASE: Final[Mapping[str, str]] = {**_IGNORED, **_ASCII_OF_WIDE}
_KEPT_HYPHENS: Final = str.maketrans(dict.fromkeys(HYPHENS, "-"))
_FOLDED_TABLE: Final = str.maketrans(dict(_FOLDED))
_KEPT_CASE_TABLE: Final = str.maketrans(dict(_KEPT_CASE))


@lru_cache(maxsize=16)  # a text of unknown scheme is read by all schemes, one after the other
def compact_text(text: str, *, case_sensitive: bool = False, keeps_hyphens: bool = False) -> str:
    """The text without ignored characters, in ASCII where a full-width form was written.

    >>> compact_text("３４０１２３ 002004\\u3000gb00011")
    '340123002004GB00011'
    """
    table = _KEPT_CASE_TABLE if case_sensitive else _FOLDED_TABLE
    return text.translate({**table, **_KEPT_HYPHENS} if keeps_hyphens else table)


def compact_column(values: pl.Series, *, case_sensitive: bool = False, keeps_hyphens: bool = False) -> pl.Series:
    """`compact_text` of a whole column; null stays null."""
    replacements = dict(_KEPT_CASE if case_sensitive else _FOLDED)
    if keeps_hyphens:
        replacements.update(dict.fromkeys(HYPHENS, "-"))
    return values.str.replace_many(list(replacements), list(replacements.values()))
