"""CityGML: geometries, in every spelling, by links and by templates; bad ones cost only their thing."""

from pathlib import Path

import polars as pl
import pytest

from ingest.readers import Problem

from .citygml_samples import (
    SQUARE,
    building,
    city,
    city_text,
    lod2,
    polygon,
    problems,
    ring_of,
    several,
    shapes,
    shell_of,
    solid,
    solid_of,
    surfaces,
    tree,
)
from .suite import all_batches, read_here


@pytest.mark.parametrize(
    ("element", "kind", "parts"),
    [
        (surfaces(polygon(), polygon()), "MultiPolygon", 2),
        (surfaces(surfaces(polygon(), kind="CompositeSurface"), polygon()), "MultiPolygon", 2),
        (polygon(), "MultiPolygon", 1),
        ("<gml:TriangulatedSurface><gml:trianglePatches><gml:Triangle><gml:exterior>"
         f"{ring_of('0 0 0 1 0 0 0 1 0 0 0 0')}</gml:exterior></gml:Triangle></gml:trianglePatches>"
         "</gml:TriangulatedSurface>", "MultiPolygon", 1),
        ("<gml:Surface><gml:patches><gml:PolygonPatch><gml:exterior>"
         f"{ring_of(SQUARE)}</gml:exterior></gml:PolygonPatch></gml:patches></gml:Surface>", "MultiPolygon", 1),
        ("<gml:MultiCurve><gml:curveMember><gml:LineString><gml:posList>0 0 0 1 1 1</gml:posList></gml:LineString>"
         "</gml:curveMember></gml:MultiCurve>", "MultiLineString", 1),
        ("<gml:Curve><gml:segments><gml:LineStringSegment><gml:posList>0 0 0 1 1 1</gml:posList>"
         "</gml:LineStringSegment></gml:segments></gml:Curve>", "MultiLineString", 1),
        ("<gml:MultiPoint><gml:pointMember><gml:Point><gml:pos>1 2 3</gml:pos></gml:Point></gml:pointMember>"
         "<gml:pointMember><gml:Point><gml:pos>1 2 4</gml:pos></gml:Point></gml:pointMember></gml:MultiPoint>",
         "MultiPoint", 2),
        (f"<gml:MultiSolid><gml:solidMember><gml:Solid><gml:exterior>{surfaces(polygon(), kind='Shell')}</gml:exterior>"
         "</gml:Solid></gml:solidMember></gml:MultiSolid>", "MultiPolygon", 1),
    ],
)  # fmt: skip
def test_every_type_of_geometry_is_built(tmp_path: Path, element: str, kind: str, parts: int) -> None:
    _, batch = city(tmp_path, building(f"<bldg:lod3Geometry>{element}</bldg:lod3Geometry>"))
    (shape,) = shapes(batch)
    assert (shape.geom_type, len(shape.geoms), shape.has_z) == (kind, parts, True)
    assert batch.geometries["@lod"].to_list() == ["3"]
    assert batch.geometries["@solid"].to_list() == ["MultiSolid" in element]


@pytest.mark.parametrize(
    "ring",
    [
        "<gml:posList>0 0 5 4 0 5 4 4 5 0 0 5</gml:posList>",
        "<gml:posList>\n\t0 0 5\n 4 0 5\r\n 4  4 5 0 0 5 </gml:posList>",
        "<gml:pos>0 0 5</gml:pos><gml:pos>4 0 5</gml:pos><gml:pos>4 4 5</gml:pos><gml:pos>0 0 5</gml:pos>",
        "".join(
            f"<gml:pointProperty><gml:Point><gml:pos>{p}</gml:pos></gml:Point></gml:pointProperty>"
            for p in ("0 0 5", "4 0 5", "4 4 5", "0 0 5")
        ),
        "<gml:coordinates>0,0,5 4,0,5 4,4,5 0,0,5</gml:coordinates>",
        '<gml:coordinates decimal="," cs=";" ts=" ">0;0;5,0 4;0;5 4;4;5 0;0;5</gml:coordinates>',
        "<gml:posList>0 0 5 4.0e0 0 +5 4 4 5 0 0 5</gml:posList>",
        "<gml:posList>0 0 5 4 0 5 <!-- a comment --> 4 4 5 0 0 5</gml:posList>",
    ],
)
def test_positions_are_read_in_every_spelling(tmp_path: Path, ring: str) -> None:
    outline = f"<gml:Polygon><gml:exterior><gml:LinearRing>{ring}</gml:LinearRing></gml:exterior></gml:Polygon>"
    _, batch = city(tmp_path, building(lod2(outline)))
    assert problems(batch) == [None]
    assert shapes(batch)[0].wkt == "MULTIPOLYGON Z (((0 0 5, 4 0 5, 4 4 5, 0 0 5)))"


