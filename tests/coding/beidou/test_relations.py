"""Cells and their parents, children and neighbours; levels that a measurement can bear."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coding import CodeError
from coding.beidou import (
    BeidouGrid,
    Cell,
    Direction,
    GridError,
    children_count,
    contains,
    decode,
    encode,
    finest_level,
    level_of,
    neighbours,
    parent,
)

codes = st.from_regex(BeidouGrid().canonical_pattern, fullmatch=True)
OPPOSITE: dict[Direction, Direction] = {
    "N": "S",
    "S": "N",
    "E": "W",
    "W": "E",
    "NE": "SW",
    "SW": "NE",
    "NW": "SE",
    "SE": "NW",
}


def touches_cap(cell: Cell) -> bool:
    return max(abs(cell.south), abs(cell.north)) >= 88


@given(codes)
def test_parent_holds_its_child_on_the_level_above(code: str) -> None:
    above = parent(code)
    if above is None:
        assert level_of(code) == 1
        return
    assert level_of(above) == level_of(code) - 1
    assert contains(above, code)
    assert not contains(code, above)
    outer, inner = decode(above), decode(code)
    assert outer.south <= inner.south < inner.north <= outer.north
    if code[1:4] != "000":
        assert outer.west <= inner.west < inner.east <= outer.east


@pytest.mark.parametrize("code", ["N50J", "N50J47", "N50J475", "N50J47539", "S11J47539B8", "N50J47539B82"])
def test_children_are_as_many_as_the_area_holds(code: str) -> None:
    cell = decode(code)
    codes_below = {
        encode(
            cell.west + (cell.east - cell.west) * (column + 0.5) / 30,
            cell.south + (cell.north - cell.south) * (row + 0.5) / 30,
            cell.level + 1,
        )
        for column in range(30)
        for row in range(30)
    }
    assert children_count(code) == len(codes_below)


def test_children_end_at_the_finest_level_and_in_the_caps() -> None:
    assert children_count("N50J47539B8255346152") == 0
    assert children_count("N000") == 16
    with pytest.raises(GridError, match="not divided further"):
        children_count("N00012")


@given(codes)
def test_neighbour_of_a_neighbour_in_the_other_direction_is_the_cell(code: str) -> None:
    assume(not touches_cap(decode(code)))
    around = neighbours(code)
    assert len(around) == 8
    for direction, other in around.items():
        assume(not touches_cap(decode(other)))
        assert neighbours(other)[OPPOSITE[direction]] == code


@given(codes)
def test_neighbours_touch_the_cell(code: str) -> None:
    cell = decode(code)
    assume(not touches_cap(cell))
    around = {direction: decode(other) for direction, other in neighbours(code).items()}
    assert around["N"].south == cell.north
    assert around["S"].north == cell.south
    assert (around["E"].west - cell.east) % 360 == 0
    assert (around["W"].east - cell.west) % 360 == 0
    assert (around["NE"].west, around["NE"].south) == (around["E"].west, cell.north)
    assert {other.level for other in around.values()} == {cell.level}


@pytest.mark.parametrize(
    ("code", "direction", "expected"),
    [
        ("N31A", "W", "N30A"),
        ("N31A", "S", "S31A"),
        ("N31A", "SW", "S30A"),
        ("N60A", "E", "N01A"),
        ("N01A", "W", "N60A"),
        ("N01A", "SW", "S60A"),
        ("N50J475492E", "E", "N50J475493E"),
        ("N31A00000", "SW", "S30A00000"),
    ],
)
def test_step_crosses_equator_and_meridians(code: str, direction: Direction, expected: str) -> None:
    assert neighbours(code)[direction] == expected


@pytest.mark.parametrize("code", ["N000", "S00012", "N31V", "S31V07"])
def test_neighbours_at_a_polar_cap_are_refused(code: str) -> None:
    with pytest.raises(GridError, match="neighbours in a polar cap"):
        neighbours(code)


def test_relations_take_written_codes_and_refuse_what_is_none() -> None:
    assert parent("n50j 47539 b8") == "N50J47539"
    with pytest.raises(CodeError):
        parent("N50J4")


@pytest.mark.parametrize(
    ("uncertainty_m", "latitude", "level"),
    [
        (0.0, 31.8, 10),
        (0.75, 31.8, 7),
        (0.005, 0.0, 10),
        (0.005, 60.0, 9),
        (10.0, 31.8, 6),
        (0.0, 90.0, 2),
        (1e5, 0.0, 1),
    ],
)
def test_finest_level_holds_the_circle_of_uncertainty(uncertainty_m: float, latitude: float, level: int) -> None:
    assert finest_level(uncertainty_m, latitude) == finest_level(uncertainty_m, -latitude) == level


@given(st.floats(0, 50_000), st.floats(0, 87), st.floats(1, 2))
def test_less_certainty_never_bears_a_finer_level(uncertainty_m: float, latitude: float, factor: float) -> None:
    assume(uncertainty_m * factor < 10_000)
    assert finest_level(uncertainty_m * factor, latitude) <= finest_level(uncertainty_m, latitude)


@pytest.mark.parametrize(("uncertainty_m", "latitude"), [(-1.0, 0.0), (math.nan, 0.0), (1e7, 0.0), (1.0, 91.0)])
def test_uncertainty_that_no_level_can_bear_is_refused(uncertainty_m: float, latitude: float) -> None:
    with pytest.raises(GridError):
        finest_level(uncertainty_m, latitude)
