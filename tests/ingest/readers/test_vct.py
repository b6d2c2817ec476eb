"""VCT: every record and spelling, the zones of China, and files that are cut, wrong or made to harm."""

import gzip
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS
from sqlalchemy import select

from ingest.mapping_text import load_mapping
from ingest.mappings import mapping_files
from ingest.pipeline import Options, ingest_files
from ingest.readers import Batch, FileDamaged, FileInfo, ReaderError, Request, UnknownFormat, UnknownLayer, read
from ingest.readers.vct import VctReader
from ingest.readers.vct_crs import declared_crs
from ingest.readers.vct_head import Choices, Head
from kg.ledger import tables as t
from kg.workspace import create_workspace
from ontology import Schema, compile_schema, packaged_texts

from .suite import ReaderSuite, all_batches, read_here
from .vct_writer import HEAD, Spelling, Town, parcels

_EXAMPLE = """HeadBegin
Datamark:LANDUSE-VCT
Version:3.0
CoordinateSystemType:P
Dim:2
XAxisDirection:E
YAxisDirection:N
XYUnit:M
Spheroid:CGCS2000,6378137.0,298.257222101
Separator:,
HeadEnd
FeatureCodeBegin
6001010000,宗地,Polygon,ZDJBXX
FeatureCodeEnd
TableStructureBegin
ZDJBXX,2
ZDDM,Char,19
ZDMJ,Float,15,2
0
TableStructureEnd
PointBegin
PointEnd
LineBegin
1
6001060000
0
1
1
11
4
500000.0,3500000.0
500010.0,3500000.0
500010.0,3500010.0
500000.0,3500000.0
0
LineEnd
PolygonBegin
10
6001010000
0
100
500006.0,3500003.0
21
1
1
0
PolygonEnd
AttributeBegin
ZDJBXX
10,340123002004GB00011,50.00
TableEnd
AttributeEnd
"""


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "town.vct"
    path.write_bytes(text.encode(encoding))
    return path


def taken(path: Path, layer: str | None = None, choices: Choices | None = None) -> tuple[FileInfo, Batch]:
    parts = list(VctReader(choices).read(Request(str(path), layer)))
    last = parts[-1]
    assert isinstance(last, FileInfo)
    return last, all_batches([part for part in parts if isinstance(part, Batch)])


def shapes(batch: Batch) -> list[Any]:
    return list(shapely.from_wkb(batch.geometries["@geometry"].to_list()))


def changed(folder: Path, old: str, new: str, text: str = _EXAMPLE) -> tuple[FileInfo, Batch]:
    assert text.count(old) == 1
    return taken(written(folder, text.replace(old, new)))


