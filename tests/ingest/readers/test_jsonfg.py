"""JSON-FG: places in their reference system, solids, prisms, times and feature types; against GDAL and real files."""

import json
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from ingest.readers import Batch, FileDamaged, FileInfo, ReaderError, detect, read

from .suite import ReaderSuite, all_batches, read_here

_SAMPLE = Path(str(files("ingest.sample"))) / "delft" / "bag_pand.geojson"
_SQUARE = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
_PLACE = {"type": "Point", "coordinates": [50, 9]}


def written_by_gdal(path: Path, crs: str, number: int = 120) -> Path:
    """Buildings of Delft, or points in another system, as GDAL writes them."""
    if crs == "EPSG:28992":
        _, _, wkb, fields = pyogrio.raw.read(_SAMPLE, max_features=number)
        kind, names = "MultiPolygon", [np.array(fields[0].astype(str), dtype=object)]
    else:
        where = [(9.5, 50.25), (480_000, 5_700_000)][crs != "EPSG:4258"]
        wkb = shapely.to_wkb(shapely.points([where] * 2)).astype(object)
        kind, names = "Point", [np.array(["a", "b"], dtype=object)]
    pyogrio.raw.write(path, wkb, names, ["name"], driver="JSONFG", geometry_type=kind, crs=crs)
    return path


def file_of(folder: Path, *features: dict[str, Any], **members: Any) -> Path:
    path = folder / "town.fg.json"
    whole = [{"type": "Feature", "geometry": None, "properties": {}, **feature} for feature in features]
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": whole}))
    return path


def taken(path: Path) -> tuple[FileInfo, Batch]:
    info, batches = read_here("jsonfg", path)
    return info, all_batches(batches)


def shapes(batch: Batch) -> list[Any]:
    return list(shapely.from_wkb(batch.geometries["@geometry"].to_list()))


