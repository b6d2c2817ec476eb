"""Whole columns: clean values by pattern, every other distinct value once."""

from __future__ import annotations

import polars as pl
import pytest

from coding import UnknownScheme, validate_column

GOOD, PRINTED, BAD = "340123002004GB00011", "340123 002004 gb00011", "340123002004KB00011"


def test_rows_keep_their_order_and_nulls_stay_null() -> None:
    frame = validate_column("cn.bdcdyh", pl.Series([BAD, None, PRINTED, GOOD, BAD]))
    assert frame["code"].to_list() == [None, None, GOOD, GOOD, None]
    errors = frame["error"].to_list()
    assert errors[1:4] == [None, None, None]
    assert errors[0] == errors[4]
    assert "'K'" in errors[0]


@pytest.mark.parametrize("dtype", [pl.Categorical(), pl.Enum([GOOD, BAD])])
def test_categories_are_texts(dtype: pl.DataType) -> None:
    frame = validate_column("cn.bdcdyh", pl.Series([GOOD, BAD], dtype=dtype))
    assert frame["code"].to_list() == [GOOD, None]


@pytest.mark.parametrize("values", [pl.Series([], dtype=pl.String), pl.Series([None, None])])
def test_column_without_values_gives_rows_without_answers(values: pl.Series) -> None:
    frame = validate_column("res3d", values)
    assert frame.schema == {"code": pl.String, "error": pl.String}
    assert frame.rows() == [(None, None)] * len(values)


def test_column_of_numbers_is_refused_because_zeros_are_lost() -> None:
    with pytest.raises(TypeError, match=r"'id' has the type Int64; codes are text.*leading zeros"):
        validate_column("nl.bag", pl.Series("id", [363100012345678]))


def test_trailing_newline_is_not_canonical() -> None:
    assert validate_column("cn.bdcdyh", pl.Series([GOOD + "\n"]))["code"].to_list() == [None]


def test_text_too_long_to_read_is_refused_as_in_the_single_call() -> None:
    frame = validate_column("cn.bdcdyh", pl.Series([GOOD + " " * 600]))
    assert frame["code"].to_list() == [None]
    assert "at most 500 characters" in frame["error"].item()


def test_unknown_scheme_lists_the_known_ones() -> None:
    with pytest.raises(UnknownScheme, match=r"no code scheme 'nl.bga'; known are .*nl\.bag"):
        validate_column("nl.bga", pl.Series(["1"]))
