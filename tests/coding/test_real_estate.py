"""Real-estate unit and parcel codes, their editions, warnings, prefixes and ladder."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import coding
from coding import CodeError, WrongCharacter, WrongLength, WrongValue, get_scheme
from coding.real_estate import RealEstateUnit, edition_needed, parse_prefix, prefixes
from coding.real_estate_letters import FIXTURES, OWNERSHIPS, USE_RIGHTS
from coding.real_estate_segments import LetterRules

from .known_answers import known_answers

UNIT = RealEstateUnit()
CODE = "340123002004GB00011F00010001"
by_code = pytest.mark.parametrize("row", known_answers("real_estate_unit.csv"), ids=lambda row: row["code"])


@by_code
def test_known_code_is_valid_and_prints_in_groups(row: dict[str, str]) -> None:
    assert UNIT.validate(row["printed"]) == row["code"]
    assert UNIT.format(row["code"]) == row["printed"]
    assert UNIT.parse(row["code"]).form == row["form"]


@by_code
def test_known_code_is_doubtful_where_the_notes_say_so(row: dict[str, str]) -> None:
    assert bool(UNIT.parse(row["code"]).warnings) == (row["doubtful"] == "1")


@by_code
def test_known_code_needs_the_edition_that_has_its_letters(row: dict[str, str]) -> None:
    assert edition_needed(row["code"]) == row["edition"]
    assert RealEstateUnit(LetterRules("2015")).is_valid(row["code"]) == (row["edition"] == "2015")


@pytest.mark.parametrize("row", known_answers("real_estate_unit_wrong.csv"), ids=lambda row: row["code"])
def test_wrong_code_is_refused_for_its_reason_at_its_place(row: dict[str, str]) -> None:
    scheme = RealEstateUnit(LetterRules("2019" if row["edition"] == "2019" else "2015"))
    with pytest.raises(getattr(coding, row["error"])) as caught:
        scheme.validate(row["code"])
    assert caught.value.position == (int(row["position"]) if row["position"] else None)


@given(
    st.sampled_from(sorted(OWNERSHIPS)),
    st.sampled_from(sorted(USE_RIGHTS)),
    st.sampled_from(sorted(FIXTURES)),
    st.sampled_from(["00000000", "00010001", "00000001", "00010000", "99990001", "99990002"]),
    st.sampled_from(["2019", "2015"]),
)
def test_pattern_of_every_edition_says_the_same_as_validation(
    ownership: str, use_right: str, fixture: str, number: str, edition: str
) -> None:
    scheme = RealEstateUnit(LetterRules("2019" if edition == "2019" else "2015"))
    code = f"340123002004{ownership}{use_right}00011{fixture}{number}"
    assert scheme.is_canonical(pl.Series([code])).item() == scheme.is_valid(code)


def test_extension_is_accepted_only_where_an_office_lists_it() -> None:
    code = "340123002004YW00011W00000000"
    extended = RealEstateUnit(LetterRules(extensions=frozenset({"YW"})))
    assert extended.validate(code) == code
    assert extended.parse(code).parts[3].meaning["en"] == "extension, not of the standard"
    with pytest.raises(WrongCharacter):
        UNIT.validate(code)


def test_extension_that_is_no_pair_of_letters_is_refused() -> None:
    with pytest.raises(ValueError, match="expected two letters"):
        LetterRules(extensions=frozenset({".*"}))


def test_unit_is_cut_into_its_segments() -> None:
    assert [(part.name, part.value) for part in UNIT.parse(CODE).parts] == [
        ("county", "340123"),
        ("district", "002"),
        ("sub_district", "004"),
        ("ownership", "G"),
        ("use_right", "B"),
        ("parcel_sequence", "00011"),
        ("fixture", "F"),
        ("building", "0001"),
        ("unit", "0001"),
    ]


def test_ladder_climbs_from_the_county_to_the_building() -> None:
    assert [(prefix.scheme, prefix.code) for prefix in prefixes(CODE)] == [
        ("cn.xzq", "340123"),
        ("cn.djq", "340123002"),
        ("cn.djzq", "340123002004"),
        ("cn.bdcdyh", "340123002004GB00011"),
        (None, "340123002004GB00011F"),
        ("cn.zrzh", "340123002004GB00011F0001"),
    ]


@given(st.from_regex(UNIT.canonical_pattern, fullmatch=True))
def test_every_rung_is_a_code_of_its_own_scheme(code: str) -> None:
    rungs = prefixes(code)
    assert len(rungs) >= 3
    for rung in rungs:
        if rung.scheme:
            assert get_scheme(rung.scheme).validate(rung.code) == rung.code


@pytest.mark.parametrize("code", ["340102201001GB00005F99990001", "340123002004GS00019W00000000"])
def test_ladder_has_no_building_where_the_fixture_is_not_one_building(code: str) -> None:
    assert [prefix.name for prefix in prefixes(code)][-1] == "fixture"


@pytest.mark.parametrize(
    ("length", "form"), [(6, "county"), (9, "district"), (12, "sub_district"), (20, "fixture"), (24, "building")]
)
def test_prefix_is_parsed_by_its_own_call_and_never_as_a_code(length: int, form: str) -> None:
    parsed = parse_prefix(CODE[:length])
    assert (parsed.code, parsed.form) == (CODE[:length], form)
    assert "".join(part.value for part in parsed.parts) == CODE[:length]
    with pytest.raises(WrongLength, match="parse_prefix"):
        UNIT.validate(CODE[:length])


@pytest.mark.parametrize("length", [0, 2, 7, 13, 19, 21, 28])
def test_text_of_another_length_is_no_prefix(length: int) -> None:
    with pytest.raises(WrongLength):
        parse_prefix(CODE[:length])


@pytest.mark.parametrize(
    ("text", "position"),
    [("340123002004GB00011F9999", 21), ("340123002004GB00011W0000", 20), ("340123002004GB00011F0000", 21)],
)
def test_building_key_needs_one_building(text: str, position: int) -> None:
    for read in (get_scheme("cn.zrzh").validate, parse_prefix):
        with pytest.raises(WrongValue) as caught:
            read(text)
        assert caught.value.position == position


def test_strict_names_what_is_doubtful() -> None:
    with pytest.raises(CodeError, match="F9999 with a unit number other than 0001"):
        UNIT.validate("340102201001GB00005F99990002", strict=True)
