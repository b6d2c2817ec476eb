"""Repair of mistyped codes: what one slip makes of a text, ranked by what is registered and how usual the slip is.

Costs are relative: look-alikes and lost zeros are what scanners and spreadsheets do all the time, a wrong character is
what a hurried hand does now and then.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from .base import name_before
from .contract import CodeError, Labels, Scheme
from .registry import get_scheme, schemes
from .text import compact_text

AT_MOST: Final = 10
SHORTEST, LONGEST = 4, 70
_LOOK_ALIKES: Final = {
    "O": "0", "D": "0", "Q": "0", "U": "0", "I": "1", "L": "1", "T": "1", "Z": "2", "S": "5", "B": "8", "G": "6",
    "0": "ODQ", "1": "IL", "2": "Z", "5": "S", "8": "B", "6": "G",
}  # fmt: skip
_LETTERS: Final = string.digits + string.ascii_uppercase
NOTHING, LOOK_ALIKE, ZEROS, SWAPPED, DOUBLED, WRONG = 0.0, 0.2, 0.3, 0.5, 0.6, 1.0
_TOLD: Final[dict[str, Labels]] = {
    "as it is": {"zh": "原样", "en": "as it is"},
    "look-alike": {"zh": "形近字符", "en": "look-alike characters"},
    "zeros": {"zh": "补回开头的零", "en": "lost zeros put back"},
    "swapped": {"zh": "相邻字符对调", "en": "two characters exchanged"},
    "doubled": {"zh": "去掉重复字符", "en": "a doubled character left out"},
    "wrong": {"zh": "改一个字符", "en": "one character changed"},
    "extra": {"zh": "去掉一个字符", "en": "one character left out"},
    "missing": {"zh": "补一个字符", "en": "one character put in"},
}

Known = Callable[[str, Collection[str]], Collection[str]]
"""Of some codes of a scheme those that are registered."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A code that a text may be meant as."""

    scheme: str
    code: str
    cost: float
    """0: the text itself; the higher the less usual the slip."""
    what: Labels
    """What was changed."""
    is_registered: bool


def repairs(text: str, scheme: str | None = None, known: Known = lambda *_: ()) -> tuple[Repair, ...]:
    """What a text may be meant as, the most probable first; registered codes go before others.

    `known` tells which codes are registered; without it only the forms and check characters of the schemes help.

    >>> [(each.code, each.what["en"]) for each in repairs("34O123002004GB00O31", "cn.bdcdyh")][:1]
    [('340123002004GB00031', 'look-alike characters')]
    """
    if not compact_text(text).isascii():
        return ()
    # Of schemes that any word or number could belong to, a text is no mistyped code unless one says so.
    unnamed = (each for each in schemes().values() if name_before(each) is None)
    tried = [get_scheme(scheme)] if scheme else list(unnamed)
    found = [repair for each in tried for repair in _of_scheme(each, text, known)]
    found.sort(key=lambda repair: (not repair.is_registered, repair.cost, repair.scheme, repair.code))
    return tuple(found[:AT_MOST])


def slips(text: str) -> dict[str, tuple[float, str]]:
    """Compact texts from which one slip makes this one, each with its cost and what it is.

    >>> slips("ABCD")["BACD"], len(slips("1" * 12)) > 100
    ((0.5, 'swapped'), True)
    """
    compact = compact_text(text)
    if not (SHORTEST <= len(compact) <= LONGEST and compact.isascii()):
        return {}
    found: dict[str, tuple[float, str]] = {}
    for candidate, cost, what in _steps(compact):
        if candidate not in found or found[candidate][0] > cost:
            found[candidate] = (cost, what)
    found.pop(compact, None)
    return found


def _of_scheme(scheme: Scheme, text: str, known: Known) -> Iterator[Repair]:
    candidates = {compact_text(text): (NOTHING, "as it is"), **slips(text)}
    written = {scheme.compact(candidate): said for candidate, said in reversed(candidates.items())}
    codes = _valid(scheme, list(written))
    registered = set(known(scheme.id, codes))
    for code in codes:
        cost, what = written[code]
        yield Repair(scheme.id, code, cost, _TOLD[what], code in registered)


def _valid(scheme: Scheme, texts: list[str]) -> list[str]:
    """Those that are canonical codes: by whole column where the scheme can tell so, else one by one."""
    column = pl.Series(texts, dtype=pl.String)
    canonical = scheme.canonical_codes(column)
    if canonical.null_count() < len(texts):
        return canonical.drop_nulls().unique(maintain_order=True).to_list()
    return [text for text in texts if _is_canonical(scheme, text)]


def _is_canonical(scheme: Scheme, text: str) -> bool:
    try:
        return scheme.validate(text) == text
    except CodeError:
        return False


def _steps(text: str) -> Iterator[tuple[str, float, str]]:
    yield from ((candidate, LOOK_ALIKE, "look-alike") for candidate in _read_again(text))
    yield from (("0" * number + text, ZEROS + 0.05 * number, "zeros") for number in range(1, 5))
    letters = string.digits if text.isdigit() else _LETTERS
    for place in range(len(text) + 1):
        before, after = text[:place], text[place:]
        yield from ((before + letter + after, WRONG, "missing") for letter in letters)
        if not after:
            continue
        is_doubled = before[-1:] == after[0]
        yield before + after[1:], DOUBLED if is_doubled else WRONG, "doubled" if is_doubled else "extra"
        yield from ((before + letter + after[1:], WRONG, "wrong") for letter in letters if letter != after[0])
        if len(after) > 1 and after[0] != after[1]:
            yield before + after[1] + after[0] + after[2:], SWAPPED, "swapped"


def _read_again(text: str) -> Iterable[str]:
    """One character as its look-alike, and all letters as digits or all digits as letters from some place on."""
    for place, character in enumerate(text):
        for other in _LOOK_ALIKES.get(character, ""):
            yield text[:place] + other + text[place + 1 :]
    for letter in string.ascii_uppercase:  # a hand that writes O for 0 does so throughout
        if letter in text and letter in _LOOK_ALIKES:
            yield text.replace(letter, _LOOK_ALIKES[letter])
    as_digits = "".join(
        _LOOK_ALIKES[character] if character in string.ascii_uppercase and character in _LOOK_ALIKES else character
        for character in text
    )
    yield as_digits
    # Codes begin with digits, have a few letters somewhere, and go on with digits.
    for place in range(1, len(text)):
        for end in range(place + 1, min(place + 3, len(text)) + 1):
            yield as_digits[:place] + text[place:end] + as_digits[end:]
