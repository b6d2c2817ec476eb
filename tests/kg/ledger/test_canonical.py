"""Canonical JSON of columns against the reference implementation of RFC 8785."""

import polars as pl
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from kg.ledger.canonical import json_object, sha256_column

finite = st.floats(allow_nan=False, allow_infinity=False)
text = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(finite, min_size=1))
@example([1e15, 1e21, 1e-7, -0.0, 5e-324, 0.0001, 123456789012345680000.0])
def test_numbers_are_written_as_the_reference_writes_them(numbers: list[float]) -> None:
    lines = json_object(pl.DataFrame({"x": numbers}), ["x"], keep_null=True)
    assert [line.encode() for line in lines] == [rfc8785.dumps({"x": number}) for number in numbers]


@given(st.lists(text, min_size=1))
def test_texts_are_written_as_the_reference_writes_them(texts: list[str]) -> None:
    lines = json_object(pl.DataFrame({"x": texts}, schema={"x": pl.String}), ["x"], keep_null=True)
    assert [line.encode() for line in lines] == [rfc8785.dumps({"x": value}) for value in texts]


def test_a_name_that_polars_takes_for_a_pattern_is_a_name() -> None:
    frame = pl.DataFrame({"a": [1], "^a$": [2], "^.*$": [3]})
    assert json_object(frame, frame.columns, keep_null=True)[0] == '{"^.*$":3,"^a$":2,"a":1}'


@given(st.dictionaries(text, st.integers(-(2**53) + 1, 2**53 - 1), min_size=1, max_size=5))
def test_members_are_sorted_as_the_reference_sorts_them(members: dict[str, int]) -> None:
    frame = pl.DataFrame({name: [value] for name, value in members.items()})
    assert json_object(frame, list(members), keep_null=True)[0].encode() == rfc8785.dumps(dict(members))


def test_lists_booleans_binary_and_null_have_a_canonical_form() -> None:
    frame = pl.DataFrame({"l": [["b", "a"]], "t": [True], "w": [b"\x01\xab"], "n": [None]})
    assert json_object(frame, frame.columns, keep_null=True)[0] == '{"l":["b","a"],"n":null,"t":true,"w":"01AB"}'
    assert json_object(frame, frame.columns, keep_null=False)[0] == '{"l":["b","a"],"t":true,"w":"01AB"}'


def test_hashes_are_those_of_the_utf8_text() -> None:
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, appendix B.1
    assert sha256_column(pl.Series(["abc"])).to_list() == [digest]
