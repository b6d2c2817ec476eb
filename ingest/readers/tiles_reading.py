"""The features of a tileset, gathered from all its tiles, as batches."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import shapely
from pyproj import Transformer

from .contract import Batch, FileInfo, Request
from .errors import ReaderError
from .files import open_binary
from .gltf_features import Content, Feature
from .gltf_scene import moved
from .mesh_batches import Shape, Thing, batch_of
from .mesh_files import read_whole
from .mesh_geometry import Floats, shapes_of, triangles
from .tiles import TILES
from .tiles_content import features_of, models_of
from .tiles_tileset import Tile, Tileset, open_tileset

_GEOCENTRIC, _GEOGRAPHIC = "EPSG:4978", "EPSG:4979"
_MOST_HEIGHT = 500_000.0  # metres above or below the ellipsoid; the rest is a wrong transform, not a thing on earth


def read_tileset(request: Request) -> Iterator[FileInfo | Batch]:
    """See `TilesReader.read`."""
    path = Path(request.path)
    with open_binary(path) as stream:
        magic = stream.read(4)
    if magic in TILES:
        what = f"it is one tile of a tileset ({magic.decode()}), which does not say where it is"
        raise ReaderError(request.path, what, "Give the tileset.json that names it")
    left_out: Counter[str] = Counter()
    tileset = open_tileset(path, left_out)
    crs = _GEOGRAPHIC if tileset.is_on_earth else None
    info = FileInfo("3D Tiles", format_version=tileset.version, declared_crs=crs)
    yield info
    reading = _Reading(tileset, path, left_out)
    rows = 0
    for batch in reading.batches(request.batch_rows):
        rows += batch.features.height
        yield batch
    yield replace(
        info,
        rows=rows,
        warnings=reading.warnings(),
        unsupported={name: number for name, number in left_out.items() if number},
    )


@dataclass(slots=True)
class _Waiting:
    """A feature some tiles of which are still to come."""

    thing: Thing
    shapes: dict[int, list[Shape]] = field(default_factory=dict)  # by level


class _Reading:
    """The state of reading one tileset."""

    def __init__(self, tileset: Tileset, path: Path, left_out: Counter[str]) -> None:
        self.tileset = tileset
        self.path = path
        self.left_out = left_out
        self.to_degrees = Transformer.from_crs(_GEOCENTRIC, _GEOGRAPHIC, always_xy=True)
        self.waiting: dict[str, _Waiting] = {}
        self.numbers_are_ids = True
        self.last_tile = self._last_tiles() if len(tileset.tiles) > 1 else {}

    def warnings(self) -> tuple[str, ...]:
        """What was noticed."""
        notes = []
        if not self.tileset.is_on_earth:
            notes.append("the tileset does not lie on the earth: its coordinates are kept as they are")
        if self.left_out["content that is not there"] or self.left_out["subtree that is not there"]:
            notes.append("files of the tileset are missing: take it as a partial delivery, or get them")
        return tuple(notes)

    def batches(self, batch_rows: int) -> Iterator[Batch]:
        """All features; each one after the last tile that it is in."""
        ready: list[_Waiting] = []
        row = 1
        for number, tile in enumerate(self.tileset.tiles):
            keys: dict[str, None] = {}
            for content in self._contents(tile):
                keys |= dict.fromkeys(self._take(tile, content))
            ready += [self.waiting.pop(key) for key in keys if self.last_tile.get(key, number) <= number]
            while len(ready) >= batch_rows:
                yield _batch(ready[:batch_rows], row)
                row += batch_rows
                ready = ready[batch_rows:]
        if ready:
            yield _batch(ready, row)

    def _contents(self, tile: Tile, *, with_shapes: bool = True) -> Iterator[Content]:
        left_out = self.left_out if with_shapes else Counter[str]()  # counted once
        try:
            content = read_whole(tile.path)
        except OSError as error:
            raise ReaderError(str(self.path), f"its tile {tile.name} can't be opened: {error}", "Check it") from None
        name = f"{self.path} ({tile.name})"
        for model in models_of(content, name, tile.path.parent, self.path.parent, left_out):
            yield features_of(model, left_out, is_y_up=tile.is_y_up, with_shapes=with_shapes)

    def _last_tiles(self) -> dict[str, int]:
        """For each id of its own the last tile with it.

        Whole numbers that come again in tiles which do not replace each other are counted per tile, and no ids.
        """
        last: dict[str, int] = {}
        numbers: set[int] = set()
        for number, tile in enumerate(self.tileset.tiles):
            for content in self._contents(tile, with_shapes=False):
                for feature in content.features:
                    if isinstance(feature.own_id, int) and not tile.is_replaced:
                        self.numbers_are_ids &= feature.own_id not in numbers
                        numbers.add(feature.own_id)
                    if feature.own_id is not None:
                        last[str(feature.own_id)] = number
        return last

    def _take(self, tile: Tile, content: Content) -> list[str]:
        """Let the features of a model wait; gives their keys."""
        keys = [self._key(tile, feature) for feature in content.features]
        is_kept = np.array([key is not None for key in keys], dtype=bool)
        self.left_out["feature of a coarser level without an id of its own"] += int((~is_kept).sum())
        for key, feature in zip(keys, content.features, strict=True):
            if key is None:
                continue
            above = None if feature.parent is None else keys[feature.parent]
            one = self.waiting.setdefault(key, _Waiting(Thing(key)))
            # the finer level, which comes later, says it better
            attributes = {**one.thing.attributes, **feature.attributes}
            one.thing = Thing(key, above or one.thing.parent, feature.class_ or one.thing.class_, attributes)
        mine = is_kept[content.owner] if len(content.owner) else np.zeros(0, dtype=bool)
        mesh = triangles(self._placed(content.vertices, tile), content.corners[mine], content.owner[mine])
        shapes = shapes_of(mesh)
        told = zip(shapes.wkb, shapes.is_solid, shapes.problem, shapes.shells, strict=True)
        for owner, (wkb, is_solid, problem, shells) in zip(shapes.owner.tolist(), told, strict=True):
            shape = Shape(0, wkb, is_solid, problem, shells=shells)
            self.waiting[str(keys[owner])].shapes.setdefault(tile.level, []).append(shape)
        return [key for key in keys if key is not None]

    def _key(self, tile: Tile, feature: Feature) -> str | None:
        """The key of a feature; None where it would be taken a second time by a finer tile."""
        own_id = feature.own_id
        if own_id is not None and (self.numbers_are_ids or not isinstance(own_id, int)):
            return str(own_id)
        return None if tile.is_replaced else f"{tile.name}#{feature.place}"

    def _placed(self, vertices: Floats, tile: Tile) -> Floats:
        """Vertices of a tile as longitude, latitude and height; NaN for those that can't be on the earth."""
        found = moved(vertices, tile.transform)
        if not self.tileset.is_on_earth or not len(found):
            return found
        degrees = np.column_stack(self.to_degrees.transform(*found.T))
        degrees[~(np.abs(degrees[:, 2]) < _MOST_HEIGHT)] = np.nan
        return degrees


