"""Every CityGML and IndoorGML file of the test data beside a walk over its XML that knows nothing of the reader."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely
from lxml import etree

from ingest import measures
from ingest.readers import Batch, FileDamaged, FileInfo, detect, read

from .suite import all_batches, read_here

FOLDERS = ("bad-val3dity", "citygml-spec-examples", "de-fzk-haus", "jp-plateau-samples")
REFUSED = {"invalid_indoorgml_1.gml": "the XML is broken", "invalid_indoorgml_2.gml": "the XML is broken"}
NOT_OURS = {"csol1b.gml"}  # its root is of no known vocabulary
COUNT = 94
GML = ("http://www.opengis.net/gml", "http://www.opengis.net/gml/3.2")
HREF = "{http://www.w3.org/1999/xlink}href"
SHAPES = frozenset({
    "Solid", "CompositeSolid", "MultiSolid", "MultiSurface", "CompositeSurface", "Polygon", "OrientableSurface",
    "TriangulatedSurface", "Tin", "Surface", "Point", "MultiPoint", "LineString", "MultiCurve", "Curve",
    "CompositeCurve",
})  # fmt: skip
NO_THINGS = frozenset({
    "CityModel", "IndoorFeatures", "PrimalSpaceFeatures", "MultiLayeredGraph", "Address", "Appearance",
    "Dynamizer", "Version", "VersionTransition", "CityObjectRelation", "ExternalReference", "Height",
    "GenericTimeseries", "SensorConnection", "TimeValuePair", "Transaction", "CommonMetaData", "StringAttribute",
    "DoubleAttribute", "MeasureAttribute", "Geometry3D", "X3DMaterial", "ParameterizedTexture",
    "GeoreferencedTexture", "TexCoordGen", "TexCoordList", "BuildingProperties", "BuildingUnderground",
    "DHWFacilities", "EnergyPerformanceCertification", "LightingFacilities", "LightingFacility",
    "ImplicitGeometry",
})  # fmt: skip  # structured values, and what is left out by name
THINGS_WITH_ID = frozenset({"BuildingUnderground", "LightingFacility", "spaceLayer"})


def paths(shared_data: Path) -> list[Path]:
    found = [path for folder in FOLDERS for path in sorted((shared_data / folder).rglob("*.gml*"))]
    assert len(found) == COUNT
    return [path for path in found if path.name not in {*REFUSED, *NOT_OURS}]


def content(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def local(element: Any) -> str:
    return str(etree.QName(element).localname)


def gml_id(element: Any) -> str | None:
    return next((value for key, value in element.attrib.items() if key.endswith("}id")), None)


Geometry = tuple[str | None, list[tuple[Any, bool]], bool]


class Walk:
    """A whole tree, and what stands in it."""

    def __init__(self, path: Path) -> None:
        parser = etree.XMLParser(remove_comments=True, remove_pis=True, resolve_entities=False)
        self.root = etree.fromstring(content(path), parser)
        self.by_id = {key: each for each in self.root.iter() if (key := gml_id(each)) is not None}

    def things(self) -> Iterator[Any]:
        for element in self.root.iter():
            name, namespace = local(element), etree.QName(element).namespace or ""
            if namespace in GML or "xal" in namespace.lower() or "/iur/uro/" in namespace:
                continue
            if (name in THINGS_WITH_ID and gml_id(element) is not None) or (
                name[0].isupper() and name not in NO_THINGS
            ):
                yield element

    def geometries(self, thing: Any) -> Iterator[Geometry]:
        """(lod, polygons with whether they are turned, is solid) of each geometry in a property of the thing."""
        for prop in thing:
            name = local(prop)
            is_bounds = name == "boundedBy" and len(prop) and local(prop[0]) == "Envelope"
            if "TerrainIntersection" in name or name == "extent" or is_bounds:
                continue
            inner = prop[0] if len(prop) and local(prop[0]) in ("Geometry3D", "Geometry2D") else prop
            lod = name[3] if name[:3] == "lod" and name[3:4].isdigit() else thing.findtext("{*}lod")
            target = prop.get(HREF)
            if target is not None and len(prop) == 0 and name[:3] == "lod":
                yield lod, self.polygons(self.by_id[target[1:]], turned=False), "Solid" in name
            for child in inner:
                if etree.QName(child).namespace in GML and local(child) in SHAPES:
                    yield (
                        lod,
                        self.polygons(child, turned=False),
                        local(child) in ("Solid", "CompositeSolid", "MultiSolid"),
                    )

    def polygons(self, element: Any, *, turned: bool) -> list[tuple[Any, bool]]:
        name = local(element)
        if name in ("Polygon", "Triangle", "PolygonPatch"):
            return [(element, turned)]
        if name == "OrientableSurface" and element.get("orientation") == "-":
            turned = not turned
        if (target := element.get(HREF)) is not None:
            return self.polygons(self.by_id[target[1:]], turned=turned)
        return [found for child in element for found in self.polygons(child, turned=turned)]


def rings(polygon: Any) -> list[np.ndarray[Any, Any]]:
    return [
        np.array(" ".join(each.text or "" for each in ring).split(), dtype=float).reshape(-1, 3)
        for ring in polygon.iter(*(f"{{{each}}}LinearRing" for each in GML))
    ]


def volume(polygons: list[tuple[Any, bool]]) -> float:
    """By the divergence theorem: a third of the sum of (a corner of the polygon) . (its area vector), by Newell."""
    origin = rings(polygons[0][0])[0][0]
    total = 0.0
    for polygon, turned in polygons:
        corners = [ring - origin for ring in rings(polygon)]
        area = sum(np.cross(ring[:-1], ring[1:]).sum(axis=0) / 2 for ring in corners)
        total += float(corners[0][0] @ area) / 3 * (-1 if turned else 1)
    return total


@pytest.fixture(scope="module")
def everything(shared_data: Path) -> dict[Path, tuple[FileInfo, Batch, Walk]]:
    found = {}
    for path in paths(shared_data):
        assert detect(path).name == "citygml", path
        info, batches = read_here("citygml", path)
        found[path] = (info, all_batches(batches), Walk(path))
    return found


def test_what_is_refused_is_refused_for_its_reason(shared_data: Path) -> None:
    for name, reason in REFUSED.items():
        path = shared_data / "bad-val3dity" / "test_file_format" / name
        assert detect(path).name == "citygml"
        with pytest.raises(FileDamaged, match=reason):
            read_here("citygml", path)


def test_every_thing_is_a_row_of_its_class(everything: dict[Path, tuple[FileInfo, Batch, Walk]]) -> None:
    total = 0
    for path, (info, batch, walk) in everything.items():
        expected = Counter(local(each) for each in walk.things())
        assert Counter(batch.features["@class"].to_list()) == expected, path
        assert info.rows == batch.features.height == expected.total(), path
        keys = Counter(key for each in walk.things() if (key := gml_id(each)) is not None)
        assert not keys - Counter(batch.features["@key"].to_list()), path
        total += expected.total()
    assert total > 2500


def test_every_thing_is_part_of_the_thing_around_it(everything: dict[Path, tuple[FileInfo, Batch, Walk]]) -> None:
    for path, (_, batch, walk) in everything.items():
        things = {id(each): each for each in walk.things()}
        expected: Counter[tuple[str, str | None]] = Counter()
        for each in things.values():
            above = next((found for found in each.iterancestors() if id(found) in things), None)
            expected[local(each), None if above is None else local(above)] += 1
        class_of = dict(batch.features.select("@key", "@class").rows())
        rows = batch.features.select("@class", "@parent").rows()
        assert Counter((kind, class_of[parent] if parent else None) for kind, parent in rows) == expected, path


def test_every_geometry_is_there_by_class_and_lod_with_all_its_polygons(
    everything: dict[Path, tuple[FileInfo, Batch, Walk]],
) -> None:
    total = 0
    for path, (_, batch, walk) in everything.items():
        expected: Counter[tuple[str, str | None, int, bool]] = Counter()
        for thing in walk.things():
            for lod, polygons, is_solid in walk.geometries(thing):
                expected[local(thing), lod, len(polygons), is_solid] += 1
        rows = batch.geometries.join(batch.features.select("@row", "@class"), on="@row")
        assert rows["@problem"].null_count() == rows.height, path
        shapes = shapely.from_wkb(rows["@geometry"].to_numpy())
        counts = np.where(shapely.get_type_id(shapes) == 6, shapely.get_num_geometries(shapes), 0).tolist()
        found = zip(rows["@class"], rows["@lod"], counts, rows["@solid"], strict=True)
        assert Counter(found) == expected, path
        total += sum(number * times for (_, _, number, _), times in expected.items())
    assert total > 10_000


def test_every_coordinate_is_that_of_the_file(everything: dict[Path, tuple[FileInfo, Batch, Walk]]) -> None:
    for path, (info, batch, walk) in everything.items():
        is_north_first = (info.declared_crs or "").endswith("6697")
        expected = [
            ring[:, [1, 0, 2]] if is_north_first else ring
            for thing in walk.things()
            for _, polygons, _ in walk.geometries(thing)
            for polygon, _ in polygons
            for ring in rings(polygon)
        ]
        shapes = shapely.from_wkb(batch.geometries["@geometry"].to_numpy())
        found = shapely.get_coordinates(shapes[shapely.get_type_id(shapes) == 6], include_z=True)
        wanted = np.concatenate(expected) if expected else np.empty((0, 3))
        for axis in range(3):
            assert np.array_equal(np.sort(found[:, axis]), np.sort(wanted[:, axis])), path


def test_volumes_of_solids_are_those_of_the_file(everything: dict[Path, tuple[FileInfo, Batch, Walk]]) -> None:
    compared = 0
    for path, (info, batch, walk) in everything.items():
        expected = [
            volume(polygons) for thing in walk.things() for _, polygons, is_solid in walk.geometries(thing) if is_solid
        ]
        shapes = shapely.from_wkb(batch.geometries.filter("@solid")["@geometry"].to_numpy())
        local_shapes = np.array(
            [shapely.transform(each, lambda all_: all_ - all_[0], include_z=True) for each in shapes]
        )
        found = np.abs(measures.volume(local_shapes)) if len(shapes) else np.empty(0)
        pairs = zip(found, np.abs(expected), strict=True)
        is_degrees = (info.declared_crs or "").endswith("6697") or info.declared_crs == "EPSG:4979"
        for one, other in pairs:
            if np.isfinite(one) and other > (1e-12 if is_degrees else 1e-3):
                assert abs(one - other) <= 0.01 * other, (path, one, other)
                compared += 1
    assert compared > 60


def words_within(value: object) -> Iterator[str]:
    """All single words of a column's value, of JSON texts those that are in them."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from words_within(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words_within(inner)
    elif isinstance(value, str) and value[:1] in "[{":
        try:
            yield from words_within(json.loads(value))
        except json.JSONDecodeError:
            yield value
    elif value is not None:
        yield value if isinstance(value, str) else f"{float(str(value)):.9g}"


