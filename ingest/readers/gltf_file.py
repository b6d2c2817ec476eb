"""glTF 2.0 as a file: its JSON, its buffers and its accessors, each held against the bytes that are really there.

Source: Khronos glTF 2.0 specification, sections 3.6 (binary data storage) and 4.4 (GLB); KHR_mesh_quantization.
"""

import base64
import binascii
import struct
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from .errors import FileDamaged, UnknownFormat
from .json_values import JsonObject, is_index, json_object, list_of
from .mesh_files import MOST_BYTES, Refused, resolve

Numbers = npt.NDArray[Any]  # of any number type, as the accessor has it

_COMPONENT_TYPES = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_MOST_INVENTED = 20_000_000  # elements of an accessor without bytes, which are all zero
# What may be required of us: it is understood, or it concerns the looks alone.
_UNDERSTOOD = (
    "KHR_draco_mesh_compression", "KHR_mesh_quantization", "EXT_mesh_features", "EXT_structural_metadata",
    "EXT_feature_metadata", "CESIUM_RTC", "CESIUM_primitive_outline", "KHR_materials_", "KHR_texture_", "EXT_texture_",
    "KHR_lights_", "KHR_techniques_webgl", "KHR_binary_glTF",
)  # fmt: skip
_WAYS = {
    "EXT_meshopt_compression": "Unpack it, for example by `gltf-transform cp` with the meshopt decoder",
    "KHR_meshopt_compression": "Unpack it, for example by `gltf-transform cp` with the meshopt decoder",
}


@dataclass(frozen=True, slots=True)
class GltfFile:
    """A parsed file: ``name`` is how errors call it, files that it names lie in ``folder`` below ``root``."""

    name: str
    json: JsonObject
    binary: bytes | None
    folder: Path
    root: Path
    _buffers: dict[int, bytes] = field(default_factory=dict)

    def objects(self, member: str) -> list[JsonObject]:
        """The objects of a member such as ``meshes``; one that is no object is empty."""
        return [each if isinstance(each, dict) else {} for each in list_of(self.json.get(member))]

    def one(self, member: str, position: object) -> JsonObject:
        """One object of a member. Raises `FileDamaged` for a position that is not there."""
        objects = list_of(self.json.get(member))
        if not is_index(position, len(objects)) or not isinstance(objects[position], dict):
            raise self.damaged(f"it refers to {member}[{position!r}], and has {len(objects)} {member}")
        found: JsonObject = objects[position]
        return found

    def damaged(self, what: str, place: str | None = None) -> FileDamaged:
        """The error for content that is not as the format asks."""
        return FileDamaged(self.name, what, "Get the file again, or export it anew", place=place)

    def extension(self, holder: JsonObject, name: str) -> JsonObject | None:
        """The extension of an object, None without it."""
        extensions = holder.get("extensions")
        found = extensions.get(name) if isinstance(extensions, dict) else None
        return found if isinstance(found, dict) else None

    def view(self, position: object) -> bytes:
        """The bytes of a buffer view."""
        view = self.one("bufferViews", position)
        content = self._buffer(view.get("buffer"))
        offset, length = view.get("byteOffset", 0), view.get("byteLength")
        if not _is_count(offset) or not _is_count(length) or offset + length > len(content):
            raise self.damaged(
                f"bufferViews[{position}] is {length!r} bytes from {offset!r} on, its buffer has {len(content):,}"
            )
        return content[offset : offset + length]

    def accessor(self, position: object) -> Numbers:
        """The elements of an accessor, shape (count, components); normalized ones as fractions."""
        accessor = self.one("accessors", position)
        kind = _COMPONENT_TYPES.get(_hashable(accessor.get("componentType")))
        width, count = COMPONENTS.get(_hashable(accessor.get("type"))), accessor.get("count")
        if kind is None or width is None or not _is_count(count):
            raise self.damaged(f"accessors[{position}] has no known componentType, type or count")
        dtype = np.dtype(kind)
        if "bufferView" in accessor:
            stride = self.one("bufferViews", accessor["bufferView"]).get("byteStride")
            found = self._strided(position, accessor, dtype, width, count, stride)
        elif count > _MOST_INVENTED:
            raise self.damaged(f"accessors[{position}] has no bytes for its {count:,} elements")
        else:
            found = np.zeros((count, width), dtype=dtype)
        if isinstance(sparse := accessor.get("sparse"), dict):
            found = self._with_sparse(position, sparse, found)
        if accessor.get("normalized") is True and dtype.kind in "iu":
            return np.maximum(found / float(np.iinfo(dtype).max), -1.0)
        return found

    def _strided(
        self, position: object, accessor: JsonObject, dtype: np.dtype[Any], width: int, count: int, stride: object
    ) -> Numbers:
        content, offset = self.view(accessor["bufferView"]), accessor.get("byteOffset", 0)
        size = dtype.itemsize * width
        step = stride if _is_count(stride) and stride else size
        if not _is_count(offset) or step < size or (count and offset + step * (count - 1) + size > len(content)):
            raise self.damaged(f"accessors[{position}] reaches beyond its buffer view of {len(content):,} bytes")
        if not count:
            return np.zeros((0, width), dtype=dtype)
        return np.ndarray((count, width), dtype, content, offset, (step, dtype.itemsize))

    def _with_sparse(self, position: object, sparse: JsonObject, found: Numbers) -> Numbers:
        indices, values, count = sparse.get("indices"), sparse.get("values"), sparse.get("count")
        if not isinstance(indices, dict) or not isinstance(values, dict) or not _is_count(count):
            raise self.damaged(f"accessors[{position}] has a sparse part without indices, values or count")
        kind = _COMPONENT_TYPES.get(_hashable(indices.get("componentType")))
        if kind is None:
            raise self.damaged(f"accessors[{position}] has sparse indices of no known componentType")
        where = self._strided(position, indices, np.dtype(kind), 1, count, None)[:, 0].astype(np.int64)
        what = self._strided(position, values, found.dtype, found.shape[1], count, None)
        if count and not (where.min() >= 0 and where.max() < len(found)):
            raise self.damaged(f"accessors[{position}] has sparse indices beyond its {len(found):,} elements")
        found = found.copy()
        found[where] = what
        return found

    def _buffer(self, position: object) -> bytes:
        if isinstance(position, int) and position in self._buffers:
            return self._buffers[position]
        buffer = self.one("buffers", position)
        uri, length = buffer.get("uri"), buffer.get("byteLength")
        if uri is None and position == 0 and self.binary is not None:
            content = self.binary
        elif isinstance(uri, str):
            content = self._fetched(uri)
        else:
            raise self.damaged(f"buffers[{position}] has no content")
        if not _is_count(length) or length > len(content):
            raise self.damaged(f"buffers[{position}] has {len(content):,} bytes and says {length!r}")
        self._buffers[int(str(position))] = content
        return content

    def _fetched(self, uri: str) -> bytes:
        if uri.startswith("data:"):
            head, comma, body = uri.partition(",")
            if not comma or not head.endswith(";base64"):
                raise self.damaged("a buffer's data: URI is not in base64")
            try:
                return base64.b64decode(body, validate=True)
            except (binascii.Error, ValueError):
                raise self.damaged("a buffer's data: URI is no base64") from None
        try:
            path = resolve(self.root, self.folder, uri)
            if path.stat().st_size > MOST_BYTES:
                raise self.damaged(f"its buffer {uri[:80]!r} has more than 2 GiB")
            return path.read_bytes()
        except Refused as error:
            raise FileDamaged(
                self.name, f"its buffer {uri[:80]!r} is a {error}", "Put it beside the file, and name it so"
            ) from None
        except OSError:
            raise FileDamaged(
                self.name, f"its buffer {uri[:80]!r} is not there", "Put it where the file says"
            ) from None


