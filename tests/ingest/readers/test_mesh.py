"""glTF alone, OBJ, PLY, STL and OFF: as another way of reading has them; hostile ones end in words."""

import base64
import gzip
import json
import math
import re
import struct
from collections import Counter
from pathlib import Path
from typing import Any

import DracoPy
import numpy as np
import pytest
import shapely
import trimesh

from ingest import measures
from ingest.readers import (
    Batch,
    FileDamaged,
    FileInfo,
    Limits,
    Problem,
    ReaderError,
    UnknownFormat,
    detect,
    get_reader,
    read,
)

from .gltf_samples import CUBE, CUBE_FACES, Gltf, glb, two_houses
from .suite import ReaderSuite, all_batches, read_here

STL = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


def one(path: Path) -> tuple[FileInfo, Batch]:
    info, batches = read_here(detect(path).name, path)
    return info, all_batches(batches)


def shapes(batch: Batch) -> list[Any]:
    return list(shapely.from_wkb(batch.geometries["@geometry"].to_list()))


def corners(shape: Any) -> Any:
    return shapely.get_coordinates(shape, include_z=True)


def binary_stl(triangles: Any, count: int | None = None, header: bytes = b"made for a test") -> bytes:
    records = np.zeros(len(triangles), dtype=STL)
    records["corners"] = triangles
    return header.ljust(80, b"\0") + struct.pack("<I", len(triangles) if count is None else count) + records.tobytes()


def text_stl(name: str, triangles: Any) -> str:
    lines = [f"solid {name}"]
    for triangle in np.asarray(triangles).tolist():
        lines += ["facet normal 0 0 0", " outer loop", *(f"  vertex {x} {y} {z}" for x, y, z in triangle)]
        lines += [" endloop", "endfacet"]
    return "\n".join([*lines, f"endsolid {name}", ""])


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


class TestObjOfDelft(ReaderSuite):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "nl-delft-bgt" / "3dfier_lod1.obj"

    @pytest.fixture
    def reader_name(self) -> str:
        return "mesh"

    @pytest.fixture
    def expected_rows(self, path: Path) -> int:
        return len(re.findall(r"(?m)^o ", path.read_text()))

    @pytest.fixture
    def expected_crs(self) -> None:
        return None


class TestStl(ReaderSuite):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "solids.stl"
        solids = [text_stl(f"s{n}", (CUBE + np.float32(n))[CUBE_FACES]) for n in range(45)]
        path.write_text("".join(solids))
        return path

    @pytest.fixture
    def reader_name(self) -> str:
        return "mesh"

    @pytest.fixture
    def expected_rows(self) -> int:
        return 45

    @pytest.fixture
    def expected_crs(self) -> None:
        return None


def test_every_object_of_delft_is_as_its_lines_say(shared_data: Path) -> None:
    path = shared_data / "nl-delft-bgt" / "3dfier_lod1.obj"
    info, batch = one(path)
    vertices: list[list[float]] = []
    faces: dict[str, list[list[list[float]]]] = {}
    materials: dict[str, list[str]] = {}
    name, material = "", ""
    for line in path.read_text().splitlines():
        word, *rest = line.split() or [""]
        if word == "v":
            vertices.append([float(each) for each in rest])
        elif word == "o":
            name = rest[0]
            faces[name], materials[name] = [], []
        elif word == "usemtl":
            material = rest[0]
        elif word == "f":
            faces[name].append([vertices[int(each) - 1] for each in rest])
            if material not in materials[name]:
                materials[name].append(material)
    ours = dict(zip(batch.features["@key"], shapes(batch), strict=True))
    assert list(ours) == list(faces)
    for key, of_key in faces.items():
        assert corners(ours[key]).reshape(-1, 4, 3)[:, :3].tolist() == of_key
    said = [one if len(one) > 1 else one[0] for one in materials.values()]
    assert batch.features["material"].to_list() == [
        each if isinstance(each, str) else json.dumps(each, separators=(",", ":")) for each in said
    ]
    assert info.unsupported == {"material libraries": 1, "materials": 14}