def told(text: str) -> str:
    """A text as it is compared: a number by its value."""
    try:
        return f"{float(text):.9g}"
    except ValueError:
        return text


def test_every_word_of_every_thing_is_in_its_row(everything: dict[Path, tuple[FileInfo, Batch, Walk]]) -> None:
    compared = 0
    for path, (_, batch, walk) in everything.items():
        rows = {row["@key"]: row for row in batch.features.to_dicts()}
        kept = list(walk.things())  # so that lxml does not give an id twice
        things = {id(each) for each in kept}
        for thing in kept:
            key = gml_id(thing)
            if key is None:
                continue
            said = Counter(told(word) for word in words_within({k: v for k, v in rows[key].items() if k[0] != "@"}))
            wanted = Counter(told(text) for text in texts_of(thing, things))
            assert not wanted - said, (path, key, wanted - said)
            compared += wanted.total()
    assert compared > 8000


def texts_of(thing: Any, things: set[int]) -> Iterator[str]:
    """The texts of all elements within a thing that are no geometry, no appearance and not of a thing within it."""
    for child in thing:
        if id(child) in things or local(child) in ("Appearance", "Envelope", "Dynamizer", "extent"):
            continue
        is_gml = etree.QName(child).namespace in GML
        if local(child) in SHAPES and is_gml and local(thing) != "pointMember":
            continue
        if local(child)[:3] == "lod" and local(child)[3:4].isdigit() and len(child):
            continue
        text = (child.text or "").strip()
        is_place = is_gml and local(child) in ("pos", "posList")
        is_generic_name = local(child) == "name" and "generics" in (etree.QName(child).namespace or "")
        if text and len(child) == 0 and not is_place and not is_generic_name:
            yield text
        yield from texts_of(child, things)


