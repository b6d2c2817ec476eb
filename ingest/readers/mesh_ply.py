"""PLY, as text and binary: one thing, polygons as they are.

By hand, not by trimesh, which cuts polygons into triangles, can't read binary files of triangles and quadrilaterals
together, and believes a text with fewer lines than it says. Source: G. Turk, "The PLY Polygon File Format" (1994).
"""

import struct
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from .mesh_batches import Thing
from .mesh_geometry import Floats, Ints, Mesh
from .mesh_model import Model, bad_lines, damaged
from .mesh_text import indices_of, numbers_of

_TYPES = {
    "char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4", "float": "f4",
    "double": "f8", "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4",
    "float32": "f4", "float64": "f8",
}  # fmt: skip
_CORNERS = ("vertex_indices", "vertex_index")
_ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
_MOST_HEADER = 100_000
_MOST_CORNERS = 255  # of a face, when all are to be read at once


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    type: str  # numpy's, without byte order
    count_type: str | None = None  # of a list


@dataclass(frozen=True, slots=True)
class _Element:
    name: str
    count: int
    properties: list[_Property]

    def place(self, name: str) -> int | None:
        """The position of a property."""
        return next((place for place, each in enumerate(self.properties) if each.name == name), None)


def read_ply(content: bytes, path: str, stem: str) -> Model:
    """The one thing of a file, by its name. Raises `FileDamaged` when it is not as its header says."""
    elements, order, comments, place = _header(content, path)
    body = content[place:]
    left_out: Counter[str] = Counter()
    vertices: Floats = np.empty((0, 3))
    counts: Ints = np.empty(0, dtype=np.int64)
    corners: Ints = np.empty(0, dtype=np.int64)
    wrong: list[int] = []
    rest = _Text(body, content[:place].count(b"\n"), path) if order == "" else _Binary(body, order, path)
    for element in elements:
        if element.name == "vertex":
            vertices = rest.vertices(element)
            left_out["properties of vertices"] += len(element.properties) - 3
        elif element.name == "face":
            counts, corners, bad = rest.faces(element)
            wrong += bad
            left_out["properties of faces"] += len(element.properties) - 1
        else:
            rest.skip(element)
            left_out[f"{element.name[:40]} elements"] += element.count
    if len(vertices) and not len(counts):
        left_out["points without faces"] += len(vertices)
    mesh = Mesh(vertices, corners, counts, np.zeros(len(counts), dtype=np.int64))
    attributes = {"comment": "\n".join(comments)} if comments else {}
    left_out["lines that are not understood"] += len(wrong)
    version = {"": "text", "<": "binary", ">": "binary, big-endian"}[order]
    return Model("PLY", [Thing(stem, attributes=attributes)], mesh, version, left_out, bad_lines(wrong))


def _header(content: bytes, path: str) -> tuple[list[_Element], str, list[str], int]:
    """The elements, the byte order ("" for text), the comments, and where the header ends."""
    end = content.find(b"end_header", 0, _MOST_HEADER)
    line_end = content.find(b"\n", end) if end >= 0 else -1
    if line_end < 0:
        raise damaged(path, "its header has no end")
    elements: list[_Element] = []
    comments: list[str] = []
    order: str | None = None
    for number, line in enumerate(content[:end].decode("utf-8", errors="replace").splitlines(), start=1):
        words = line.split()
        try:
            if words[:1] == ["format"]:
                order = _ORDERS[words[1]]
            elif words[:1] in (["comment"], ["obj_info"]):
                comments.append(line.strip().partition(" ")[2])
            elif words and words != ["ply"]:
                _declare(words, elements)
        except (KeyError, IndexError, ValueError):
            raise damaged(path, f"its header says {line[:60]!r}", place=f"line {number}") from None
    if order is None:
        raise damaged(path, "its header names no format")
    return elements, order, comments, line_end + 1


def _declare(words: list[str], elements: list[_Element]) -> None:
    """Take one line of the header. Raises ValueError, IndexError or KeyError."""
    match words:
        case ["element", name, count] if count.isdecimal():
            elements.append(_Element(name, int(count), []))
        case ["property", "list", count_type, type_, name]:
            elements[-1].properties.append(_Property(name, _TYPES[type_], _TYPES[count_type]))
        case ["property", type_, name]:
            elements[-1].properties.append(_Property(name, _TYPES[type_]))
        case _:
            raise ValueError(words[0])


class _Text:
    """The body of a text file, element by element."""

    def __init__(self, body: bytes, first_line: int, path: str) -> None:
        frame = pl.DataFrame({"text": body.decode("utf-8", errors="replace").split("\n")})
        self.lines = (
            frame.with_row_index("number", offset=first_line + 1)
            .with_columns(pl.col("text").str.strip_chars())
            .filter(pl.col("text").str.len_bytes() > 0)
        )
        self.path = path

    def skip(self, element: _Element) -> pl.DataFrame:
        """The lines of an element, which are taken away."""
        if element.count > len(self.lines):
            what = f"it says {element.count:,} lines of {element.name[:40]}, and has {len(self.lines):,}"
            raise damaged(self.path, what)
        taken, self.lines = self.lines.head(element.count), self.lines.slice(element.count)
        return taken

    def vertices(self, element: _Element) -> Floats:
        """Coordinates; NaN for what is no number."""
        places = _coordinate_places(element, self.path)
        return numbers_of(self.skip(element)["text"], max(places) + 1)[:, places]

    def faces(self, element: _Element) -> tuple[Ints, Ints, list[int]]:
        """Corners of each face, all corners in turn, and the lines that are none."""
        place = _corner_place(element, self.path)
        if any(each.count_type for each in element.properties[:place]):
            raise damaged(self.path, "its faces have a list before that of their corners, which is not read")
        lines = self.skip(element)
        numbers, width, is_none = indices_of(lines["text"])
        line = np.repeat(np.arange(len(width)), width)
        step = np.arange(len(line)) - np.repeat(np.cumsum(width) - width, width)
        counts = np.zeros(len(width), dtype=np.int64)
        counts[line[step == place]] = numbers[step == place]
        most = np.maximum(width - place - 1, 0)
        is_short = (counts < 0) | (counts > most)
        counts = np.clip(counts, 0, most)
        is_corner = (step > place) & (step <= place + counts[line])
        is_wrong = is_short.copy()
        is_wrong[line[is_corner & is_none]] = True
        return counts, np.where(is_none, -1, numbers)[is_corner], lines["number"].to_numpy()[is_wrong].tolist()


