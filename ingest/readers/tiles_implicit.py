"""Implicit tiling: which tiles of a quadtree or octree there are, as the bits of subtree files say.

Source: 3D Tiles 1.1 (OGC 22-025r4), "Implicit Tiling", with "Subtree binary format"; 3DTILES_implicit_tiling of 1.0.
"""

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .errors import FileDamaged
from .json_values import JsonObject, is_index, json_object, list_of
from .mesh_files import Refused, resolve

Bits = npt.NDArray[np.bool_]
TilePlace = tuple[int, ...]  # level, x, y and for octrees z

_MOST_OF_SUBTREE = 4_000_000  # tiles that one file may tell of
_MOST_SUBTREES = 100_000
_DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Implicit:
    """How a tile is divided."""

    dimensions: int  # 2: four children each, 3: eight
    levels: int
    subtree_levels: int
    template: str  # URI of the subtree files

    @staticmethod
    def of(tile: JsonObject, name: str) -> "Implicit | None":
        """The division of a tile, None for one that has explicit children. Raises `FileDamaged`."""
        extensions = tile.get("extensions")
        older = extensions.get("3DTILES_implicit_tiling") if isinstance(extensions, dict) else None
        found = tile.get("implicitTiling", older)
        if not isinstance(found, dict):
            return None
        scheme, subtrees = found.get("subdivisionScheme"), found.get("subtrees")
        levels = found.get("availableLevels", found.get("maximumLevel", -1))
        levels = levels + 1 if "availableLevels" not in found and isinstance(levels, int) else levels
        subtree_levels = found.get("subtreeLevels")
        uri = subtrees.get("uri") if isinstance(subtrees, dict) else None
        if scheme not in ("QUADTREE", "OCTREE") or not is_index(levels, _DEEPEST) or not levels:
            raise FileDamaged(name, "an implicit tiling without scheme or levels", "Get the file again")
        if not is_index(subtree_levels, _DEEPEST) or not subtree_levels or not isinstance(uri, str):
            raise FileDamaged(
                name, "an implicit tiling without levels of its subtrees, or their name", "Get the file again"
            )
        return Implicit(2 if scheme == "QUADTREE" else 3, levels, subtree_levels, uri)

    def named(self, uri: str, place: TilePlace) -> str:
        """A template URI for one tile.

        >>> Implicit(2, 3, 2, "").named("content/{level}_{x}_{y}.glb", (2, 3, 1))
        'content/2_3_1.glb'
        """
        for word, number in zip(("level", "x", "y", "z"), place, strict=False):
            uri = uri.replace(f"{{{word}}}", str(number))
        return uri


@dataclass(frozen=True, slots=True)
class ImplicitTile:
    """A tile that is there, and which of its contents are."""

    place: TilePlace
    parent: TilePlace | None
    contents: tuple[bool, ...]


def available_tiles(
    implicit: Implicit, folder: Path, root: Path, name: str, contents: int, left_out: Counter[str]
) -> Iterator[ImplicitTile]:
    """All tiles that the subtree files say are there, parents before their children.

    Raises `FileDamaged` for a subtree that is none; one that is not there or may not be followed is counted.
    """
    branches = 1 << implicit.dimensions
    counts = [branches**level for level in range(implicit.subtree_levels)]
    if sum(counts) > _MOST_OF_SUBTREE:
        raise FileDamaged(name, f"its subtrees have up to {sum(counts):,} tiles", "Make it of smaller subtrees")
    waiting: list[TilePlace] = [(0,) * (implicit.dimensions + 1)]
    taken = 0
    while waiting:
        top = waiting.pop()
        taken += 1
        if taken > _MOST_SUBTREES:
            raise FileDamaged(name, f"it has more than {_MOST_SUBTREES:,} subtrees", "Split it")
        subtree = _Subtree.open(implicit.named(implicit.template, top), folder, root, name, left_out)
        if subtree is None:
            continue
        left_out["metadata of tiles"] += "propertyTables" in subtree.content
        there = subtree.bits("tileAvailability", sum(counts))
        filled = subtree.content_bits(sum(counts), contents)
        first = 0
        for level, count in enumerate(counts):
            if top[0] + level >= implicit.levels:
                break
            for number in np.flatnonzero(there[first : first + count]).tolist():
                place = _place(top, level, number)
                parent = (place[0] - 1, *(each >> 1 for each in place[1:])) if place[0] else None
                yield ImplicitTile(place, parent, tuple(bool(each[first + number]) for each in filled))
            first += count
        if top[0] + implicit.subtree_levels < implicit.levels:
            below = subtree.bits("childSubtreeAvailability", branches**implicit.subtree_levels)
            waiting += [
                _place(top, implicit.subtree_levels, number) for number in reversed(np.flatnonzero(below).tolist())
            ]


