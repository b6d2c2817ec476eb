"""The contract suite: a scheme passes by an empty subclass that names it.

Two fixtures feed the tests and may be overridden: `scheme`, the scheme, and `codes`, a strategy of its canonical
codes, by default all texts of its pattern.
"""

from __future__ import annotations

import pickle
import re

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coding import CodeError, Kind, ParsedCode, Scheme, get_scheme, validate_column

from .texts import HOSTILE, damaged, written

Codes = st.SearchStrategy[str]

# every subclass brings its own codes, so nothing is shared between the executors
property_test = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow]
)


def is_bilingual(labels: object) -> bool:
    return isinstance(labels, dict) and set(labels) == {"zh", "en"} and all(labels.values())


class SchemeContract:
    """What holds for every scheme."""

    scheme_id: str
    is_case_sensitive = False

    @pytest.fixture(scope="class")
    @classmethod
    def scheme(cls) -> Scheme:
        return get_scheme(cls.scheme_id)

    @pytest.fixture(scope="class")
    @classmethod
    def codes(cls) -> Codes:
        return st.from_regex(get_scheme(cls.scheme_id).canonical_pattern, fullmatch=True)

    def test_scheme_describes_itself(self, scheme: Scheme) -> None:
        assert isinstance(scheme, Scheme)
        assert scheme.kind in Kind
        assert is_bilingual(scheme.labels)
        assert 0 < scheme.certainty <= 1

    @property_test
    @given(data=st.data())
    def test_canonical_code_stays_as_it_is(self, scheme: Scheme, codes: Codes, data: st.DataObject) -> None:
        code = data.draw(codes)
        assert scheme.validate(code) == code
        assert scheme.compact(code) == code
        assert re.fullmatch(scheme.canonical_pattern, code)

    @property_test
    @given(data=st.data(), seed=st.integers(0, 1_000))
    def test_written_form_reads_as_the_canonical_code(
        self, scheme: Scheme, codes: Codes, data: st.DataObject, seed: int
    ) -> None:
        code = data.draw(codes)
        text = self.write(code, seed)
        assert scheme.validate(text) == code
        if not self.is_case_sensitive:
            assert scheme.validate(text.lower()) == code
        assert validate_column(scheme.id, pl.Series([text]))["code"].to_list() == [code]

    def write(self, code: str, seed: int) -> str:
        return written(code, seed)

    @property_test
    @given(data=st.data())
    def test_printed_form_compacts_to_the_canonical_code(
        self, scheme: Scheme, codes: Codes, data: st.DataObject
    ) -> None:
        code = data.draw(codes)
        assert scheme.compact(scheme.format(code)) == scheme.validate(scheme.format(code)) == code

    @property_test
    @given(data=st.data())
    def test_parts_join_to_the_code_and_speak_both_languages(
        self, scheme: Scheme, codes: Codes, data: st.DataObject
    ) -> None:
        parsed = scheme.parse(data.draw(codes))
        assert parsed.scheme == scheme.id
        assert "".join(part.value for part in parsed.parts) == parsed.code
        assert all(is_bilingual(part.labels) and is_bilingual(part.meaning) for part in parsed.parts)
        assert all(is_bilingual(warning) for warning in parsed.warnings)
        names = [part.name for part in parsed.parts]
        assert len(set(names)) == len(names) > 0

    @property_test
    @given(data=st.data())
    def test_strict_refuses_exactly_the_codes_with_warnings(
        self, scheme: Scheme, codes: Codes, data: st.DataObject
    ) -> None:
        code = data.draw(codes)
        if scheme.parse(code).warnings:
            with pytest.raises(CodeError, match="doubtful"):
                scheme.validate(code, strict=True)
        else:
            assert scheme.validate(code, strict=True) == code

    @property_test
    @given(data=st.data())
    def test_damaged_code_is_refused_with_a_reason_or_is_another_code(
        self, scheme: Scheme, codes: Codes, data: st.DataObject
    ) -> None:
        text = data.draw(damaged(codes))
        outcome = judge(scheme, text)
        if isinstance(outcome, ParsedCode):
            assert re.fullmatch(scheme.canonical_pattern, outcome.code)
            assert scheme.validate(outcome.code) == outcome.code
        else:
            assert_helpful(outcome, scheme, text)

    @property_test
    @given(data=st.data())
    def test_column_says_the_same_as_the_single_call(self, scheme: Scheme, codes: Codes, data: st.DataObject) -> None:
        values = data.draw(st.lists(st.one_of(codes, damaged(codes), st.text(st.characters(codec="utf-8")), st.none())))
        frame = validate_column(scheme.id, pl.Series("value", values, dtype=pl.String))
        assert frame.schema == {"code": pl.String, "error": pl.String}
        assert frame.rows() == [expected_row(scheme, value) for value in values]

    @pytest.mark.timeout(10)
    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_hostile_text_is_refused_at_once(self, scheme: Scheme, text: str) -> None:
        with pytest.raises(CodeError) as caught:
            scheme.parse(text)
        assert_helpful(caught.value, scheme, text)
        assert len(str(caught.value)) < 1_000
        assert str(caught.value).isprintable()
        assert len(scheme.compact(text)) <= len(text)

    def test_error_survives_pickling(self, scheme: Scheme) -> None:
        with pytest.raises(CodeError) as caught:
            scheme.validate("?")
        copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
        assert (type(copy), str(copy)) == (type(caught.value), str(caught.value))


def judge(scheme: Scheme, text: str) -> ParsedCode | CodeError:
    """The parsed code or the error, after making sure that all four calls agree which of them it is."""
    try:
        parsed = scheme.parse(text)
    except CodeError as error:
        assert not scheme.is_valid(text)
        for refuse in (scheme.validate, scheme.format):
            with pytest.raises(type(error)):
                refuse(text)
        return error
    assert scheme.is_valid(text)
    assert scheme.validate(text) == parsed.code
    return parsed


def expected_row(scheme: Scheme, value: str | None) -> tuple[str | None, str | None]:
    if value is None:
        return None, None
    outcome = judge(scheme, value)
    return (outcome.code, None) if isinstance(outcome, ParsedCode) else (None, str(outcome))


def assert_helpful(error: CodeError, scheme: Scheme, text: str) -> None:
    """The message names the scheme, what was given, what was expected and what to do next."""
    assert isinstance(error, ValueError)
    assert error.given == text
    message = str(error)
    assert message.startswith(f"{scheme.id}: {text[:60]!r}")
    assert error.expected
    assert error.expected in message
    assert error.hint.endswith(".")
    assert error.hint in message
    assert error.position is None or 1 <= error.position <= len(scheme.compact(text))