def test_every_mesh_of_the_val3dity_suite_is_read_or_refused_for_a_reason(shared_data: Path) -> None:
    folder = shared_data / "bad-val3dity"
    seen: Counter[str] = Counter()
    for path in sorted(each for kind in ("obj", "off", "ply", "poly") for each in folder.rglob(f"*.{kind}")):
        if not path.stat().st_size:
            with pytest.raises(UnknownFormat, match="it is empty"):
                detect(path)
            seen["empty"] += 1
        elif path.suffix == ".poly":
            with pytest.raises(ReaderError, match=r"POLY format of TetGen is not read\. Convert it to OFF"):
                one(path)
            seen["poly"] += 1
        else:
            info, batch = one(path)
            closed, faces = closed_faces(path)
            indexed = faces is not None
            assert (batch.geometries["@problem"].null_count() == len(batch.geometries)) == indexed, path
            if indexed and len(batch.geometries) == 1:
                assert batch.geometries["@solid"].to_list() == [closed], path
                assert len(shapes(batch)[0].geoms) == faces, path
            assert info.rows == len(batch.features)
            seen[path.suffix] += 1
    assert seen == {"empty": 2, "poly": 107, ".obj": 14, ".off": 10, ".ply": 1}


def closed_faces(path: Path) -> tuple[bool, int | None]:
    """Whether all edges are shared by two faces in opposite directions, and how many faces; None for a bad index."""
    tokens = path.read_text().split("\n")
    if path.suffix == ".obj":
        points = [tuple(map(float, line.split()[1:4])) for line in tokens if line.startswith("v ")]
        faces = [[int(each.split("/")[0]) - 1 for each in line.split()[1:]] for line in tokens if line.startswith("f")]
    else:
        body = tokens[tokens.index("end_header") + 1 :] if path.suffix == ".ply" else tokens[2:]
        numbers = [[float(each) for each in line.split()] for line in body if line.strip()]
        count = int(next(line for line in tokens if line.startswith("element vertex")).split()[2]) if path.suffix == (
            ".ply") else int(tokens[1].split()[0])  # fmt: skip
        points = [tuple(each[:3]) for each in numbers[:count]]
        faces = [[int(each) for each in row[1 : 1 + int(row[0])]] for row in numbers[count:]]
    if any(not 0 <= each < len(points) for face in faces for each in face):
        return False, None
    edges: Counter[Any] = Counter()
    for face in faces:
        ring = [points[each] for each in face]
        edges.update((a, b) for a, b in zip(ring, ring[1:] + ring[:1], strict=True) if a != b)
    return bool(edges) and all(n == 1 and edges[b, a] == 1 for (a, b), n in edges.items()), len(faces)


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


def exported(kind: str, **options: Any) -> bytes:
    """The cube as trimesh writes it."""
    content = trimesh.Trimesh(CUBE, CUBE_FACES, process=False).export(file_type=kind, **options)
    return content.encode() if isinstance(content, str) else bytes(content)


