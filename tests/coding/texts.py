"""Hypothesis strategies: codes as people write them, codes as people break them, and texts meant to hurt."""

from __future__ import annotations

import random

from hypothesis import strategies as st

IGNORED = " \t\u00a0\u3000-\uff0d"

HOSTILE = (
    "",
    " ",
    "-",
    "\x00",
    "\ud800",
    "\u202e340123\u202c",
    "3401\u200f23002004",
    "🏠🏠🏠🏠🏠🏠",
    "340123\n",
    "340123\r\nSet-Cookie: a=b",
    "' OR 1=1 --",
    "1); DROP TABLE code; --",
    "{{7*7}}${jndi:ldap://x}",
    "<script>alert(1)</script>",
    "../../../../etc/passwd",
    "٣٤٠١٢٣٠٠٢٠٠٤",
    "३४०१२३",
    "ıſß" * 5,
    "NL.IMBAG." + "A" * 400,
    "1" * 1_000_000,
    " " * 1_000_000,
    "\u3000-" * 500_000,
    "N50J" + "7" * 999_996,
)


def written(code: str, seed: int) -> str:
    """The code with ignored characters strewn in and some characters in full width."""
    rng = random.Random(seed)
    texts = []
    for character in code:
        wide = character.isalnum() and character.isascii() and rng.random() < 0.2
        texts.append(chr(ord(character) + 0xFEE0) if wide else character)
        texts.append(rng.choice(IGNORED) if rng.random() < 0.2 else "")
    return "".join(texts)


@st.composite
def damaged(draw: st.DrawFn, codes: st.SearchStrategy[str]) -> str:
    """A code with one character replaced, left out or put in; it may happen to be a code again."""
    code = draw(codes)
    place = draw(st.integers(0, len(code)))
    replaced = draw(st.integers(0, 1))
    put = draw(st.sampled_from(["", "0", "1", "9", "F", "G", "W", "Z", "a", "é", "٣", "０", " ", "-", ".", "\n"]))
    return code[:place] + put + code[place + replaced :]
