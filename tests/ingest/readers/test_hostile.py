"""Files made to harm: each ends in a `ReaderError`, in a full result, or in a result with a warning; nothing hangs."""

import gzip
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely
from pyogrio.raw import write

from ingest.geometry import geometry_problems
from ingest.readers import Batch, FileDamaged, Limits, ParserLimit, ReaderError, UnknownFormat, read
from ontology import compile_schema, packaged_texts

from .hostile import LIMITS, limited, saved
from .suite import all_batches, read_here

_DEPTH = 10_000
_POINT = '{"type":"Point","coordinates":[4,52]}'


# XML that expands or reaches out


_GML = """<?xml version="1.0" encoding="UTF-8"?>
{types}<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" xmlns:gml="http://www.opengis.net/gml/3.2">
<ogr:featureMember><ogr:town gml:id="t.0"><ogr:name>{name}</ogr:name><ogr:place><gml:Point gml:id="p.0">
<gml:pos>4 52</gml:pos></gml:Point></ogr:place></ogr:town></ogr:featureMember></ogr:FeatureCollection>"""
_GPX = """<?xml version="1.0"?>{types}<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="52" lon="4"><name>{name}</name></wpt></gpx>"""
_KML = """<?xml version="1.0"?>{types}<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>town</name>
<Placemark><name>{name}</name><Point><coordinates>4,52</coordinates></Point></Placemark></Folder></Document></kml>"""
_LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 10))
_BOMBS = {
    "exponential": (f"<!DOCTYPE x [<!ENTITY l0 'ha'>{_LAUGHS}]>", "&l9;"),
    "quadratic": (f"<!DOCTYPE x [<!ENTITY a '{'A' * 100_000}'>]>", "&a;" * 10_000),
}


@pytest.mark.parametrize(
    ("bomb", "suffix", "text"),
    [
        ("exponential", "gml", _GML),
        ("exponential", "gpx", _GPX),
        ("exponential", "kml", _KML),
        ("quadratic", "gml", _GML),
    ],
)
def test_an_entity_bomb_is_refused(tmp_path: Path, bomb: str, suffix: str, text: str) -> None:
    types, name = _BOMBS[bomb]
    with pytest.raises((FileDamaged, UnknownFormat)):
        limited(saved(tmp_path / f"town.{suffix}", text.format(types=types, name=name)))


@pytest.mark.parametrize(("suffix", "text"), [("gml", _GML), ("gpx", _GPX), ("kml", _KML)])
@pytest.mark.parametrize("kind", ["general", "parameter"])
def test_an_external_entity_is_never_opened(tmp_path: Path, suffix: str, text: str, kind: str) -> None:
    secret = saved(tmp_path / "secret.txt", "TOPSECRET")
    entity = f"<!ENTITY e SYSTEM '{secret.as_uri()}'>"
    if kind == "parameter":
        entity = f"<!ENTITY % p SYSTEM '{secret.as_uri()}'> %p;"
    filled = text.format(types=f"<!DOCTYPE x [{entity}]>", name="&e;" if kind == "general" else "x")
    try:
        info, batches = read_here("vector", saved(tmp_path / f"town.{suffix}", filled))
        batch = all_batches(batches)
    except ReaderError as error:
        assert "TOPSECRET" not in f"{error}{error.detail}"  # noqa: PT017 - either end is right
    else:
        assert "TOPSECRET" not in f"{info}{batch.features.to_dicts()}"
        assert len(batch.features) == 1


def test_a_value_lost_with_its_entity_is_said_to_be(tmp_path: Path) -> None:
    types = f"<!DOCTYPE x [<!ENTITY e SYSTEM '{(tmp_path / 'gone.txt').as_uri()}'>]>"
    info, batch = limited(saved(tmp_path / "town.gml", _GML.format(types=types, name="before &e; after")))
    assert info.warnings or batch.features["name"].to_list() == ["before &e; after"]


# Packings that unpack to much more


def bomb(path: Path, head: bytes, filling: bytes, tail: bytes, mebibytes: int = 220) -> Path:
    with gzip.open(path, "wb", compresslevel=1) as stream:
        stream.write(head)
        for _ in range(mebibytes):
            stream.write(filling * 2**20)
        stream.write(tail)
    return path


