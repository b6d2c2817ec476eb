"""CityGML made for one question each: geometry, links, words, placed prototypes, axes; the contract on real files."""

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import shapely

from ingest.readers import Batch, FileDamaged, FileInfo, Problem, UnknownFormat, detect

from .suite import ReaderSuite, all_batches, read_here

NAMESPACES = (
    'xmlns="http://www.opengis.net/citygml/2.0" xmlns:gml="http://www.opengis.net/gml" '
    'xmlns:bldg="http://www.opengis.net/citygml/building/2.0" xmlns:gen="http://www.opengis.net/citygml/generics/2.0" '
    'xmlns:dem="http://www.opengis.net/citygml/relief/2.0" xmlns:veg="http://www.opengis.net/citygml/vegetation/2.0" '
    'xmlns:app="http://www.opengis.net/citygml/appearance/2.0" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:uro="https://www.geospatial.jp/iur/uro/3.1" xmlns:xAL="urn:oasis:names:tc:ciq:xsdschema:xAL:2.0"'
)
BOUNDS = '<gml:boundedBy><gml:Envelope srsName="{srs}" srsDimension="3"/></gml:boundedBy>'
SQUARE = "0 0 0 4 0 0 4 4 0 0 4 0 0 0 0"


def city_text(*members: str, srs: str | None = "EPSG:25832") -> str:
    bounds = BOUNDS.format(srs=srs) if srs else ""
    inside = "".join(f"<cityObjectMember>{member}</cityObjectMember>" for member in members)
    return f'<?xml version="1.0" encoding="UTF-8"?><CityModel {NAMESPACES}>{bounds}{inside}</CityModel>'


def city(tmp_path: Path, *members: str, srs: str | None = "EPSG:25832") -> tuple[FileInfo, Batch]:
    path = tmp_path / "town.gml"
    path.write_text(city_text(*members, srs=srs), encoding="utf-8")
    info, batches = read_here("citygml", path)
    return info, all_batches(batches)


def building(inside: str, key: str = "b") -> str:
    return f'<bldg:Building gml:id="{key}">{inside}</bldg:Building>'


def polygon(ring: str = SQUARE, *holes: str, key: str | None = None) -> str:
    inner = "".join(f"<gml:interior>{_ring(hole)}</gml:interior>" for hole in holes)
    own = f' gml:id="{key}"' if key else ""
    return f"<gml:Polygon{own}><gml:exterior>{_ring(ring)}</gml:exterior>{inner}</gml:Polygon>"


def _ring(text: str) -> str:
    return f"<gml:LinearRing><gml:posList>{text}</gml:posList></gml:LinearRing>"


def surfaces(*members: str, kind: str = "MultiSurface") -> str:
    inside = "".join(
        f'<gml:surfaceMember xlink:href="{each}"/>'
        if each[:1] == "#"
        else f"<gml:surfaceMember>{each}</gml:surfaceMember>"
        for each in members
    )
    return f"<gml:{kind}>{inside}</gml:{kind}>"


def lod2(*members: str) -> str:
    return f"<bldg:lod2MultiSurface>{surfaces(*members)}</bldg:lod2MultiSurface>"


def solid(*members: str) -> str:
    shell = surfaces(*members, kind="CompositeSurface")
    return f"<bldg:lod2Solid><gml:Solid><gml:exterior>{shell}</gml:exterior></gml:Solid></bldg:lod2Solid>"


def shapes(batch: Batch) -> list[Any]:
    return list(shapely.from_wkb(batch.geometries["@geometry"].to_list()))


def problems(batch: Batch) -> list[str | None]:
    found: list[str | None] = batch.geometries["@problem"].to_list()
    return found


# ---- geometry ----