def parse(content: bytes, name: str, folder: Path, root: Path | None = None) -> GltfFile:
    """A glTF 2.0 file from its bytes, text or GLB.

    Raises `FileDamaged`, and `UnknownFormat` for another version or for an extension that it can't be read without.
    """
    if content[:4] == b"glTF":
        text, binary = _chunks(content, name)
    else:
        text, binary = content, None
    document = json_object(text, name, "Give a glTF file")
    asset = document.get("asset")
    version = str(asset.get("version")) if isinstance(asset, dict) else "not said"
    if not version.startswith("2."):
        raise UnknownFormat(name, f"its glTF version is {version[:20]}", "Convert it to 2.0, by gltf-pipeline for one")
    for extension in list_of(document.get("extensionsRequired")):
        if not str(extension).startswith(_UNDERSTOOD):
            way = _WAYS.get(str(extension), "Export it without this extension")
            raise UnknownFormat(name, f"it can't be read without the extension {str(extension)[:80]}", way)
    return GltfFile(name, document, binary, folder, root or folder)


def count_appearance(file: GltfFile, left_out: Counter[str]) -> None:
    """Count what a file has beside shapes and attributes, which is not taken."""
    for member in ("materials", "textures", "animations", "skins", "cameras"):
        left_out[member] += len(list_of(file.json.get(member)))


def _chunks(content: bytes, name: str) -> tuple[bytes, bytes | None]:
    """The JSON and the binary chunk of a GLB."""
    if len(content) < 20:
        raise FileDamaged(name, "it ends within its header", "Get the file again")
    _, version, length = struct.unpack("<4sII", content[:12])
    if version != 2:
        raise UnknownFormat(name, f"its GLB version is {version}", "Convert it to 2, by gltf-pipeline for one")
    if length > len(content):
        what = f"it is cut off: {len(content):,} bytes of the {length:,} that it says"
        raise FileDamaged(name, what, "Get the file again")
    found: dict[bytes, bytes] = {}
    place = 12
    while place + 8 <= length:
        size, kind = struct.unpack("<I4s", content[place : place + 8])
        if place + 8 + size > length:
            raise FileDamaged(name, f"a chunk of {size:,} bytes reaches beyond its end", "Get the file again")
        found.setdefault(kind, content[place + 8 : place + 8 + size])
        place += 8 + size + (-size) % 4
    if b"JSON" not in found:
        raise FileDamaged(name, "it has no JSON chunk", "Get the file again")
    return found[b"JSON"], found.get(b"BIN\0")


def _is_count(value: object) -> TypeGuard[int]:
    return type(value) is int and value >= 0


def _hashable(value: object) -> Any:
    return value if isinstance(value, int | str) else None
