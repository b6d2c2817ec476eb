"""3D Tiles that are damaged, too large, or no tileset: each is refused or told."""

import json
import math
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.readers import Limits, Problem, ReaderError, UnknownFormat, detect, read

from .gltf_samples import (
    CUBE,
    IDS,
    Gltf,
    b3dm,
    batched_houses,
    cmpt,
    tile,
    tileset,
    two_houses,
)
from .suite import read_here
from .tiles_samples import HERE, one, refusal, sibbe


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"asset": {"version": "2.0"}}, "the 3D Tiles version of tileset.json is 2.0"),
        ({"asset": None}, "version of tileset.json is not said"),
        ({"extensionsRequired": ["MAXAR_grid"]}, "without the extension MAXAR_grid"),
        ({"root": []}, 'has no "root"'),
        ({"root": {"children": [3]}}, "a child that is no object"),
        ({"root": {"content": {}}}, "a content has no uri"),
        ({"root": {"transform": [1, 2]}}, "a transform is not 16 numbers"),
        ({"root": {"implicitTiling": {"subdivisionScheme": "HEX"}}}, "an implicit tiling without"),
        (
            {"root": {"content": {"uri": "a.glb"}, "implicitTiling": {
                "subdivisionScheme": "OCTREE", "availableLevels": 30, "subtreeLevels": 30, "subtrees": {"uri": "s"}}}},
            "its subtrees have up to",
        ),
    ],
)  # fmt: skip
def test_a_tree_that_is_none_is_refused(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    path = tileset(tmp_path, tile("a.glb"))
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    assert said in refusal(path)


@pytest.mark.parametrize(
    ("subtree", "said"),
    [
        (b"nothing", "the JSON of its subtree 0_0_0 is broken"),
        (b"[]", "is no object"),
        (b"{}", "no bits of tileAvailability"),
        (b"subt" + struct.pack("<IQQ", 1, 1 << 60, 5) + b"{}", "is cut off"),
        (b'{"tileAvailability":{"bitstream":0},"bufferViews":[{"buffer":0,"byteLength":1}],'
         b'"buffers":[{"byteLength":1}]}', "beyond its 0 bytes"),
        (b'{"tileAvailability":{"bitstream":0},"bufferViews":[{"buffer":0,"byteLength":1}],'
         b'"buffers":[{"uri":"../bits","byteLength":1}]}', "that is not beside it"),
        (b'{"tileAvailability":{"constant":1},"contentAvailability":[{"constant":1}]}', "no bits of childSubtree"),
    ],
)  # fmt: skip
def test_a_subtree_that_is_none_is_damage(tmp_path: Path, subtree: bytes, said: str) -> None:
    (tmp_path / "0_0_0").write_bytes(subtree)
    tiling = {"subdivisionScheme": "QUADTREE", "availableLevels": 9, "subtreeLevels": 2,
              "subtrees": {"uri": "{level}_{x}_{y}"}}  # fmt: skip
    assert said in refusal(tileset(tmp_path, tile("{level}_{x}_{y}.glb", implicitTiling=tiling, **HERE)))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"id": ["a", "b", "c"]}, "3 values of id for 2 features"),
        ({"id": ["a"]}, "1 values of id for 2 features"),
        ({"h": {"byteOffset": 0, "componentType": "DOUBLE", "type": "SCALAR"}}, "beyond the 8 bytes"),
        ({"h": {"byteOffset": -1, "componentType": "BYTE", "type": "SCALAR"}}, "neither a list nor a place"),
        ({"h": 3}, "neither a list nor a place"),
        ({"HIERARCHY": {"instancesLength": 1, "classes": [], "classIds": [0]}}, "a hierarchy of 1 instances"),
        ({"HIERARCHY": {"instancesLength": 2, "classes": [], "classIds": [0, 9]}}, "of class 0 of 0"),
        ({"HIERARCHY": {"instancesLength": 2, "classes": [], "classIds": [0, 0], "parentIds": [1, 5]}},
         "a parent beyond its 2 instances"),
        ({"HIERARCHY": {"instancesLength": 2, "classIds": [0, 0],
                        "classes": [{"name": "A", "length": 1, "instances": {}}]}}, "more instances of class 0"),
    ],
)  # fmt: skip
def test_a_batch_table_that_does_not_fit_is_damage(tmp_path: Path, table: dict[str, Any], said: str) -> None:
    (tmp_path / "a.b3dm").write_bytes(batched_houses(table, binary=bytes(8)))
    message = refusal(tileset(tmp_path, tile("a.b3dm", **HERE)))
    assert said in message
    assert "(a.b3dm)" in message


