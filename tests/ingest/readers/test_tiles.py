"""3D Tiles: every content, metadata and tree that is read, features found once, and what hostile ones come to."""

import gzip
import json
import struct
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely
import trimesh
from sqlalchemy import select

from ingest import measures
from ingest.datum import Operation
from ingest.geometry import ledger_geometries
from ingest.pipeline import Options, ingest_files
from ingest.readers import FileDamaged, ReaderError, detect, read
from ingest.repair import unrepaired
from ingest.summary import FileSummary
from ingest.unpack import files_of, unpacked
from kg.ledger import tables as t
from kg.workspace import create_workspace, open_workspace
from ontology import compile_schema, packaged_texts
from tests.workspaces import allow

from .gltf_samples import (
    CUBE,
    Gltf,
    batched_houses,
    cmpt,
    glb,
    place_on_earth,
    tile,
    tileset,
    two_houses,
)
from .suite import ReaderSuite
from .tiles_samples import HERE, TO_EARTH, earth, local, one, refusal, sibbe


def walk(path: Path) -> tuple[list[str], dict[int, list[Any]], dict[str, Any]]:
    """Names by table row, and the triangles of each feature id, of a GLB of Sibbe: by struct and json alone."""
    content = path.read_bytes()
    (length,) = struct.unpack("<I", content[12:16])
    document, binary = json.loads(content[20 : 20 + length]), content[28 + length :]
    views, accessors = document["bufferViews"], document["accessors"]
    (properties,) = document["extensions"]["EXT_structural_metadata"]["propertyTables"]
    column = properties["properties"]["identificatie"]

    def view(n: int) -> bytes:
        start = views[n].get("byteOffset", 0)
        return binary[start : start + views[n]["byteLength"]]

    ends = struct.unpack(f"<{properties['count'] + 1}I", view(column["stringOffsets"]))
    text = view(column["values"])
    names = [text[a:b].decode() for a, b in pairwise(ends)]
    (primitive,) = document["meshes"][0]["primitives"]
    stride = views[0]["byteStride"]
    shared = view(0)
    vertices = [struct.unpack_from("<3f", shared, stride * n) for n in range(accessors[0]["count"])]
    ids = [int(struct.unpack_from("<f", shared, stride * n + 24)[0]) for n in range(accessors[0]["count"])]
    order = struct.unpack(f"<{accessors[3]['count']}H", view(accessors[3]["bufferView"])[: 2 * accessors[3]["count"]])
    assert primitive["indices"] == 3
    triangles = defaultdict(list)
    for place in range(0, len(order), 3):
        triangles[ids[order[place]]].append([vertices[n] for n in order[place : place + 3]])
    return names, triangles, document


class TestSibbe(ReaderSuite):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return sibbe(shared_data) / "tileset.json"

    @pytest.fixture
    def reader_name(self) -> str:
        return "tiles"

    @pytest.fixture
    def expected_rows(self, shared_data: Path) -> int:
        return sum(len(walk(each)[0]) for each in (sibbe(shared_data) / "content").glob("*.glb"))

    @pytest.fixture
    def expected_crs(self) -> str:
        return "EPSG:4979"