# ---- the house of Karlsruhe in three formats ----


def fzk(everything: dict[Path, tuple[FileInfo, Batch, Walk]], name: str) -> Batch:
    return next(batch for path, (_, batch, _) in everything.items() if path.name.startswith(name))


def test_the_house_is_the_same_in_every_version(everything: dict[Path, tuple[FileInfo, Batch, Walk]]) -> None:
    old = fzk(everything, "FZK-Haus-LoD-all")
    lod2, lod3 = fzk(everything, "FZK-Haus-LoD2"), fzk(everything, "FZK-Haus-LoD3")
    for batch in (old, lod2, lod3):
        house = batch.features.filter(pl.col("@class") == "Building")
        assert house["storeysAboveGround"].to_list() == [2]
        assert house["roofType"].to_list() == ["1030"]
    rooms = old.features.filter(pl.col("@class") == "Room")
    assert sorted(rooms["name"]) == [f"Room {number}" for number in range(1, 8)]
    assert not {"Room", "BuildingRoom", "Storey"} & {*lod2.features["@class"], *lod3.features["@class"]}
    outside = ["WallSurface", "RoofSurface", "GroundSurface"]
    counts = [Counter(batch.features.filter(pl.col("@class").is_in(outside))["@class"]) for batch in (old, lod2, lod3)]
    assert counts[0] == counts[1] == counts[2] == {"WallSurface": 4, "RoofSurface": 2, "GroundSurface": 1}
    lods = old.geometries.filter(pl.col("@row") == 1)["@lod"]
    assert sorted(lods) == ["0", "0", "1", "2", "3", "4"]