def zipped_shapefile(tmp_path: Path, blown: str, mebibytes: int) -> Path:
    """A Shapefile of three points in a .zip; one of its parts goes on for so many MiB of blanks."""
    folder = tmp_path / "parts"
    folder.mkdir()
    points = shapely.to_wkb(shapely.points(np.arange(3.0), np.arange(3.0)))
    names = np.array(["a", "b", "c"], dtype=object)
    write(
        folder / "town.shp", points, [names], ["name"], driver="ESRI Shapefile", geometry_type="Point", crs="EPSG:4326"
    )
    path = tmp_path / "town.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for part in sorted(folder.iterdir()):
            with packed.open(part.name, "w", force_zip64=True) as stream:
                content = part.read_bytes()
                if part.suffix == blown == ".dbf":  # its header says how many rows are to come
                    content = content[:4] + (mebibytes * 2**20 // 81).to_bytes(4, "little") + content[8:]
                stream.write(content)
                for _ in range(mebibytes if part.suffix == blown else 0):
                    stream.write(b" " * 2**20)
    return path


@pytest.mark.parametrize("blown", [".dbf", ".prj"])
def test_a_zip_bomb_costs_no_more_than_its_limits(tmp_path: Path, blown: str) -> None:
    path = zipped_shapefile(tmp_path, blown, 150)
    assert path.stat().st_size < 3 * 2**20
    try:
        _, batch = limited(path, Limits(memory_bytes=2**27, seconds=60.0, seconds_without_progress=30.0))
    except ReaderError as error:
        assert "town.zip" in str(error)  # noqa: PT017 - either end is right
    else:
        assert batch.features["name"].to_list() == ["a", "b", "c"]


def test_a_packed_citymodel_that_unpacks_to_more_than_the_memory_is_refused(tmp_path: Path) -> None:
    head, tail = b'{"type":"CityJSON","version":"2.0","CityObjects":{', b'},"vertices":[]}'
    path = bomb(tmp_path / "town.city.json.gz", head, b" ", tail)
    with pytest.raises(ParserLimit, match="more than the 200 MiB of memory"):
        limited(path, Limits(memory_bytes=200 * 2**20, seconds=60.0))


@pytest.mark.parametrize("filling", [b"x", b"["])
def test_a_packed_geojson_that_unpacks_to_much_is_refused(tmp_path: Path, filling: bytes) -> None:
    head = b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"a":'
    quote = b'"' if filling == b"x" else b""
    with pytest.raises((FileDamaged, ParserLimit)):
        limited(bomb(tmp_path / "town.geojson.gz", head + quote, filling, quote + b"}}]}"))


def test_a_packed_table_with_an_endless_value_meets_the_limit_of_memory(tmp_path: Path) -> None:
    path = bomb(tmp_path / "town.csv.gz", b"id,name\n0,a\n1,", b"x", b"\n2,b\n", mebibytes=400)
    with pytest.raises(ParserLimit, match="memory"), read(path, limits=LIMITS) as reading:
        list(reading.batches)


# Deep nesting


def collection(geometry: str = _POINT, value: str = "1") -> str:
    """Two features, the second harmless."""
    first = f'{{"type":"Feature","properties":{{"n":{value}}},"geometry":{geometry}}}'
    second = f'{{"type":"Feature","properties":{{"n":2}},"geometry":{_POINT}}}'
    return f'{{"type":"FeatureCollection","features":[{first},{second}]}}'


def nested(start: str, end: str, core: str = "", depth: int = _DEPTH) -> str:
    return start * depth + core + end * depth


_COLLECTION = '{"type":"GeometryCollection","geometries":['


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("coordinates.geojson", collection(f'{{"type":"Polygon","coordinates":{nested("[", "]", "1")}}}')),
        ("value.geojson", collection(value=nested("[", "]"))),
        ("geometry.geojson", collection(nested(_COLLECTION, "]}", _POINT))),
        ("town.city.json", f'{{"type":"CityJSON","version":"2.0","CityObjects":{nested("[", "]")},"vertices":[]}}'),
        ("value.gml", _GML.format(types="", name=nested("<x>", "</x>"))),
        ("root.gml", "<?xml version='1.0'?>" + nested("<x>", "</x>")),
        ("root.kml", _KML.format(types="", name="x").replace("<Folder>", nested("<Folder>", ""))),
    ],
    ids=lambda value: value if len(value) < 40 else "",
)
def test_deep_nesting_is_refused(tmp_path: Path, name: str, content: str) -> None:
    with pytest.raises((FileDamaged, UnknownFormat)):
        limited(saved(tmp_path / name, content))


def deep_table(tmp_path: Path, depth: int) -> Path:
    wkt = nested("GEOMETRYCOLLECTION(", ")", "POINT(1 2)", depth)
    return saved(tmp_path / "town.csv", f'id,wkt\n1,"{wkt}"\n2,POINT(1 2)\n')


def test_a_geometry_that_was_read_can_be_opened_by_who_asked_for_it(tmp_path: Path) -> None:
    program = (
        "import sys, shapely; from ingest.readers import read\n"
        "for batch in read(sys.argv[1]).batches: shapely.from_wkb(batch.geometries['@geometry'].to_list())"
    )
    path = deep_table(tmp_path, 2 * _DEPTH)
    ended = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, timeout=60, check=False)
    assert ended.returncode == 0


def test_a_geometry_too_deep_for_the_child_ends_only_the_child(tmp_path: Path) -> None:
    with pytest.raises(ReaderError):
        limited(deep_table(tmp_path, 40 * _DEPTH))


