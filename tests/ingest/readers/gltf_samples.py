"""Small glTF files, tiles and tilesets made for tests, by struct and json alone."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

CUBE = np.array(
    [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], dtype=np.float32
)
CUBE_FACES = np.array(
    [
        [0, 2, 1], [0, 3, 2], [4, 5, 6], [4, 6, 7], [0, 1, 5], [0, 5, 4], [1, 2, 6], [1, 6, 5], [2, 3, 7], [2, 7, 6],
        [3, 0, 4], [3, 4, 7],
    ],
    dtype=np.uint16,
)  # fmt: skip
_COMPONENT = {"f": 5126, "u1": 5121, "u2": 5123, "u4": 5125, "i1": 5120, "i2": 5122}
_TYPE = {1: "SCALAR", 3: "VEC3", 4: "VEC4"}


class Gltf:
    """A glTF file as it grows."""

    def __init__(self) -> None:
        self.json: dict[str, Any] = {
            "asset": {"version": "2.0"}, "accessors": [], "bufferViews": [], "meshes": [], "nodes": [],
        }  # fmt: skip
        self.binary = b""

    def view(self, content: bytes) -> int:
        self.json["bufferViews"].append({"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(content)})
        self.binary += content + bytes(-len(content) % 8)
        return len(self.json["bufferViews"]) - 1

    def accessor(self, values: Any, **members: Any) -> int:
        array = np.asarray(values)
        flat = array.reshape(len(array), -1)
        kind = "f" if array.dtype.kind == "f" else f"{array.dtype.kind}{array.dtype.itemsize}"
        self.json["accessors"].append(
            {
                "bufferView": self.view(array.tobytes()),
                "componentType": _COMPONENT[kind],
                "count": len(array),
                "type": _TYPE[flat.shape[1]],
                **members,
            }
        )
        return len(self.json["accessors"]) - 1

    def mesh(
        self,
        vertices: Any = CUBE,
        faces: Any = CUBE_FACES,
        ids: Any = None,
        id_name: str = "_FEATURE_ID_0",
        **more: Any,
    ) -> int:
        attributes = {"POSITION": self.accessor(np.asarray(vertices, dtype=np.float32))}
        if ids is not None:
            attributes[id_name] = self.accessor(np.asarray(ids, dtype=np.float32))
        primitive = {"attributes": attributes, **more}
        if faces is not None:
            primitive["indices"] = self.accessor(np.asarray(faces, dtype=np.uint16).reshape(-1))
        self.json["meshes"].append({"primitives": [primitive]})
        return len(self.json["meshes"]) - 1

    def node(self, **members: Any) -> int:
        self.json["nodes"].append(members)
        return len(self.json["nodes"]) - 1

    def strings(self, values: list[str]) -> dict[str, int]:
        """A column of texts for a property table."""
        ends = np.cumsum([0, *(len(value.encode()) for value in values)]).astype(np.uint32)
        return {"values": self.view("".join(values).encode()), "stringOffsets": self.view(ends.tobytes())}

    def table(self, columns: dict[str, tuple[dict[str, Any], dict[str, Any]]], count: int, name: str = "house") -> None:
        """One property table: for each column how it is declared and where its bytes are."""
        declared = {column: kind for column, (kind, _) in columns.items()}
        self.json["extensions"] = {
            "EXT_structural_metadata": {
                "schema": {"id": "s", "classes": {name: {"properties": declared}},
                           "enums": {"Use": {"values": [{"name": "shop", "value": 1}, {"name": "flat", "value": 2}]}}},
                "propertyTables": [
                    {"class": name, "count": count, "properties": {key: where for key, (_, where) in columns.items()}}
                ],
            }
        }  # fmt: skip

    def glb(self) -> bytes:
        if self.binary:
            self.json["buffers"] = [{"byteLength": len(self.binary)}]
        return glb(self.json, self.binary)


IDS: dict[str, Any] = {
    "extensions": {"EXT_mesh_features": {"featureIds": [{"featureCount": 2, "attribute": 0, "propertyTable": 0}]}}
}


def glb(content: Any, binary: bytes = b"") -> bytes:
    """The bytes of a GLB of a JSON and a binary chunk."""
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    if binary:
        binary += bytes(-len(binary) % 4)
        chunks += struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def two_houses(names: list[str], shift: float = 0.0, **extra: Any) -> bytes:
    """A GLB of two cubes side by side, two features of one mesh, with their names as ``GUID``; y is up."""
    file = Gltf()
    z_up = np.add(np.concatenate([CUBE, np.add(CUBE, [3, 0, 0])]), [shift, 0, 0])
    y_up = np.column_stack([z_up[:, 0], z_up[:, 2], -z_up[:, 1]])
    ids = np.repeat([0.0, 1.0], 8)
    file.node(mesh=file.mesh(y_up, np.concatenate([CUBE_FACES, CUBE_FACES + 8]), ids, **IDS))
    file.table({"GUID": ({"type": "STRING"}, file.strings(names)), **{k: v(file) for k, v in extra.items()}}, 2)
    return file.glb()


def b3dm(model: bytes, features: dict[str, Any], batch: dict[str, Any] | None = None, binary: bytes = b"") -> bytes:
    """A Batched 3D Model."""
    feature_json = _padded(json.dumps(features).encode())
    batch_json = _padded(json.dumps(batch).encode()) if batch is not None else b""
    sizes = (len(feature_json), 0, len(batch_json), len(binary))
    body = feature_json + batch_json + binary + model
    return struct.pack("<4s6I", b"b3dm", 1, 28 + len(body), *sizes) + body


def cmpt(*tiles: bytes) -> bytes:
    """A composite tile."""
    return struct.pack("<4s3I", b"cmpt", 1, 16 + sum(map(len, tiles)), len(tiles)) + b"".join(tiles)


def batched_houses(batch: dict[str, Any] | None, features: dict[str, Any] | None = None, binary: bytes = b"") -> bytes:
    """A b3dm of two cubes with z up, of the batch ids 0 and 1."""
    file = Gltf()
    y_up = np.column_stack([CUBE[:, 0], CUBE[:, 2], -CUBE[:, 1]])
    both = np.concatenate([y_up, np.add(y_up, [3, 0, 0])])
    faces = np.concatenate([CUBE_FACES, CUBE_FACES + 8])
    file.node(mesh=file.mesh(both, faces, np.repeat([0.0, 1.0], 8), "_BATCHID"))
    return b3dm(file.glb(), {"BATCH_LENGTH": 2, **(features or {})}, batch, binary)


def place_on_earth(lon: float = 5.85, lat: float = 50.84, height: float = 100.0) -> list[float]:
    """The transform of a tile (column by column) that stands upright at a place on the WGS 84 ellipsoid."""
    a, f = 6378137.0, 1 / 298.257223563
    e2 = f * (2 - f)
    x, y = np.radians(lon), np.radians(lat)
    n = a / np.sqrt(1 - e2 * np.sin(y) ** 2)
    east = [-np.sin(x), np.cos(x), 0.0]
    north = [-np.sin(y) * np.cos(x), -np.sin(y) * np.sin(x), np.cos(y)]
    up = [np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)]
    at = [(n + height) * up[0], (n + height) * up[1], (n * (1 - e2) + height) * up[2]]
    return [float(each) for each in [*east, 0, *north, 0, *up, 0, *at, 1]]


def tileset(folder: Path, root: dict[str, Any], name: str = "tileset.json", **members: Any) -> Path:
    """Write a tileset whose root stands on the earth, unless it says something else."""
    whole = {"boundingVolume": {"region": [0.1, 0.88, 0.11, 0.89, 0, 200]}, "geometricError": 10, **root}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    content = {"asset": {"version": "1.1"}, "geometricError": 100, "root": whole, **members}
    path.write_text(json.dumps(content))
    return path


def tile(uri: str | None, *children: Any, **members: Any) -> dict[str, Any]:
    """A tile of a tileset."""
    content = {} if uri is None else {"content": {"uri": uri}}
    below = {"children": list(children)} if children else {}
    return {"geometricError": 1, **content, **below, **members}


def _padded(text: bytes) -> bytes:
    return text + b" " * (-len(text) % 8)
