"""3D Tiles: batch tables, property tables and features of several levels."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from .gltf_samples import (
    CUBE,
    IDS,
    Gltf,
    batched_houses,
    tile,
    tileset,
    two_houses,
)
from .tiles_samples import HERE, one


@pytest.mark.parametrize("version", ["0.0", "1.0"])
def test_a_batched_model_has_the_attributes_of_its_batch_table(tmp_path: Path, version: str) -> None:
    heights = struct.pack("<2d", 7.5, 9.25)
    table = {
        "id": ["a", "b"],
        "floors": [3, None],
        "tags": [{"x": 1}, []],
        "height": {"byteOffset": 0, "componentType": "DOUBLE", "type": "SCALAR"},
        "colour": {"byteOffset": 0, "componentType": "UNSIGNED_BYTE", "type": "VEC3"},
    }
    (tmp_path / "a.b3dm").write_bytes(batched_houses(table, binary=heights))
    root = {**tile(None, **HERE), "content": {"url" if version == "0.0" else "uri": "a.b3dm"}}
    info, batch = one(tileset(tmp_path, root, asset={"version": version}))
    first, second = batch.features.to_dicts()
    assert (first["@key"], first["floors"], first["tags"], first["height"]) == ("a", 3, '{"x":1}', 7.5)
    assert (second["@key"], second["floors"], second["height"]) == ("b", None, 9.25)
    assert first["colour"] == json.dumps(list(heights[:3])).replace(" ", "")
    assert [len(shapely.from_wkb(each).geoms) for each in batch.geometries["@geometry"]] == [12, 12]
    assert info.format_version == version


def test_a_hierarchy_gives_classes_and_parents(tmp_path: Path) -> None:
    hierarchy = {
        "classes": [
            {"name": "Wall", "length": 2, "instances": {"colour": ["red", "white"]}},
            {"name": "Building", "length": 1, "instances": {"guid": ["B7"], "floors": [3]}},
            {"name": "Block", "length": 1, "instances": {"street": ["Main"]}},
        ],
        "instancesLength": 4,
        "classIds": [0, 0, 1, 2],
        "parentCounts": [1, 2, 1, 0],
        "parentIds": [2, 2, 3, 3],
    }
    table = {"extensions": {"3DTILES_batch_table_hierarchy": hierarchy}}
    (tmp_path / "a.b3dm").write_bytes(batched_houses(table))
    info, batch = one(tileset(tmp_path, tile("a.b3dm", **HERE)))
    assert batch.features.select("@key", "@parent", "@class", "colour", "floors", "street").rows() == [
        ("a.b3dm#0", "B7", "Wall", "red", None, None),
        ("a.b3dm#1", "B7", "Wall", "white", None, None),
        ("B7", "a.b3dm#h3", "Building", None, 3, None),
        ("a.b3dm#h3", None, "Block", None, None, "Main"),
    ]
    assert batch.geometries["@row"].to_list() == [1, 2]
    assert info.unsupported == {"further parents of a feature": 1}


def test_every_kind_of_property_is_read(tmp_path: Path) -> None:
    number = np.array([3, 250], dtype=np.uint8)
    columns: dict[str, Any] = {
        "count": lambda f: ({"type": "SCALAR", "componentType": "UINT8"}, {"values": f.view(number.tobytes())}),
        "share": lambda f: (
            {"type": "SCALAR", "componentType": "UINT8", "normalized": True}, {"values": f.view(bytes([0, 255]))},
        ),
        "height": lambda f: (
            {"type": "SCALAR", "componentType": "INT16", "offset": 10, "scale": 0.5},
            {"values": f.view(struct.pack("<2h", -4, 6))},
        ),
        "big": lambda f: (
            {"type": "SCALAR", "componentType": "INT64"}, {"values": f.view(struct.pack("<2q", -(2**62), 5))},
        ),
        "is_old": lambda f: ({"type": "BOOLEAN"}, {"values": f.view(b"\2")}),
        "use": lambda f: ({"type": "ENUM", "enumType": "Use"}, {"values": f.view(struct.pack("<2H", 2, 1))}),
        "middle": lambda f: (
            {"type": "VEC3", "componentType": "FLOAT32"}, {"values": f.view(struct.pack("<6f", 1, 2, 3, 4, 5, 6))},
        ),
        "pair": lambda f: (
            {"type": "SCALAR", "componentType": "UINT8", "array": True, "count": 2}, {"values": f.view(b"\0\1\2\3")},
        ),
        "uses": lambda f: (
            {"type": "STRING", "array": True},
            {"values": f.view(b"abc"), "stringOffsets": f.view(struct.pack("<4I", 0, 1, 2, 3)),
             "arrayOffsets": f.view(struct.pack("<3I", 0, 2, 3))},
        ),
        "age": lambda f: (
            {"type": "SCALAR", "componentType": "INT8", "noData": -1}, {"values": f.view(struct.pack("<2b", -1, 9))},
        ),
    }  # fmt: skip
    (tmp_path / "a.glb").write_bytes(two_houses(["n", "s"], **columns))
    _, batch = one(tileset(tmp_path, tile("a.glb", **HERE)))
    found = {name: batch.features[name].to_list() for name in columns}
    assert found == {
        "count": [3, 250], "share": [0.0, 1.0], "height": [8.0, 13.0], "big": [-(2**62), 5], "is_old": [False, True],
        "use": ["flat", "shop"], "middle": ["[1.0,2.0,3.0]", "[4.0,5.0,6.0]"], "pair": ["[0,1]", "[2,3]"],
        "uses": ['["a","b"]', '["c"]'], "age": [None, 9],
    }  # fmt: skip


def test_the_older_feature_metadata_is_read_too(tmp_path: Path) -> None:
    file = Gltf()
    use = {"EXT_feature_metadata": {"featureIdAttributes": [
        {"featureTable": "houses", "featureIds": {"attribute": "_FEATURE_ID_0"}}]}}  # fmt: skip
    both = np.concatenate([CUBE, np.add(CUBE, [3, 0, 0])])
    file.node(mesh=file.mesh(both, None, np.repeat([0, 1], 8), extensions=use))
    names = {"bufferView": file.view(b"Ab"), "stringOffsetBufferView": file.view(struct.pack("<3I", 0, 1, 2))}
    sizes = {"bufferView": file.view(struct.pack("<4H", 1, 2, 3, 4))}
    file.json["extensions"] = {"EXT_feature_metadata": {
        "schema": {"classes": {"house": {"properties": {
            "uuid": {"type": "STRING", "semantic": "ID"},
            "size": {"type": "ARRAY", "componentType": "UINT16", "componentCount": 2}}}}},
        "featureTables": {"houses": {"class": "house", "count": 2, "properties": {"uuid": names, "size": sizes}}},
    }}  # fmt: skip
    (tmp_path / "a.glb").write_bytes(file.glb())
    _, batch = one(tileset(tmp_path, tile("a.glb", **HERE)))
    assert batch.features.select("@key", "@class", "uuid", "size").rows() == [
        ("A", "house", "A", "[1,2]"),
        ("b", "house", "b", "[3,4]"),
    ]


def test_triangles_without_a_feature_are_one(tmp_path: Path) -> None:
    file = Gltf()
    ids = np.repeat([0, 1, 7, -1], [8, 8, 8, 8])
    vertices = np.concatenate([np.add(CUBE, [3 * n, 0, 0]) for n in range(4)])
    (both,) = IDS["extensions"]["EXT_mesh_features"]["featureIds"]
    faces = np.arange(32).reshape(-1, 4)[:, :3]
    use = {"EXT_mesh_features": {"featureIds": [{**both, "nullFeatureId": 1}]}}
    file.node(mesh=file.mesh(vertices, faces, ids, extensions=use))
    file.table({"guid": ({"type": "STRING"}, file.strings(["x", "y"]))}, 2)
    (tmp_path / "a.glb").write_bytes(file.glb())
    _, batch = one(tileset(tmp_path, tile("a.glb", **HERE)))
    rows = batch.features.join(batch.geometries, on="@row", how="left").select("@key", "@geometry").rows()
    counts = {key: 0 if wkb is None else len(shapely.from_wkb(wkb).geoms) for key, wkb in rows}
    assert counts == {"x": 2, "y": 0, "a.glb#rest": 4, "a.glb#0+7": 2}


def replacing(tmp_path: Path, coarse: bytes, fine: list[bytes], refine: str = "REPLACE") -> Path:
    (tmp_path / "coarse.glb").write_bytes(coarse)
    for number, content in enumerate(fine):
        (tmp_path / f"fine{number}.glb").write_bytes(content)
    below = [tile(f"fine{number}.glb") for number in range(len(fine))]
    return tileset(tmp_path, tile("coarse.glb", *below, refine=refine, **HERE))


def test_a_feature_of_several_levels_is_one_with_several_geometries(tmp_path: Path) -> None:
    """Two leaves: one has a feature of the coarse tile, the other a further piece of it, and one of its own."""
    path = replacing(tmp_path, two_houses(["a", "b"]), [two_houses(["a", "c"]), two_houses(["d", "a"], 9.0)])
    _, batch = one(path)
    found = batch.features.join(batch.geometries, on="@row").select("@key", "@lod", "@geometry", "@solid")
    parts = [(key, lod, len(shapely.from_wkb(wkb).geoms), solid) for key, lod, wkb, solid in found.rows()]
    assert sorted(parts) == [
        ("a", "tiles-00", 12, True),
        ("a", "tiles-01", 24, True),  # two pieces, each closed
        ("b", None, 12, True),
        ("c", None, 12, True),
        ("d", None, 12, True),
    ]
    assert batch.features["@key"].is_unique().all()


def test_tiles_that_add_are_pieces_of_one_level(tmp_path: Path) -> None:
    _, batch = one(replacing(tmp_path, two_houses(["a", "b"]), [two_houses(["a", "c"], 9.0)], "ADD"))
    found = batch.features.join(batch.geometries, on="@row").select("@key", "@lod", "@geometry")
    parts = {key: (lod, len(shapely.from_wkb(wkb).geoms)) for key, lod, wkb in found.rows()}
    assert parts == {"a": (None, 24), "b": (None, 12), "c": (None, 12)}


def test_numbers_that_each_tile_counts_anew_are_no_ids(tmp_path: Path) -> None:
    def numbered() -> bytes:
        return batched_houses({"id": [0, 1]})

    for name in ("a", "b", "top"):
        (tmp_path / f"{name}.b3dm").write_bytes(numbered())
    info, batch = one(tileset(tmp_path, tile("top.b3dm", tile("a.b3dm"), tile("b.b3dm"), refine="REPLACE", **HERE)))
    assert batch.features["@key"].to_list() == ["a.b3dm#0", "a.b3dm#1", "b.b3dm#0", "b.b3dm#1"]
    assert info.unsupported == {"feature of a coarser level without an id of its own": 2}
    _, alone = one(tileset(tmp_path, tile("a.b3dm", **HERE)))
    assert alone.features["@key"].to_list() == ["0", "1"]
