"""STL, PLY and OFF: names, polygons, and files that lie."""

import struct
from pathlib import Path

import numpy as np
import pytest

from ingest import measures
from ingest.readers import FileDamaged, Problem, read

from .gltf_samples import CUBE, CUBE_FACES
from .mesh_samples import binary_stl, one, shapes, text_stl
from .suite import ReaderSuite


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
