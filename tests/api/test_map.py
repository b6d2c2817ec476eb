"""The map: drawn in proportion, north up, escaped."""

import re
import xml.etree.ElementTree as ET

import pytest
import shapely

from api.pages.map import Shape, map_svg

SQUARE = shapely.box(4.37, 52.0, 4.3715, 52.0009)


def points(svg: str) -> list[tuple[float, float]]:
    path = re.findall(r' d="(M[^"]+)Z"', svg)[0]
    return [(float(x), float(y)) for x, y in re.findall(r"([-\d.]+) ([-\d.]+)", path)]


def test_a_shape_keeps_its_proportions_in_metres() -> None:
    svg = map_svg([Shape(SQUARE, "plane", "a")], [], "title")
    assert svg
    xs, ys = zip(*points(svg), strict=True)
    assert (max(xs) - min(xs)) / (max(ys) - min(ys)) == pytest.approx(0.0015 * 0.6157 / 0.0009, rel=0.01)


def test_north_is_up() -> None:
    svg = map_svg([Shape(shapely.Polygon([(4, 52), (4.001, 52), (4.0005, 52.001)]), "plane", "a")], [], "title")
    assert svg
    assert min(points(svg), key=lambda point: point[1])[0] == pytest.approx(320, abs=1)


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(4, 52),
        shapely.LineString([(4, 52), (4.001, 52.001)]),
        shapely.MultiPolygon([SQUARE, shapely.box(5, 52, 5.1, 52.1)]),
        shapely.box(0, 0, 1, 1).difference(shapely.box(0.4, 0.4, 0.6, 0.6)),
        shapely.GeometryCollection([shapely.Point(4, 52), SQUARE]),
    ],
)
def test_every_kind_of_shape_is_drawn_as_well_formed_xml(shape: shapely.Geometry) -> None:
    svg = map_svg([Shape(shape, "solid", "a")], [Shape(SQUARE, "around", "b")], "title")
    assert ET.fromstring(str(svg)) is not None  # noqa: S314 - our own text


def test_titles_are_escaped() -> None:
    svg = map_svg([Shape(SQUARE, "plane", "<script>")], [], '"><script>')
    assert svg
    assert "<script>" not in svg


def test_there_is_no_map_of_nothing() -> None:
    assert map_svg([], [], "title") is None
    assert map_svg([Shape(shapely.Point(), "plane", "empty")], [], "title") is None