# Numbers that are none, and very many of them


def shaped_by(number: str) -> str:
    shapes = (
        f'{{"type":"Point","coordinates":[{number},52]}}',
        f'{{"type":"LineString","coordinates":[[0,0],[{number},1],[2,2]]}}',
        f'{{"type":"Polygon","coordinates":[[[0,0],[{number},0],[1,1],[0,0]]]}}',
    )
    features = (f'{{"type":"Feature","properties":null,"geometry":{shape}}}' for shape in (*shapes, _POINT))
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'


_WKT = ("POINT({} 1)", "LINESTRING(0 0,{} 1,2 2)", "POLYGON((0 0,{} 0,1 1,0 0))", "POINT Z(1 2 {})", "POINT(4 52)")


def refused_rows(batch: Batch) -> list[int]:
    """Rows that the ledger does not take for their geometry."""
    rows = batch.features.select("@row", pl.col("@row").cast(pl.String).alias("key"), pl.lit("any").alias("class"))
    found = geometry_problems(batch.geometries, rows, compile_schema(packaged_texts()), required=True)
    return sorted(found["@row"].to_list())


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "null", '"1"'])
def test_geojson_coordinates_that_are_no_numbers_are_refused_row_by_row(tmp_path: Path, number: str) -> None:
    path = saved(tmp_path / "town.geojson", shaped_by(number))
    assert refused_rows(all_batches(read_here("vector", path)[1])) == [1, 2, 3]


@pytest.mark.parametrize("number", ["1e400", "1e-400", "0x10", "1..2"])
def test_geojson_numbers_that_no_float_holds_are_an_error(tmp_path: Path, number: str) -> None:
    with pytest.raises(FileDamaged):
        read_here("vector", saved(tmp_path / "town.geojson", shaped_by(number)))


@pytest.mark.filterwarnings("ignore:(invalid value|overflow) encountered:RuntimeWarning")
@pytest.mark.parametrize(
    "number",
    [
        "NaN",
        "inf",
        "1e400",
        "abc",
    ],
)
def test_wkt_coordinates_that_are_no_numbers_are_refused_row_by_row(tmp_path: Path, number: str) -> None:
    lines = [f'{row},"{wkt.format(number)}"' for row, wkt in enumerate(_WKT)]
    path = saved(tmp_path / "town.csv", "\n".join(["id,wkt", *lines, ""]))
    assert refused_rows(all_batches(read_here("vector", path)[1])) == [1, 2, 3, 4]


def test_degrees_that_are_no_numbers_are_unreadable(tmp_path: Path) -> None:
    path = saved(tmp_path / "town.csv", "id,lon,lat\n1,NaN,1\n2,inf,2\n3,1e400,3\n4,4,-Infinity\n5,4,52\n")
    geometries = all_batches(read_here("vector", path)[1]).geometries
    assert geometries["@problem"].to_list() == ["unreadable"] * 4 + [None]


@pytest.mark.parametrize("suffix", ["geojson", "csv"])
def test_a_coordinate_as_large_as_a_float_holds_is_kept_as_it_is(tmp_path: Path, suffix: str) -> None:
    line = "LINESTRING (0 0, 1e308 1e308)"
    content = collection('{"type":"LineString","coordinates":[[0,0],[1e308,1e308]]}')
    path = saved(tmp_path / f"town.{suffix}", content if suffix == "geojson" else f'id,wkt\n1,"{line}"\n2,POINT(1 2)\n')
    geometries = all_batches(read_here("vector", path)[1]).geometries
    assert geometries["@problem"].to_list() == [None, None]
    assert shapely.get_coordinates(shapely.from_wkb(geometries["@geometry"][0])).max() == 1e308


def ring(tmp_path: Path, vertices: int, *, is_spiky: bool = False) -> Path:
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    radius = np.where(np.arange(vertices) % 2, 1.0, 0.5 if is_spiky else 1.0)
    points = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    wkb = np.array([shapely.to_wkb(shapely.Polygon(points))], dtype=object)
    path = tmp_path / "town.fgb"
    names = [np.array(["round"], dtype=object)]
    write(path, wkb, names, ["name"], driver="FlatGeobuf", geometry_type="Polygon", crs="EPSG:28992")
    return path


def test_a_ring_of_a_million_vertices_is_read_whole(tmp_path: Path) -> None:
    geometries = limited(ring(tmp_path, 1_000_000))[1].geometries
    assert geometries["@problem"].to_list() == [None]
    assert shapely.get_num_coordinates(shapely.from_wkb(geometries["@geometry"][0])) == 1_000_001


def test_a_ring_that_takes_minutes_to_judge_ends_at_the_limit(tmp_path: Path) -> None:
    path = ring(tmp_path, 1_000_000, is_spiky=True)
    with pytest.raises(ParserLimit, match="made no progress for 3 s"):
        limited(path, Limits(seconds_without_progress=3.0))
