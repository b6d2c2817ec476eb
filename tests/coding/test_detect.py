"""Detection names every scheme that a text may belong to, with honest probabilities."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding import detect, get_scheme, schemes

from .known_answers import known_answers
from .texts import HOSTILE


@pytest.mark.parametrize("row", known_answers("detect.csv"), ids=lambda row: row["text"] or "empty")
def test_known_text_has_its_readings(row: dict[str, str]) -> None:
    candidates = detect(row["text"])
    assert [candidate.scheme for candidate in candidates] == [name for name in row["schemes"].split(";") if name]
    assert candidates == () or (candidates[0].form or "") == row["form"]


def test_code_that_only_one_scheme_can_have_written_is_certain() -> None:
    for text in ("340123002004GB00011", "N50J47539B8255346152", "0363100012345678"):
        assert [candidate.probability for candidate in detect(text)] == [1.0]


def test_ambiguous_text_is_certain_of_nothing() -> None:
    assert len(detect("210000")) == 3
    assert all(candidate.probability < 0.5 for candidate in detect("210000"))


def test_doubtful_code_is_less_probable() -> None:
    sound, doubtful = detect("340123002"), detect("340123000")
    assert doubtful[0].probability < sound[0].probability


@given(st.one_of(*(st.from_regex(scheme.canonical_pattern, fullmatch=True) for scheme in schemes().values())))
def test_probabilities_fall_and_add_up_to_at_most_one(text: str) -> None:
    candidates = detect(text)
    probabilities = [candidate.probability for candidate in candidates]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) <= 1 + 1e-12
    assert all(get_scheme(candidate.scheme).validate(text) == candidate.code for candidate in candidates)


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_no_code(text: str) -> None:
    assert detect(text) == ()
