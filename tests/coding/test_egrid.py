"""Swiss E-GRIDs: the form is all that can be checked."""

from __future__ import annotations

import pytest

from coding import WrongCharacter, WrongLength, detect, get_scheme

EGRID = get_scheme("ch.egrid")


def test_known_code_is_read() -> None:
    parts = {part.name: part.value for part in EGRID.parse("CH123456789012").parts}
    assert parts == {"country": "CH", "number": "123456789012"}
    assert [found.scheme for found in detect("CH123456789012")] == ["ch.egrid"]


def test_other_country_is_refused_at_its_letter() -> None:
    with pytest.raises(WrongCharacter, match="begins with CH") as caught:
        EGRID.validate("CZ123456789012")
    assert caught.value.position == 2


def test_missing_digit_is_refused() -> None:
    with pytest.raises(WrongLength, match="CH and 12 digits"):
        EGRID.validate("CH12345678901")