@pytest.mark.parametrize("kind", ["b3dm", "glb", "cmpt", "tileset.json", "subtree"])
def test_a_file_cut_off_anywhere_is_an_error_or_told(shared_data: Path, tmp_path: Path, kind: str) -> None:
    """Cut at every twentieth; whatever is still said to be a feature is one of the whole file."""
    whole = {
        "b3dm": batched_houses({"id": ["a", "b"]}),
        "glb": two_houses(["a", "b"]),
        "cmpt": cmpt(batched_houses({"id": ["a", "b"]}), batched_houses({"id": ["c", "d"]})),
    }
    (tmp_path / "a").write_bytes(whole.get(kind, whole["glb"]))
    path = tileset(tmp_path, tile("a", **HERE))
    target = tmp_path / "a" if kind in whole else path
    if kind == "subtree":
        for each in ("tileset.json", "subtrees/0_0_0.subtree", "content/1_1_0.glb"):
            (tmp_path / each).parent.mkdir(exist_ok=True)
            (tmp_path / each).write_bytes((sibbe(shared_data) / each).read_bytes())
        target = tmp_path / "subtrees" / "0_0_0.subtree"
    content = target.read_bytes()
    refused = 0
    for part in range(20):
        target.write_bytes(content[: len(content) * part // 20])
        try:
            info, batches = read_here("tiles", path)
        except ReaderError as error:
            refused += str(tmp_path) in str(error)
        else:  # an empty tile is of no known kind
            assert info.unsupported
            assert not batches or len(batches[0].features) <= 4
    assert refused >= 18


@pytest.mark.parametrize("number", [math.nan, math.inf, 1e38, 3e5])
def test_vertices_that_are_no_place_cost_only_their_feature(tmp_path: Path, number: float) -> None:
    file = Gltf()
    vertices = np.concatenate([CUBE, np.add(CUBE, [3, 0, 0])])
    vertices[9] = number * (1 if abs(number) != 3e5 else 1e9)
    file.node(mesh=file.mesh(vertices, np.arange(16)[:15].reshape(-1, 3), np.repeat([0, 1], 8), **IDS))
    file.table({"guid": ({"type": "STRING"}, file.strings(["x", "y"]))}, 2)
    (tmp_path / "a.glb").write_bytes(file.glb())
    _, batch = one(tileset(tmp_path, tile("a.glb", **HERE)))
    assert batch.geometries["@problem"].to_list() == [None, Problem.BAD_VERTEX]
    assert batch.geometries["@geometry"].is_null().to_list() == [False, True]


def test_a_tile_alone_is_refused_with_the_way(tmp_path: Path) -> None:
    path = tmp_path / "a.b3dm"
    path.write_bytes(batched_houses(None))
    assert detect(path).name == "tiles"
    with pytest.raises(ReaderError, match=r"one tile of a tileset \(b3dm\).* Give the tileset\.json that names it"):
        read(path)


def test_a_tile_of_an_older_gltf_is_refused_by_name(tmp_path: Path) -> None:
    old = struct.pack("<4sIIII", b"glTF", 1, 20, 0, 0)
    (tmp_path / "a.b3dm").write_bytes(b3dm(old, {"BATCH_LENGTH": 0}))
    with pytest.raises(UnknownFormat, match="its GLB version is 1"):
        read_here("tiles", tileset(tmp_path, tile("a.b3dm", **HERE)))


def test_memory_and_time_limits_hold(tmp_path: Path) -> None:
    """A table that claims fifty million features, in a child that may take 200 MiB."""
    file = Gltf()
    file.node(mesh=file.mesh())
    file.table({}, 50_000_000)
    (tmp_path / "a.glb").write_bytes(file.glb())
    path = tileset(tmp_path, tile("a.glb", **HERE))
    with pytest.raises(ReaderError, match="more than the 200 MiB of memory"):
        list(read(path, limits=Limits(memory_bytes=200 * 2**20)).batches)
