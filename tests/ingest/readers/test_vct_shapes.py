"""VCT: records of every kind, and rings chained of signed lines."""

from pathlib import Path

import pytest
import shapely

from ingest.readers import read
from ingest.readers.vct_head import Choices

from .suite import all_batches
from .vct_samples import section, shapes, square_of, taken, written


@pytest.mark.parametrize(
    ("name", "record", "expected"),
    [
        ("Point", "1\n500000,3500000", "POINT (500000 3500000)"),
        ("Point", "2\n1\n500000,3500000", "POINT (500000 3500000)"),
        ("Point", "3\n500000,3500000\n0.5,0.5", "POINT (500000 3500000)"),
        ("Point", "4\n2\n1,2\n3,4", "MULTIPOINT ((1 2), (3 4))"),
        ("Line", "1\n1\n11\n2\n1,2\n3,4", "LINESTRING (1 2, 3 4)"),
        ("Line", "1\n2\n11\n2\n1,2\n3,4\n11\n2\n3,4\n5,5", "LINESTRING (1 2, 3 4, 5 5)"),
        ("Line", "1\n2\n11\n2\n1,2\n3,4\n11\n2\n7,4\n5,5", "MULTILINESTRING ((1 2, 3 4), (7 4, 5 5))"),
        ("Polygon", "1\n1,1\n1\n11\n4\n0,0\n4,0\n4,4\n0,0", "POLYGON ((0 0, 4 0, 4 4, 0 0))"),
        ("Polygon", "1\n1,1\n1\n4\n0,0\n4,0\n4,4\n0,0", "POLYGON ((0 0, 4 0, 4 4, 0 0))"),
        ("Polygon", "1\n1\n11\n3\n0,0\n4,0\n4,4", "POLYGON ((0 0, 4 0, 4 4, 0 0))"),
        (
            "Polygon",
            "1\n1,1\n2\n11\n4\n0,0\n4,0\n4,4\n0,0\n11\n4\n9,9\n8,9\n8,8\n9,9",
            "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)), ((9 9, 8 9, 8 8, 9 9)))",
        ),
        ("Polygon", "1\n1,1\n2\n11\n3\n2,1\n3,1\n3,2\n11\n3\n0,0\n4,0\n4,4",
         "POLYGON ((0 0, 4 0, 4 4, 0 0), (2 1, 3 1, 3 2, 2 1))"),
    ],
)  # fmt: skip
def test_every_kind_of_record(tmp_path: Path, name: str, record: str, expected: str) -> None:
    info, batch = taken(written(tmp_path, section(name, "1", "T", f"7\n1\n\n{record}\n0")))
    assert [shape.wkt for shape in shapes(batch)] == [expected]
    assert (batch.geometries["@problem"].to_list(), info.unsupported) == ([None], {})


@pytest.mark.parametrize(
    ("name", "record", "problem", "word"),
    [
        ("Point", "9\n1,2", "unsupported-type", "point of type 9"),
        ("Point", "4\n3\n1,2\n3,4", "unreadable", None),
        ("Point", "1\n1,2\n3,4", "unreadable", None),
        ("Point", "1\n1,abc", "bad-vertex", None),
        ("Point", "1\n1,1e400", "bad-vertex", None),
        ("Point", "1\nNaN,1", "bad-vertex", None),
        ("Line", "100\n1\n1", "unsupported-type", "line of type 100"),
        ("Line", "1\n1\n12\n3\n1,2\n3,4\n4,4", "unsupported-type", "piece of a line of kind 12"),
        ("Line", "1\n1\n11\n1\n1,2", "too-few-points", None),
        ("Line", "1\n1\n11\n3\n1,2\n3,4", "unreadable", None),
        ("Line", "1\n1\n11\n2\n1,2\n3,4\n5,6", "unreadable", None),
        ("Line", "1\n999999999\n11\n2\n1,2\n3,4", "unreadable", None),
        ("Line", "1\n99999999999999999999\n11\n2\n1,2\n3,4", "unreadable", None),
        ("Polygon", "1\n1,1\n1\n11\n2\n0,0\n4,0", "too-few-points", None),
        ("Polygon", "1\n1,1\n1\n11\n4\n0,0\n4,4\n4,0\n0,4", "self-crossing", None),
        ("Polygon", "100\n1,1\n22\n1\n7", "unsupported-type", "polygon made of kind 22"),
        ("Polygon", "100\n1,1\n21\n1\n7", "bad-index", None),
        ("Polygon", "100\n1,1\n21\n0", "empty", None),
    ],
)
def test_a_record_that_does_not_hold_together_costs_only_its_geometry(
    tmp_path: Path, name: str, record: str, problem: str, word: str | None
) -> None:
    good = {"Point": "1\n5,6", "Line": "1\n1\n11\n2\n5,6\n7,8", "Polygon": "1\n1,1\n1\n11\n3\n5,6\n9,6\n9,9"}[name]
    text = section(name, "1", "T", f"7\n1\n0\n{record}\n0\n8\n1\n0\n{good}\n0")
    info, batch = taken(written(tmp_path, text))
    assert batch.features["@key"].to_list() == ["7", "8"]
    assert batch.geometries["@problem"].to_list() == [problem, None]
    assert info.unsupported == ({word: 1} if word else {})


