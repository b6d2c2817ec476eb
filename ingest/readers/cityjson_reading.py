"""A CityJSON file, whole, or feature by feature where it is a sequence, in batches of objects."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import orjson

from .cityjson_doubts import lost_appearance, lost_relatives, repeated_name
from .cityjson_geometry import Floats
from .cityjson_objects import CityObject, Templates, component_weight, to_batch
from .contract import Batch, FileInfo, Request
from .errors import FileDamaged, UnknownFormat
from .files import open_binary
from .json_values import JsonObject, json_object, list_of, member_of

_VERSIONS = ("1.0", "1.1", "2.0")
_BATCH_BYTES = 4_000_000  # of lines: their corners, each named by many polygons, take ten times that as geometries
_NO_VERTICES = np.empty((0, 3))


def read_objects(request: Request) -> Iterator[FileInfo | Batch]:
    """See `CityJSONReader.read`."""
    with open_binary(Path(request.path)) as stream:
        yield from _read(stream, request)


@dataclass(frozen=True, slots=True)
class _Header:
    info: FileInfo
    scale: Floats
    translate: Floats
    templates: Templates
    appearance: JsonObject
    has_extensions: bool
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Chunk:
    """Objects that become one batch, and their vertices in the file's CRS."""

    objects: list[CityObject]
    vertices: Floats


def _read(stream: BinaryIO, request: Request) -> Iterator[FileInfo | Batch]:
    first_line = stream.readline()
    first = _first_object(first_line)
    further_lines = _filled_lines(stream) if first is not None else iter(())
    second = next(further_lines, None)
    if first is None or second is None:
        content = first or _parse(first_line + stream.read(), request.path)
        if first is not None:
            _check_names(first_line, first, request.path, 1)
        header = _header(content, request.path, "CityJSON")
        chunks = _whole_file(_checked_frame(content, request.path), header, request)
    else:
        header = _header(first, request.path, "CityJSONSeq")
        chunks = _sequence(chain([second], further_lines), header, request)
    yield header.info
    row = 1
    for chunk in chunks:
        batch = to_batch(chunk.objects, chunk.vertices, header.templates, row, header.left_out)
        row += len(batch.features)
        yield batch
    yield replace(header.info, rows=row - 1, unsupported={name: n for name, n in header.left_out.items() if n})


def _filled_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The lines from the second on that are not blank, with their numbers."""
    return ((number, line) for number, line in enumerate(stream, start=2) if not line.isspace())


def _first_object(line: bytes) -> JsonObject | None:
    """The object that the line holds as a whole, None when it goes on in further lines."""
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return content if isinstance(content, dict) else None


def _parse(text: bytes, path: str, line: int = 1) -> JsonObject:
    content = json_object(text, path, "Give a CityJSON file", line=line)
    _check_names(text, content, path, line)
    return content


def _check_names(text: bytes, content: JsonObject, path: str, line: int) -> None:
    name = repeated_name(text, content)
    if name is not None:
        what = f"one of its objects has two members {name!r}; JSON does not say which of them holds"
        raise FileDamaged(path, what, "Give each a name of its own", place=f"from line {line} on")


def _header(content: JsonObject, path: str, file_format: str) -> _Header:
    kind, version = content.get("type"), str(content.get("version"))
    if kind != "CityJSON":
        raise FileDamaged(
            path,
            f'"type" is {kind!r}, expected "CityJSON"',
            "Put the header object of the sequence first",
            place="line 1",
        )
    if not version.startswith(_VERSIONS):
        raise UnknownFormat(
            path, f"its CityJSON version is {version}", f"Convert it to one of {', '.join(_VERSIONS)} (by cjio upgrade)"
        )
    transform = content.get("transform") or {"scale": [1, 1, 1], "translate": [0, 0, 0]}
    templates = content.get("geometry-templates") or {}
    try:
        scale = np.array(transform["scale"], dtype=np.float64).reshape(3)
        translate = np.array(transform["translate"], dtype=np.float64).reshape(3)
    except (KeyError, TypeError, ValueError):
        raise FileDamaged(
            path, '"transform" needs "scale" and "translate" of three numbers', "Get the file again"
        ) from None
    left_out: Counter[str] = Counter()
    for name in content:
        if name.startswith("+"):  # what an extension says of the whole file; what it says of objects is kept
            left_out[name] += 1
    return _Header(
        FileInfo(file_format, format_version=version, declared_crs=_declared_crs(content.get("metadata"))),
        scale,
        translate,
        Templates(templates.get("templates") or [], _vertex_array(templates.get("vertices-templates") or [])),
        member_of(content, "appearance"),
        bool(content.get("extensions")),
        left_out,
    )


def _declared_crs(metadata: Any) -> str | None:
    """The reference system in the file's words; before version 1.0 it was a bare EPSG number."""
    if not isinstance(metadata, dict):
        return None
    old = metadata.get("crs")
    name = metadata.get("referenceSystem") or (old.get("epsg") if isinstance(old, dict) else None)
    return str(name) if name else None