def test_sibbe_has_the_names_triangles_and_places_that_its_bytes_say(shared_data: Path) -> None:
    info, batch = one(sibbe(shared_data) / "tileset.json")
    shapes = dict(batch.features.join(batch.geometries, on="@row").select("identificatie", "@geometry").iter_rows())
    solid = dict(batch.features.join(batch.geometries, on="@row").select("identificatie", "@solid").iter_rows())
    offset = np.array([4014743.25, 411334.96875, 4922395.0])  # the root's transform in tileset.json
    seen, closed = 0, 0
    for path in sorted((sibbe(shared_data) / "content").glob("*.glb")):
        names, triangles, _ = walk(path)
        for number, name in enumerate(names):
            theirs = np.array(triangles[number], dtype=np.float64)
            corners = shapely.get_coordinates(shapely.from_wkb(shapes[name]), include_z=True).reshape(-1, 4, 3)[:, :3]
            ours = np.stack(TO_EARTH.transform(*corners.reshape(-1, 3).T), axis=1) - offset
            assert ours == pytest.approx(theirs.reshape(-1, 3), abs=1e-5), name  # metres
            peer = trimesh.Trimesh(*np.unique(theirs.reshape(-1, 3), axis=0, return_inverse=True), process=False)
            peer = trimesh.Trimesh(peer.vertices, peer.faces.reshape(-1, 3), process=False)
            assert solid[name] == (peer.is_watertight and peer.is_winding_consistent), name
            closed += peer.is_watertight
            seen += 1
    assert (seen, info.rows) == (414, 414)
    assert closed > 100
    bounds = shapely.total_bounds(shapely.from_wkb(batch.geometries["@geometry"].to_list()))
    assert 5.82 < bounds[0] < bounds[2] < 5.88  # Sibbe, by the region of its root
    assert 50.82 < bounds[1] < bounds[3] < 50.86
    assert info.unsupported == {"content that is not there": 3, "materials": 3}
    assert "partial delivery" in info.warnings[0]


def test_volumes_of_sibbe_are_those_of_trimesh(shared_data: Path) -> None:
    _, batch = one(sibbe(shared_data) / "tileset.json")
    rows = batch.geometries.filter("@solid").join(batch.features.select("@row", "identificatie"), on="@row")
    theirs = {}
    for path in (sibbe(shared_data) / "content").glob("*.glb"):
        names, triangles, _ = walk(path)
        for number, faces in triangles.items():
            corners = np.array(faces, dtype=np.float64).reshape(-1, 3)
            theirs[names[number]] = trimesh.Trimesh(corners, np.arange(len(corners)).reshape(-1, 3)).volume
    keep = Operation("EPSG:4979", "EPSG:4979", "none", 0.0, is_ballpark=False, steps=())
    stored = ledger_geometries(unrepaired(rows), "EPSG:4979", keep)
    expected = np.array([theirs[name] for name in rows["identificatie"]])
    assert len(stored) == len(rows) > 100
    assert stored["volume"].to_numpy() == pytest.approx(expected, rel=0.01)
    in_earth = [shapely.transform(each, lambda at: np.stack(TO_EARTH.transform(*at.T), axis=1), include_z=True)
                for each in shapely.from_wkb(rows["@geometry"].to_list())]  # fmt: skip
    assert measures.volume(np.array(in_earth)) == pytest.approx(expected, rel=1e-4)


def test_a_glb_stands_upright_where_its_tile_is(tmp_path: Path) -> None:
    (tmp_path / "a.glb").write_bytes(two_houses(["north", "south"]))
    info, batch = one(tileset(tmp_path, tile("a.glb", **HERE)))
    assert batch.features.select("@key", "@class", "GUID").rows() == [
        ("north", "house", "north"),
        ("south", "house", "south"),
    ]
    assert np.unique(local(batch).reshape(-1, 3).round(6), axis=0).tolist() == sorted(CUBE.astype(float).tolist())
    assert batch.geometries["@solid"].to_list() == [True, True]
    shape = shapely.from_wkb(batch.geometries["@geometry"][0])
    _, _, heights = shapely.get_coordinates(shape, include_z=True).T
    assert (heights.min(), heights.max()) == pytest.approx((100.0, 101.0), abs=1e-4)
    assert info.declared_crs == "EPSG:4979"


