"""Single positions to codes and back, exactly."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coding.beidou import BeidouGrid, GridError, contains_point, decode, encode
from coding.beidou.grid import FINEST_LEVEL, LEVELS, UNITS_PER_DEGREE
from coding.beidou.position import Coordinate

from ..known_answers import known_answers
from .positions import borders, decimals, degrees

levels = st.integers(1, FINEST_LEVEL)
codes = st.from_regex(BeidouGrid().canonical_pattern, fullmatch=True)


@pytest.mark.parametrize("row", known_answers("beidou_encode.csv"), ids=lambda row: f"{row['code']} {row['lon']}")
def test_known_position_has_its_code(row: dict[str, str]) -> None:
    assert encode(degrees(row["lon"]), degrees(row["lat"]), int(row["level"])) == row["code"]
    if " " not in row["lon"]:
        assert encode(row["lon"], row["lat"], int(row["level"])) == row["code"]
        assert encode(float(row["lon"]), float(row["lat"]), int(row["level"])) == row["code"]


@pytest.mark.parametrize("row", known_answers("beidou_cells.csv"), ids=lambda row: row["code"])
def test_known_code_has_its_box_and_corner(row: dict[str, str]) -> None:
    cell = decode(row["code"])
    for name in ("west", "south", "east", "north"):
        assert getattr(cell, name) == pytest.approx(float(row[name]), abs=6e-10)
    assert cell.location_corner == pytest.approx((float(row["corner_lon"]), float(row["corner_lat"])), abs=6e-10)


@given(codes)
def test_centre_of_a_cell_encodes_back_to_it(code: str) -> None:
    cell = decode(code)
    assert encode(*cell.centre, cell.level) == code
    assert cell.west < cell.east
    assert cell.south < cell.north


@given(decimals(180), decimals(87), levels)
def test_position_lies_in_its_cell(lon: Decimal, lat: Decimal, level: int) -> None:
    cell = decode(encode(lon, lat, level))
    assert cell.level == level
    assert cell.west <= float(lon) <= cell.east
    assert cell.south <= float(lat) <= cell.north


@given(borders(170, of_rows=False), borders(80, of_rows=True), levels)
def test_float_nearest_to_a_border_is_on_it(lon: Fraction, lat: Fraction, level: int) -> None:
    assert encode(float(lon), float(lat), level) == encode(lon, lat, level)


@given(borders(170, of_rows=False), borders(80, of_rows=True), levels)
def test_float_right_beside_a_border_is_beside_it(lon: Fraction, lat: Fraction, level: int) -> None:
    hair = Fraction(1, 10**400)
    for side in (-1, 1):
        beside_lon, beside_lat = (
            math.nextafter(float(lon), side * math.inf),
            math.nextafter(float(lat), side * math.inf),
        )
        assert encode(beside_lon, beside_lat, level) == encode(lon + side * hair, lat + side * hair, level)


@given(decimals(180), decimals(90), levels)
def test_decimal_text_decimal_and_float_name_one_cell(lon: Decimal, lat: Decimal, level: int) -> None:
    assume(abs(lat) < 88 or level <= 2)
    code = encode(f"{lon:f}", f"{lat:f}", level)
    assert encode(lon, lat, level) == encode(float(lon), float(lat), level) == code


@given(decimals(180), decimals(87), levels)
def test_coarser_code_is_a_prefix(lon: Decimal, lat: Decimal, level: int) -> None:
    assert encode(lon, lat, 10).startswith(encode(lon, lat, level))


@given(decimals(179), decimals(87), levels)
def test_mirror_points_share_everything_after_the_first_cell(lon: Decimal, lat: Decimal, level: int) -> None:
    assert encode(-lon, -lat, level)[4:] == encode(lon, lat, level)[4:]


@given(decimals(179), decimals(90), st.integers(-3, 3))
def test_longitude_may_be_wound_round_the_globe(lon: Decimal, lat: Decimal, turns: int) -> None:
    level = 10 if abs(lat) < 88 else 2
    assert encode(lon + 360 * turns, lat, level) == encode(lon, lat, level)


def test_180_degrees_belong_to_the_last_cell_of_their_side() -> None:
    east, west = decode(encode(180, 0, 10)), decode(encode(-180, 0, 10))
    assert (east.east, west.west) == (180.0, -180.0)


def test_hair_beside_a_border_decides() -> None:
    border = Fraction(116 * UNITS_PER_DEGREE + 1, UNITS_PER_DEGREE)
    hair = Fraction(1, 10**40)
    assert encode(border, 39, 10) != encode(border - hair, 39, 10)
    assert encode(border, 39, 10) == encode(border + hair, 39, 10)


@pytest.mark.parametrize(
    ("lon", "lat", "level", "message"),
    [
        ("116", "90.1", 1, "beyond the pole.*swapped"),
        (31.2, 121.5, 5, "beyond the pole.*swapped"),
        ("10", "88", 3, "polar cap.*expected level 1 or 2"),
        ("10", "10", 0, "no level 0; expected 1"),
        ("10", "10", 11, "no level 11"),
        (float("nan"), 10.0, 5, "is no longitude in degrees"),
        (10.0, float("inf"), 5, "is no latitude in degrees"),
        (3_500_000.0, 10.0, 5, "projected coordinates"),
        ("116°18'45\"", "10", 5, "is no longitude in degrees"),
        ("1e999999999", "10", 5, "is no longitude in degrees"),
        ("1" * 1_000_000, "10", 5, "is no longitude in degrees"),
        (Decimal("1e-999999999"), "10", 5, "is no longitude in degrees"),
        (Decimal("NaN"), "10", 5, "is no longitude in degrees"),
    ],
    ids=range(13),
)
@pytest.mark.timeout(10)
def test_position_without_a_cell_is_refused(lon: Coordinate, lat: Coordinate, level: int, message: str) -> None:
    with pytest.raises(GridError, match=message) as caught:
        encode(lon, lat, level)
    assert len(str(caught.value)) < 300


def test_point_beside_the_cell_is_not_in_it() -> None:
    assert contains_point("N50J", "114", "36")
    assert not contains_point("N50J", "120", "36")
    assert not contains_point("N50J47", "116", "89")
    with pytest.raises(GridError):
        contains_point("N50J47", "116", "91")


def test_levels_divide_as_the_standard_says() -> None:
    splits = [(level.columns, level.rows) for level in LEVELS[1:]]
    assert splits == [(12, 8), (2, 3), (15, 10), (15, 15), (2, 2), (8, 8), (8, 8), (8, 8), (8, 8)]