class TestJsonFg(ReaderSuite):
    """Buildings of Delft, written by GDAL."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return written_by_gdal(tmp_path / "town.json", "EPSG:28992")

    @pytest.fixture
    def reader_name(self) -> str:
        return "jsonfg"

    @pytest.fixture
    def expected_rows(self) -> int:
        return 120

    @pytest.fixture
    def expected_crs(self) -> str:
        return "EPSG:28992"

    def test_the_places_are_those_of_the_original(self, path: Path) -> None:
        _, _, wkb, _ = pyogrio.raw.read(_SAMPLE, max_features=120)
        found, expected = shapely.from_wkb(taken(path)[1].geometries["@geometry"].to_list()), shapely.from_wkb(wkb)
        assert np.abs(shapely.get_coordinates(found) - shapely.get_coordinates(expected)).max() < 1e-3


@pytest.mark.parametrize("crs", ["EPSG:4258", "EPSG:25832", "EPSG:31467", "EPSG:4549"])
def test_positions_are_turned_to_east_and_north(tmp_path: Path, crs: str) -> None:
    """Of the four the first, third and fourth have north first; GDAL writes the axes as the system has them."""
    path = written_by_gdal(tmp_path / "town.json", crs)
    batch = taken(path)[1]
    expected = pyogrio.raw.read(path)[2]
    assert [shape.wkt for shape in shapes(batch)] == [shape.wkt for shape in shapely.from_wkb(expected)]
    with read(path) as reading:
        assert reading.info.crs == crs


@pytest.mark.parametrize(
    ("name", "rows", "faces", "crs"),
    [("building", 1, [6], "EPSG:25832"), ("cubes", 2, [6, 6], "EPSG:4326"), ("cubes2", 2, [6, None], "EPSG:4326")],
)
def test_real_files_keep_their_solids(
    shared_data: Path, name: str, rows: int, faces: list[int | None], crs: str
) -> None:
    path = shared_data / "bad-val3dity" / "test_jsonfg" / f"{name}.fg.json"
    assert detect(path).name == "jsonfg"
    info, batch = taken(path)
    assert (info.rows, info.unsupported) == (rows, {})
    assert batch.geometries["@problem"].null_count() == rows
    assert batch.geometries["@solid"].to_list() == [number is not None for number in faces]
    for shape, number in zip(shapes(batch), faces, strict=True):
        assert number is None or (len(shape.geoms), shape.has_z) == (number, True)
    assert batch.features["time_start"][0] == "2014-04-24T10:50:18Z"
    assert batch.features["time_end"].null_count() == rows
    with read(path) as reading:
        assert reading.info.crs == crs


def test_the_building_has_its_type_and_heights(shared_data: Path) -> None:
    path = shared_data / "bad-val3dity" / "test_jsonfg" / "building.fg.json"
    with read(path) as reading:
        batch = all_batches(list(reading.batches))
    assert (reading.info.height_crs, reading.info.layers) == ("EPSG:5783", ("app:building",))
    row = batch.features.to_dicts()[0]
    assert (row["@key"], row["@class"], row["height_m"]) == ("DENW19AL0000giv5BL", "app:building", 20.0)


def test_a_ring_that_is_not_closed_is_unreadable(shared_data: Path) -> None:
    """Error 103 of val3dity."""
    _, batch = taken(shared_data / "bad-val3dity" / "test_jsonfg" / "e103.fg.json")
    assert batch.geometries["@problem"].to_list() == ["unreadable"]


def test_an_ordinary_geojson_goes_to_the_other_reader(shared_data: Path, tmp_path: Path) -> None:
    assert detect(shared_data / "bad-val3dity" / "test_jsonfg" / "geojson.json").name == "vector"
    assert detect(_SAMPLE).name == "vector"
    path = file_of(tmp_path, {"properties": {"place": "Delft", "time": "now", "featureType": "x"}})
    assert detect(path).name == "vector"


@pytest.mark.parametrize(
    ("place", "expected", "is_solid"),
    [
        ({"type": "Point", "coordinates": [50, 9]}, "POINT (9 50)", False),
        ({"type": "Point", "coordinates": [50, 9, 3]}, "POINT Z (9 50 3)", False),
        (
            {"type": "Prism", "base": {"type": "Point", "coordinates": [50, 9]}, "lower": 1, "upper": 2.5},
            "LINESTRING Z (9 50 1, 9 50 2.5)",
            False,
        ),
        (
            {"type": "Prism", "base": {"type": "LineString", "coordinates": [[50, 9], [51, 9]]}, "upper": 2},
            "MULTIPOLYGON Z (((9 50 0, 9 51 0, 9 51 2, 9 50 2, 9 50 0)))",
            False,
        ),
        ({"type": "GeometryCollection", "geometries": [_PLACE]}, "GEOMETRYCOLLECTION (POINT (9 50))", False),
    ],
)
def test_places_of_every_type(tmp_path: Path, place: dict[str, Any], expected: str, is_solid: bool) -> None:
    _, batch = taken(file_of(tmp_path, {"place": place}, coordRefSys="[EPSG:4258]"))
    assert [shape.wkt for shape in shapes(batch)] == [expected]
    assert batch.geometries["@solid"].to_list() == [is_solid]


def test_all_solids_of_a_place_and_their_hollows_are_kept(tmp_path: Path) -> None:
    face = [[[0, 0, 0], [1, 0, 0], [1, 1, 1], [0, 0, 0]]]
    place = {"type": "MultiPolyhedron", "coordinates": [[[face] * 4, [face] * 5], [[face] * 6]]}
    _, batch = taken(file_of(tmp_path, {"place": place}, coordRefSys="[EPSG:25832]"))
    assert (len(shapes(batch)[0].geoms), batch.geometries["@solid"].to_list()) == (15, [True])
    assert batch.geometries["@shells"].to_list() == [[[4, 5], [6]]]


def test_each_part_of_a_base_carries_a_solid_of_its_own(tmp_path: Path) -> None:
    away = [[x + 10, y] for x, y in _SQUARE]
    base = {"type": "MultiPolygon", "coordinates": [[_SQUARE], [away]]}
    prism = {"type": "Prism", "base": base, "upper": 3}
    single = {"type": "Prism", "base": {"type": "Polygon", "coordinates": [_SQUARE]}, "upper": 3}
    places = [prism, {"type": "MultiPrism", "prisms": [prism, single]}, {**single, "upper": "high"}, _PLACE]
    _, batch = taken(file_of(tmp_path, *({"place": place} for place in places), coordRefSys="[EPSG:25832]"))
    assert batch.geometries["@shells"].to_list() == [[[6], [6]], [[6], [6], [6]], None, None]


@pytest.mark.parametrize("kind", ["Polygon", "MultiPolygon"])
def test_a_prism_encloses_its_volume(tmp_path: Path, kind: str) -> None:
    hole = [[1, 1], [1, 2], [2, 2], [2, 1], [1, 1]]
    rings: list[Any] = [_SQUARE, hole]
    base = {"type": kind, "coordinates": rings if kind == "Polygon" else [rings]}
    place = {"type": "Prism", "base": base, "lower": 10, "upper": 13}
    _, batch = taken(file_of(tmp_path, {"place": place}, coordRefSys="http://www.opengis.net/def/crs/EPSG/0/25832"))
    (body,) = shapes(batch)
    assert (len(body.geoms), batch.geometries["@solid"].to_list()) == (2 + 4 + 4, [True])
    volume = 0.0  # by the divergence theorem, over the triangles of each face
    for face in body.geoms:
        for ring in shapely.get_rings(face):
            points = shapely.get_coordinates(ring, include_z=True)
            volume += sum(np.dot(points[0], np.cross(*edge)) for edge in pairwise(points[1:]))
    assert volume / 6 == pytest.approx((16 - 1) * 3)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ({"date": "2026-01-31"}, ("2026-01-31", None, None)),
        ({"timestamp": "2026-01-31T10:00:00Z"}, ("2026-01-31T10:00:00Z", None, None)),
        ({"interval": ["2020-01-01", "2026-01-31"]}, (None, "2020-01-01", "2026-01-31")),
        ({"interval": ["..", "2026-01-31"]}, (None, None, "2026-01-31")),
        ({"date": "2026-01-31", "interval": ["2026-01-31", ".."]}, ("2026-01-31", "2026-01-31", None)),
        (None, (None, None, None)),
    ],
)
def test_times_are_kept(tmp_path: Path, time: object, expected: tuple[str | None, ...]) -> None:
    info, batch = taken(file_of(tmp_path, {"time": time, "place": _PLACE}))
    assert batch.features.select("time", "time_start", "time_end").row(0) == expected
    assert info.unsupported == {}


def test_a_time_that_is_none_is_counted(tmp_path: Path) -> None:
    info, _ = taken(file_of(tmp_path, {"time": {"interval": [1]}}, {"time": "now"}, {"time": {"interval": ["x"]}}))
    assert info.unsupported == {"time that is no date, moment or interval": 3}


def test_types_ids_and_nested_reference_systems(tmp_path: Path) -> None:
    place = {**_PLACE, "coordRefSys": {"type": "Reference", "href": "[EPSG:4258]", "epoch": 2016.5}}
    features = ({"id": 7, "place": place, "featureType": ["app:a", "app:b"]}, {"place": place})
    path = file_of(tmp_path, *features, featureType="app:c", coordRefSys="[EPSG:28992]")
    info, batch = taken(path)
    assert batch.features.select("@key", "@class").rows() == [("7", "app:a, app:b"), (None, "app:c")]
    assert (info.declared_crs, info.epoch) == ("EPSG:4258", 2016.5)
    compound = ["http://www.opengis.net/def/crs/EPSG/0/25832", "http://www.opengis.net/def/crs/EPSG/0/7837"]
    with read(file_of(tmp_path, {"place": _PLACE}, coordRefSys=compound)) as reading:
        assert (reading.info.crs, reading.info.height_crs) == ("EPSG:25832", "EPSG:7837")


def test_the_place_wins_and_another_reference_system_is_not_taken_for_the_first(tmp_path: Path) -> None:
    degrees = {"type": "Point", "coordinates": [9, 50]}
    place = {"type": "Point", "coordinates": [500_000, 5_540_000]}
    features = ({"place": place, "geometry": degrees}, {"geometry": degrees}, {"place": place, "coordRefSys": "EPSG:1"})
    info, batch = taken(file_of(tmp_path, *features, coordRefSys="[EPSG:25832]"))
    assert batch.geometries["@problem"].to_list() == [None, "unreadable", "unreadable"]
    assert shapely.from_wkb(batch.geometries["@geometry"][0]).wkt == "POINT (500000 5540000)"
    assert sum(info.unsupported.values()) == 2


@pytest.mark.parametrize(
    ("place", "problem", "word"),
    [
        ({"type": "CircularString", "coordinates": [[0, 0], [1, 1], [2, 0]]}, "unsupported-type", "CircularString"),
        ({"type": "Prism", "base": {**_PLACE, "type": "Circle"}, "upper": 1}, "unsupported-type", "Prism of Circle"),
        ({"type": "Prism", "base": {"type": "Point", "coordinates": [1, 2]}}, "unreadable", None),
        ({"type": "Polyhedron", "coordinates": [[1]]}, "unreadable", None),
        ({"type": "Point", "coordinates": [None, 52]}, "unreadable", None),
        ({"type": "Point", "coordinates": []}, "empty", None),
        ({}, "unreadable", None),
        ([], "unreadable", None),
    ],
)  # fmt: skip
def test_a_place_that_is_not_built_as_its_type_asks(tmp_path: Path, place: Any, problem: str, word: str | None) -> None:
    info, batch = taken(file_of(tmp_path, {"place": place}, {"place": _PLACE}, coordRefSys="[EPSG:4258]"))
    assert batch.geometries["@problem"].to_list() == [problem, None]
    assert info.unsupported == ({f"geometry of type {word}": 1} if word else {})


def test_a_file_that_breaks_off_is_refused(tmp_path: Path) -> None:
    content = written_by_gdal(tmp_path / "whole.json", "EPSG:28992", 20).read_bytes().rstrip()
    for percent in range(0, 100, 5):
        path = tmp_path / "cut.json"
        path.write_bytes(content[: len(content) * percent // 100])
        with pytest.raises(ReaderError):
            read_here("jsonfg", path)


@pytest.mark.parametrize(
    "content", ["[]", "{}", '{"features": 1}', '{"features": [1]}', '{"features": [{"type": "X"}]}', "{" * 100_000]
)
def test_what_is_no_collection_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "town.json"
    path.write_text(content)
    with pytest.raises(FileDamaged):
        read_here("jsonfg", path)
