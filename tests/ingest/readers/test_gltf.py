"""glTF and GLB alone, held against walks over their bytes and against trimesh."""

import base64
import json
import math
import struct
from pathlib import Path
from typing import Any

import DracoPy
import numpy as np
import pytest
import shapely
import trimesh

from ingest import measures
from ingest.readers import Problem, ReaderError, UnknownFormat, read

from .gltf_samples import CUBE, CUBE_FACES, Gltf, glb
from .mesh_samples import corners, one, shapes
from .suite import ReaderSuite


class TestGlbAlone(ReaderSuite):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "nl-3dtiles-sibbe" / "1.1" / "content" / "1_1_0.glb"

    @pytest.fixture
    def reader_name(self) -> str:
        return "gltf"

    @pytest.fixture
    def expected_rows(self) -> int:
        return 23 + 1  # the rows of its property table and its node, by its JSON

    @pytest.fixture
    def expected_crs(self) -> None:
        return None


def test_nodes_are_features_with_parents_names_and_extras(tmp_path: Path) -> None:
    file = Gltf()
    cube = file.mesh()
    file.json["meshes"][0] |= {"name": "cube", "extras": {"use": "flat", "year": 1951}}
    door = file.node(mesh=cube, name="door", translation=[0, 5, 0], extras={"use": "door"})
    group = file.node(children=[door, 3], scale=[2, 2, 2])
    file.node(mesh=cube, name="house", children=[group], rotation=[0, math.sqrt(0.5), 0, math.sqrt(0.5)])
    file.node(mesh=cube, name="door", extras=7)
    file.json |= {"scenes": [{"nodes": []}, {"nodes": [2]}], "scene": 1, "materials": [{}], "cameras": [{}, {}]}
    path = tmp_path / "model.glb"
    path.write_bytes(file.glb())
    info, batch = one(path)
    assert batch.features.select("@key", "@parent", "name", "mesh", "use", "year", "extras").rows() == [
        ("house", None, "house", "cube", "flat", 1951, None),
        ("door#0", "house", "door", "cube", "door", 1951, None),
        ("door#3", "house", "door", "cube", "flat", 1951, 7),
    ]
    # x, y up, z -> x, -z, y up; the house is turned by a quarter about the axis that is up, the door is moved along it
    boxes = [np.concatenate([corners(each).min(axis=0), corners(each).max(axis=0)]).round(6) for each in shapes(batch)]
    assert np.array(boxes) == pytest.approx(
        np.array([[0, 0, 0, 1, 1, 1], [0, 0, 10, 2, 2, 12], [0, 0, 0, 2, 2, 2]]), abs=1e-6
    )
    assert batch.geometries["@solid"].to_list() == [True, True, True]
    assert info.unsupported == {"materials": 1, "cameras": 2}
    assert (info.format, info.format_version, info.declared_crs) == ("glTF", "2.0", None)


def test_a_scene_is_as_trimesh_has_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    scene = trimesh.Scene()
    for number in range(12):
        turn = trimesh.transformations.random_rotation_matrix(rng.random(3))
        turn[:3, 3] = rng.normal(0, 50, 3)
        parent = f"n{number // 2 - 1}" if number > 2 else None
        mesh = trimesh.creation.icosphere(subdivisions=2, radius=1 + number)
        scene.add_geometry(mesh, node_name=f"n{number}", parent_node_name=parent, transform=turn)
    path = tmp_path / "scene.glb"
    scene.export(path)  # type: ignore[no-untyped-call]  # of trimesh
    _, batch = one(path)
    again = trimesh.load_scene(path, process=False)
    ours = dict(zip(batch.features["@key"], shapes(batch), strict=True))
    assert batch.geometries["@solid"].all()
    assert len(ours) == 12
    for name in again.graph.nodes_geometry:
        matrix, geometry = again.graph[name]
        theirs = again.geometry[geometry].copy().apply_transform(matrix)
        found = corners(ours[name]).reshape(-1, 4, 3)[:, :3].reshape(-1, 3)
        expected = theirs.triangles.reshape(-1, 3)
        assert found == pytest.approx(np.column_stack([expected[:, 0], -expected[:, 2], expected[:, 1]]), abs=1e-3)
        assert measures.volume(np.array([ours[name]]))[0] == pytest.approx(theirs.volume, rel=0.01)


@pytest.mark.parametrize("mode", [5, 6])
def test_strips_and_fans_are_triangles(tmp_path: Path, mode: int) -> None:
    file = Gltf()
    vertices = [[0, 0, 0], [2, 0, 0], [2, 0, -2], [0, 0, -2], [-1, 0, -1]]
    order = [0, 1, 3, 2] if mode == 5 else [0, 1, 2, 3, 4]
    file.node(mesh=file.mesh(vertices, order, mode=mode))
    path = tmp_path / "a.glb"
    path.write_bytes(file.glb())
    (shape,) = shapes(one(path)[1])
    assert shapely.area(shape) == (4 if mode == 5 else 5)
    assert all(shapely.is_ccw(part.exterior) for part in shape.geoms)


