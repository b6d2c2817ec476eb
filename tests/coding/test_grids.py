"""Grids: a position lies in its cell, children fill their parent, a cover holds the area and nothing beside it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from coding import CodeError, get_scheme
from coding.beidou import GridError
from coding.grids import cover, encode_column, get_grid, grids, neighbours, outline

LON, LAT = st.floats(-179.9, 179.9), st.floats(-79.9, 79.9)
TOWN = box(116.30, 39.98, 116.34, 40.01)
LEVEL = {
    "cn.beidou": 5, "cn.geosot": 19, "cn.location": 9, "geohash": 6, "olc": 8, "h3": 8, "s2": 13, "isea3h": 16,
    "isea7h": 9, "isea4r": 13, "rhealpix": 8,
}  # fmt: skip
RECTANGLES = ("cn.beidou", "cn.geosot", "cn.location", "geohash", "olc")
HEXAGONS = ("h3", "isea3h", "isea7h")


@pytest.fixture(params=sorted(grids()))
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_grid_has_a_scheme_and_a_level_for_the_tests() -> None:
    assert grids().keys() == LEVEL.keys()
    assert all(get_scheme(scheme).kind == "place" for scheme in grids())


@pytest.mark.parametrize("scheme", sorted(grids()))
@given(lon=LON, lat=LAT, data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_position_lies_in_its_cell_and_in_all_that_hold_it(
    scheme: str, lon: float, lat: float, data: st.DataObject
) -> None:
    grid = grids()[scheme]
    level = data.draw(st.sampled_from(grid.levels))
    code = grid.encode(lon, lat, level)
    assert get_scheme(scheme).validate(code) == code
    assert grid.level_of(code) == level
    found = grid.outline(code)
    width = found.bounds[2] - found.bounds[0]
    if scheme in RECTANGLES or (width < 0.1 and abs(lat) < 60):  # sides of large cells bend in degrees
        bend = 1e-6 if scheme in RECTANGLES else 1e-6 + width * 0.02
        assert found.buffer(bend).covers(Point(lon, lat))
    parent = grid.parent(code)
    if level == grid.levels[0]:
        assert parent is None
    else:
        assert parent is not None
        assert grid.level_of(parent) == grid.levels[grid.levels.index(level) - 1]
        assert code in grid.children(parent)


def test_children_fill_their_parent(scheme: str) -> None:
    grid = grids()[scheme]
    code = grid.encode(116.3126, 39.9932, LEVEL[scheme])
    union = shapely.union_all([grid.outline(child) for child in grid.children(code)])
    if not grid.is_nested:  # hexagons do so only nearly
        assert union.intersection(grid.outline(code)).area > 0.85 * grid.outline(code).area
    elif scheme not in RECTANGLES:  # sides bend in degrees
        assert union.symmetric_difference(grid.outline(code)).area < 1e-4 * grid.outline(code).area
    else:
        assert union.equals(grid.outline(code)) or union.symmetric_difference(grid.outline(code)).area < 1e-12


def test_the_finest_cells_have_no_children(scheme: str) -> None:
    grid = grids()[scheme]
    assert grid.children(grid.encode(116.3126, 39.9932, grid.levels[-1])) == ()


def test_a_cover_holds_the_area_and_only_cells_that_meet_it(scheme: str) -> None:
    grid = grids()[scheme]
    area = Polygon([(116.30, 39.98), (116.34, 39.985), (116.32, 40.01)])
    cells = cover(scheme, area, LEVEL[scheme])
    outlines = [grid.outline(cell) for cell in cells]
    assert len(cells) == len(set(cells)) > 3
    assert shapely.union_all(outlines).buffer(1e-9 if scheme in RECTANGLES else 1e-5).covers(area)
    assert all(each.intersects(area) and not each.touches(area) for each in outlines)


def test_several_parts_lines_and_points_are_covered(scheme: str) -> None:
    parts = MultiPolygon([box(116.30, 39.98, 116.301, 39.981), box(116.33, 40.0, 116.331, 40.001)])
    both = cover(scheme, parts, LEVEL[scheme])
    assert set(both) == {cell for part in parts.geoms for cell in cover(scheme, part, LEVEL[scheme])}
    line = LineString([(116.30, 39.98), (116.34, 40.01)])
    assert set(cover(scheme, line, LEVEL[scheme])) <= set(cover(scheme, TOWN.buffer(0.01), LEVEL[scheme]))
    assert grids()[scheme].encode(116.3111, 39.9911, LEVEL[scheme]) in cover(
        scheme, Point(116.3111, 39.9911), LEVEL[scheme]
    )


@pytest.mark.parametrize(
    ("area", "message"),
    [
        (Polygon(), "empty"),
        (box(170, 0, 190, 1), "expected degrees"),
        (box(440_000, 4_400_000, 441_000, 4_401_000), "expected degrees"),
        (Point(float("nan"), 0), "empty or has coordinates"),
        (Point(float("inf"), 0), "empty or has coordinates"),
        (box(-180, -80, 180, 80), "take a coarser level"),
    ],
)
def test_what_can_not_be_covered_is_refused(scheme: str, area: BaseGeometry, message: str) -> None:
    with pytest.raises(GridError, match=message):
        cover(scheme, area, LEVEL[scheme])


def test_an_area_at_a_pole_is_covered_or_refused_never_left_out() -> None:
    cap = box(-170, 88.1, -130, 88.4)
    assert cover("cn.beidou", cap, 1) == ["N000"]
    assert cover("cn.beidou", cap, 2) == sorted({encode_cap(lon, 88.2) for lon in (-169, -131)})
    assert cover("cn.beidou", box(-170, 89.1, -160, 89.2), 2) == ["N00002"]  # the cell goes from 120 to 240 degrees
    with pytest.raises(GridError, match=r"N000.*has no cells of level 3 \(a polar cap\)"):
        cover("cn.beidou", cap, 3)
    with pytest.raises(GridError, match="-88 to 88"):
        cover("cn.location", cap, 2)


def encode_cap(lon: float, lat: float) -> str:
    return grids()["cn.beidou"].encode(lon, lat, 2)


def test_a_level_or_grid_that_is_none_is_refused(scheme: str) -> None:
    with pytest.raises(GridError, match="has no level 99; expected"):
        cover(scheme, TOWN, 99)
    with pytest.raises(GridError, match=r"is no grid; grids are cn\.beidou"):
        get_grid("nl.bag")
    with pytest.raises(CodeError):
        outline(scheme, "?")


def test_neighbours_share_a_border_or_a_corner(scheme: str) -> None:
    grid = grids()[scheme]
    code = grid.encode(116.3126, 39.9932, LEVEL[scheme])
    around = neighbours(scheme, code)
    assert len(set(around.values())) == (6 if scheme in HEXAGONS else 4 if scheme in ("isea4r", "rhealpix") else 8)
    assert all(grid.outline(cell).distance(grid.outline(code)) < 1e-9 for cell in around.values())
    assert code not in around.values()


@pytest.mark.parametrize(
    ("scheme", "level", "code"),
    [
        ("h3", 9, "8931aa50107ffff"), ("h3", 15, "8f31aa50105ec98"), ("geohash", 9, "wx4ewb830"),
        ("olc", 10, "8PFRX8V7+72"), ("olc", 15, "8PFRX8V7+729F64F"), ("cn.beidou", 10, "N50J47539B8255346152"),
        ("cn.geosot", 32, "G00131032223203230112303211112121"), ("cn.location", 16, "NE104J25253343282311346152"),
        ("s2", 15, "35f056b1c"), ("isea3h", 5, "C8-13-C"),
    ],
)  # fmt: skip
def test_known_answers(scheme: str, level: int, code: str) -> None:
    assert grids()[scheme].encode(116.31260277777778, 39.993161111111114, level) == code


@pytest.mark.parametrize("scheme", sorted(grids()))
@given(positions=st.lists(st.tuples(st.floats(), st.floats()) | st.tuples(LON, LAT), max_size=20), data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_whole_column_is_encoded_as_its_positions_are(
    scheme: str, positions: list[tuple[float, float]], data: st.DataObject
) -> None:
    level = data.draw(st.sampled_from(grids()[scheme].levels))
    lon, lat = (np.array([each[axis] for each in positions], dtype=np.float64) for axis in (0, 1))
    codes = encode_column(scheme, lon, lat, level).to_list()
    for (x, y), code in zip(positions, codes, strict=True):
        if not (abs(x) <= 180 and abs(y) <= 90):
            assert code is None
        elif code is not None:
            assert code == grids()[scheme].encode(x, y, level)
        else:
            with pytest.raises(GridError):
                grids()[scheme].encode(x, y, level)


def test_columns_of_two_lengths_are_refused(scheme: str) -> None:
    with pytest.raises(ValueError, match="expected two equal columns"):
        encode_column(scheme, np.zeros(2), np.zeros(3), LEVEL[scheme])
