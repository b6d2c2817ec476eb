"""German parcel identifiers: fixed width, absent parts underscored."""

from __future__ import annotations

import pytest

from coding import WrongCharacter, WrongLength, WrongValue, detect, get_scheme
from coding.alkis import display

FLURSTUECK = get_scheme("de.flurstueck")


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("152450008007460284__", "152450-008-746/284"),
        ("15245000800746______", "152450-008-746"),
        ("152450___00746028401", "152450-746/284"),
    ],
)
def test_code_is_shown_as_people_quote_it(code: str, shown: str) -> None:
    assert FLURSTUECK.validate(code) == code
    assert display(code) == shown
    assert [found.scheme for found in detect(code)] == ["de.flurstueck"]


def test_half_filled_part_is_refused() -> None:
    with pytest.raises(WrongValue, match="mixes digits and underscores in the cadastral section") as caught:
        FLURSTUECK.validate("152450_08007460284__")
    assert caught.value.position == 7


def test_numerator_may_not_be_absent() -> None:
    with pytest.raises(WrongCharacter, match="numerator"):
        FLURSTUECK.validate("152450008_____0284__")


def test_short_form_is_refused() -> None:
    with pytest.raises(WrongLength, match="leading zeros"):
        FLURSTUECK.validate("152450-008-746/284")
