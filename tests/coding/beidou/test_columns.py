"""Whole arrays give what single positions give, and what exact decimals give."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding import validate_column
from coding.beidou import GridError, encode, encode_column

from ..known_answers import known_answers
from .positions import decimals, floats

levels = st.integers(1, 10)


def encode_each(positions: list[tuple[float, float]], level: int) -> list[str | None]:
    codes: list[str | None] = []
    for lon, lat in positions:
        try:
            codes.append(encode(lon, lat, level))
        except GridError:
            codes.append(None)
    return codes


def encode_all(positions: list[tuple[float, float]], level: int) -> pl.Series:
    array = np.array(positions, dtype=np.float64).reshape(-1, 2)
    return encode_column(array[:, 0], array[:, 1], level)


def test_known_positions_have_their_codes() -> None:
    for row in known_answers("beidou_encode.csv"):
        if " " not in row["lon"]:
            position = (float(row["lon"]), float(row["lat"]))
            assert encode_all([position], int(row["level"])).to_list() == [row["code"]]


@settings(max_examples=200)
@given(st.lists(st.tuples(floats(400, of_rows=False), floats(91, of_rows=True))), levels)
def test_column_says_the_same_as_the_single_call(positions: list[tuple[float, float]], level: int) -> None:
    codes = encode_all(positions, level)
    assert codes.dtype == pl.String
    assert codes.to_list() == encode_each(positions, level)


@settings(max_examples=200)
@given(st.lists(st.tuples(decimals(180), decimals(87)), min_size=1), levels)
def test_floats_of_decimals_have_the_cells_of_the_exact_decimals(
    positions: list[tuple[Decimal, Decimal]], level: int
) -> None:
    codes = encode_all([(float(lon), float(lat)) for lon, lat in positions], level)
    assert codes.to_list() == [encode(lon, lat, level) for lon, lat in positions]


def test_round_degrees_minutes_and_seconds_never_slip_a_cell() -> None:
    seconds = np.arange(-180 * 3600, 180 * 3600, 97)
    codes = encode_column(seconds / 3600, np.zeros(len(seconds)), 5)
    expected = [encode(Fraction(second, 3600), 0, 5) for second in seconds[::50].tolist()]
    assert codes.gather_every(50).to_list() == expected


def test_polar_cap_is_null_below_level_two_and_coded_above() -> None:
    assert encode_all([(10.0, 89.0), (10.0, -90.0), (10.0, 10.0)], 2).to_list() == ["N00001", "S00000", "N32C84"]
    assert encode_all([(10.0, 89.0), (10.0, -90.0)], 3).to_list() == [None, None]


def test_encoded_column_is_canonical() -> None:
    rng = np.random.default_rng(5)
    codes = encode_column(rng.uniform(-180, 180, 5_000), rng.uniform(-87.9, 87.9, 5_000), 10)
    assert validate_column("cn.beidou", codes)["error"].is_null().all()


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="two equal columns"):
        encode_column(np.zeros(2), np.zeros(3), 5)


def test_unknown_level_is_refused() -> None:
    with pytest.raises(GridError, match="no level 11"):
        encode_column(np.zeros(1), np.zeros(1), 11)
