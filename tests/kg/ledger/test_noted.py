"""Texts noted in the course of a changeset are a set, whatever their number and order."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.ledger import Ledger, Noted

TEXTS = st.lists(st.text(max_size=4), max_size=12)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return Ledger.create(Path(tmp_path_factory.mktemp("noted")) / "ledger.gpkg")


@given(parts=st.lists(TEXTS, max_size=4), asked=TEXTS, size=st.integers(1, 5))
def test_it_is_a_set(ledger: Ledger, parts: list[list[str]], asked: list[str], size: int) -> None:
    with ledger.reading() as snapshot:
        noted, other = Noted(snapshot, "texts"), Noted(snapshot, "others")
        for part in parts:
            noted.add(pl.Series("text", part, dtype=pl.String))
        all_of_them = {text for part in parts for text in part}
        assert sorted(noted.among(pl.Series("text", asked, dtype=pl.String))) == sorted({*asked} & all_of_them)
        chunks = [chunk.to_list() for chunk in noted.chunks(size)]
        assert [text for chunk in chunks for text in chunk] == sorted(all_of_them, key=str.encode)
        assert all(len(chunk) == size for chunk in chunks[:-1])
        assert not list(other.chunks(size))


def test_it_begins_empty(ledger: Ledger) -> None:
    with ledger.reading() as snapshot:
        Noted(snapshot, "texts").add(pl.Series(["a"]))
        assert not list(Noted(snapshot, "texts").chunks(9))