def test_coordinates_relative_to_a_centre_are_moved_there(tmp_path: Path) -> None:
    at = np.array(place_on_earth()[12:15])
    (tmp_path / "rtc.b3dm").write_bytes(batched_houses({"id": ["a", "b"]}, {"RTC_CENTER": at.tolist()}))
    cesium = Gltf()
    cesium.node(mesh=cesium.mesh(np.column_stack([CUBE[:, 0], CUBE[:, 2], -CUBE[:, 1]])))
    cesium.json["extensions"] = {"CESIUM_RTC": {"center": at.tolist()}}
    (tmp_path / "cesium.glb").write_bytes(cesium.glb())
    _, batch = one(tileset(tmp_path, tile(None, tile("rtc.b3dm"), tile("cesium.glb"))))
    for place in (0, 2):
        assert (earth(batch, place) - at).reshape(-1, 3).min(axis=0) == pytest.approx([0, 0, 0], abs=1e-5)
        assert (earth(batch, place) - at).reshape(-1, 3).max(axis=0) == pytest.approx([1, 1, 1], abs=1e-5)


def test_z_stays_up_where_the_tileset_says_so(tmp_path: Path) -> None:
    file = Gltf()
    file.node(mesh=file.mesh(CUBE * [1, 2, 5]))
    (tmp_path / "a.glb").write_bytes(file.glb())
    for axis, top in ((None, [1, 0, 2]), ("Y", [1, 0, 2]), ("Z", [1, 2, 5])):
        asset = {"version": "1.0", **({"gltfUpAxis": axis} if axis else {})}
        _, batch = one(tileset(tmp_path, tile("a.glb", **HERE), asset=asset))
        assert local(batch).reshape(-1, 3).max(axis=0) == pytest.approx(top, abs=1e-5)


def test_a_composite_tile_is_its_parts(tmp_path: Path) -> None:
    points = struct.pack("<4s6I", b"pnts", 1, 28 + 24, 24, 0, 0, 0) + b'{"POINTS_LENGTH":7}     '
    trees = struct.pack("<4s7I", b"i3dm", 1, 32 + 24, 24, 0, 0, 0, 1) + b'{"INSTANCES_LENGTH":5}  '
    inner = cmpt(batched_houses({"id": ["a", "b"]}), points)
    (tmp_path / "a.cmpt").write_bytes(cmpt(inner, trees, batched_houses(None), struct.pack("<4s3I", b"vctr", 1, 16, 0)))
    info, batch = one(tileset(tmp_path, tile("a.cmpt", **HERE)))
    assert batch.features["@key"].to_list() == ["a", "b", "a.cmpt#2/0", "a.cmpt#2/1"]
    assert info.unsupported == {
        "points of pnts": 7,
        "instances of i3dm": 5,
        "tile of an unknown kind 'vctr'": 1,
    }


def test_external_tilesets_are_walked_at_their_place(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.glb").write_bytes(two_houses(["a", "b"]))
    shift = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 8, 1]
    tileset(tmp_path / "deep", tile("a.glb", transform=shift), "part.json")
    _, batch = one(tileset(tmp_path, tile("deep/part.json", **HERE)))
    assert batch.features["@key"].to_list() == ["a", "b"]
    assert local(batch).reshape(-1, 3).min(axis=0) == pytest.approx([0, 0, 8], abs=1e-5)


@pytest.mark.parametrize("older", [True, False])
def test_an_octree_is_found_by_its_bits(tmp_path: Path, older: bool) -> None:
    for name in ("0_0_0_0", "1_1_0_1"):
        (tmp_path / f"{name}.glb").write_bytes(two_houses([f"{name}a", f"{name}b"]))
    bits = bytes([0b1000001, 0])  # the root, and of its children that at x 1, y 0, z 1 (the sixth in Morton order)
    availability: Any = {"bufferView": 0} if older else {"bitstream": 0}
    subtree = {
        "buffers": [{"uri": "bits.bin", "byteLength": 2}],
        "bufferViews": [{"buffer": 0, "byteLength": 2}],
        "tileAvailability": availability,
        "contentAvailability": availability if older else [availability],
        "childSubtreeAvailability": {"constant": 0},
    }
    (tmp_path / "0_0_0_0.json").write_text(json.dumps(subtree))
    (tmp_path / "bits.bin").write_bytes(bits)
    tiling = {
        "subdivisionScheme": "OCTREE", "subtreeLevels": 2, "subtrees": {"uri": "{level}_{x}_{y}_{z}.json"},
        **({"maximumLevel": 1} if older else {"availableLevels": 2}),
    }  # fmt: skip
    said = {"extensions": {"3DTILES_implicit_tiling": tiling}} if older else {"implicitTiling": tiling}
    path = tileset(tmp_path, tile("{level}_{x}_{y}_{z}.glb", refine="ADD", **said, **HERE))
    assert one(path)[1].features["@key"].to_list() == ["0_0_0_0a", "0_0_0_0b", "1_1_0_1a", "1_1_0_1b"]


