"""Boxes with whole coordinates, which share planes, edges and corners all the time: what they are is known."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ingest.solid import Body, Code, Kind, check_bodies

from .prisms import Faces, nested, prism, rotation

Box = tuple[tuple[int, int], ...]  # lower and upper bound of each coordinate

bounds = st.tuples(st.integers(0, 3), st.integers(1, 3)).map(lambda pair: (pair[0], pair[0] + pair[1]))
boxes = st.tuples(bounds, bounds, bounds)


def faces_of(box: Box) -> Faces:
    (west, east), (south, north), (low, high) = box
    outline = np.array([[west, south], [east, south], [east, north], [west, north]], dtype=float)
    return prism(outline, None, float(high - low), np.eye(3), np.array([0.0, 0.0, low])).faces


def shared(one: Box, other: Box) -> list[int]:
    """How much they share along each axis: negative where there is a gap."""
    return [min(a[1], b[1]) - max(a[0], b[0]) for a, b in zip(one, other, strict=True)]


def turned(faces: Faces) -> Faces:
    return [[ring[::-1] for ring in face] for face in faces]


@given(boxes, boxes)
def test_boxes_of_a_composite(one: Box, other: Box) -> None:
    lengths = sorted(shared(one, other))
    if one == other:
        expected = [Code.DUPLICATED_SOLIDS]
    elif lengths[0] > 0:
        expected = [Code.INTERSECTION_SOLIDS]
    elif lengths[0] == 0 and lengths[1] > 0:
        expected = []
    else:
        expected = [Code.DISCONNECTED_SOLIDS]
    body = Body(Kind.COMPOSITE_SOLID, [[nested(faces_of(one))], [nested(faces_of(other))]])
    assert check_bodies([body])["code"].to_list() == expected


@given(boxes, boxes)
def test_boxes_as_parts_of_a_building(one: Box, other: Box) -> None:
    bodies = [Body(Kind.SOLID, [[nested(faces_of(box))]]) for box in (one, other)]
    expected = [Code.BUILDINGPARTS_OVERLAP] if min(shared(one, other)) > 0 else []
    assert check_bodies(bodies, together=pl.Series([0, 0]))["code"].to_list() == expected


@given(boxes, boxes)
def test_box_as_cavity_of_another(outer: Box, inner: Box) -> None:
    is_inside = all(a[0] < b[0] and b[1] < a[1] for a, b in zip(outer, inner, strict=True))
    if outer == inner:
        expected = [Code.DUPLICATED_SHELLS]
    elif min(shared(outer, inner)) <= 0:
        expected = [Code.INNER_SHELL_OUTSIDE]
    else:
        expected = [] if is_inside else [Code.INTERSECTION_SHELLS]
    body = Body(Kind.SOLID, [[nested(faces_of(outer)), nested(turned(faces_of(inner)))]])
    assert check_bodies([body])["code"].to_list() == expected


def test_turned_boxes_far_from_the_origin_in_one_column() -> None:
    """Rounding makes slivers of the planes and edges that they share."""
    random = np.random.default_rng(5)
    turn, shift = rotation(np.array([1.0, 2.0, 3.0]) / 14**0.5, 0.7), np.array([84_000.0, 446_000.0, 3.0])

    def shell(box: Box) -> Faces:
        return [[ring @ turn.T + shift for ring in face] for face in faces_of(box)]

    def a_box() -> Box:
        return tuple((low, low + size) for low, size in random.integers([0, 1], 4, (3, 2)).tolist())

    bodies, expected = [], []
    for _ in range(250):
        one, other = a_box(), a_box()
        lengths = sorted(shared(one, other))
        is_inside = all(a[0] < b[0] and b[1] < a[1] for a, b in zip(one, other, strict=True))
        bodies.append(Body(Kind.COMPOSITE_SOLID, [[nested(shell(one))], [nested(shell(other))]]))
        bodies.append(Body(Kind.SOLID, [[nested(shell(one)), nested(turned(shell(other)))]]))
        beside = None if lengths[0] == 0 and lengths[1] > 0 else Code.DISCONNECTED_SOLIDS
        expected.append(
            Code.DUPLICATED_SOLIDS if one == other else Code.INTERSECTION_SOLIDS if lengths[0] > 0 else beside
        )
        within = None if is_inside else Code.INTERSECTION_SHELLS
        expected.append(
            Code.DUPLICATED_SHELLS if one == other else within if lengths[0] > 0 else Code.INNER_SHELL_OUTSIDE
        )
    table = check_bodies(bodies)
    assert table["row"].is_unique().all()
    found = dict(table.select("row", "code").iter_rows())
    assert [found.get(row) for row in range(len(bodies))] == expected