def test_other_ways_to_keep_numbers_are_read(tmp_path: Path) -> None:
    """Quantized and sparse positions, buffers beside the file and within it; points are counted."""
    file = Gltf()
    quantized = (CUBE * 127).astype(np.int8)
    file.json["meshes"].append({"primitives": [
        {"attributes": {"POSITION": file.accessor(quantized, normalized=True)}, "mode": 0},
        {"attributes": {"POSITION": file.accessor(quantized, normalized=True)},
         "indices": file.accessor(CUBE_FACES.reshape(-1))},
    ]})  # fmt: skip
    file.node(mesh=0)
    where, what = file.view(struct.pack("<H", 6)), file.view(struct.pack("<3f", 9, 9, 9))
    sparse = {"count": 1, "indices": {"bufferView": where, "componentType": 5123}, "values": {"bufferView": what}}
    file.node(mesh=file.mesh())
    file.json["accessors"][file.json["meshes"][1]["primitives"][0]["attributes"]["POSITION"]]["sparse"] = sparse
    file.json["extensionsRequired"] = ["KHR_mesh_quantization", "KHR_materials_unlit"]
    (tmp_path / "a b.bin").write_bytes(file.binary)
    for uri in ("a%20b.bin", "data:application/octet-stream;base64," + base64.b64encode(file.binary).decode()):
        path = tmp_path / "model.gltf"
        path.write_text(json.dumps(file.json | {"buffers": [{"byteLength": len(file.binary), "uri": uri}]}))
        info, batch = one(path)
        first, second = shapes(batch)
        assert corners(first).max(axis=0).tolist() == [1, 0, 1]
        assert corners(second).max(axis=0).tolist() == [9, 0, 9]
        assert info.unsupported == {"mesh of points": 1}


def test_draco_is_unpacked(tmp_path: Path) -> None:
    sphere = trimesh.creation.icosphere(subdivisions=3, radius=10)
    ids = (sphere.vertices[:, 2] > 0).astype(np.uint8)[:, None]
    packed = DracoPy.encode(sphere.vertices.astype(np.float32), sphere.faces, quantization_bits=20,
                            generic_attributes={7: ids})  # fmt: skip
    unpacked = DracoPy.decode(packed)
    position = next(each["unique_id"] for each in unpacked.data_struct["attributes"] if each["attribute_type"] == 0)
    file = Gltf()
    view = file.view(packed)
    for kind in ("VEC3", "SCALAR"):
        file.json["accessors"].append({"componentType": 5126, "count": 642, "type": kind})
    extensions = {
        "KHR_draco_mesh_compression": {"bufferView": view, "attributes": {"POSITION": position, "_FEATURE_ID_0": 7}},
        "EXT_mesh_features": {"featureIds": [{"featureCount": 2, "attribute": 0}]},
    }
    attributes = {"POSITION": 0, "_FEATURE_ID_0": 1}
    file.json["meshes"] = [{"primitives": [{"attributes": attributes, "extensions": extensions}]}]
    file.json["extensionsRequired"] = ["KHR_draco_mesh_compression"]
    file.node(mesh=0, name="ball")
    path = tmp_path / "a.glb"
    path.write_bytes(file.glb())
    _, batch = one(path)
    assert batch.features.select("@key", "@parent").rows() == [("ball", None), ("0-0", "ball"), ("0-1", "ball")]
    both = shapely.multipolygons([part for shape in shapes(batch) for part in shape.geoms])
    assert len(both.geoms) == len(sphere.faces)
    assert measures.volume(np.array([both]))[0] == pytest.approx(sphere.volume, rel=1e-3)


@pytest.mark.parametrize("extension", ["EXT_meshopt_compression", "KHR_meshopt_compression", "VENDOR_secret"])
def test_what_can_not_be_read_without_an_extension_is_refused_by_its_name(tmp_path: Path, extension: str) -> None:
    file = Gltf()
    file.node(mesh=file.mesh())
    file.json["extensionsRequired"] = [extension]
    path = tmp_path / "a.glb"
    path.write_bytes(file.glb())
    with pytest.raises(UnknownFormat, match=f"without the extension {extension}"):
        read(path)


