"""Entity classes are what the table says; feature codes map to several of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from coding import WrongCharacter, WrongValue
from coding.entity_class import EntityClass, ancestors, classes_of_feature_code, entity_classes, level, parent

from .known_answers import known_answers

CALLS: dict[str, Callable[[str], str]] = {
    "parent": lambda code: parent(code) or "",
    "ancestors": lambda code: ";".join(ancestors(code)),
    "level": lambda code: str(level(code)),
    "classify_gb": lambda code: ";".join(classes_of_feature_code(code)),
    "valid": lambda code: str(EntityClass().is_valid(code)).lower(),
}


@pytest.mark.parametrize("row", known_answers("entity_class.csv"), ids=lambda row: f"{row['call']} {row['input']}")
def test_known_answer(row: dict[str, str]) -> None:
    assert CALLS[row["call"]](row["input"]) == row["result"]


def test_table_is_complete_and_closed_under_parent() -> None:
    classes = entity_classes()
    assert len(classes) == 147
    assert sum(row.is_national for row in classes.values()) == 42
    assert {row.parent for row in classes.values()} - {None} <= set(classes)


def test_parent_of_a_national_code_zeroes_its_last_level() -> None:
    for row in entity_classes().values():
        if row.is_national and row.parent:
            kept = next(length for length in (4, 2, 1) if row.code[length:].strip("0"))
            assert row.parent == row.code[:kept].ljust(6, "0")


def test_major_class_four_is_refused_at_its_first_character() -> None:
    with pytest.raises(WrongCharacter, match="feature codes") as caught:
        EntityClass().validate("400000")
    assert caught.value.position == 1


def test_third_level_without_second_level_is_named() -> None:
    with pytest.raises(WrongValue, match="third level under no second level") as caught:
        EntityClass().validate("230001")
    assert caught.value.position == 5


def test_form_tells_national_codes_from_our_own() -> None:
    assert EntityClass().parse("230901").form == "national"
    assert EntityClass().parse("P23111").form == "project"
