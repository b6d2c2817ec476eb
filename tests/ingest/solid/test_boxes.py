"""Boxes with whole coordinates, which share planes, edges and corners all the time: what they are is known."""

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ingest.solid import Body, Code, Kind, check_bodies

from .prisms import Faces, nested, prism

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
