"""IFC GlobalIds and the UUIDs that they write."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding import WrongCharacter, WrongLength, detect, get_scheme
from coding.ifc import from_uuid, to_uuid

from .known_answers import known_answers

IFC = get_scheme("ifc")


@pytest.mark.parametrize("row", known_answers("ifc.csv"), ids=lambda row: row["uuid"])
def test_known_uuid_has_its_global_id(row: dict[str, str]) -> None:
    assert from_uuid(UUID(row["uuid"])) == row["global_id"]
    assert str(to_uuid(row["global_id"])) == row["uuid"]
    assert [found.scheme for found in detect(row["global_id"])] == ["ifc"]


@given(st.uuids())
def test_uuid_comes_back(uuid: UUID) -> None:
    assert to_uuid(from_uuid(uuid)) == uuid
    assert IFC.is_valid(from_uuid(uuid))


def test_case_is_kept() -> None:
    assert IFC.validate("0i_QRONZjFZ9mw3nujF4jQ") != IFC.validate("0I_QRONZjFZ9mw3nujF4jQ")


@pytest.mark.parametrize("text", ["0" * 21, "0" * 23])
def test_other_lengths_are_refused(text: str) -> None:
    with pytest.raises(WrongLength, match="22 digits of base 64"):
        IFC.validate(text)


def test_first_digit_carries_two_bits() -> None:
    with pytest.raises(WrongCharacter, match="one of 0123") as caught:
        IFC.validate("4" + "0" * 21)
    assert caught.value.position == 1
