"""BAG identifications: sixteen digits, with or without their written prefix."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding import WrongCharacter, WrongLength, WrongValue, get_scheme, validate_column

from .contract import expected_row

BAG = get_scheme("nl.bag")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("NL.IMBAG.Pand.0363100012345678", "building"),
        ("nl.imbag.pand.0363100012345678", "building"),
        ("NL.IMBAG.Verblijfsobject.0363010012345678", "dwelling unit"),
        ("NL.IMBAG.Ligplaats.0363020012345678", "berth"),
        ("NL.IMBAG.Standplaats.0363030012345678", "stand"),
        ("NL.IMBAG.Nummeraanduiding.0363200012345678", "address"),
        ("NL.IMBAG.OpenbareRuimte.0363300012345678", "public space"),
        ("0363100012345678", "building"),
    ],
)
def test_prefix_is_accepted_and_left_out_of_the_code(text: str, form: str) -> None:
    parsed = BAG.parse(text)
    assert (parsed.code, parsed.form) == (text[-16:], form)


written = st.builds(
    "NL.IMBAG.{}.0363{}001234567{}".format,
    st.sampled_from(["Pand", "Verblijfsobject", "OpenbareRuimte", "pand", "VerblijfSobject", "Verblijfſobject", ""]),
    st.sampled_from(["10", "01", "30", "99"]),
    st.sampled_from(["8", "", "8-0", "8 ", "8\n"]),
)


@given(st.lists(written))
def test_prefixed_column_says_the_same_as_the_single_call(texts: list[str]) -> None:
    frame = validate_column("nl.bag", pl.Series(texts, dtype=pl.String))
    assert frame.rows() == [expected_row(BAG, text) for text in texts]


def test_parts_are_municipality_type_and_serial() -> None:
    parts = {part.name: part.value for part in BAG.parse("0363100012345678").parts}
    assert parts == {"municipality": "0363", "object_type": "10", "serial": "0012345678"}


def test_prefix_that_contradicts_the_digits_is_refused() -> None:
    with pytest.raises(WrongValue, match="VERBLIJFSOBJECT and an object type 10 that says PAND") as caught:
        BAG.validate("NL.IMBAG.Verblijfsobject.0363100012345678")
    assert caught.value.position == 10


def test_unknown_prefix_word_lists_the_known_ones() -> None:
    with pytest.raises(WrongCharacter, match="Verblijfsobject, Ligplaats"):
        BAG.validate("NL.IMBAG.Gebouw.0363100012345678")


def test_lost_leading_zero_is_an_error_that_tells_the_likely_code() -> None:
    with pytest.raises(WrongLength, match=r"read it as text.*0363100012345678"):
        BAG.validate("363100012345678")


def test_short_number_that_zeros_do_not_complete_suggests_no_code() -> None:
    with pytest.raises(WrongLength, match="Digits are missing") as caught:
        BAG.validate("36310")
    assert "0000000000036310" not in str(caught.value)


def test_unknown_object_type_is_refused() -> None:
    with pytest.raises(WrongValue, match=r"object type 99.*10 building") as caught:
        BAG.validate("0363990012345678")
    assert caught.value.position == 5


def test_building_part_of_3dbag_is_not_taken_for_the_building() -> None:
    with pytest.raises(WrongLength, match="3DBAG"):
        BAG.validate("NL.IMBAG.Pand.0503100000032914-0")
