"""The tree of a tileset: every content with its place and its level, across external and implicit tilesets.

Source: 3D Tiles 1.1 (OGC 22-025r4), "Tileset JSON" and "Implicit Tiling"; 3DTILES_content_gltf, 3DTILES_implicit_tiling
and 3DTILES_multiple_contents of 1.0.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .errors import FileDamaged, UnknownFormat
from .files import take_sample
from .json_values import JsonObject, json_object, list_of
from .mesh_files import Refused, read_whole, resolve
from .mesh_geometry import Floats
from .tiles_implicit import Implicit, available_tiles

_VERSIONS = ("0.0", "1.0", "1.1")
_TILE_SUFFIXES = frozenset({".b3dm", ".i3dm", ".pnts", ".cmpt", ".glb"})
_MOST_TILES = 2_000_000
_EARTH = (6_200_000.0, 6_600_000.0)  # metres from its centre, of all that stands on it or flies low above it
_UNDERSTOOD = frozenset(
    {"3DTILES_content_gltf", "3DTILES_implicit_tiling", "3DTILES_multiple_contents", "3DTILES_bounding_volume_S2"}
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One content to read."""

    path: Path
    name: str  # relative to the folder of the tileset
    transform: Floats  # 4 x 4, from the tile's coordinates to those of the tileset
    level: int  # how many contents it replaces, from the root on
    is_replaced: bool  # by finer ones
    is_y_up: bool


@dataclass(frozen=True, slots=True)
class Tileset:
    """All contents, parents before their children."""

    version: str
    is_on_earth: bool
    tiles: list[Tile]


@dataclass(slots=True)
class _Place:
    """A tile while the tree is walked; parents come before their children."""

    parent: int | None
    uris: list[str]
    transform: Floats
    is_replacing: bool  # its children replace its content
    folder: Path
    is_y_up: bool
    paths: list[Path] = field(default_factory=list)


def open_tileset(path: Path, left_out: Counter[str]) -> Tileset:
    """Walk the tree of a tileset file; counts contents that are missing or may not be followed in ``left_out``.

    Raises `FileDamaged` for a tree that is none, `UnknownFormat` for another version or an extension that it needs.
    """
    walk = _Walk(path, left_out)
    document = walk.document(path, path.name)
    asset = document.get("asset")
    version = str(asset.get("version")) if isinstance(asset, dict) else "not said"
    walk.add_document(document, path, None, np.eye(4), is_replacing=False)
    walk.run()
    walk.count_unnamed()
    root = document.get("root")
    return Tileset(version, _is_on_earth(root if isinstance(root, dict) else {}), walk.tiles())