def test_a_coordinate_as_large_as_a_float_holds_is_kept(tmp_path: Path) -> None:
    _, batch = taken(written(tmp_path, section("Line", "1", "T", "7\n1\n0\n1\n1\n11\n2\n0,0\n1e308,-1e308\n0")))
    assert shapely.get_coordinates(shapes(batch)[0]).max() == 1e308


def test_heights_are_kept_and_surplus_values_counted(tmp_path: Path) -> None:
    text = section("Point", "1", "T", "7\n1\n0\n1\n500000,3500000,12.5\n0")
    info, batch = taken(written(tmp_path, text))
    assert (shapes(batch)[0].has_z, info.unsupported) == (False, {"value beyond Dim:2": 1})
    spatial = text.replace("Dim:2", "Dim:3").replace("HeadEnd", "VerticalDatum:1985国家高程基准\nHeadEnd")
    with read(written(tmp_path, spatial)) as reading:
        batch = all_batches(list(reading.batches))
    assert (shapes(batch)[0].z, batch.geometries["@dimension"].to_list()) == (12.5, [3])
    assert (reading.info.crs, reading.info.height_crs) == ("EPSG:4549", "EPSG:5737")


@pytest.mark.parametrize(
    ("signs", "line_4", "problem"),
    [
        ("1,2,3,4", "0,4\n0,0", None),
        ("1,2,3,-4", "0,0\n0,4", None),
        ("-4,-3,-2,-1", "0,4\n0,0", None),
        ("1\n2\n3\n4", "0,4\n0,0", None),
        ("1,2,\n3,4,", "0,4\n0,0", None),
        ("1,3,2,4", "0,4\n0,0", "unreadable"),  # the order is not ours to mend
        ("1,2,3,4", "0,4\n0,0.001", "unreadable"),
        ("1,2,3,5", "0,4\n0,0", "bad-index"),
        ("1,2,3,x", "0,4\n0,0", "bad-index"),
        ("1,2,3,--4", "0,4\n0,0", "bad-index"),
        ("1,2,3", "0,4\n0,0", "unreadable"),
        ("1,2,3,4,4", "0,4\n0,0", "unreadable"),
    ],
)
def test_rings_are_chained_by_signed_lines(tmp_path: Path, signs: str, line_4: str, problem: str | None) -> None:
    _, batch = taken(written(tmp_path, square_of(signs, line_4=line_4)))
    assert batch.geometries["@problem"].to_list() == [problem]
    if problem is None:
        assert shapes(batch)[0].equals(shapely.box(0, 0, 4, 4))


def test_lines_turned_against_their_signs_are_told_or_refused(tmp_path: Path) -> None:
    path = written(tmp_path, square_of("1,-2,3,4"))
    info, batch = taken(path)
    assert shapes(batch)[0].area == 16
    assert "1 x ring closed by turning lines against their signs" in info.warnings
    _, batch = taken(path, choices=Choices(turned_lines="refuse"))
    assert batch.geometries["@problem"].to_list() == ["unreadable"]


def test_lines_may_stand_behind_the_polygons(tmp_path: Path) -> None:
    begin, rest = square_of("1,2,3,4").split("LineBegin")
    lines, end = rest.split("LineEnd\n")
    _, batch = taken(written(tmp_path, begin + end + f"LineBegin{lines}LineEnd\n"))
    assert shapes(batch)[0].area == 16


def test_an_island_in_a_hole_is_land(tmp_path: Path) -> None:
    ring = "11\n5\n{0},{0}\n{1},{0}\n{1},{1}\n{0},{1}\n{0},{0}"
    rings = "\n".join(ring.format(*span) for span in ((4, 6), (0, 9), (2, 8)))
    _, batch = taken(written(tmp_path, section("Polygon", "1", "T", f"7\n1\n0\n1\n1,1\n3\n{rings}\n0")))
    assert shapes(batch)[0].area == 81 - 36 + 4