def _place(top: TilePlace, level: int, number: int) -> TilePlace:
    """The place of a tile by its position in the Morton order of a level of the subtree.

    >>> _place((0, 0, 0), 2, 14)
    (2, 2, 3)
    """
    dimensions = len(top) - 1
    inside = [0] * dimensions
    for bit in range(level):
        for axis in range(dimensions):
            inside[axis] |= (number >> (bit * dimensions + axis) & 1) << bit
    return (top[0] + level, *((above << level) + own for above, own in zip(top[1:], inside, strict=True)))


@dataclass(frozen=True, slots=True)
class _Subtree:
    """One subtree file."""

    name: str
    uri: str
    content: JsonObject
    binary: bytes
    folder: Path
    root: Path

    @staticmethod
    def open(uri: str, folder: Path, root: Path, name: str, left_out: Counter[str]) -> "_Subtree | None":
        try:
            path = resolve(root, folder, uri)
            content = path.read_bytes()
        except Refused as error:
            left_out[f"subtree in a {error}"] += 1
            return None
        except OSError:
            left_out["subtree that is not there"] += 1
            return None
        text, binary = content, b""
        if content[:4] == b"subt" and len(content) >= 24:
            length, rest = struct.unpack("<QQ", content[8:24])
            if 24 + length + rest > len(content):
                raise FileDamaged(name, f"its subtree {uri[:80]} is cut off", "Get the file again")
            text, binary = content[24 : 24 + length], content[24 + length : 24 + length + rest]
        found = json_object(text, name, "Get the file again", part=f"its subtree {uri[:80]}")
        return _Subtree(name, uri, found, binary, path.parent, root)

    def content_bits(self, count: int, contents: int) -> list[Bits]:
        """For each content of a tile the tiles that have it."""
        found = self.content.get("contentAvailability")
        several = found if isinstance(found, list) else [found] if found is not None else []
        extensions = self.content.get("extensions")
        multiple = extensions.get("3DTILES_multiple_contents") if isinstance(extensions, dict) else None
        if isinstance(multiple, dict):
            several = list_of(multiple.get("contentAvailability"))
        bits = [self._bits(each, count, "contentAvailability") for each in several[:contents]]
        return bits + [np.zeros(count, dtype=bool)] * (contents - len(bits))

    def bits(self, member: str, count: int) -> Bits:
        """The bits of one kind of availability."""
        return self._bits(self.content.get(member), count, member)

    def _bits(self, found: object, count: int, member: str) -> Bits:
        availability: JsonObject = found if isinstance(found, dict) else {}
        if "constant" in availability:
            return np.full(count, bool(availability["constant"]))
        content = self._view(availability.get("bitstream", availability.get("bufferView")), member)
        if 8 * len(content) < count:
            raise self._damaged(f"{8 * len(content):,} bits of {member} for {count:,} tiles")
        return np.unpackbits(np.frombuffer(content, dtype=np.uint8), count=count, bitorder="little").astype(bool)

    def _view(self, position: object, member: str) -> bytes:
        views, buffers = list_of(self.content.get("bufferViews")), list_of(self.content.get("buffers"))
        view = views[position] if is_index(position, len(views)) else None
        number = view.get("buffer") if isinstance(view, dict) else None
        buffer = buffers[number] if is_index(number, len(buffers)) else None
        if not isinstance(view, dict) or not isinstance(buffer, dict):
            raise self._damaged(f"no bits of {member}")
        content = self.binary
        if isinstance(uri := buffer.get("uri"), str):
            try:
                content = resolve(self.root, self.folder, uri).read_bytes()
            except (Refused, OSError):
                raise self._damaged(f"a buffer {uri[:80]!r} that is not beside it") from None
        offset, length = view.get("byteOffset", 0), view.get("byteLength")
        if not is_index(offset, len(content) + 1) or not is_index(length, len(content) - offset + 1):
            raise self._damaged(f"bits of {member} beyond its {len(content):,} bytes")
        return content[offset : offset + length]

    def _damaged(self, what: str) -> FileDamaged:
        return FileDamaged(self.name, f"its subtree {self.uri[:80]} has {what}", "Get the file again")