@pytest.mark.parametrize("said", [' srsDimension="2"', ""])
def test_plane_coordinates_stay_plane(tmp_path: Path, said: str) -> None:
    outline = polygon("0 0 4 0 4 4 4 5 0 4 0 0").replace("<gml:posList>", f"<gml:posList{said}>")
    _, batch = city(tmp_path, building(lod2(outline)), srs=None)
    assert batch.geometries["@dimension"].to_list() == [2]
    assert shapes(batch)[0].wkt == "MULTIPOLYGON (((0 0, 4 0, 4 4, 4 5, 0 4, 0 0)))"


def test_holes_are_kept(tmp_path: Path) -> None:
    _, batch = city(
        tmp_path, building(lod2(polygon(SQUARE, "1 1 0 2 1 0 2 2 0 1 1 0", "3 3 0 3.5 3 0 3.5 3.5 0 3 3 0")))
    )
    assert [len(each.interiors) for each in shapes(batch)[0].geoms] == [2]


def test_a_ring_of_lines_is_one_ring(tmp_path: Path) -> None:
    lines = "".join(
        f"<gml:curveMember><gml:LineString><gml:posList>{text}</gml:posList></gml:LineString></gml:curveMember>"
        for text in ("0 0 0 4 0 0", "4 0 0 4 4 0 0 4 0", "0 4 0 0 0 0")
    )
    outline = f"<gml:Polygon><gml:exterior><gml:Ring>{lines}</gml:Ring></gml:exterior></gml:Polygon>"
    _, batch = city(tmp_path, building(lod2(outline)))
    assert shapes(batch)[0].wkt == "MULTIPOLYGON Z (((0 0 0, 4 0 0, 4 4 0, 0 4 0, 0 0 0)))"


def test_an_orientable_surface_turns_all_that_is_in_it(tmp_path: Path) -> None:
    def turned(inside: str, sign: str = "-") -> str:
        base = f"<gml:baseSurface>{inside}</gml:baseSurface>"
        return f'<gml:OrientableSurface orientation="{sign}">{base}</gml:OrientableSurface>'

    members = [polygon(), turned(polygon()), turned(turned(polygon())), turned(polygon(), "+"),
               turned(surfaces(polygon(), kind="CompositeSurface"))]  # fmt: skip
    _, batch = city(tmp_path, building(lod2(*members)))
    is_turned = [not each.exterior.is_ccw for each in shapes(batch)[0].geoms]
    assert is_turned == [False, True, False, False, True]


@pytest.mark.parametrize(
    ("element", "shells", "is_composite"),
    [
        (surfaces(polygon(), polygon()), None, False),
        (surfaces(polygon(), polygon(), kind="CompositeSurface"), None, True),
        (solid_of(shell_of(4)), [[4]], False),
        (solid_of(shell_of(4), shell_of(2), shell_of(3)), [[4, 2, 3]], False),
        (solid_of(shell_of(4, "#p1", "#p1"), shell_of(2)), [[6, 2]], False),
        (several("MultiSolid", solid_of(shell_of(4)), solid_of(shell_of(2), shell_of(3))), [[4], [2, 3]], False),
        (several("CompositeSolid", solid_of(shell_of(4), key="s"), "#s", "#s"), [[4], [4], [4]], True),
        (solid_of(shell_of(4), shell_of(1, "#nowhere")), None, False),  # it has no shape, either
    ],
)
def test_shells_and_solids_are_told_apart(
    tmp_path: Path, element: str, shells: list[list[int]] | None, is_composite: bool
) -> None:
    wall = f"<bldg:boundedBy><bldg:WallSurface gml:id='w'>{lod2(polygon(key='p1'))}</bldg:WallSurface></bldg:boundedBy>"
    _, batch = city(tmp_path, building(f"<bldg:lod3Geometry>{element}</bldg:lod3Geometry>{wall}"))
    assert batch.geometries.filter(pl.col("@lod") == "3").select("@shells", "@composite").rows() == [
        (shells, is_composite)
    ]


