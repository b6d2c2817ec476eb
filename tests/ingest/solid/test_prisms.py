"""Whole prisms have no error, and one thing broken in them gives the code of that error, wherever they lie."""

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.solid import Body, Code, Kind, Tolerances, check_bodies, check_geometries

from .prisms import Faces, Prism, nested, prisms

FEWER = settings(max_examples=max(20, settings().max_examples // 5))  # each example is a whole solid


def codes(*shells: Faces, kind: Kind = Kind.SOLID) -> list[int]:
    """The codes of one solid of these shells."""
    return check_bodies([Body(kind, [[nested(shell) for shell in shells]])])["code"].unique().sort().to_list()


def flat_codes(faces: Faces) -> list[int]:
    """The codes of the same solid as WKB."""
    shape = shapely.multipolygons([shapely.Polygon(face[0], face[1:]) for face in faces])
    column = pl.Series([shapely.to_wkb(shape, output_dimension=3)])
    return check_geometries(column, pl.Series([True]))["code"].unique().sort().to_list()


def turned(faces: Faces) -> Faces:
    """The same faces seen from the other side."""
    return [[ring[::-1] for ring in face] for face in faces]


@FEWER
@given(prisms())
def test_prism_is_valid_nested_and_flat(shape: Prism) -> None:
    assert codes(shape.faces) == []
    assert flat_codes(shape.faces) == []


@FEWER
@given(prisms(least=5), st.integers(0, 100))
def test_moved_corner_is_203(shape: Prism, corner: int) -> None:
    outline = shape.faces[1][0]
    place = outline[corner % len(outline)]
    lift = shape.up / np.linalg.norm(shape.up)
    faces = [
        [np.where(np.abs(ring - place).max(axis=1)[:, None] < 1e-6, ring + lift, ring) for ring in face]
        for face in shape.faces
    ]
    assert codes(faces) == [Code.NON_PLANAR_POLYGON_DISTANCE_PLANE]
    found = check_bodies([Body(Kind.SOLID, [[nested(faces)]])])
    assert found["polygon"].to_list() == [1]


@FEWER
@given(prisms(), st.integers(0, 100))
def test_missing_face_is_302(shape: Prism, number: int) -> None:
    left = [face for place, face in enumerate(shape.faces) if place != number % len(shape.faces)]
    assert codes(left) == flat_codes(left) == [Code.SHELL_NOT_CLOSED]


@FEWER
@given(prisms(), st.integers(0, 100))
def test_flipped_face_is_307(shape: Prism, number: int) -> None:
    faces = list(shape.faces)
    faces[number % len(faces)] = turned([faces[number % len(faces)]])[0]
    assert codes(faces) == flat_codes(faces) == [Code.POLYGON_WRONG_ORIENTATION]


@FEWER
@given(prisms())
def test_shell_inside_out_is_405(shape: Prism) -> None:
    assert codes(turned(shape.faces)) == flat_codes(turned(shape.faces)) == [Code.WRONG_ORIENTATION_SHELL]


@FEWER
@given(prisms(hole=True))
def test_inner_ring_outside_is_206(shape: Prism) -> None:
    outer, hole = shape.faces[1]
    away = 10 * (outer[0] - outer.mean(axis=0))
    faces = [shape.faces[0], [outer, hole + away], *shape.faces[2:]]
    assert codes(faces) == [Code.INNER_RING_OUTSIDE]


@FEWER
@given(prisms(hole=True))
def test_inner_ring_turned_is_208(shape: Prism) -> None:
    outer, hole = shape.faces[1]
    assert codes([shape.faces[0], [outer, hole[::-1]], *shape.faces[2:]]) == [Code.ORIENTATION_RINGS_SAME]


@FEWER
@given(prisms(hole=True))
def test_inner_ring_twice_is_202(shape: Prism) -> None:
    outer, hole = shape.faces[1]
    assert codes([shape.faces[0], [outer, hole, hole], *shape.faces[2:]]) == [Code.DUPLICATED_RINGS]


@FEWER
@given(prisms(hole=True))
def test_inner_ring_in_another_is_207(shape: Prism) -> None:
    outer, hole = shape.faces[1]
    smaller = hole.mean(axis=0) + 0.5 * (hole - hole.mean(axis=0))
    assert codes([shape.faces[0], [outer, hole, smaller], *shape.faces[2:]]) == [Code.INNER_RINGS_NESTED]


@FEWER
@given(prisms(), st.integers(0, 100))
def test_point_twice_is_102(shape: Prism, corner: int) -> None:
    outline, *holes = shape.faces[1]
    place = corner % len(outline)
    longer = np.insert(outline, place, outline[place] + 1e-5, axis=0)
    assert codes([shape.faces[0], [longer, *holes], *shape.faces[2:]]) == [Code.CONSECUTIVE_POINTS_SAME]


@FEWER
@given(prisms(hole=False, least=4))
def test_corner_passed_twice_is_104(shape: Prism) -> None:
    outline = shape.faces[1][0]
    assert codes([shape.faces[0], [np.insert(outline, 3, outline[0], axis=0)], *shape.faces[2:]]) == [
        Code.RING_SELF_INTERSECTION
    ]


@FEWER
@given(prisms())
def test_two_prisms_in_one_shell_are_305(shape: Prism) -> None:
    beside = [[ring + 3 * shape.up for ring in face] for face in shape.faces]
    assert codes([*shape.faces, *beside]) == [Code.MULTIPLE_CONNECTED_COMPONENTS]
    assert flat_codes([*shape.faces, *beside]) == []  # a MultiPolygon does not tell it from a MultiSolid


@FEWER
@given(prisms(hole=False))
def test_cavity_is_valid_inside_403_outside_401_across_402_twice_405_unturned(shape: Prism) -> None:
    centre = shape.middle
    small = [[centre + 0.1 * (ring - centre) for ring in face] for face in shape.faces]
    away = [[ring + 3 * shape.up for ring in face] for face in small]
    across = [[ring + 0.5 * shape.up for ring in face] for face in small]
    assert codes(shape.faces, turned(small)) == []
    assert codes(shape.faces, turned(away)) == [Code.INNER_SHELL_OUTSIDE]
    assert codes(shape.faces, turned(across)) == [Code.INTERSECTION_SHELLS]
    assert codes(shape.faces, turned(small), turned(small)) == [Code.DUPLICATED_SHELLS]
    assert codes(shape.faces, small) == [Code.WRONG_ORIENTATION_SHELL]


@FEWER
@given(prisms(), st.sampled_from([0.5, 1.0, 1.5]))
def test_solids_of_a_composite_overlap_touch_or_are_apart(shape: Prism, distance: float) -> None:
    other = [[ring + distance * shape.up for ring in face] for face in shape.faces]
    body = Body(Kind.COMPOSITE_SOLID, [[nested(shape.faces)], [nested(other)]])
    expected = {0.5: [Code.INTERSECTION_SOLIDS], 1.0: [], 1.5: [Code.DISCONNECTED_SOLIDS]}[distance]
    assert check_bodies([body])["code"].to_list() == expected


@FEWER
@given(prisms(), st.floats(0.0101, 0.4), st.booleans())
def test_parts_may_overlap_within_the_tolerance(shape: Prism, depth: float, is_allowed: bool) -> None:
    height = float(np.linalg.norm(shape.up))
    other = [[ring + (1 - depth / height) * shape.up for ring in face] for face in shape.faces]
    bodies = [Body(Kind.SOLID, [[nested(part)]]) for part in (shape.faces, other)]
    tolerances = Tolerances(overlap=depth * (1.01 if is_allowed else 0.9))
    found = check_bodies(bodies, tolerances, pl.Series([7, 7]))["code"].to_list()
    assert found == ([] if is_allowed else [Code.BUILDINGPARTS_OVERLAP])
    assert check_bodies(bodies, tolerances, pl.Series([7, None]))["code"].to_list() == []


@FEWER
@given(prisms(hole=False))
def test_spike_through_the_floor_is_306(shape: Prism) -> None:
    bottom, top, *sides = shape.faces
    tip = top[0].mean(axis=0) - 1.5 * shape.up
    roof = [[np.array([one, other, tip])] for one, other in zip(top[0], np.roll(top[0], -1, axis=0), strict=True)]
    assert codes([bottom, *roof, *sides]) == [Code.SHELL_SELF_INTERSECTION]


def test_errors_of_one_row_do_not_touch_the_others() -> None:
    cube = nested(_cube().faces)
    bodies = [Body(Kind.SOLID, [[cube]]), Body(Kind.SOLID, [[cube[:-1]]]), Body(Kind.SOLID, [[cube]])]
    assert check_bodies(bodies)["row"].to_list() == [1]


def test_place_of_an_error_is_in_the_coordinates_given() -> None:
    cube = nested(_cube().faces)
    found = check_bodies([Body(Kind.SOLID, [[cube[:-1]]])]).row(0, named=True)
    assert (100_000 <= found["x"] <= 100_001, 450_000 <= found["y"] <= 450_001, 0 <= found["z"] <= 1) == (True,) * 3


def test_nothing_and_what_is_no_surface_have_no_errors() -> None:
    shapes = [None, shapely.Point(1, 2), shapely.box(0, 0, 1, 1), shapely.from_wkt("MULTIPOLYGON Z EMPTY")]
    column = pl.Series([shapely.to_wkb(shape) for shape in shapes], dtype=pl.Binary)
    assert check_geometries(column, pl.Series([True] * 4)).is_empty()
    assert check_bodies([]).is_empty()


def test_solid_with_too_many_pairs_is_said_to_be_unchecked() -> None:
    body = Body(Kind.SOLID, [[nested(_cube().faces)]])
    assert check_bodies([body], Tolerances(most_pairs=3))["code"].to_list() == [Code.NOT_CHECKED]


def test_tolerances_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="snap"):
        Tolerances(snap=float("nan"))


def _cube() -> Prism:
    from .prisms import prism

    outline = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
    return prism(outline, None, 1.0, np.eye(3), np.array([100_000.0, 450_000.0, 0.0]))