def test_solid_and_surfaces_share_their_meaning(everything: dict[Path, tuple[FileInfo, Batch, Walk]]) -> None:
    solid = fzk(everything, "FZK-Haus-LoD2").geometries.filter("@solid")
    (words,) = solid["@surfaces"].to_list()
    assert Counter(words) == {"WallSurface": 4, "RoofSurface": 2, "GroundSurface": 1}


def test_storeys_point_to_their_rooms(everything: dict[Path, tuple[FileInfo, Batch, Walk]]) -> None:
    features = fzk(everything, "BuildingUnits_Storeys").features
    storeys = features.filter(pl.col("@class") == "Storey")
    assert storeys.height == 2
    assert any("#" in str(value) for row in storeys.to_dicts() for value in row.values())


# ---- places ----


def test_the_museum_of_yokosuka_lies_where_it_is(everything: dict[Path, tuple[FileInfo, Batch, Walk]]) -> None:
    batch = fzk(everything, "52397519_bldg")
    named = batch.features.filter(pl.col("name") == "横須賀美術館")
    shapes = shapely.from_wkb(batch.geometries.join(named, on="@row", how="semi")["@geometry"].to_numpy())
    x, y = shapely.get_coordinates(shapely.centroid(shapes)).mean(axis=0)
    assert abs(x - 139.7393) < 0.003  # Kamoi 4-1, Yokosuka
    assert abs(y - 35.2592) < 0.003


# ---- what breaks off ----


@pytest.mark.parametrize(
    "name",
    [
        "citygml-spec-examples/citygml3/Building/BuildingUnits_Storeys_xlink.gml",
        "de-fzk-haus/FZK-Haus_full_val3dity.gml",
    ],
)
def test_a_file_that_breaks_off_is_damaged_at_a_place(shared_data: Path, tmp_path: Path, name: str) -> None:
    whole = (shared_data / name).read_bytes()
    path = tmp_path / "cut.gml"
    for percent in range(5, 100, 5):
        path.write_bytes(whole[: len(whole) * percent // 100])
        with pytest.raises(FileDamaged, match=r"the XML is broken: .*\(line \d+, column \d+\)\. Get the file again"):
            read_here("citygml", path)


@pytest.mark.soak
@pytest.mark.process
def test_every_real_file_that_breaks_off_is_damaged(shared_data: Path, tmp_path: Path) -> None:
    for original in paths(shared_data):
        whole = original.read_bytes()
        path = tmp_path / f"cut{''.join(original.suffixes[-2:])}"
        for percent in range(5, 100, 5):
            path.write_bytes(whole[: len(whole) * percent // 100])
            with pytest.raises(FileDamaged):
                read_here("citygml", path)


@pytest.mark.process
def test_a_large_file_is_read_in_bounded_memory(shared_data: Path, tmp_path: Path) -> None:
    from tests.bench.citygml import write_large

    source = shared_data / "citygml-spec-examples/citygml4j/lod2_buildings_v3.gml"
    path = tmp_path / "large.gml"
    times = write_large(source, path, 8)
    with read(path, batch_rows=1000) as reading:
        sizes = [batch.features.height for batch in reading.batches]
    assert sum(sizes) == reading.info.rows == 800 * times
    assert max(sizes) <= 1008  # a building with its surfaces more
