"""Addresses and place names made comparable: other ways of writing one are equal, other addresses are not."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.link.address import address_keys, normal_addresses
from ingest.link.folding import folded, number_of, with_digits
from ingest.link.place_names import bare_names, folded_names

SAME = [
    ("Hauptstraße 5a, 1010 Wien", "Hauptstr. 5 a, A-1010 Wien"),
    ("Hauptstraße 5a, 1010 Wien", "5A HAUPTSTRASSE; 1010 wien"),
    ("Hauptstraße 5, 1010 Wien", "Hauptstr. 5 1010 Wien"),
    ("Calle Mayor 5, 28013 Madrid", "C/ Mayor, 5, 28013 MADRID"),
    ("12 High Street, London SW1A 1AA", "12, High St., London, SW1A1AA"),
    ("5 rue de l'Église, 75002 Paris", "5 RUE DE L’EGLISE, 75002 PARIS"),
    ("Oude Delft 12 bis, 2611 CC Delft", "Oude Delft 12bis, 2611CC Delft"),
    ("Straße des 17. Juni 135, 10623 Berlin", "Str. des 17 Juni 135, 10623 Berlin"),
    ("安徽省合肥市人民路12号3幢", "安徽省合肥市人民路十二号3栋"),
    ("安徽省合肥市人民路１２号", "安徽省 合肥市 人民路12號"),
    ("長野県茅野市塚原2丁目6番1号", "長野県茅野市塚原二丁目６－１"),
    ("〒391-8501 長野県茅野市塚原2-6-1", "3918501長野県茅野市大字塚原二丁目6番地1"),
    ("東京都千代田区霞ヶ関1-3-1", "東京都千代田区霞ケ関一丁目3の1"),
]
OTHER = [
    ("Hauptstraße 5a, 1010 Wien", "Hauptstraße 5b, 1010 Wien"),
    ("Hauptstraße 5, 1010 Wien", "Nebenstraße 5, 1010 Wien"),
    ("1 High Street, London", "11 High Street, London"),
    ("安徽省合肥市人民路12号", "安徽省合肥市人民路2号"),
    ("合肥市幸福小区3栋", "合肥市和平小区3栋"),
    ("長野県茅野市塚原2-6-1", "長野県茅野市塚原2-61"),
    ("東京都千代田区神田神保町1-3", "東京都千代田区神田小川町1-3"),
]
NONE = ["", "Wien", "安徽省合肥市", "1010", "  ", ","]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_ways_of_writing_one_address_are_equal(one: str, other: str) -> None:
    keys = address_keys(pl.Series([one, other]))
    assert keys["line"][0] is not None
    assert keys.drop("postcode").row(0) == keys.drop("postcode").row(1)
    assert len(set(keys["postcode"].drop_nulls())) <= 1


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_other_addresses_are_not_equal(one: str, other: str) -> None:
    lines = address_keys(pl.Series([one, other]))["line"].to_list()
    assert lines[0] is not None
    assert lines[0] != lines[1]


@pytest.mark.parametrize("text", NONE)
def test_what_has_no_street_and_number_is_no_address(text: str) -> None:
    assert address_keys(pl.Series([text]))["line"].to_list() == [None]


def test_regions_come_largest_first_and_the_number_alone_takes_the_smallest() -> None:
    keys = address_keys(pl.Series(["安徽省合肥市肥东县店埠镇12号", "肥东县店埠镇人民路1号"]))
    assert keys["regions"].to_list() == [["安徽省", "合肥市", "肥东县"], ["肥东县", "店埠镇"]]
    assert keys["line"].to_list() == ["店埠镇12", "人民路1"]


WORDS = st.text(st.sampled_from("abcdefghijklmnoprstuvwyzäéöß"), min_size=3, max_size=9).filter(
    lambda word: word not in {"nummer", "hausnummer", "numero", "bis", "ter"}
)
HAN = st.text(st.sampled_from("东西南北山水花园和平学府文化茅野塚原神田"), min_size=2, max_size=4)
NUMBER = st.integers(1, 99).map(str)
WEST = st.builds(
    lambda street, kind, number, letter, code, town: f"{street}{kind} {number}{letter}, {code} {town}",
    WORDS, st.sampled_from(["straße", "str.", " street", " rd", "gasse", "straat"]), NUMBER,
    st.sampled_from(["", "a", " b", "-3", "/2"]), st.integers(1000, 99999).map(str), WORDS,
)  # fmt: skip
EAST = st.builds(
    lambda city, district, road, number, end: f"{city}市{district}{road}{number}{end}",
    HAN, st.sampled_from(["", "朝阳区", "茅野町", "店埠镇"]), HAN.map(lambda name: f"{name}路"), NUMBER,
    st.sampled_from(["", "号", "号3栋", "番地2", "丁目4番5号", "-7"]),
)  # fmt: skip


@given(st.lists(WEST | EAST, min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_the_normal_form_of_an_address_is_its_own(texts: list[str]) -> None:
    once = normal_addresses(pl.Series(texts, dtype=pl.String))
    assert once.null_count() == 0
    assert normal_addresses(once).to_list() == once.to_list()
    assert address_keys(once).rows() == address_keys(pl.Series(texts)).rows()


@given(st.lists(WEST | EAST, min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_case_and_width_make_no_difference(texts: list[str]) -> None:
    wide = [
        text.upper().translate({place: place + 0xFEE0 for place in range(ord("0"), ord("9") + 1)}) for text in texts
    ]
    assert address_keys(pl.Series(wide)).rows() == address_keys(pl.Series(texts)).rows()


@given(st.lists(st.text(max_size=40), max_size=20))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_as_one_line_or_none_and_folding_twice_is_folding_once(texts: list[str]) -> None:
    column = pl.Series("text", texts, dtype=pl.String)
    keys = address_keys(column)
    assert keys.height == len(texts)
    assert keys["regions"].null_count() == 0
    frame = pl.DataFrame(column).with_columns(once=folded(pl.col("text")))
    assert frame.select(folded(pl.col("once")).alias("once"))["once"].to_list() == frame["once"].to_list()
    names = frame.select(folded_names(pl.col("text")).alias("name"))
    assert names.select(folded_names(pl.col("name")))["name"].to_list() == names["name"].to_list()


@given(st.integers(1, 999))
def test_numerals_are_read(number: int) -> None:
    signs = "〇一二三四五六七八九"
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    spoken = (f"{signs[hundreds]}百" if hundreds else "") + (f"{signs[tens]}十" if tens else "")
    spoken += "零" if hundreds and not tens and ones else ""
    spoken += signs[ones] if ones else ""
    assert number_of(spoken) == number
    assert number_of("".join(signs[int(digit)] for digit in str(number))) == number


def test_numerals_of_names_stay() -> None:
    assert with_digits(pl.Series(["三里屯路三号", "四川路"])).to_list() == ["三里屯路3号", "四川路"]


@pytest.mark.parametrize(
    ("one", "other"), [("肥东县", "肥东"), ("茅野市", "茅野"), ("Bexar County", "Bexar"), ("City of Bath", "bath")]
)
def test_a_name_without_its_kind_is_the_bare_name(one: str, other: str) -> None:
    frame = pl.DataFrame({"one": [one], "other": [other]})
    assert frame.select(bare_names(pl.col("one"))).item() == frame.select(folded_names(pl.col("other"))).item()


@pytest.mark.parametrize("name", ["市", "县", "Town"])
def test_a_name_that_is_only_a_kind_stays(name: str) -> None:
    assert pl.select(bare_names(pl.lit(name))).item() == name.lower()
