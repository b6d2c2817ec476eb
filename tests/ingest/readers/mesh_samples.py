"""Meshes written by hand and by trimesh, and what the readers of meshes give of them."""

import struct
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import trimesh

from ingest.readers import Batch, FileInfo, UnknownFormat, detect

from .gltf_samples import CUBE, CUBE_FACES, two_houses
from .suite import all_batches, read_here

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


def detect_or_none(path: Path) -> str | None:
    try:
        return detect(path).name
    except UnknownFormat:
        return None