@pytest.mark.parametrize(
    ("element", "kind", "parts"),
    [
        (surfaces(polygon(), polygon()), "MultiPolygon", 2),
        (surfaces(surfaces(polygon(), kind="CompositeSurface"), polygon()), "MultiPolygon", 2),
        (polygon(), "MultiPolygon", 1),
        ("<gml:TriangulatedSurface><gml:trianglePatches><gml:Triangle><gml:exterior>"
         f"{_ring('0 0 0 1 0 0 0 1 0 0 0 0')}</gml:exterior></gml:Triangle></gml:trianglePatches>"
         "</gml:TriangulatedSurface>", "MultiPolygon", 1),
        ("<gml:Surface><gml:patches><gml:PolygonPatch><gml:exterior>"
         f"{_ring(SQUARE)}</gml:exterior></gml:PolygonPatch></gml:patches></gml:Surface>", "MultiPolygon", 1),
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


def solid_of(*shells: str, key: str = "") -> str:
    first, *rest = shells
    inside = "".join(f"<gml:interior>{shell}</gml:interior>" for shell in rest)
    return f"<gml:Solid{key and f' gml:id={key!r}'}><gml:exterior>{first}</gml:exterior>{inside}</gml:Solid>"


def shell_of(count: int, *links: str) -> str:
    return surfaces(*[polygon()] * count, *links, kind="Shell")


def several(kind: str, *solids: str) -> str:
    members = "".join(
        f'<gml:solidMember xlink:href="{each}"/>' if each[:1] == "#" else f"<gml:solidMember>{each}</gml:solidMember>"
        for each in solids
    )
    return f"<gml:{kind}>{members}</gml:{kind}>"


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


# ---- links ----


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


# ---- implicit geometry ----


def tree(key: str, geometry: str, point: str = "100 200 10", matrix: str = "2 0 0 1 0 2 0 0 0 0 2 0 0 0 0 1") -> str:
    return (
        f'<veg:SolitaryVegetationObject gml:id="{key}"><veg:lod2ImplicitRepresentation><ImplicitGeometry>'
        f"<transformationMatrix>{matrix}</transformationMatrix>{geometry}<referencePoint><gml:Point><gml:pos>{point}"
        "</gml:pos></gml:Point></referencePoint></ImplicitGeometry></veg:lod2ImplicitRepresentation>"
        "</veg:SolitaryVegetationObject>"
    )


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


# ---- bad geometry ----


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


# ---- axes ----

MUSEUM = "35.2596 139.7389 10 35.2597 139.7389 10 35.2597 139.7390 10 35.2596 139.7389 10"
MUSEUM_TURNED = "139.7389 35.2596 10 139.7389 35.2597 10 139.7390 35.2597 10 139.7389 35.2596 10"


@pytest.mark.parametrize(
    ("srs", "ring", "first", "remark"),
    [
        ("http://www.opengis.net/def/crs/EPSG/0/6697", MUSEUM, (139.7389, 35.2596), None),
        ("urn:ogc:def:crs:EPSG::6697", MUSEUM, (139.7389, 35.2596), None),
        ("EPSG:6697", MUSEUM_TURNED, (139.7389, 35.2596), None),
        ("EPSG:6697", MUSEUM, (139.7389, 35.2596), "read as north, east"),
        ("http://www.opengis.net/def/crs/EPSG/0/6697", MUSEUM_TURNED, (139.7389, 35.2596), "read as east, north"),
        ("urn:ogc:def:crs:EPSG::31466", "2523800 5705800 1 2523801 5705800 1 2523801 5705801 1 2523800 5705800 1",
         (2523800, 5705800), "read as east, north"),
        ("urn:ogc:def:crs:EPSG::31466", "5705800 2523800 1 5705800 2523801 1 5705801 2523801 1 5705800 2523800 1",
         (2523800, 5705800), None),
        ("EPSG:25832", "457842 5439083 1 457852 5439083 1 457852 5439093 1 457842 5439083 1", (457842, 5439083), None),
        ("urn:adv:crs:ETRS89_UTM32*DE_DHHN92_NH", "457842 5439083 1 457852 5439083 1 457852 5439093 1 457842 5439083 1",
         (457842, 5439083), None),
    ],
)  # fmt: skip
def test_east_comes_first_whatever_the_file_does(
    tmp_path: Path, srs: str, ring: str, first: tuple[float, float], remark: str | None
) -> None:
    info, batch = city(tmp_path, building(lod2(polygon(ring))), srs=srs)
    assert shapes(batch)[0].geoms[0].exterior.coords[0][:2] == first
    assert [remark in warning for warning in info.warnings] == [True] if remark else info.warnings == ()


def test_the_system_is_found_on_a_geometry_when_nothing_else_names_it(tmp_path: Path) -> None:
    named = surfaces(polygon(MUSEUM)).replace(
        "<gml:MultiSurface>", '<gml:MultiSurface srsName="urn:ogc:def:crs:EPSG::6668">'
    )
    info, batch = city(tmp_path, building(f"<bldg:lod2MultiSurface>{named}</bldg:lod2MultiSurface>"), srs=None)
    assert info.declared_crs == "urn:ogc:def:crs:EPSG::6668"
    assert shapes(batch)[0].bounds[0] > 139


def test_the_envelope_of_a_thing_holds_for_all_within_it(tmp_path: Path) -> None:
    inside = BOUNDS.format(srs="EPSG:28992") + lod2(polygon())
    assert city(tmp_path, building(inside), srs=None)[0].declared_crs == "EPSG:28992"


# ---- words ----


def words_of(tmp_path: Path, inside: str) -> dict[str, object]:
    row = city(tmp_path, building(inside))[1].features.to_dicts()[0]
    return {name: value for name, value in row.items() if name[0] != "@" and value is not None}


def test_simple_words_keep_unit_and_code_space(tmp_path: Path) -> None:
    inside = (
        "<gml:name>A</gml:name><creationDate>2020-01-02</creationDate>"
        '<bldg:function codeSpace="f.xml">1000</bldg:function>'
        '<bldg:measuredHeight uom="m">6.5</bldg:measuredHeight><bldg:storeysAboveGround>2</bldg:storeysAboveGround>'
        "<bldg:roofType/>"
    )
    assert words_of(tmp_path, inside) == {
        "name": "A", "creationDate": "2020-01-02", "function": "1000", "function@codeSpace": "f.xml",
        "measuredHeight": 6.5, "measuredHeight@uom": "m", "storeysAboveGround": 2,
    }  # fmt: skip


def test_what_repeats_itself_is_a_list(tmp_path: Path) -> None:
    inside = "<gml:name>A</gml:name><gml:name>B</gml:name><bldg:usage>1</bldg:usage><bldg:usage>2</bldg:usage>"
    assert words_of(tmp_path, inside) == {"name": '["A","B"]', "usage": '["1","2"]'}


def test_generic_attributes_are_typed_and_meet_no_other_name(tmp_path: Path) -> None:
    def generic(kind: str, name: str, value: str, more: str = "") -> str:
        return f'<gen:{kind}Attribute name="{name}"><gen:value{more}>{value}</gen:value></gen:{kind}Attribute>'

    inside = (
        "<gml:name>A</gml:name>" + generic("string", "name", "B") + generic("int", "n", "7")
        + generic("double", "d", "0.5")
        + generic("measure", "m", "42", ' uom="m2"') + generic("date", "t", "2020-01-02") + generic("uri", "u", "http://a")
        + generic("int", "bad", "1_0") + generic("string", "@row", "x")
        + f'<gen:genericAttributeSet name="s">{generic("int", "n", "8")}</gen:genericAttributeSet>'
    )  # fmt: skip
    assert words_of(tmp_path, inside) == {
        "name": "A", "gen:name": "B", "gen:n": 7, "gen:d": 0.5, "gen:m": 42.0, "gen:m@uom": "m2", "gen:t": "2020-01-02",
        "gen:u": "http://a", "gen:bad": "1_0", "gen:@row": "x", "gen:s.n": 8,
    }  # fmt: skip


def test_words_of_extensions_are_kept_by_path(tmp_path: Path) -> None:
    one = "<uro:BuildingIDAttribute><uro:buildingID>13-1</uro:buildingID></uro:BuildingIDAttribute>"
    risk = "<uro:{kind}><uro:depth uom='m'>{depth}</uro:depth></uro:{kind}>"
    inside = (
        f"<uro:buildingIDAttribute>{one}</uro:buildingIDAttribute>"
        f"<uro:risk>{risk.format(kind='River', depth=1.5)}</uro:risk>"
        f"<uro:risk>{risk.format(kind='Tsunami', depth=2)}</uro:risk><uro:note>plain</uro:note>"
    )
    found = words_of(tmp_path, inside)
    assert found["uro:buildingIDAttribute.buildingID"] == "13-1"
    assert found["uro:note"] == "plain"
    assert json.loads(str(found["uro:risk"])) == [
        {"@type": "River", "depth": {"@uom": "m", "value": 1.5}},
        {"@type": "Tsunami", "depth": {"@uom": "m", "value": 2.0}},
    ]  # fmt: skip


def test_addresses_and_external_references_are_columns(tmp_path: Path) -> None:
    inside = (
        "<externalReference><informationSystem>http://x</informationSystem><externalObject><name>K1</name></externalObject>"
        '</externalReference><bldg:address><Address gml:id="adr"><xalAddress><xAL:AddressDetails><xAL:Country>'
        "<xAL:CountryName>D</xAL:CountryName><xAL:Locality><xAL:LocalityName>Town</xAL:LocalityName><xAL:Thoroughfare>"
        "<xAL:ThoroughfareNumber>5</xAL:ThoroughfareNumber><xAL:ThoroughfareName>Way</xAL:ThoroughfareName>"
        "</xAL:Thoroughfare></xAL:Locality></xAL:Country></xAL:AddressDetails></xalAddress></Address></bldg:address>"
    )
    assert words_of(tmp_path, inside) == {
        "externalReference.informationSystem": "http://x", "externalReference.externalObject.name": "K1",
        "address@id": "adr", "address.xalAddress@type": "AddressDetails", "address.CountryName": "D",
        "address.LocalityName": "Town", "address.ThoroughfareNumber": "5", "address.ThoroughfareName": "Way",
    }  # fmt: skip


def test_things_without_an_id_have_a_key_by_their_place(tmp_path: Path) -> None:
    door = "<bldg:opening><bldg:Door/></bldg:opening>"
    wall = f"<bldg:boundedBy><bldg:WallSurface>{door}{door}</bldg:WallSurface></bldg:boundedBy>"
    _, batch = city(tmp_path, building(wall + wall), "<bldg:Building/>")
    assert batch.features["@key"].to_list() == [
        "b", "b/WallSurface-1", "b/WallSurface-1/Door-1", "b/WallSurface-1/Door-2", "b/WallSurface-2",
        "b/WallSurface-2/Door-1", "b/WallSurface-2/Door-2", "town/Building-1",
    ]  # fmt: skip
    assert batch.features["@parent"].to_list()[1:4] == ["b", "b/WallSurface-1", "b/WallSurface-1"]


def test_relief_has_the_level_of_detail_that_it_says(tmp_path: Path) -> None:
    triangle = f"<gml:Triangle><gml:exterior>{_ring('0 0 0 1 0 0 0 1 0 0 0 0')}</gml:exterior></gml:Triangle>"
    tin = (
        f"<gml:TriangulatedSurface><gml:trianglePatches>{triangle * 2}</gml:trianglePatches></gml:TriangulatedSurface>"
    )
    relief = (
        '<dem:ReliefFeature gml:id="f"><dem:lod>1</dem:lod><dem:reliefComponent>'
        '<dem:TINRelief gml:id="t"><dem:lod>1</dem:lod>'
        f"<dem:extent>{polygon()}</dem:extent><dem:tin>{tin}</dem:tin></dem:TINRelief></dem:reliefComponent></dem:ReliefFeature>"
    )
    info, batch = city(tmp_path, relief)
    assert batch.geometries.select("@row", "@lod").rows() == [(2, "1")]
    assert len(shapes(batch)[0].geoms) == 2
    assert info.unsupported == {"extent": 1}


# ---- appearance ----


def appearance(*targets: str) -> str:
    inside = "".join(f"<app:target>{target}</app:target>" for target in targets)
    material = f"<app:X3DMaterial>{inside}</app:X3DMaterial>"
    return f"<app:Appearance><app:surfaceDataMember>{material}</app:surfaceDataMember></app:Appearance>"


def test_appearances_are_counted_and_their_lost_targets_named(tmp_path: Path) -> None:
    house = building(lod2(polygon(key="p1")) + f"<app:appearance>{appearance('#p1', '#gone')}</app:appearance>")
    text = city_text(house).replace(
        "</CityModel>", f"<app:appearanceMember>{appearance('#p1')}</app:appearanceMember></CityModel>"
    )
    path = tmp_path / "town.gml"
    path.write_text(text, encoding="utf-8")
    info, _ = read_here("citygml", path)
    assert info.unsupported == {"Appearance": 2}
    assert info.warnings == ("1 targets of appearances are no surface of the file, such as #gone",)


# ---- hostile and broken files ----


def damaged(tmp_path: Path, text: str | bytes, name: str = "bad.gml") -> FileDamaged:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(FileDamaged) as caught:
        read_here("citygml", path)
    return caught.value


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("trap", [LAUGHS, OUTSIDE, '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'])
@pytest.mark.parametrize("ahead", [0, 70_000])
def test_a_document_type_is_refused(tmp_path: Path, trap: str, ahead: int) -> None:
    text = city_text(building("<gml:name>&a;&c;</gml:name>" if "ENTITY c" in trap else "<gml:name>A</gml:name>"))
    error = damaged(tmp_path, text.replace("?>", f"?><!--{' ' * ahead}-->{trap}", 1))
    assert ("document type" if not ahead else "no XML element begins in its first 65,536 bytes") in str(error)


def test_an_entity_that_nobody_defined_is_an_error_with_a_place(tmp_path: Path) -> None:
    error = damaged(tmp_path, city_text(building("<gml:name>&lol;</gml:name>")))
    assert "the XML is broken: Entity 'lol' not defined (line 1, column 704)" in str(error)


def test_depth_has_an_end(tmp_path: Path) -> None:
    deep = "<bldg:consistsOfBuildingPart><bldg:BuildingPart>" * 200
    shallow = deep + "</bldg:BuildingPart></bldg:consistsOfBuildingPart>" * 200
    assert "depth" in str(damaged(tmp_path, city_text(building(shallow)))).lower()
    _, batch = city(tmp_path, building(("<uro:a><uro:A>" * 110) + "x" + ("</uro:A></uro:a>" * 110)))
    assert batch.features.height == 1


def test_a_text_without_end_has_an_end(tmp_path: Path) -> None:
    assert "the XML is broken" in str(
        damaged(tmp_path, city_text(building(f"<gml:name>{'x' * 10_000_001}</gml:name>")))
    )


def test_too_many_different_words_are_refused(tmp_path: Path) -> None:
    words = "".join(f'<gen:intAttribute name="{n}"><gen:value>1</gen:value></gen:intAttribute>' for n in range(20_001))
    assert "more than 20,000 different attributes" in str(damaged(tmp_path, city_text(building(words))))


def test_a_packing_that_breaks_off_is_damaged(tmp_path: Path) -> None:
    packed = gzip.compress(city_text(*(building(lod2(polygon()), key=f"b{n}") for n in range(5000))).encode())
    assert "the gzip packing is broken" in str(damaged(tmp_path, packed[:-2000], "town.gml.gz"))


def test_an_encoding_that_is_not_there_is_damaged(tmp_path: Path) -> None:
    assert damaged(tmp_path, city_text(building("")).replace("UTF-8", "UTF-99"))
    assert damaged(tmp_path, city_text(building("<gml:name>ä</gml:name>")).encode("latin-1"))


def test_an_empty_model_has_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "empty.gml"
    path.write_text(city_text())
    assert read_here("citygml", path)[0].rows == 0
    path.write_text(city_text().replace("</CityModel>", "<buildings/></CityModel>"))
    with pytest.raises(FileDamaged, match="no city object or cell space, but buildings"):
        read_here("citygml", path)


@pytest.mark.parametrize("namespace", ["http://www.opengis.net/citygml/4.0", "http://www.opengis.net/citygml/0.4"])
def test_other_versions_are_refused_with_the_way_out(tmp_path: Path, namespace: str) -> None:
    path = tmp_path / "new.gml"
    path.write_text(f'<CityModel xmlns="{namespace}"/>')
    with pytest.raises(UnknownFormat, match=r"its CityGML version is \d\.\d\. Convert it to one of 1\.0, 2\.0, 3\.0"):
        read_here("citygml", path)


# ---- whose file it is ----


def test_a_collection_of_gml_with_city_objects_is_ours(tmp_path: Path) -> None:
    head = f"<gml:FeatureCollection {NAMESPACES.replace('xmlns=', 'xmlns:core=')}>"
    member = f"<gml:featureMember>{building(lod2(polygon()))}</gml:featureMember>"
    path = tmp_path / "wfs.gml"
    path.write_text(f"{head}{member}</gml:FeatureCollection>")
    assert detect(path).name == "citygml"
    info, batches = read_here("citygml", path)
    assert (info.format, info.format_version, info.rows) == ("CityGML", "2.0", 1)
    assert batches[0].geometries["@problem"].to_list() == [None]


@pytest.mark.parametrize(
    "name",
    [
        "eu-inspire-cp/cadastralparcels.xml", "eu-inspire-cp/inspire_addresses1.gml",
        "es-catastro-tenerife/building.gml",
        "de-alkis-neuwerk/ALKIS_NeuwScharh_0003_noslopes.xml.gz", "at-dkm-cadastre/KA_14168_EPSG25833.gml",
        "jp-plateau-samples/numazu-shi/codelists/Road_class.xml", "bad-val3dity/gml/csol1b.gml",
    ],
)  # fmt: skip
def test_other_gml_is_left_to_others(shared_data: Path, name: str) -> None:
    assert detect(shared_data / name).name == "vector"


# ---- the contract ----


class TestPlateau(ReaderSuite):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "jp-plateau-samples/yokosuka-shi/udx/bldg/52397519_bldg_6697_op.gml"

    @pytest.fixture
    def reader_name(self) -> str:
        return "citygml"

    @pytest.fixture
    def expected_rows(self) -> int:
        return 13 + 2 + 3 + 3 + 3  # buildings, parts; ground, roof and wall surfaces, by grep

    @pytest.fixture
    def expected_crs(self) -> str | None:
        return "EPSG:6668"


class TestCityGML3(TestPlateau):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "citygml-spec-examples/citygml3/Building/BuildingUnits_Storeys_xlink.gml"

    @pytest.fixture
    def expected_rows(self) -> int:
        return 41

    @pytest.fixture
    def expected_crs(self) -> str | None:
        return "EPSG:25832"


class TestIndoorGML(TestPlateau):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "de-fzk-haus/FZK-Haus_full_val3dity.gml"

    @pytest.fixture
    def expected_rows(self) -> int:
        return 24 + 24 + 24 + 1  # spaces, states, transitions, the layer

    @pytest.fixture
    def expected_crs(self) -> str | None:
        return None