def _batch(features: list[_Waiting], first_row: int) -> Batch:
    shapes = [shape for place, one in enumerate(features) for shape in _shapes(one, place)]
    return batch_of([one.thing for one in features], shapes, first_row)


def _shapes(one: _Waiting, place: int) -> Iterator[Shape]:
    """A geometry for each level; levels are named only where there are several."""
    for level, pieces in sorted(one.shapes.items()):
        whole = pieces[0] if len(pieces) == 1 else _together(pieces)
        lod = f"tiles-{level:02d}" if len(one.shapes) > 1 else None
        yield replace(whole, thing=place, lod=lod)


def _together(pieces: list[Shape]) -> Shape:
    """The pieces of a feature that several tiles of a level have."""
    broken = [piece for piece in pieces if piece.problem is not None]
    if broken:
        return broken[0]
    polygons = shapely.get_parts(shapely.from_wkb([piece.wkb for piece in pieces]))
    corners = shapely.get_coordinates(polygons, include_z=True).reshape(-1, 4, 3)[:, :3].reshape(-1, 3)
    order = np.arange(len(corners)).reshape(-1, 3)
    shapes = shapes_of(triangles(corners, order, np.zeros(len(order), dtype=np.int64)))
    return Shape(0, shapes.wkb[0], shapes.is_solid[0], shapes.problem[0], shells=shapes.shells[0])