def test_a_tileset_off_the_earth_keeps_its_coordinates(tmp_path: Path) -> None:
    (tmp_path / "a.glb").write_bytes(two_houses(["a", "b"]))
    info, batch = one(tileset(tmp_path, {**tile("a.glb"), "boundingVolume": {"sphere": [0, 0, 0, 9]}}))
    assert info.declared_crs is None
    assert "does not lie on the earth" in info.warnings[0]
    assert shapely.from_wkb(batch.geometries["@geometry"][0]).bounds == (0, 0, 1, 1)


def test_what_may_not_be_followed_is_counted(tmp_path: Path) -> None:
    outside = tmp_path / "secret.glb"
    outside.write_bytes(two_houses(["secret", "more"]))
    town = tmp_path / "town"
    town.mkdir()
    (town / "a.glb").write_bytes(two_houses(["a", "b"]))
    (town / "stray.glb").write_bytes(two_houses(["c", "d"]))
    (town / "link.glb").symlink_to(outside)
    uris = [
        "a.glb", "../secret.glb", "%2e%2e/secret.glb", "..\\secret.glb", str(outside), outside.as_uri(), "link.glb",
        "http://localhost/a.glb", "//localhost/a.glb", "C:/a.glb", "gone.glb", "x" * 5000, "a\0.glb", "",
    ]  # fmt: skip
    info, batch = one(tileset(town, tile(None, *map(tile, uris), **HERE)))
    assert batch.features["@key"].to_list() == ["a", "b"]
    assert sum(info.unsupported.values()) == len(uris) - 1 + 2
    assert info.unsupported["content in a file outside of its folder"] == 5
    assert info.unsupported["content in a file elsewhere than beside it (URI with a scheme)"] == 4
    assert info.unsupported["tile in the folder that the tileset does not name"] == 2  # the link is one


def test_tilesets_that_name_each_other_end(tmp_path: Path) -> None:
    (tmp_path / "a.glb").write_bytes(two_houses(["a", "b"]))
    tileset(tmp_path, tile(None, tile("tileset.json"), tile("other.json"), tile("a.glb")), "other.json")
    info, batch = one(tileset(tmp_path, tile("other.json", **HERE)))
    assert (batch.features.height, info.unsupported) == (2, {"external tileset that was named before": 2})


def test_a_chain_of_a_thousand_tilesets_is_walked(tmp_path: Path) -> None:
    (tmp_path / "a.glb").write_bytes(two_houses(["a", "b"]))
    for number in range(1000):
        tileset(tmp_path, tile(f"{number + 1}.json" if number < 999 else "a.glb"), f"{number}.json")
    assert one(tileset(tmp_path, tile("0.json", **HERE)))[1].features["@key"].to_list() == ["a", "b"]


@pytest.mark.parametrize("levels", [400, 1000, 100_000])
def test_tiles_within_tiles_end(tmp_path: Path, levels: int) -> None:
    (tmp_path / "a.glb").write_bytes(two_houses(["a", "b"]))
    path = tmp_path / "tileset.json"
    root = '{"geometricError":1,"boundingVolume":{"region":[0,0,0,0,0,0]},"children":[' * levels
    end = '{"geometricError":0,"content":{"uri":"a.glb"}}' + "]}" * levels
    path.write_text('{"asset":{"version":"1.0"},"geometricError":1,"root":' + root + end + "}")
    if levels < 500:
        with read(path) as reading:
            assert sum(batch.features.height for batch in reading.batches) == 2
    else:
        with pytest.raises(
            FileDamaged, match=r"the JSON of tileset\.json is broken: (?:depth|recursion) limit exceeded"
        ):
            read(path)