class TestVct(ReaderSuite):
    """120 parcels that share their lines, a third of them with a hole, in GB 18030."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return written(tmp_path, parcels(12, 10).text(Spelling(pieces=4, turned=True)), "gb18030")

    @pytest.fixture
    def reader_name(self) -> str:
        return "vct"

    @pytest.fixture
    def expected_rows(self) -> int:
        return 120

    @pytest.fixture
    def expected_crs(self) -> str:
        return "EPSG:4549"

    def test_every_parcel_has_the_area_that_its_row_states(self, path: Path) -> None:
        _, batch = taken(path)
        assert batch.geometries["@problem"].drop_nulls().to_list() == []
        areas = [round(shape.area, 2) for shape in shapes(batch)]
        assert areas == pytest.approx(batch.features["ZDMJ"].to_list(), abs=0.011)
        assert [len(shape.interiors) for shape in shapes(batch)] == [int(n % 3 == 0) for n in range(120)]
        assert {len(shape.exterior.coords) for shape in shapes(batch)} == {5}  # where lines meet, a point is there once
        assert batch.features["ZL"].to_list()[-1] == "坐落 119"


def test_the_example_of_the_text(tmp_path: Path) -> None:
    info, batch = taken(written(tmp_path, _EXAMPLE))
    (polygon,) = shapes(batch)
    assert (len(polygon.exterior.coords), polygon.area, polygon.exterior.is_closed) == (4, 50.0, True)
    assert batch.features.to_dicts() == [
        {"@row": 1, "@key": "10", "@parent": None, "@class": "6001010000", "ZDDM": "340123002004GB00011", "ZDMJ": 50.0}
    ]
    assert (info.format, info.format_version, info.layers) == ("VCT", "3.0", ("ZDJBXX",))


def test_a_packed_file_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "town.vct.gz"
    path.write_bytes(gzip.compress(_EXAMPLE.encode("gb18030")))
    with read(path) as reading:
        assert all_batches(list(reading.batches)).features["ZDMJ"].to_list() == [50.0]


# ---- round trips ----


def outlines(draw: st.DrawFn, west: float) -> shapely.Polygon:
    """A polygon with up to two holes and more points than corners."""
    edge = draw(st.integers(4, 40))
    shell = shapely.segmentize(shapely.box(west, 3_500_000.125, west + edge, 3_500_000.125 + edge), edge / 3)
    holes = [
        shapely.box(west + 1 + n, 3_500_001.5, west + 1.5 + n, 3_500_002.5) for n in range(draw(st.integers(0, 2)))
    ]
    return shapely.Polygon(shell.exterior, [hole.exterior for hole in holes])


_VALUES = st.text(st.characters(codec="gb18030", exclude_categories=["C", "Z"], exclude_characters=",，"), max_size=12)


@st.composite
def towns(draw: st.DrawFn) -> Town:
    town = Town()
    number = draw(st.integers(1, 5))
    polygons = [(1 + n, outlines(draw, 500_000.0 + 100 * n)) for n in range(number)]
    rows = [(1 + n, draw(_VALUES), draw(st.integers(-5, 2**40)), "20260131") for n in range(number)]
    town.add("ZDJBXX", "6001010000", ["ZL,Char,30", "SXH,Int8", "DJSJ,Date,8"], rows, polygons)
    points = [(100 + n, shapely.Point(draw(st.floats(4e5, 6e5)), draw(st.floats(3e6, 4e6)))) for n in range(number)]
    town.add("JZD", "6001070000", ["JZDH,Char,10"], [(100 + n, f"J{n}") for n in range(number)], points)
    lines = [(200 + n, shapely.LineString([(3e5, 2e6), point.coords[0]])) for n, (_, point) in enumerate(points)]
    town.add("JZX", "6001060001", ["JZXCD,Float,15,2"], [(200 + n, 0.5 * n) for n in range(number)], lines)
    town.add("QLR", "6003000000", ["QLRMC,Char,10"], [(300, "甲")], [])
    return town


@settings(max_examples=30)
@given(
    towns(),
    st.builds(
        Spelling,
        east_first=st.booleans(),
        pieces=st.integers(0, 5),
        turned=st.booleans(),
        zeros_count=st.booleans(),
        ids_per_line=st.integers(2, 9),
        newline=st.sampled_from(["\n", "\r\n"]),
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    st.integers(1, 4),
)
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, town: Town, how: Spelling, encoding: str, batch_rows: int
) -> None:
    path = written(tmp_path_factory.mktemp("trip"), town.text(how), encoding)
    for table, (code, columns, rows) in town.tables.items():
        parts = list(VctReader().read(Request(str(path), table, batch_rows)))
        batch = all_batches([part for part in parts if isinstance(part, Batch)])
        assert isinstance(parts[-1], FileInfo)
        assert (parts[-1].rows, parts[-1].unsupported) == (len(rows), {})
        names = [column.split(",")[0] for column in columns]
        expected = [
            tuple("2026-01-31" if value == "20260131" else None if value == "" else value for value in row)
            for row in rows
        ]
        assert batch.features.select(pl.col("@key").cast(pl.Int64), *names).rows() == expected
        assert set(batch.features["@class"]) == {code}
        assert batch.geometries["@problem"].null_count() == len(town.shapes[table])
        for found, (_, shape) in zip(shapes(batch), town.shapes[table], strict=True):
            assert found.normalize() == shape.normalize()


def test_rows_without_geometry_and_geometries_without_row_are_all_there(tmp_path: Path) -> None:
    town = parcels(3, 1)
    town.tables["ZDJBXX"][2][1] = (99, "340123002004GB00099", "1.00", "无图形")
    info, batch = taken(written(tmp_path, town.text(Spelling())))
    assert batch.features["@key"].to_list() == ["10", "99", "12", "11"]
    assert batch.features["ZDDM"].null_count() == 1
    assert batch.geometries["@problem"].to_list() == [None, "missing", None, None]
    assert "1 x geometry without a row of attributes" in info.warnings


def test_a_table_without_geometry_is_a_table(tmp_path: Path) -> None:
    town = Town()
    town.add("QLR", "6003000000", ["QLRMC,Char,10"], [(1, "甲"), (2, "乙")], [])
    _, batch = taken(written(tmp_path, town.text(Spelling())))
    assert batch.features["QLRMC"].to_list() == ["甲", "乙"]
    assert batch.geometries.is_empty()


def test_several_layers_are_listed(tmp_path: Path) -> None:
    town = parcels(2, 1)
    town.add("QLR", "6003000000", ["QLRMC,Char,10"], [(1, "甲")], [])
    town.add("LJZ", "6001030120", ["LJZH,Char,10"], [], [])
    path = written(tmp_path, town.text(Spelling()))
    with pytest.raises(UnknownLayer, match="2 layers: ZDJBXX, QLR") as found:
        taken(path)
    assert found.value.layers == ("ZDJBXX", "QLR")
    with pytest.raises(UnknownLayer, match="no layer 'C'"):
        taken(path, "C")


# ---- records ----


def section(name: str, code: str, table: str, body: str, head: str = "") -> str:
    """A file with one table and the given records in one section."""
    entries = "\n".join(f"{key}:{value}" for key, value in HEAD.items())
    return (
        f"HeadBegin\n{entries}\n{head}HeadEnd\nFeatureCodeBegin\n{code},要素,{name},{table}\nFeatureCodeEnd\n"
        f"TableStructureBegin\n{table},1\nBH,Char,9\n0\nTableStructureEnd\n{name}Begin\n{body}\n{name}End\n"
        f"AttributeBegin\n{table}\nTableEnd\nAttributeEnd\n"
    )


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


# ---- polygons made of lines ----


def square_of(signs: str, count: int = 4, line_4: str = "0,4\n0,0") -> str:
    sides = ["0,0\n4,0", "4,0\n4,4", "4,4\n0,4", line_4]
    lines = "\n".join(f"{n}\n2\n0\n1\n1\n11\n2\n{side}\n0" for n, side in enumerate(sides, 1))
    text = section("Polygon", "1", "T", f"7\n1\n0\n100\n1,1\n21\n{count}\n{signs}\n0")
    return text.replace("PolygonBegin", f"LineBegin\n{lines}\nLineEnd\nPolygonBegin")


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


# ---- the head ----


def head(spheroid: str, **entries: str) -> Head:
    named = {"CoordinateSystemType": "P", "XYUnit": "M", "Spheroid": spheroid, **entries}
    return Head({name.lower(): value for name, value in named.items()}, "3.0", ",", has_heights=False)


_SPHEROIDS = {
    "CGCS2000": "CGCS2000,6378137.0,298.257222101",
    "Xian 1980": "IAG-75,6378140,298.257",
    "Beijing 1954": "克拉索夫斯基,6378245,298.3",
}


@pytest.mark.parametrize("datum", sorted(_SPHEROIDS))
@pytest.mark.parametrize("zone", [*range(13, 24), *range(25, 46)])
def test_each_zone_has_its_code(datum: str, zone: int) -> None:
    code, why = declared_crs(head(_SPHEROIDS[datum]), zone * 1e6 + 512_345.678)
    assert (code is None, why) == (False, None)
    crs = CRS.from_user_input(code)
    width = "3-degree " if zone > 23 else ""
    assert crs.name == f"{datum} / {width}Gauss-Kruger zone {zone}"


@pytest.mark.parametrize("datum", sorted(_SPHEROIDS))
@pytest.mark.parametrize("meridian", range(75, 136, 3))
def test_each_meridian_has_its_code(datum: str, meridian: int) -> None:
    code, why = declared_crs(head(_SPHEROIDS[datum], Parameters=f"{meridian}.0,0,500000"), 512_345.678)
    assert (code is None, why) == (False, None)
    assert CRS.from_user_input(code).name == f"{datum} / 3-degree Gauss-Kruger CM {meridian}E"


@pytest.mark.parametrize(
    ("entries", "easting", "why"),
    [
        ({}, 512_345.0, "neither its head nor its coordinates"),
        ({"Parameters": "120,400000"}, 512_345.0, "false easting is 400000"),
        ({"Parameters": "120,40500000"}, 39_512_345.0, "strips 39 and 40"),
        ({"Parameters": "120,40500000"}, 512_345.0, "no strip before"),
        ({"Parameters": "121,500000"}, 512_345.0, "neither its head"),
        ({"Projection": "Lambert"}, 40_512_345.0, "projection is Lambert"),
        ({"XYUnit": "K"}, 40_512_345.0, "unit of its coordinates is K"),
        ({"Spheroid": "Clarke,6378206"}, 40_512_345.0, "spheroid"),
        ({"CoordinateSystemType": "C"}, 40_512_345.0, "kind of coordinates is C"),
    ],
)
def test_a_head_that_says_too_little_names_no_code(entries: dict[str, str], easting: float, why: str) -> None:
    declared, said = declared_crs(
        head(**{"spheroid": "CGCS2000", **{k.lower(): v for k, v in entries.items()}})
        if "Spheroid" not in entries
        else head(entries["Spheroid"]),
        easting,
    )
    assert not (declared or "").startswith("EPSG")
    assert why in (said or "")


def test_degrees_are_those_of_the_datum() -> None:
    assert declared_crs(head("CGCS2000", CoordinateSystemType="G", XYUnit="D"), 117.0) == ("EPSG:4490", None)


@pytest.mark.parametrize(
    ("first", "second", "pair", "said"),
    [
        ("E", "N", "500006.0,3500003.0", False),
        ("N", "E", "3500003.0,500006.0", False),
        ("北", "东", "3500003.0,500006.0", False),
        ("", "", "500006.0,3500003.0", True),
        ("", "", "3500003.0,40500006.0", True),
    ],
)
def test_the_head_says_which_axis_comes_first(tmp_path: Path, first: str, second: str, pair: str, said: bool) -> None:
    text = section("Point", "1", "T", f"7\n1\n0\n1\n{pair}\n0")
    text = text.replace("XAxisDirection:E", f"XAxisDirection:{first}")
    text = text.replace("YAxisDirection:N", f"YAxisDirection:{second}").replace("Parameters", "Other")
    info, batch = taken(written(tmp_path, text))
    assert (shapes(batch)[0].x % 1e6, shapes(batch)[0].y) == (500_006, 3_500_003)
    assert any("which axis" in warning for warning in info.warnings) == said


def test_axes_to_the_west_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileDamaged, match="axes point to w and n"):
        changed(tmp_path, "XAxisDirection:E", "XAxisDirection:W")


def test_an_offset_is_refused_unless_chosen(tmp_path: Path) -> None:
    text = section("Point", "1", "T", "7\n1\n0\n1\n6,3\n0", head="Offset:500000,3500000\n")
    path = written(tmp_path, text)
    with pytest.raises(FileDamaged, match="whether that is to be added"):
        taken(path)
    assert shapes(taken(path, choices=Choices(offset="add"))[1])[0].wkt == "POINT (500006 3500003)"
    assert shapes(taken(path, choices=Choices(offset="ignore"))[1])[0].wkt == "POINT (6 3)"


@pytest.mark.parametrize(
    ("old", "new", "error", "words"),
    [
        ("Version:3.0", "Version:1.0", UnknownFormat, "VCT version is 1.0"),
        ("Version:3.0", "", UnknownFormat, "not named"),
        ("LANDUSE-VCT", "OTHER", UnknownFormat, "names the data OTHER"),
        ("Dim:2", "Dim:5", FileDamaged, "Dim:5"),
        ("Separator:,", "Separator:1", FileDamaged, "can't part values"),
        ("6001010000,宗地,Polygon,ZDJBXX", "6001010000,宗地", FileDamaged, "line 13"),
        ("ZDDM,Char,19", "ZDDM", FileDamaged, "line 17"),
        ("TableEnd\n", "", FileDamaged, "no TableEnd"),
        ("LineEnd", "Lineend", FileDamaged, "section Line has no end"),
        ("PolygonBegin", "Polygonbegin", FileDamaged, "PolygonEnd has no PolygonBegin"),
        ("10\n6001010000\n0\n100", "10\n6001010000\n0\nhundred", FileDamaged, "record of Polygon '10'"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, old: str, new: str, error: type[ReaderError], words: str
) -> None:
    with pytest.raises(error, match=words):
        changed(tmp_path, old, new)


@pytest.mark.parametrize("name", ["Head", "FeatureCode", "TableStructure", "Attribute"])
def test_a_section_that_must_be_there_is_missed(tmp_path: Path, name: str) -> None:
    begin, end = _EXAMPLE.index(f"{name}Begin"), _EXAMPLE.index(f"{name}End") + len(name) + 4
    with pytest.raises(FileDamaged, match=f"section {name} is missing"):
        taken(written(tmp_path, _EXAMPLE[:begin] + _EXAMPLE[end:]))


def test_sections_that_are_not_read_are_named(tmp_path: Path) -> None:
    info, batch = changed(tmp_path, "AttributeBegin", "AnnotationBegin\n5\nPointBegin\nAnnotationEnd\nAttributeBegin")
    assert (info.unsupported, len(batch.features)) == ({"section Annotation": 1}, 1)


def test_values_that_are_not_of_their_type_are_counted(tmp_path: Path) -> None:
    info, batch = changed(tmp_path, ",50.00\n", ",fifty\n11,A\n12,B,7\n")
    assert batch.features.select("@key", "ZDDM", "ZDMJ").rows() == [
        ("10", "340123002004GB00011", None), ("11", None, None), ("12", "B", 7.0),
    ]  # fmt: skip
    assert info.unsupported == {"row that has not 2 values and an id": 1, "value of ZDMJ that is no float": 1}


def test_a_wrong_number_of_columns_is_said(tmp_path: Path) -> None:
    info, batch = changed(tmp_path, "ZDJBXX,2", "ZDJBXX,3")
    assert any("has 3 columns, 2 are described" in warning for warning in info.warnings)
    assert batch.features["ZDMJ"].to_list() == [50.0]


def test_a_table_that_is_not_described_is_said_to_be_left_out(tmp_path: Path) -> None:
    info, _ = changed(tmp_path, "AttributeEnd", "ZRZ\n1,2\nTableEnd\nAttributeEnd")
    assert any("table ZRZ is not described" in warning for warning in info.warnings)


# ---- files made to harm ----


def test_text_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "town.vct"
    path.write_bytes(_EXAMPLE.replace("宗地", "@").encode().replace(b"@", b"\xff\xfe\xfd"))
    with pytest.raises(FileDamaged, match=r"neither UTF-8 nor GB 18030.*line 13"):
        taken(path)
    path.write_bytes(_EXAMPLE.encode("utf-16"))
    with pytest.raises(FileDamaged, match="UTF-16"):
        read(path)


@pytest.mark.parametrize("how", [Spelling(), Spelling(pieces=3, turned=True)], ids=["direct", "by lines"])
def test_a_file_that_breaks_off_never_passes_for_a_whole_one(tmp_path: Path, how: Spelling) -> None:
    content = parcels(8, 5).text(how).encode("gb18030")
    whole = taken(written(tmp_path, parcels(8, 5).text(how)))[1]
    for percent in range(0, 100, 5):
        path = tmp_path / "cut.vct"
        path.write_bytes(content[: len(content) * percent // 100])
        with pytest.raises(FileDamaged):
            taken(path)
    for lost in range(1, 20):  # only the last line end may be lost
        path.write_bytes(content[:-lost])
        if lost == 1:
            assert taken(path)[1].features.equals(whole.features)
        else:
            with pytest.raises(FileDamaged):
                taken(path)


def edits() -> dict[str, Callable[[random.Random, list[str]], None]]:
    def drop(chance: random.Random, lines: list[str]) -> None:
        del lines[chance.randrange(len(lines))]

    def double(chance: random.Random, lines: list[str]) -> None:
        at = chance.randrange(len(lines))
        lines.insert(at, lines[at])

    def swap(chance: random.Random, lines: list[str]) -> None:
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[other] = lines[other], lines[one]

    def replace(chance: random.Random, lines: list[str]) -> None:
        bad = ["1e308,1e308", "-1", "99999999", "", "0", "NaN,NaN", "\x00", "2", "1,2,3,4,5", "AttributeEnd", "11"]
        lines[chance.randrange(len(lines))] = chance.choice(bad)

    return {"drop": drop, "double": double, "swap": swap, "replace": replace}


@pytest.mark.parametrize("kind", ["drop", "double", "swap", "replace"])
def test_a_wrong_line_anywhere_is_an_error_or_a_problem_of_a_row(tmp_path: Path, kind: str) -> None:
    chance = random.Random(kind)
    lines = parcels(4, 2).text(Spelling(pieces=2, turned=True)).splitlines()
    ends = []
    for _ in range(150):
        changed_lines = list(lines)
        edits()[kind](chance, changed_lines)
        try:
            batch = taken(written(tmp_path, "\n".join(changed_lines)))[1]
        except ReaderError as error:
            ends.append(type(error).__name__)
        else:
            ends.append("read")
            assert batch.features["@row"].to_list() == list(range(1, len(batch.features) + 1))
    assert {"read", "FileDamaged"} <= set(ends)


@pytest.mark.process
def test_a_long_file_needs_little_memory(tmp_path: Path) -> None:
    from ingest.readers import Limits

    path = written(tmp_path, parcels(100, 100).text(Spelling(pieces=4, turned=True)))
    with read(path, limits=Limits(memory_bytes=400 * 2**20), batch_rows=2000) as reading:
        rows = [batch.geometries["@problem"].null_count() for batch in reading.batches]
    assert sum(rows) == 10_000
    assert len(rows) == 5


def test_the_vector_reader_leaves_it(tmp_path: Path) -> None:
    assert read_here("vct", written(tmp_path, _EXAMPLE))[0].rows == 1


# ---- into the ledger ----


@pytest.mark.process
def test_a_county_goes_into_the_ledger(tmp_path: Path) -> None:
    """By the built-in mappings, layer by layer; boundary points and lines bound the parcels that they name."""
    town = parcels(4, 3)
    kind, columns, rows = town.tables["ZDJBXX"]
    town.tables["ZDJBXX"] = (kind, (*columns, "QLSDFS,Char,2"), [(*row, 2) for row in rows])
    code = "340123002004GB00001"
    points = [(500 + n, shapely.Point(500_000.25 + 20 * n, 3_500_000.5)) for n in range(2)]
    fields = ["ZDZHDM,Char,19", "JZDH,Char,10", "SXH,Int4"]
    town.add("JZD", "6001070000", fields, [(500 + n, code, f"J{n}", n + 1) for n in range(2)], points)
    side = shapely.LineString([point.coords[0] for _, point in points])
    town.add("JZX", "6001060009", ["ZDZHDM,Char,19", "JZXCD,Float,15,2"], [(600, code, 20.0)], [(600, side)])
    house = shapely.box(500_002, 3_500_012, 500_009, 3_500_019)
    town.add("ZRZ", "6001030110", ["ZRZH,Char,24", "ZCS,Int4"], [(700, f"{code}F0001", 6)], [(700, house)])
    town.add("C", "6001030130", ["CH,Char,9", "ZRZH,Char,24", "SJC,Char,9"], [(800, "1", f"{code}F0001", "1")], [])
    path = written(tmp_path, town.text(Spelling(pieces=4, turned=True)), "gb18030")
    schema = compile_schema(packaged_texts())
    workspace = create_workspace(tmp_path / "workspace")
    ledger = workspace.ledger()
    summaries = ingest_files(workspace, ledger, schema, [path], Options())
    assert [one.reasons for one in summaries if one.reasons] == []
    assert {one.layer: (one.mapping, one.taken, one.error) for one in summaries} == {
        "ZDJBXX": ("cn-vct-parcel.yml", 12, None),
        "JZD": ("cn-vct-boundary-point.yml", 2, None),
        "JZX": ("cn-vct-boundary-line.yml", 1, None),
        "ZRZ": ("cn-vct-building.yml", 1, None),
        "C": ("cn-vct-storey.yml", 1, None),
    }
    assert sum(one.quarantined for one in summaries) == 0
    strata = ledger.read(select(t.record.c.attributes).where(t.record.c.source == "cn-vct-parcel"))
    assert strata["attributes"].str.contains("surface").all()
    assert sum(one.relations for one in summaries) >= 3  # two points and a line bound their parcel


def test_every_mapping_of_the_format_reads_a_table_of_its_own(schema: Schema, tmp_path: Path) -> None:
    mappings = [
        load_mapping(path, schema)
        for name, path in mapping_files(create_workspace(tmp_path)).items()
        if name.startswith("cn-vct-")
    ]
    layers = [layer for mapping in mappings for layer in mapping.header.layer]
    assert (len(mappings), len(set(layers)), layers.count("ZDJBXX")) == (11, 10, 2)  # with and without QLSDFS