def test_a_solid_shares_the_polygons_of_its_surfaces_before_and_after_it(tmp_path: Path) -> None:
    wall = f"<bldg:boundedBy><bldg:WallSurface gml:id='w'>{lod2(polygon(key='p1'))}</bldg:WallSurface></bldg:boundedBy>"
    roof = f"<bldg:boundedBy><bldg:RoofSurface gml:id='r'>{lod2(polygon(key='p2'))}</bldg:RoofSurface></bldg:boundedBy>"
    info, batch = city(tmp_path, building(wall + solid("#p1", polygon(), "#p2") + roof))
    of_solid = batch.geometries.filter(pl.col("@solid"))
    assert of_solid["@surfaces"].to_list() == [["WallSurface", None, "RoofSurface"]]
    assert batch.geometries.filter(~pl.col("@solid"))["@surfaces"].to_list() == [["WallSurface"], ["RoofSurface"]]
    assert batch.features.select("@key", "@parent", "@class").rows() == [
        ("b", None, "Building"), ("w", "b", "WallSurface"), ("r", "b", "RoofSurface"),
    ]  # fmt: skip
    assert info.unsupported == {}


def test_a_surface_may_point_into_the_solid(tmp_path: Path) -> None:
    wall = f"<bldg:boundedBy><bldg:WallSurface gml:id='w'>{lod2('#p1')}</bldg:WallSurface></bldg:boundedBy>"
    _, batch = city(tmp_path, building(solid(polygon(key="p1"), polygon()) + wall))
    assert batch.geometries["@surfaces"].to_list() == [["WallSurface", None], ["WallSurface"]]


def test_a_whole_geometry_may_be_a_link(tmp_path: Path) -> None:
    linked = '<bldg:lod3Solid xlink:href="#s"/>'
    given = solid(polygon(), polygon()).replace("<gml:Solid>", '<gml:Solid gml:id="s">')
    _, batch = city(tmp_path, building(given + linked))
    assert batch.geometries.select("@lod", "@solid").rows() == [("2", True), ("3", True)]
    assert shapes(batch)[0].equals(shapes(batch)[1])


@pytest.mark.parametrize(
    ("href", "said"),
    [
        ("#nowhere", "link to what is not in the same thing"),
        ("http://other.example/file.gml#p", "link to what is not in the same thing"),
        ("#of-another", "link to what is not in the same thing"),
        ("#self", "link in a circle"),
    ],
)
def test_a_link_to_nowhere_leaves_no_half_solid(tmp_path: Path, href: str, said: str) -> None:
    first = building(lod2(polygon(key="of-another")), key="a")
    circle = surfaces("#self", kind="CompositeSurface").replace(
        "<gml:CompositeSurface>", '<gml:CompositeSurface gml:id="self">'
    )
    member = circle if href == "#self" else href if href[0] == "#" else polygon()
    second = (
        building(solid(polygon(), member)) if href[0] == "#" else building(f'<bldg:lod2Solid xlink:href="{href}"/>')
    )
    info, batch = city(tmp_path, first, second)
    assert problems(batch) == [None, Problem.BAD_INDEX]
    assert batch.geometries["@geometry"].is_null().to_list() == [False, True]
    assert info.unsupported == {said: 1}


def test_links_that_multiply_themselves_end(tmp_path: Path) -> None:
    def layer(number: int) -> str:
        inside = surfaces(f"#l{number + 1}", f"#l{number + 1}", kind="CompositeSurface")
        return inside.replace("<gml:CompositeSurface>", f'<gml:CompositeSurface gml:id="l{number}">')

    layers = [layer(number) for number in range(40)]
    last = surfaces(polygon(), kind="CompositeSurface").replace("<gml:Comp", "<gml:Comp", 1)
    last = last.replace("<gml:CompositeSurface>", '<gml:CompositeSurface gml:id="l40">')
    _, batch = city(tmp_path, building(lod2("#l0") + lod2(polygon())), building(lod2(*layers, last), key="c"))
    assert batch.features["@key"].to_list() == ["b", "c"]
    _, batch = city(tmp_path, building(lod2("#l0") + lod2(polygon()) + lod2(last, *layers[:0:-1], layers[0])))
    assert problems(batch)[:2] == [Problem.UNREADABLE, None]


@pytest.mark.parametrize("is_solid", [False, True])
def test_an_implicit_geometry_is_placed_and_shared_with_later_things(tmp_path: Path, is_solid: bool) -> None:
    leaf = polygon("0 0 0 1 0 0 0 1 5 0 0 0")
    crown = surfaces(leaf).replace("<gml:MultiSurface>", '<gml:MultiSurface gml:id="crown">')
    if is_solid:
        crown = solid_of(surfaces(leaf, kind="Shell"), key="crown")
    first = tree("t1", f"<relativeGMLGeometry>{crown}</relativeGMLGeometry>")
    second = tree("t2", '<relativeGMLGeometry xlink:href="#crown"/>', point="500 600 0")
    path = tmp_path / "trees.gml"
    path.write_text(city_text(first, second), encoding="utf-8")
    for batch_rows in (1, 100):
        batch = all_batches(read_here("citygml", path, batch_rows)[1])
        assert [shape.wkt for shape in shapes(batch)] == [
            "MULTIPOLYGON Z (((101 200 10, 103 200 10, 101 202 20, 101 200 10)))",
            "MULTIPOLYGON Z (((501 600 0, 503 600 0, 501 602 10, 501 600 0)))",
        ]
        assert batch.geometries["@lod"].to_list() == ["2", "2"]


