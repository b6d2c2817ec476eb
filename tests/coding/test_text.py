"""Normalisation ignores what people add to codes, and nothing else."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding.text import compact_column, compact_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b\tc\u00a0d\u3000e\u202ff", "ABCDEF"),
        ("1-2\u20103\u20114\uff0d5", "12345"),
        ("ＡＢＣａｂｃ０９", "ABCABC09"),
        ("ı ſ ß K", "ıſßK"),  # letters of other scripts do not become ASCII; the last one is the Kelvin sign
        ("1\n2\u200f3\u20134", "1\n2\u200f3\u20134"),
    ],
)
def test_only_spaces_hyphens_width_and_case_change(text: str, expected: str) -> None:
    assert compact_text(text) == expected


def test_case_stays_where_a_scheme_cares() -> None:
    assert compact_text("aＢ ｃ-D", case_sensitive=True) == "aBcD"


@given(st.lists(st.text(st.characters(codec="utf-8"))), st.booleans())
def test_column_is_compacted_like_each_text(texts: list[str], case_sensitive: bool) -> None:
    column = compact_column(pl.Series(texts, dtype=pl.String), case_sensitive=case_sensitive)
    assert column.to_list() == [compact_text(text, case_sensitive=case_sensitive) for text in texts]
