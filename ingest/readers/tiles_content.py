"""The contents of tiles: b3dm, cmpt and glTF as features with triangles; i3dm and pnts are counted.

Source: 3D Tiles 1.0 and 1.1 (OGC 18-053r2, 22-025r4): "Batched 3D Model", "Composite", "glTF".
"""

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from .errors import FileDamaged
from .gltf_features import Content, Feature, Gathering, add_node, add_tables
from .gltf_file import GltfFile, count_appearance, parse
from .gltf_metadata import Table, tables_of
from .gltf_scene import nodes_of
from .json_values import JsonObject, json_object
from .mesh_geometry import Floats
from .tiles_batch_table import BatchTable

_BATCH_IDS = "_BATCHID"
_MOST_INNER = 10_000  # tiles of a composite one
_DEEPEST = 16  # composites in composites
_COUNTED = {b"i3dm": ("i3dm", "INSTANCES_LENGTH", "instances"), b"pnts": ("pnts", "POINTS_LENGTH", "points")}


@dataclass(frozen=True, slots=True)
class _Model:
    """A glTF of a tile, and what the tile says of it."""

    file: GltfFile
    batch_table: BatchTable | None
    centre: Floats  # to which its coordinates (z up) are relative
    prefix: str  # tells it from others of a composite tile


def models_of(
    content: bytes, name: str, folder: Path, root: Path, left_out: Counter[str], prefix: str = "", depth: int = 0
) -> Iterator[_Model]:
    """The models of a tile's content. Raises `FileDamaged` and, for glTF that can't be read, `UnknownFormat`."""
    magic = content[:4]
    if magic == b"b3dm":
        yield _batched(content, name, folder, root, prefix)
    elif magic == b"cmpt":
        if depth == _DEEPEST:
            raise _damaged(name, "composites nested too deeply")
        for number, inner in enumerate(_inner_tiles(content, name)):
            yield from models_of(inner, name, folder, root, left_out, f"{prefix}{number}/", depth + 1)
    elif magic in _COUNTED:
        word, member, things = _COUNTED[magic]
        feature_table, _, _, _, _ = _parts(content, name, header=32 if magic == b"i3dm" else 28)
        count = feature_table.get(member)
        left_out[f"{things} of {word}"] += count if type(count) is int and count > 0 else 1
    elif magic == b"glTF" or content.lstrip()[:1] == b"{":
        file = parse(content, name, folder, root)
        yield _Model(file, None, _cesium_centre(file), prefix)
    else:
        left_out[f"tile of an unknown kind {magic.decode('latin-1')!r}"] += 1


def features_of(model: _Model, left_out: Counter[str], *, is_y_up: bool, with_shapes: bool) -> Content:
    """The features of a model, in the coordinates of its tile; without triangles where only attributes are asked for.

    Triangles that are of no feature become one of their own, ``rest``.
    """
    gathering = Gathering()
    tables: dict[str, Table] = tables_of(model.file, left_out)
    if model.batch_table is not None and model.batch_table.count:
        tables = {_BATCH_IDS: model.batch_table.table(left_out)}
    firsts = add_tables(gathering, tables)
    if model.batch_table is not None and model.batch_table.count:
        model.batch_table.add_hierarchy(gathering.features, left_out)
    for feature in gathering.features:
        feature.place = model.prefix + feature.place
    if with_shapes:
        count_appearance(model.file, left_out)
        rest: list[int] = []

        def the_rest() -> int:
            if not rest:
                rest.append(gathering.add(Feature(f"{model.prefix}rest")))
            return rest[0]

        for node in nodes_of(model.file, left_out, is_y_up=is_y_up):
            add_node(gathering, model.file, node, tables, firsts, the_rest, left_out)
    content = gathering.content()
    return Content(content.features, content.vertices + model.centre, content.corners, content.owner)


def _batched(content: bytes, name: str, folder: Path, root: Path, prefix: str) -> _Model:
    feature_table, binary, batch_json, batch_binary, rest = _parts(content, name, header=28)
    count = feature_table.get("BATCH_LENGTH", 0)
    if isinstance(count, dict):
        raise _damaged(name, "BATCH_LENGTH in the binary part, where it may not be")
    if type(count) is not int or not 0 <= count <= 50_000_000:
        raise _damaged(name, f"BATCH_LENGTH {count!r}")
    file = parse(rest, name, folder, root)
    centre = _vector(feature_table.get("RTC_CENTER", [0, 0, 0]), binary, name, "RTC_CENTER")
    return _Model(file, BatchTable(name, batch_json, batch_binary, count), centre + _cesium_centre(file), prefix)


def _parts(content: bytes, name: str, header: int) -> tuple[JsonObject, bytes, JsonObject, bytes, bytes]:
    """Feature table (JSON, binary), batch table (JSON, binary) and what follows, of a tile with such a header."""
    if len(content) < header:
        raise _damaged(name, "an end within its header")
    version, length, *sizes = struct.unpack("<6I", content[4:28])
    if version != 1:
        raise _damaged(name, f"version {version}, expected 1")
    if length > len(content) or header + sum(sizes) > length:
        raise _damaged(name, f"{len(content):,} bytes and says {length:,}, of them {sum(sizes):,} of tables")
    ends = np.cumsum([header, *sizes]).tolist()
    pieces = [content[start:end] for start, end in pairwise(ends)]
    return (
        _json(pieces[0], name, "feature table"),
        pieces[1],
        _json(pieces[2], name, "batch table"),
        pieces[3],
        content[ends[-1] : length],
    )


def _json(text: bytes, name: str, what: str) -> JsonObject:
    if not text.strip(b" \0"):
        return {}
    return json_object(text.rstrip(b" \0"), name, "Get the file again", part=f"a {what}")


def _inner_tiles(content: bytes, name: str) -> Iterator[bytes]:
    if len(content) < 16:
        raise _damaged(name, "an end within its header")
    _, length, count = struct.unpack("<3I", content[4:16])
    if length > len(content) or count > _MOST_INNER:
        raise _damaged(name, f"{len(content):,} bytes and says {length:,} with {count:,} tiles")
    place = 16
    for _ in range(count):
        size = struct.unpack("<I", content[place + 8 : place + 12])[0] if place + 12 <= length else 0
        if size < 12 or place + size > length:
            raise _damaged(name, "a tile that reaches beyond its end")
        yield content[place : place + size]
        place += size


def _cesium_centre(file: GltfFile) -> Floats:
    """The centre of the older extension CESIUM_RTC, in coordinates with z up like RTC_CENTER."""
    found = file.extension(file.json, "CESIUM_RTC")
    return _vector(found.get("center") if found else [0, 0, 0], b"", file.name, "CESIUM_RTC")


def _vector(value: object, binary: bytes, name: str, word: str) -> Floats:
    if isinstance(value, dict):
        offset = value.get("byteOffset")
        if type(offset) is not int or not 0 <= offset <= len(binary) - 12:
            raise _damaged(name, f"{word} beyond its binary part")
        return np.frombuffer(binary, dtype="<f4", count=3, offset=offset).astype(np.float64)
    try:
        return np.array(value, dtype=np.float64).reshape(3)
    except (TypeError, ValueError):
        raise _damaged(name, f"{word} that is not three numbers") from None


def _damaged(name: str, what: str) -> FileDamaged:
    return FileDamaged(name, f"the tile has {what}", "Get the file again")