def changed(tmp_path: Path, change: Any) -> Path:
    file = Gltf()
    file.node(mesh=file.mesh())
    file.json["buffers"] = [{"byteLength": len(file.binary)}]
    exec(change, {"g": file.json})  # noqa: S102 - the change is a literal of this file
    path = tmp_path / "a.glb"
    path.write_bytes(glb(file.json, file.binary))
    return path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("g['nodes'][0]['mesh'] = 5", r"meshes\[5\], and has 1 meshes"),
        ("g['nodes'][0]['mesh'] = -1", r"meshes\[-1\]"),
        ("g['nodes'][0]['mesh'] = 'x'", r"meshes\['x'\]"),
        ("g['nodes'][0]['children'] = [0]", "is its own ancestor"),
        ("g['nodes'] = [{'children': [1]}, {'children': [0]}]; g['scenes'] = [{'nodes': [0]}]", "its own ancestor"),
        ("g['nodes'][0]['children'] = [77]", r"nodes\[77\]"),
        ("g['nodes'][0]['matrix'] = [1, 2]", "no matrix, translation, rotation or scale"),
        ("g['nodes'][0]['rotation'] = 'up'", "no matrix, translation, rotation or scale"),
        ("g['scenes'] = [{'nodes': [0]}]; g['scene'] = 4", r"scenes\[4\]"),
        ("g['meshes'][0]['primitives'] = [3]", "a primitive 0 that is no object"),
        ("g['meshes'][0]['primitives'][0]['indices'] = 9", r"accessors\[9\], and has 2"),
        ("g['accessors'][0]['type'] = 'VEC9'", "no known componentType, type or count"),
        ("g['accessors'][0]['componentType'] = [5126]", "no known componentType, type or count"),
        ("g['accessors'][0]['count'] = -1", "no known componentType, type or count"),
        ("g['accessors'][0]['count'] = 4_000_000_000", r"accessors\[0\] reaches beyond its buffer view of 96 bytes"),
        ("g['accessors'][0]['byteOffset'] = 4", "reaches beyond its buffer view"),
        ("g['accessors'][0]['byteOffset'] = -96", "reaches beyond its buffer view"),
        ("del g['accessors'][0]['bufferView']; g['accessors'][0]['count'] = 10**10", "has no bytes for its"),
        ("g['accessors'][0]['sparse'] = {'count': 3}", "a sparse part without indices"),
        ("g['bufferViews'][0]['byteLength'] = 10**12", r"bufferViews\[0\] is 1000000000000 bytes from 0 on"),
        ("g['bufferViews'][0]['byteOffset'] = 200", r"bufferViews\[0\] is 96 bytes from 200 on"),
        ("g['bufferViews'][0]['byteOffset'] = -8", r"bufferViews\[0\] is 96 bytes from -8 on"),
        ("g['bufferViews'][0]['byteStride'] = 10**9", "reaches beyond its buffer view"),
        ("g['bufferViews'][0]['byteStride'] = 1", "reaches beyond its buffer view"),
        ("g['bufferViews'][0]['buffer'] = 3", r"buffers\[3\]"),
        ("g['buffers'][0]['byteLength'] = 10**6", r"buffers\[0\] has 168 bytes and says 1000000"),
        ("g['buffers'][0]['uri'] = 'data:;base64,@@@'", "is no base64"),
        ("g['buffers'][0]['uri'] = 'data:text/plain,abc'", "is not in base64"),
        ("g['buffers'][0]['uri'] = '../../../etc/passwd'", "is a file outside of its folder"),
        ("g['buffers'][0]['uri'] = 'http://localhost/a.bin'", "elsewhere than beside it"),
        ("g['buffers'][0]['uri'] = 'gone.bin'", "'gone.bin' is not there"),
        ("g['asset']['version'] = '1.0'", "its glTF version is 1.0"),
        ("g['meshes'][0]['primitives'][0]['extensions'] = {'EXT_mesh_features': {'featureIds': [{'attribute': 4}]}}",
         "no attribute _FEATURE_ID_4"),
        ("g['meshes'][0]['primitives'][0]['extensions'] = {'KHR_draco_mesh_compression': {'bufferView': 0}}",
         "its Draco content does not begin as such"),
        ("g['extensions'] = {'EXT_structural_metadata': {'propertyTables': [{'count': -3}]}}", "has no count of rows"),
    ],
)  # fmt: skip
def test_what_points_nowhere_is_damage_that_says_what(tmp_path: Path, change: str, said: str) -> None:
    with pytest.raises(ReaderError, match=said):
        one(changed(tmp_path, change))


@pytest.mark.parametrize(
    ("vertices", "problem"),
    [([math.nan] * 3, Problem.BAD_VERTEX), ([math.inf] * 3, Problem.BAD_VERTEX), ([1e38] * 3, Problem.BAD_VERTEX)],
)
def test_vertices_that_are_no_place_are_a_problem(tmp_path: Path, vertices: list[float], problem: str) -> None:
    file = Gltf()
    bad = CUBE.copy()
    bad[0] = vertices
    file.node(mesh=file.mesh(bad))
    file.node(mesh=file.mesh())
    file.node(mesh=file.mesh(CUBE, [[0, 1, 8]]))
    file.node(mesh=file.mesh(), scale=[1e308, 1e308, 1e308])
    path = tmp_path / "a.glb"
    path.write_bytes(file.glb())
    found = one(path)[1].geometries["@problem"].to_list()
    assert found == [problem, None, Problem.BAD_INDEX, Problem.BAD_VERTEX]


def test_deep_chains_of_nodes_are_walked(tmp_path: Path) -> None:
    file = Gltf()
    mesh = file.mesh()
    for number in range(20_000):
        file.node(**({"children": [number + 1]} if number < 19_999 else {"mesh": mesh}))
    path = tmp_path / "a.glb"
    path.write_bytes(file.glb())
    assert one(path)[1].geometries["@solid"].to_list() == [True]