def test_a_folder_is_taken_by_its_tileset_alone(shared_data: Path, tmp_path: Path) -> None:
    town = tmp_path / "town"
    (town / "deep").mkdir(parents=True)
    for name in ("deep/a.glb", "deep/b.b3dm", "bits.bin"):
        (town / name).write_bytes(b"glTF")
    tileset(town, tile("deep/tileset.json"))
    tileset(town / "deep", tile("a.glb"))
    tileset(town / "deep", tile("a.glb"), "other.json")
    (town / "deep" / "roads.geojson").write_text("{}")
    (town / "deep" / "model.json").write_text('{"type": "CityJSON"}')
    (tmp_path / "alone.glb").write_bytes(glb({}))
    with unpacked([tmp_path]) as found:
        names = [
            Path(each.name).relative_to(tmp_path).as_posix() for each in found if not isinstance(each, ReaderError)
        ]
    assert names == ["alone.glb", "town/deep/model.json", "town/deep/roads.geojson", "town/tileset.json"]
    belonging = [path.relative_to(town).as_posix() for path in files_of(town / "tileset.json")]
    assert belonging == [
        "tileset.json", "bits.bin", "deep/a.glb", "deep/b.b3dm", "deep/other.json", "deep/tileset.json",
    ]  # fmt: skip
    assert files_of(tmp_path / "alone.glb") == [tmp_path / "alone.glb"]


def test_the_sibbe_columns_choose_their_mapping(shared_data: Path) -> None:
    _, batch = one(sibbe(shared_data) / "tileset.json")
    assert batch.features["identificatie"].str.contains(r"^NL\.IMBAG\.Pand\.\d{16}$").all()
    assert pl.Series(batch.features["@key"]).equals(batch.features["identificatie"].alias("@key"))


@pytest.mark.process
def test_a_tileset_is_one_delivery_and_known_by_its_tiles(shared_data: Path, tmp_path: Path) -> None:
    """What was left out is told; a tile that changed makes another delivery of the same tileset.json."""
    workspace = open_workspace(allow(create_workspace(tmp_path / "w").directory, "EPSG:4979"))
    ledger, schema = workspace.ledger(), compile_schema(packaged_texts())
    town = tmp_path / "town"
    town.mkdir()
    for number in range(2):
        (town / f"{number}.glb").write_bytes(two_houses([f"h{number}", f"k{number}"]))
    tileset(town, tile(None, tile("0.glb"), tile("1.glb"), tile("gone.glb"), **HERE))

    def taken() -> list[FileSummary]:
        return ingest_files(workspace, ledger, schema, [town], Options())

    (first,) = taken()
    assert (first.mapping, first.rows, first.taken, first.error) == ("tiles.yml", 4, 4, None)
    assert "1 x content that is not there is not supported and was left out" in first.warnings
    assert [(one.changed, one.unchanged) for one in taken()] == [(0, 4)]
    (town / "1.glb").write_bytes(two_houses(["h1", "k1"], 5.0))
    assert [(one.changed, one.unchanged) for one in taken()] == [(2, 2)]
    with ledger.reading() as view:
        volumes = view.read(select(t.geometry.c.volume))["volume"].to_list()
    assert volumes == pytest.approx([1.0] * len(volumes), rel=0.01)


def test_packed_tiles_and_tilesets_are_unpacked(tmp_path: Path) -> None:
    (tmp_path / "a.b3dm").write_bytes(gzip.compress(batched_houses({"id": ["a", "b"]})))
    path = tileset(tmp_path, tile("a.b3dm", **HERE))
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert detect(path).name == "tiles"
    assert one(path)[1].features["@key"].to_list() == ["a", "b"]
    (tmp_path / "a.b3dm").write_bytes(gzip.compress(bytes(10_000))[:-9])
    assert "the gzip packing is broken" in refusal(path)