class _Binary:
    """The body of a binary file, element by element."""

    def __init__(self, body: bytes, order: str, path: str) -> None:
        self.body = body
        self.order = order
        self.path = path
        self.start = 0

    def skip(self, element: _Element) -> None:
        """Go behind an element."""
        if any(each.count_type for each in element.properties):
            self._walk(element, None)
        else:
            self._records(element)

    def vertices(self, element: _Element) -> Floats:
        """Coordinates."""
        places = _coordinate_places(element, self.path)
        found = self._records(element)
        return np.column_stack([found[f"f{place}"] for place in places]).astype(np.float64)

    def faces(self, element: _Element) -> tuple[Ints, Ints, list[int]]:
        """Corners of each face, all corners in turn, and nothing: what is no face is damage here."""
        place = _corner_place(element, self.path)
        uniform = self._uniform(element, place)
        return (*(uniform if uniform is not None else self._walk(element, place)), [])

    def _uniform(self, element: _Element, place: int) -> tuple[Ints, Ints] | None:
        """The faces at once, if the corners are the only list and all faces have as many; else None."""
        if not element.count or sum(each.count_type is not None for each in element.properties) > 1:
            return None
        count_type = self.order + str(element.properties[place].count_type)
        before = sum(np.dtype(each.type).itemsize for each in element.properties[:place])
        count = self._number(count_type, self.start + before)
        if count > _MOST_CORNERS:
            return None
        fields = [
            (f"f{n}", self.order + each.type, (count,) if n == place else ())
            for n, each in enumerate(element.properties)
        ]
        fields.insert(place, ("count", count_type, ()))
        dtype = np.dtype(fields)
        if self.start + element.count * dtype.itemsize > len(self.body):
            return None
        found = np.frombuffer(self.body, dtype=dtype, count=element.count, offset=self.start)
        if not (found["count"] == count).all():
            return None
        self.start += element.count * dtype.itemsize
        return np.full(element.count, count, dtype=np.int64), found[f"f{place}"].reshape(-1).astype(np.int64)

    def _walk(self, element: _Element, wanted: int | None) -> tuple[Ints, Ints]:
        """Row by row, for lists of differing length; the list at one position is kept."""
        counts: list[int] = []
        corners: list[bytes] = []
        kept = np.dtype(self.order + element.properties[wanted].type) if wanted is not None else np.dtype("u1")
        for _ in range(element.count):
            for place, each in enumerate(element.properties):
                size = np.dtype(each.type).itemsize
                if each.count_type is not None:
                    count = self._number(self.order + each.count_type, self.start)
                    self.start += np.dtype(each.count_type).itemsize
                    size *= count
                if self.start + size > len(self.body):
                    raise self._short(element)
                if place == wanted:
                    counts.append(size // kept.itemsize)
                    corners.append(self.body[self.start : self.start + size])
                self.start += size
        return np.array(counts, dtype=np.int64), np.frombuffer(b"".join(corners), dtype=kept).astype(np.int64)

    def _number(self, kind: str, place: int) -> int:
        code = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I"}.get(kind[1:])
        if code is None or place + int(kind[2:]) > len(self.body):
            raise damaged(self.path, "it ends within its faces, or counts them in fractions")
        count: int = struct.unpack_from(kind[0] + code, self.body, place)[0]
        if count < 0:
            raise damaged(self.path, f"a list of {count} values")
        return count

    def _records(self, element: _Element) -> np.ndarray[Any, np.dtype[Any]]:
        if any(each.count_type for each in element.properties):
            raise damaged(self.path, f"its {element.name[:40]} elements have lists, which is not read")
        dtype = np.dtype([(f"f{n}", self.order + each.type) for n, each in enumerate(element.properties)])
        if self.start + element.count * dtype.itemsize > len(self.body):
            raise self._short(element)
        found = np.frombuffer(self.body, dtype=dtype, count=element.count if dtype.itemsize else 0, offset=self.start)
        self.start += element.count * dtype.itemsize
        return found

    def _short(self, element: _Element) -> Exception:
        what = f"it says {element.count:,} {element.name[:40]} elements, and its {len(self.body):,} bytes end before"
        return damaged(self.path, what)


def _coordinate_places(element: _Element, path: str) -> list[int]:
    places = [element.place(name) for name in "xyz"]
    if None in places or any(each.count_type for each in element.properties):
        raise damaged(path, "its vertices have no x, y and z, or have lists")
    return [place for place in places if place is not None]


def _corner_place(element: _Element, path: str) -> int:
    for name in _CORNERS:
        place = element.place(name)
        if place is not None and element.properties[place].count_type is not None:
            return place
    raise damaged(path, "its faces have no list vertex_indices")