def test_a_model_in_a_library_is_counted_and_its_place_kept(tmp_path: Path) -> None:
    library = "<mimeType>model/vrml</mimeType><libraryObject>tree.wrl</libraryObject>"
    info, batch = city(tmp_path, tree("t", library))
    assert info.unsupported == {"library object of an implicit geometry": 1}
    assert shapes(batch)[0].wkt == "MULTIPOINT Z ((100 200 10))"


@pytest.mark.parametrize(
    ("point", "matrix"), [("1 2", "1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1"), ("1 2 3", "1 0 0"), ("1 2 3", "x " * 16)]
)
def test_an_implicit_geometry_without_a_place_is_unreadable(tmp_path: Path, point: str, matrix: str) -> None:
    given = f"<relativeGMLGeometry>{polygon()}</relativeGMLGeometry>"
    assert problems(city(tmp_path, tree("t", given, point, matrix))[1]) == [Problem.UNREADABLE]


@pytest.mark.parametrize(
    ("ring", "problem"),
    [
        ("0 0 0 1 0 0 x 1 0 0 0 0", Problem.BAD_VERTEX),
        ("0 0 0 1 0 0 NaN 1 0 0 0 0", Problem.BAD_VERTEX),
        ("0 0 0 1 0 0 1e308 1 0 0 0 0", Problem.BAD_VERTEX),
        ("0 0 0 1 0 0 1e999 1 0 0 0 0", Problem.BAD_VERTEX),
        ("0 0 0 1 0 0 1", Problem.BAD_VERTEX),
        ("0 0 0 1 0 0", Problem.TOO_FEW_POINTS),
        ("", Problem.EMPTY),
        (" ", Problem.EMPTY),
    ],
)
def test_a_bad_ring_leaves_the_other_things_alone(tmp_path: Path, ring: str, problem: Problem) -> None:
    good = [building(lod2(polygon()), key=key) for key in "ac"]
    _, batch = city(tmp_path, good[0], building(lod2(polygon(), polygon(ring))), good[1])
    assert problems(batch) == [None, problem, None]
    assert batch.features["@key"].to_list() == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("element", "problem"),
    [
        (surfaces(), Problem.EMPTY),
        ("<gml:Polygon/>", Problem.EMPTY),
        ("<gml:Sphere/>", Problem.UNSUPPORTED_TYPE),
        (surfaces(polygon(), "<gml:Sphere/>"), Problem.UNSUPPORTED_TYPE),
    ],
)
def test_a_geometry_that_is_none_has_a_problem(tmp_path: Path, element: str, problem: Problem) -> None:
    info, batch = city(tmp_path, building(f"<bldg:lod2Geometry>{element}</bldg:lod2Geometry>"))
    assert problems(batch) == [problem]
    assert info.unsupported == ({"geometry Sphere": 1} if "Sphere" in element else {})


def test_a_ring_that_ends_where_it_began_encloses_nothing(tmp_path: Path) -> None:
    _, batch = city(tmp_path, building(lod2(polygon(), polygon("0 0 0 1 1 1 0 0 0"))))
    assert problems(batch) == [None]
    assert shapes(batch)[0].geoms[1].area == 0


def test_a_geometry_in_another_system_is_named_and_left_out(tmp_path: Path) -> None:
    other = surfaces(polygon()).replace("<gml:MultiSurface>", '<gml:MultiSurface srsName="EPSG:4326">')
    same = surfaces(polygon()).replace("<gml:MultiSurface>", '<gml:MultiSurface srsName="urn:ogc:def:crs:EPSG::25832">')
    info, batch = city(tmp_path, building(f"<bldg:lod1MultiSurface>{other}</bldg:lod1MultiSurface>"
                                          f"<bldg:lod2MultiSurface>{same}</bldg:lod2MultiSurface>"))  # fmt: skip
    assert problems(batch) == [None, Problem.UNSUPPORTED_TYPE] or problems(batch) == [Problem.UNSUPPORTED_TYPE, None]
    assert info.unsupported == {"geometry in another CRS (EPSG:4326)": 1}
