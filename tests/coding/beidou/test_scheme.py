"""The grid code as a scheme refuses the other forms of the standard by name."""

from __future__ import annotations

import polars as pl
import pytest

from coding import CodeError, Kind, WrongCharacter, WrongLength, WrongValue, validate_column
from coding.beidou import BeidouGrid

GRID = BeidouGrid()


def test_grid_names_places() -> None:
    assert GRID.kind == Kind.PLACE


def test_parts_follow_the_levels() -> None:
    values = [(part.name, part.value) for part in GRID.parse("N50J47539B82").parts]
    assert values == [
        ("hemisphere", "N"),
        ("column", "50"),
        ("row", "J"),
        ("level_2", "47"),
        ("level_3", "5"),
        ("level_4", "39"),
        ("level_5", "B8"),
        ("level_6", "2"),
    ]


@pytest.mark.parametrize("code", ["N051H00", "N050J0047050390B8020556344611524", "S150J0047050390B8020"])
def test_3d_code_is_refused_by_name(code: str) -> None:
    with pytest.raises(WrongCharacter, match="3D code"):
        GRID.validate(code)


@pytest.mark.parametrize("text", ["N50J475492E-10", "N50J47539B82-55", "n50j 47539b82－55", "N50J475492E-10-34"])
def test_reference_code_is_refused_by_name_also_in_columns(text: str) -> None:
    with pytest.raises(WrongValue, match="reference code"):
        GRID.validate(text)
    assert validate_column("cn.beidou", pl.Series([text]))["code"].to_list() == [None]


def test_hyphens_that_make_no_reference_code_are_ignored() -> None:
    assert GRID.validate("N50J-47-5-39-B8") == "N50J47539B8"
    assert GRID.validate("N50J47539-B8") == "N50J47539B8"


@pytest.mark.parametrize(
    ("text", "error", "position"),
    [
        ("X50J", WrongCharacter, 1),
        ("N61J", WrongValue, 2),
        ("N50W", WrongCharacter, 4),
        ("N50JC7", WrongCharacter, 5),
        ("N50J48", WrongCharacter, 6),
        ("N50J476", WrongCharacter, 7),
        ("N50J4753A", WrongCharacter, 9),
        ("N50J47539BF", WrongCharacter, 11),
        ("N50J47539B84", WrongCharacter, 12),
        ("N50J47539B8285", WrongCharacter, 13),
        ("N50J4", WrongLength, None),
        ("N00044", WrongCharacter, 5),
        ("N0001", WrongLength, None),
        ("N000123", WrongLength, 7),
    ],
)
def test_wrong_code_is_refused_at_its_place(text: str, error: type[CodeError], position: int | None) -> None:
    with pytest.raises(error) as caught:
        GRID.validate(text)
    assert caught.value.position == position
