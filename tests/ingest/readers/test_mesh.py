"""glTF alone, OBJ, PLY, STL and OFF: as another way of reading has them; hostile ones end in words."""

import gzip
import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import shapely

from ingest import measures
from ingest.readers import (
    Limits,
    Problem,
    ReaderError,
    UnknownFormat,
    detect,
    get_reader,
    read,
)

from .mesh_samples import SAMPLES, binary_stl, closed_faces, corners, detect_or_none, one, shapes
from .suite import ReaderSuite


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


def test_memory_limits_hold(tmp_path: Path) -> None:
    """An STL of two million triangles in a child that may take 128 MiB."""
    path = tmp_path / "big.stl"
    path.write_bytes(binary_stl(np.zeros((2_000_000, 3, 3), dtype=np.float32)))
    with pytest.raises(ReaderError, match="more than the 128 MiB of memory"):
        list(read(path, limits=Limits(memory_bytes=128 * 2**20)).batches)
    assert get_reader("mesh").name == "mesh"
