"""Our own entity ids: minted in whole columns, protected by their check character."""

from __future__ import annotations

import string

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from coding import WrongCheckCharacter, get_scheme, mint_entity_ids, validate_column
from coding.check_character import check_values, is_checked, to_text, to_values

from .known_answers import known_answers

ALPHABET = string.digits + string.ascii_uppercase


@pytest.mark.parametrize("row", known_answers("mod_37_36.csv"), ids=lambda row: row["input"])
def test_check_character_is_the_published_one(row: dict[str, str]) -> None:
    values = to_values(pl.Series([row["input"]]), len(row["input"]))
    assert to_text(check_values(values).reshape(-1, 1)).to_list() == [row["check"]]


@given(st.lists(st.text(ALPHABET, min_size=7, max_size=7)))
def test_whole_columns_are_checked_like_the_library_checks_one(texts: list[str]) -> None:
    values = to_values(pl.Series(texts, dtype=pl.String), 7)
    assert is_checked(values).tolist() == [mod_37_36.is_valid(text) for text in texts]
    appended = to_text(check_values(values).reshape(-1, 1)).to_list()
    assert appended == [mod_37_36.calc_check_digit(text) for text in texts]


def test_minted_ids_are_valid_and_all_different() -> None:
    ids = mint_entity_ids(20_000)
    assert ids.name == "id"
    assert ids.dtype == pl.String
    assert ids.n_unique() == len(ids) == 20_000
    assert validate_column("res3d", ids)["error"].is_null().all()
    assert all(get_scheme("res3d").is_valid(minted) for minted in ids.head(100))


def test_minting_none_gives_an_empty_text_column() -> None:
    assert mint_entity_ids(0).dtype == pl.String
    assert mint_entity_ids(0).is_empty()


def test_seeded_minting_repeats_itself_and_unseeded_does_not() -> None:
    assert mint_entity_ids(3, np.random.default_rng(7)).equals(mint_entity_ids(3, np.random.default_rng(7)))
    assert not mint_entity_ids(3).equals(mint_entity_ids(3))


def test_every_character_of_the_alphabet_is_used_about_equally() -> None:
    counts = mint_entity_ids(3_000, np.random.default_rng(1)).str.slice(2, 12).str.split("").explode().value_counts()
    assert len(counts) == 36
    assert counts["count"].to_numpy().min() > 850
    assert counts["count"].to_numpy().max() < 1_150


@given(st.integers(2, 14), st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_noticed(place: int, wrong: str) -> None:
    minted = mint_entity_ids(1, np.random.default_rng(3)).item()
    text = minted[:place] + wrong + minted[place + 1 :]
    if text != minted:
        with pytest.raises(WrongCheckCharacter, match="do not adjust the last one"):
            get_scheme("res3d").validate(text)