class _Walk:
    """The state of walking one tileset."""

    def __init__(self, path: Path, left_out: Counter[str]) -> None:
        self.root = path.parent
        self.name = str(path)
        self.left_out = left_out
        self.places: list[_Place] = []
        self.seen = {path.resolve()}
        self.waiting: list[tuple[JsonObject, int | None, Floats, bool, Path, bool]] = []

    def document(self, path: Path, name: str) -> JsonObject:
        """A tileset file, checked for what it asks of a reader."""
        found = json_object(read_whole(path), self.name, "Give a tileset.json", part=name)
        if not isinstance(found.get("root"), dict):
            raise FileDamaged(self.name, f'{name} has no "root"', "Give a tileset.json")
        asset = found.get("asset")
        version = str(asset.get("version")) if isinstance(asset, dict) else "not said"
        if not version.startswith(_VERSIONS):
            raise UnknownFormat(
                self.name, f"the 3D Tiles version of {name} is {version[:20]}", "Convert it to 1.0 or 1.1"
            )
        for extension in list_of(found.get("extensionsRequired")):
            if extension not in _UNDERSTOOD:
                what = f"{name} can't be read without the extension {str(extension)[:80]}"
                raise UnknownFormat(self.name, what, "Export it without this extension")
        return found

    def add_document(
        self, document: JsonObject, path: Path, parent: int | None, transform: Floats, *, is_replacing: bool
    ) -> None:
        """The root of a tileset file, at the place of the tile that names it."""
        asset = document["asset"]
        is_y_up = str(asset.get("gltfUpAxis", "Y")).upper() != "Z"
        self.waiting.append((document["root"], parent, transform, is_replacing, path.parent, is_y_up))
        for name in ("schema", "schemaUri", "statistics", "groups", "metadata"):
            self.left_out[f"{name} of the tileset"] += name in document

    def run(self) -> None:
        """Take tiles until none is left; children behind their parents."""
        while self.waiting:
            self._take(*self.waiting.pop())

    def _take(
        self, tile: JsonObject, parent: int | None, above: Floats, inherited: bool, folder: Path, is_y_up: bool
    ) -> None:
        transform = self._transform(tile, above)
        refine = str(tile.get("refine", "REPLACE" if inherited else "ADD")).upper()
        implicit = Implicit.of(tile, self.name)
        uris = self._uris(tile)
        self.left_out["metadata of tiles"] += "metadata" in tile
        if implicit is not None:
            self._take_implicit(implicit, uris, parent, transform, refine == "REPLACE", folder, is_y_up)
            return
        place = self._add(_Place(parent, uris, transform, refine == "REPLACE", folder, is_y_up))
        self._follow(place)
        children = list_of(tile.get("children"))
        if not all(isinstance(child, dict) for child in children):
            raise FileDamaged(self.name, "a tile has a child that is no object", "Get the file again")
        self.waiting += [
            (child, place, transform, refine == "REPLACE", folder, is_y_up) for child in reversed(children)
        ]

    def _take_implicit(
        self, implicit: Implicit, uris: list[str], parent: int | None, transform: Floats, is_replacing: bool,
        folder: Path, is_y_up: bool,
    ) -> None:  # fmt: skip
        positions: dict[tuple[int, ...], int | None] = {}
        for tile in available_tiles(implicit, folder, self.root, self.name, len(uris), self.left_out):
            names = [
                implicit.named(uri, tile.place) for uri, is_there in zip(uris, tile.contents, strict=True) if is_there
            ]
            above = positions.get(tile.parent, parent) if tile.parent is not None else parent
            place = self._add(_Place(above, names, transform, is_replacing, folder, is_y_up))
            positions[tile.place] = place
            self._follow(place)

    def _add(self, place: _Place) -> int:
        if len(self.places) >= _MOST_TILES:
            raise FileDamaged(self.name, f"it has more than {_MOST_TILES:,} tiles", "Split it")
        self.places.append(place)
        return len(self.places) - 1

    def _follow(self, number: int) -> None:
        """Find the files of a tile's contents; tilesets among them are walked like its children."""
        place = self.places[number]
        for uri in place.uris:
            try:
                path = resolve(self.root, place.folder, uri)
            except Refused as error:
                self.left_out[f"content in a {error}"] += 1
                continue
            if not path.is_file():
                self.left_out["content that is not there"] += 1
            elif path.suffix.lower() != ".json" or not _is_tileset(path):
                place.paths.append(path)
            elif path in self.seen:
                self.left_out["external tileset that was named before"] += 1
            else:
                self.seen.add(path)
                name = path.relative_to(self.root.resolve()).as_posix()
                document = self.document(path, name)
                self.add_document(document, path, number, place.transform, is_replacing=place.is_replacing)

    def _uris(self, tile: JsonObject) -> list[str]:
        """The names of a tile's contents."""
        extensions = tile.get("extensions")
        multiple = extensions.get("3DTILES_multiple_contents") if isinstance(extensions, dict) else None
        contents = list_of(tile.get("contents"))
        if isinstance(multiple, dict):
            contents = contents + list_of(multiple.get("contents") or multiple.get("content"))
        contents = [tile["content"], *contents] if isinstance(tile.get("content"), dict) else contents
        found = []
        for content in contents:
            uri = content.get("uri", content.get("url")) if isinstance(content, dict) else None
            if not isinstance(uri, str):
                raise FileDamaged(self.name, "a content has no uri", "Get the file again")
            found.append(uri)
            self.left_out["metadata of contents"] += "metadata" in content
        return found

    def _transform(self, tile: JsonObject, above: Floats) -> Floats:
        if "transform" not in tile:
            return above
        try:
            own: Floats = np.array(tile["transform"], dtype=np.float64).reshape(4, 4).T
        except (TypeError, ValueError):
            raise FileDamaged(self.name, "a transform is not 16 numbers", "Get the file again") from None
        with np.errstate(over="ignore", invalid="ignore"):
            return above @ own

    def count_unnamed(self) -> None:
        """Count what lies in the folder and is not named: who gives the folder may take it for a part."""
        if Path(self.name).name != "tileset.json":
            return
        named = self.seen.union(*(place.paths for place in self.places))
        for path in self.root.resolve().rglob("*"):
            is_tile = path.suffix.lower() in _TILE_SUFFIXES or path.name == "tileset.json"
            self.left_out["tile in the folder that the tileset does not name"] += is_tile and path not in named

    def tiles(self) -> list[Tile]:
        """The contents of all tiles, with what is known once the whole tree is."""
        has_below = [False] * len(self.places)
        for number in range(len(self.places) - 1, -1, -1):
            place = self.places[number]
            if place.parent is not None and (has_below[number] or place.paths):
                has_below[place.parent] = True
        levels = [0] * len(self.places)
        found = []
        root = self.root.resolve()
        for number, place in enumerate(self.places):
            if place.parent is not None:
                above = self.places[place.parent]
                levels[number] = levels[place.parent] + bool(above.paths and above.is_replacing)
            is_replaced = place.is_replacing and has_below[number]
            found += [
                Tile(
                    path, path.relative_to(root).as_posix(), place.transform, levels[number], is_replaced, place.is_y_up
                )
                for path in place.paths
            ]
        return found


def _is_tileset(path: Path) -> bool:
    """Whether a JSON file is a tileset, not a glTF; looked at whole only when its beginning does not tell."""
    head = take_sample(path).head
    return not (b'"accessors"' in head or b'"bufferViews"' in head or b'"meshes"' in head)


def _is_on_earth(root: JsonObject) -> bool:
    """Whether the middle of the root's bounding volume lies near the surface of the earth."""
    volume = root.get("boundingVolume")
    volume = volume if isinstance(volume, dict) else {}
    if "region" in volume or "extensions" in volume:  # a region in longitude and latitude, or a cell of S2
        return True
    numbers = volume.get("box") or volume.get("sphere")
    matrix: Any = root.get("transform", [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])
    try:
        transform = np.array(matrix, dtype=np.float64).reshape(4, 4).T
        middle = transform @ np.array([*list_of(numbers)[:3], 1.0], dtype=np.float64)
    except (TypeError, ValueError):
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        distance = float(np.linalg.norm(middle[:3]))
    return _EARTH[0] <= distance <= _EARTH[1]
