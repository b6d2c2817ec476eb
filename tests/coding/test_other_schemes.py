"""Schemes of others: vectors, what is refused and why."""

from __future__ import annotations

import pytest
from stdnum.cn import uscc

from coding import CodeError, detect, get_scheme

POINT = {
    "h3": ["8731aa501ffffff", "8931aa50107ffff", "8c31aa50105edff", "8f31aa50105ec98"],
    "s2": ["35f057", "35f056b1c", "35f056b1fbb", "35f056b1fbb5e665"],
    "geohash": ["wx4ew", "wx4ewb8", "wx4ewb830", "wx4ewb8301dd"],
    "olc": ["8PFRX8V7+", "8PFRX8V7+72", "8PFRX8V7+729", "8PFRX8V7+729F64F", "8PFR0000+"],
    "cn.uscc": ["91110000600037341L"],
    "ma": ["MA.156.1003.16291", "MA.156.M0.100204.13351764",
           "MA.156.M0.100350.01004YA10017.SLMSAGAAAC.M210628.LAY21062803"],
    "fr.parcelle": ["2A004000AB0012", "75112000AB0012"],
    "inspire": ["ES.SDGC.CP/9872023VH5797S", "NL.IMKAD.KadastraalObject/1234567/2"],
    "citygml": ["UUID_d281adfc-4901-0f52-540b-4cc1a9325f82", "_b.1", "建筑_001"],
    "ch.egid": ["190123456", "1"],
    "uk.uprn": ["100023336956"],
}  # fmt: skip


@pytest.mark.parametrize(("scheme", "code"), [(scheme, code) for scheme, codes in POINT.items() for code in codes])
def test_vectors_are_canonical(scheme: str, code: str) -> None:
    assert get_scheme(scheme).validate(code) == code


@pytest.mark.parametrize(
    ("scheme", "text", "code"),
    [
        ("ma", "ma.156.1003.1629/60.10000000.2/", "MA.156.1003.1629/60.10000000.2"),
        ("uk.uprn", "UPRN: 000100023336956", "100023336956"), ("ch.egid", "EGID 190 123 456", "190123456"),
        ("s2", "S2 35F0570", "35f057"), ("geohash", "geohash:WX4EWB8", "wx4ewb8"),
        ("h3", "8931AA50107FFFF", "8931aa50107ffff"),
        ("citygml", "gml:id=UUID_1-2", "UUID_1-2"), ("cn.uscc", "9111 0000 6000 3734 1l", "91110000600037341L"),
    ],
)  # fmt: skip
def test_written_forms(scheme: str, text: str, code: str) -> None:
    assert get_scheme(scheme).validate(text) == code


@pytest.mark.parametrize(
    ("scheme", "text", "message"),
    [
        ("ma", "MA1561003", "does not begin with MA and a dot"), ("ma", "MA.15.1003", "has the country 15"),
        ("ma", "MA.156", "a node or organisation"), ("ma", "MA.156.1003..2", "has an empty segment"),
        ("ma", "MA.156.1.2/3/4", "has several slashes"), ("h3", "8031aa50107ffff", "is the index of no cell"),
        ("h3", "1131aa50107ffff", "begin with 8"), ("s2", "f5f057", "is the token of no cell"),
        ("geohash", "wx4a", "a, i, l and o do not occur"), ("olc", "X8V7+72", "not the short form"),
        ("olc", "8PFRX8V772+", "is no Plus Code"), ("cn.uscc", "91110000600037341A", "ends in A"),
        ("fr.parcelle", "2C004000AB0012", "has 'C'"), ("citygml", "1abc", "begins with a letter"),
        ("citygml", "a:b", "has ':'"), ("inspire", "no-slash", "namespace/localId"), ("ch.egid", "0", "is zero"),
        ("ch.egid", "1234567890", "1 to 9 digits"), ("cn.geosot", "G4", "cell"),
        ("cn.geosot", "G" + "0" * 33, "1 to 32"),
        ("cn.geosot", "G000000000333333", "has 63 minutes"),
    ],
)  # fmt: skip
def test_what_is_no_code_is_told_why(scheme: str, text: str, message: str) -> None:
    with pytest.raises(CodeError) as caught:
        get_scheme(scheme).validate(text)
    assert message in str(caught.value)


def test_the_check_character_of_organisations_is_that_of_the_library() -> None:
    for body in ("91110000600037341", "12100000400000624", "5344030077798350X"[:17]):
        assert get_scheme("cn.uscc").is_valid(body + uscc.calc_check_digit(body))


@pytest.mark.parametrize("text", ["210000", "190123456", "35f057", "wx4ew", "house"])
def test_numbers_and_words_are_no_codes_unless_they_say_so(text: str) -> None:
    assert not {"ch.egid", "uk.uprn", "s2", "geohash", "citygml"} & {each.scheme for each in detect(text)}


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("EGID 190123456", "ch.egid"),
        ("uprn 100023336956", "uk.uprn"),
        ("geohash wx4ew", "geohash"),
        ("s2:35f057", "s2"),
    ],
)
def test_a_text_may_say_what_it_is(text: str, scheme: str) -> None:
    assert scheme in {each.scheme for each in detect(text)}
