"""Spanish cadastral references and their control letters."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.es import referenciacatastral

from coding import WrongCheckCharacter, WrongLength, detect, get_scheme, validate_column

REFCAT = get_scheme("es.refcat")
KNOWN = ("7837301VG8173B0001TT", "9872023VH5797S0001WX")  # other_code_schemes.md, of an independent library


@pytest.mark.parametrize("code", KNOWN)
def test_known_reference_is_valid(code: str) -> None:
    assert REFCAT.validate(code) == code
    assert [found.scheme for found in detect(code)] == ["es.refcat"]


@given(st.lists(st.from_regex("[0-9A-Z]{18}", fullmatch=True)))
def test_whole_columns_are_checked_like_the_library_checks_one(bodies: list[str]) -> None:
    codes = [body + referenciacatastral.calc_check_digits(body + "AA") for body in bodies]
    assert REFCAT.canonical_codes(pl.Series(codes, dtype=pl.String)).to_list() == codes
    wrong = [code[:-1] + ("M" if code[-1] != "M" else "Q") for code in codes]
    assert REFCAT.canonical_codes(pl.Series(wrong, dtype=pl.String)).to_list() == [None] * len(codes)


@pytest.mark.parametrize("code", KNOWN)
def test_every_wrong_digit_is_noticed(code: str) -> None:
    wrong = [
        code[:place] + digit + code[place + 1 :]
        for place in range(18)
        for digit in "0123456789"
        if code[place].isdigit() and digit != code[place]
    ]
    assert len(wrong) > 90
    assert validate_column("es.refcat", pl.Series(wrong)).get_column("code").null_count() == len(wrong)


def test_wrong_letters_are_an_error_that_points_at_them() -> None:
    with pytest.raises(WrongCheckCharacter, match="do not adjust") as caught:
        REFCAT.validate("7837301VG8173B0001TX")
    assert caught.value.position == 19


def test_parcel_alone_is_refused_with_a_hint() -> None:
    with pytest.raises(WrongLength, match="14 characters of a parcel"):
        REFCAT.validate("7837301VG8173B")