def _checked_frame(content: JsonObject, path: str, line: int | None = None) -> JsonObject:
    """The content itself, if it has the two members that a file or a feature of a sequence needs."""
    if isinstance(content.get("CityObjects"), dict) and isinstance(content.get("vertices"), list):
        return content
    what, next_step = '"CityObjects" or "vertices" is missing', "Expected them in a file and on each line of a sequence"
    raise FileDamaged(path, what, next_step, place=f"line {line}" if line else None)


def _whole_file(content: JsonObject, header: _Header, request: Request) -> Iterator[_Chunk]:
    vertices = _vertex_array(content.pop("vertices")) * header.scale + header.translate
    waiting: list[CityObject] = []
    weight = 0
    for key, value in _objects(content, header, header.appearance).items():
        one = CityObject(key, value, 0, len(vertices))
        weight += component_weight(one.content)
        if waiting and weight > request.batch_rows:
            yield _Chunk(waiting, vertices)
            waiting, weight = [], component_weight(one.content)
        waiting.append(one)
    if waiting:
        yield _Chunk(waiting, vertices)


def _sequence(lines: Iterator[tuple[int, bytes]], header: _Header, request: Request) -> Iterator[_Chunk]:
    waiting: list[CityObject] = []
    vertices: list[Any] = []
    weight = size = 0
    for number, line in lines:
        feature = _checked_frame(_parse(line, request.path, number), request.path, number)
        own_vertices = feature["vertices"]
        objects = _objects(feature, header, member_of(feature, "appearance"))
        feature_weight = sum(map(component_weight, objects.values()))
        if waiting and (weight + feature_weight > request.batch_rows or size + len(line) > _BATCH_BYTES):
            yield _Chunk(waiting, _vertex_array(vertices) * header.scale + header.translate)
            waiting, vertices, weight, size = [], [], 0, 0
        waiting += [CityObject(key, value, len(vertices), len(own_vertices)) for key, value in objects.items()]
        vertices += own_vertices
        weight += feature_weight
        size += len(line)
    if waiting:
        yield _Chunk(waiting, _vertex_array(vertices) * header.scale + header.translate)


def _objects(content: JsonObject, header: _Header, appearance: JsonObject) -> dict[str, JsonObject]:
    """The objects of a file or of a feature; counts those that are none, and what points nowhere."""
    objects = {key: value if isinstance(value, dict) else {} for key, value in content["CityObjects"].items()}
    left_out = header.left_out
    left_out["CityObject that is no object"] += sum(
        not isinstance(one, dict) for one in content["CityObjects"].values()
    )
    lost_relatives(objects, left_out)
    for one in objects.values():
        kind = one.get("type")
        if isinstance(kind, str) and kind.startswith("+") and not header.has_extensions:
            left_out[f"type {kind} of an extension that the file does not name"] += 1
        for geometry in list_of(one.get("geometry")):
            if isinstance(geometry, dict) and ("material" in geometry or "texture" in geometry):
                lost_appearance(geometry, appearance, left_out)
    return objects


def _vertex_array(vertices: list[Any]) -> Floats:
    """Vertices as an array of shape (n, 3); what is not three numbers becomes NaN."""
    if not vertices:
        return _NO_VERTICES
    try:
        if set(map(len, vertices)) == {3}:
            flat = np.fromiter(chain.from_iterable(vertices), dtype=np.float64, count=3 * len(vertices))
            return flat.reshape(-1, 3)
    except (TypeError, ValueError):
        pass
    return np.array([_vertex(vertex) for vertex in vertices], dtype=np.float64)


def _vertex(vertex: Any) -> list[float]:
    if isinstance(vertex, list) and len(vertex) == 3 and all(type(value) in (int, float) for value in vertex):
        return vertex
    return [np.nan] * 3