SAMPLES: dict[str, Any] = {
    "glb": lambda: two_houses(["a", "b"]),
    "stl": lambda: binary_stl(CUBE[CUBE_FACES]),
    "text stl": lambda: text_stl("cube", CUBE[CUBE_FACES]).encode(),
    "ply": lambda: exported("ply"),
    "text ply": lambda: exported("ply", encoding="ascii"),
    "off": lambda: exported("off"),
    "obj": lambda: exported("obj"),
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_each_sample_is_the_cube(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "whole"
    path.write_bytes(SAMPLES[kind]())
    info, batch = one(path)
    assert measures.volume(np.array(shapes(batch))).tolist() == [1.0] * len(batch.geometries)
    assert batch.geometries["@solid"].all()
    packed = tmp_path / f"packed.{kind.split()[-1]}.gz"
    packed.write_bytes(gzip.compress(SAMPLES[kind]()))
    assert one(packed)[0].format == info.format


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_file_cut_off_anywhere_is_an_error_or_told(tmp_path: Path, kind: str) -> None:
    """Cut at every twentieth. Only OBJ has no end that could be missed: there, what is left is what it says."""
    whole = SAMPLES[kind]()
    path = tmp_path / f"cut.{kind.split()[-1]}"
    refused = 0
    for part in range(20):
        path.write_bytes(whole[: len(whole) * part // 20])
        try:
            _, batch = one(path)
        except ReaderError as error:
            refused += str(path) in str(error)
        else:
            assert kind == "obj"
            assert len(batch.features) == 1
    assert refused == (20 if kind != "obj" else 2)  # nothing, and a comment alone


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (binary_stl(CUBE[CUBE_FACES], 4_000_000_000), "it says 4,000,000,000 triangles and has 12"),
        (binary_stl(CUBE[CUBE_FACES], 13), "it says 13 triangles and has 12"),
        (b"solid a\nfacet normal 0 0 1\nouter loop\nvertex 0 0", r"it ends within a solid \(line 4\)"),
    ],
)
def test_an_stl_that_lies_is_damage(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.stl"
    path.write_bytes(content)
    with pytest.raises(FileDamaged, match=said):
        read(path)


def test_solids_have_their_names_and_bad_lines_are_told(tmp_path: Path) -> None:
    triangles = CUBE[CUBE_FACES]
    text = text_stl("North Wing", triangles) + text_stl("", triangles) + text_stl("twice", triangles) * 2
    broken = text_stl("broken", triangles).replace("vertex 1.0 1.0 0.0", "vertex 1.0 oops 0.0", 1)
    short = text_stl("short", triangles).replace("  vertex 0.0 0.0 0.0\n", "", 1)
    path = tmp_path / "a.stl"
    path.write_text(text + broken + short + "nonsense here\nsolid empty\nendsolid empty\n")
    info, batch = one(path)
    names = ["North Wing", "a#2", "twice#3", "twice#4", "broken", "short", "empty"]
    assert batch.features["@key"].to_list() == names
    assert batch.geometries["@problem"].to_list() == [None] * 4 + [Problem.BAD_VERTEX, Problem.TOO_FEW_POINTS]
    assert info.unsupported == {"lines that are not understood": 2}
    assert "2 lines are not as the format asks" in info.warnings[0]


def test_a_binary_stl_may_begin_like_text_and_end_with_more(tmp_path: Path) -> None:
    path = tmp_path / "a.stl"
    path.write_bytes(binary_stl(CUBE[CUBE_FACES], header=b"solid made by a program") + b"more")
    info, batch = one(path)
    assert (info.format, info.format_version) == ("STL", "binary")
    assert batch.features["header"].to_list() == ["solid made by a program"]
    assert info.unsupported == {"bytes behind the last triangle": 4}


OBJ = """\ufeff# a house
mtllib house.mtl
v 0 0 0 1
v 4 0 0
v 4 3 0
v 0 3 0
v 0 0 2.5
v 4 0 2.5
v 4 3 2.5
v 0 3 2.5
vt 0 0
vn 0 0 1
o house
usemtl stone
f 1//1 4//1 3//1 2//1
g walls
f 1/1/1 2 6 5  # south
f 2 3 7 6
usemtl plaster
f -6 -5 \\
  -1 -2
f 4 1 5 8
g roof
f 5 6 7 8
o shed
l 1 2
f 1 2 99
f 1 0 2
p 1
o gate
f 1 2
o empty
jump 3
f 1 2 x
v 1 2
"""


def test_objects_groups_and_polygons_of_obj(tmp_path: Path) -> None:
    path = tmp_path / "a.obj"
    path.write_text(OBJ)
    info, batch = one(path)
    assert batch.features.select("@key", "@parent", "material").rows() == [
        ("house", None, "stone"),
        ("house/walls", "house", '["stone","plaster"]'),
        ("house/roof", "house", "plaster"),
        ("shed", None, "plaster"),
        ("gate", None, "plaster"),
        ("empty", None, "plaster"),
    ]
    parts = [(each and [len(part.exterior.coords) - 1 for part in each.geoms]) for each in shapes(batch)]
    assert parts == [[4], [4, 4, 4, 4], [4], None, None, None]
    assert batch.geometries["@problem"].to_list() == [
        None, None, None, Problem.BAD_INDEX, Problem.TOO_FEW_POINTS, Problem.BAD_INDEX,
    ]  # fmt: skip
    assert info.unsupported == {
        "texture coordinates": 1, "normals": 1, "material libraries": 1, "lines": 1, "points": 1, "materials": 2,
        "lines that are not understood": 3,
    }  # fmt: skip
    assert "3 lines are not as the format asks: 33, 34, 35" in info.warnings[0]
    assert measures.volume(np.array([shapely.multipolygons([p for s in shapes(batch)[:3] for p in s.geoms])])) == [30.0]


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_binary_ply_of_triangles_and_quadrilaterals_keeps_them(tmp_path: Path, order: str) -> None:
    ends = {"<": "binary_little_endian", ">": "binary_big_endian"}
    header = (
        f"ply\nformat {ends[order]} 1.0\ncomment a hut\nelement vertex 5\nproperty double x\nproperty float y\n"
        "property float z\nproperty uchar red\nelement face 5\nproperty uchar kind\n"
        "property list uchar int vertex_index\nelement edge 1\nproperty list uchar short ends\nend_header\n"
    )
    points = [(0, 0, 0), (2, 0, 0), (2, 2, 0), (0, 2, 0), (1, 1, 3)]
    body = b"".join(struct.pack(f"{order}dffB", *point, 9) for point in points)
    for face in ([0, 3, 2, 1], [0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]):
        body += struct.pack(f"{order}BB{len(face)}i", 1, len(face), *face)
    path = tmp_path / "a.ply"
    path.write_bytes(header.encode() + body + struct.pack(f"{order}B2h", 2, 0, 1))
    info, batch = one(path)
    (shape,) = shapes(batch)
    assert [len(part.exterior.coords) - 1 for part in shape.geoms] == [4, 3, 3, 3, 3]
    assert measures.volume(np.array([shape])) == [4.0]
    assert batch.features.select("@key", "comment").rows() == [("a", "a hut")]
    assert info.unsupported == {"properties of vertices": 1, "properties of faces": 1, "edge elements": 1}


@pytest.mark.parametrize(
    ("header", "body", "said"),
    [
        ("format ascii 1.0\nelement vertex 3", "0 0 0\n", "it says 3 lines of vertex, and has 1"),
        ("format binary_little_endian 1.0\nelement vertex 4000000000", "abc", "it says 4,000,000,000 vertex elements"),
        ("format ascii 1.0\nelement vertex 99999999999999999999", "", "it says 99,999,999,999,999,999,999 lines"),
        ("format ascii 1.0\nelement vertex -1", "", r"its header says 'element vertex -1' \(line 3\)"),
        ("format latin 1.0\nelement vertex 1", "", "its header says 'format latin 1.0'"),
        ("format ascii 1.0\nproperty float q\nelement vertex 1", "", "its header says 'property float q'"),
        ("element vertex 1", "0 0 0\n", "its header names no format"),
    ],
)
def test_a_ply_that_lies_is_damage(tmp_path: Path, header: str, body: str, said: str) -> None:
    path = tmp_path / "a.ply"
    axes = "".join(f"property float {axis}\n" for axis in "xyz")
    path.write_text(f"ply\n{header}\n{axes}end_header\n{body}")
    with pytest.raises(FileDamaged, match=said):
        read(path)


def test_a_ply_with_a_list_longer_than_the_file_is_damage(tmp_path: Path) -> None:
    head = "ply\nformat binary_little_endian 1.0\nelement face 2\nproperty list uint int vertex_indices\nend_header\n"
    path = tmp_path / "a.ply"
    path.write_bytes(head.encode() + struct.pack("<I3i", 4_000_000_000, 0, 1, 2))
    with pytest.raises(FileDamaged, match="it says 2 face elements, and its 16 bytes end before"):
        read(path)


def test_an_off_keeps_polygons_and_tells_bad_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.off"
    path.write_text("OFF 5 3 0\n0 0 0\n2 0 0\n2 2 0\n0 2 0\n1 1 x\n4 0 1 2 3 255 0 0\n3 0 1 9\n7 0 1\nmore\n")
    info, batch = one(path)
    assert batch.geometries["@problem"].to_list() == [Problem.BAD_INDEX]
    assert info.unsupported == {"lines that are not understood": 2, "lines behind the last face": 1}
    assert "2 lines are not as the format asks: 6, 9" in info.warnings[0]
    path.write_text("OFF\n5 2000000000 0\n0 0 0\n")
    with pytest.raises(FileDamaged, match="it says 5 vertices and 2,000,000,000 faces, and has 1 lines"):
        read(path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("tile.osgb", bytes.fromhex("a10e916c4545fb1a01"), r"OSGB \(OpenSceneGraph\) is not read\. .*osgconv"),
        ("tile.osgt", b"#Ascii Scene\n", "OSGB"),
        ("tile.s3mb", b"\0\0\x80?", r"S3M \(SuperMap\) is not read\. Export the model as 3D Tiles or glTF"),
        ("config.scp", b'{"asset": "SuperMap"}', "S3M"),
    ],
)
def test_formats_without_a_reader_are_refused_with_the_way(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ReaderError, match=said):
        read(path)


@pytest.mark.parametrize(
    "content", [b"v 1 2\nhello\n", b"key,value\n1,2\n", b'{"a": 1}', b"solidarity\n", bytes(84), b"OFFER", b"plyable"]
)
def test_other_files_are_not_taken(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "content"
    path.write_bytes(content)
    assert detect_or_none(path) not in ("mesh", "gltf", "tiles", "mesh-refused")


def detect_or_none(path: Path) -> str | None:
    try:
        return detect(path).name
    except UnknownFormat:
        return None


def test_memory_limits_hold(tmp_path: Path) -> None:
    """An STL of two million triangles in a child that may take 128 MiB."""
    path = tmp_path / "big.stl"
    path.write_bytes(binary_stl(np.zeros((2_000_000, 3, 3), dtype=np.float32)))
    with pytest.raises(ReaderError, match="more than the 128 MiB of memory"):
        list(read(path, limits=Limits(memory_bytes=128 * 2**20)).batches)
    assert get_reader("mesh").name == "mesh"
