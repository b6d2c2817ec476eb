"""Features of a glTF file: the triangles of its nodes, sorted by feature id, with the attributes of each.

Source: EXT_mesh_features and, older, EXT_feature_metadata; `_BATCHID` of 3D Tiles 1.0 (Batched 3D Model).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from .gltf_file import GltfFile, Numbers
from .gltf_metadata import Table
from .gltf_scene import Node, Primitive, moved, primitives_of
from .json_values import JsonObject, is_index, list_of, text_of
from .mesh_geometry import Floats, Ints

_IDS = "_FEATURE_ID_"
_BATCH_IDS = "_BATCHID"


@dataclass(slots=True)
class Feature:
    """One feature as the file has it."""

    place: str  # what tells it from the others of its file
    own_id: object = None  # what tells it from all others, if it has such
    class_: str | None = None
    parent: int | None = None  # position of another feature
    attributes: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """The features of a file or tile, and all triangles with the feature that each is of."""

    features: list[Feature]
    vertices: Floats
    corners: Ints  # (f, 3); -1 is a vertex that is not there
    owner: Ints  # (f,)


@dataclass(slots=True)
class Gathering:
    """Features as they are found, and where their triangles are."""

    features: list[Feature] = field(default_factory=list)
    vertices: list[Floats] = field(default_factory=list)
    corners: list[Ints] = field(default_factory=list)
    owner: list[Ints] = field(default_factory=list)
    vertex_count: int = 0
    _loose: dict[tuple[str, int], int] = field(default_factory=dict)

    def add(self, feature: Feature) -> int:
        """The position of a new feature."""
        self.features.append(feature)
        return len(self.features) - 1

    def loose(self, kind: str, number: int, parent: int | None) -> int:
        """The position of the feature that is only a number, without attributes."""
        key = (kind, number)
        if key not in self._loose:
            self._loose[key] = self.add(Feature(f"{kind}{number}", parent=parent))
        return self._loose[key]

    def take(self, vertices: Floats, corners: Ints, owner: Ints) -> None:
        """Triangles of one primitive."""
        is_there = (corners >= 0) & (corners < len(vertices))
        self.vertices.append(vertices)
        self.corners.append(np.where(is_there, corners + self.vertex_count, -1))
        self.owner.append(owner)
        self.vertex_count += len(vertices)

    def content(self) -> Content:
        """All of it as arrays."""
        return Content(
            self.features,
            np.concatenate([np.empty((0, 3)), *self.vertices]),
            np.concatenate([np.empty((0, 3), dtype=np.int64), *self.corners]),
            np.concatenate([np.empty(0, dtype=np.int64), *self.owner]),
        )


@dataclass(frozen=True, slots=True)
class _Ids:
    """The feature ids of a primitive's vertices, and the table that they are rows of."""

    table: str | None
    values: Ints
    nothing: int | None = None  # the id that says: of no feature


def add_tables(gathering: Gathering, tables: Mapping[str, Table]) -> dict[str, int]:
    """Each row of each table as a feature; gives the position of the first row of each."""
    firsts = {}
    for key, table in tables.items():
        firsts[key] = len(gathering.features)
        own_ids = table.own_ids()
        prefix = f"{key}-" if len(tables) > 1 else ""
        gathering.features += [
            Feature(
                f"{prefix}{row}",
                own_ids[row] if own_ids is not None else None,
                table.class_,
                attributes=table.row(row),
            )
            for row in range(table.count)
        ]
    return firsts


def add_node(
    gathering: Gathering,
    file: GltfFile,
    node: Node,
    tables: Mapping[str, Table],
    firsts: Mapping[str, int],
    rest: Callable[[], int],
    left_out: Counter[str],
    *,
    parent: int | None = None,
) -> None:
    """The triangles of a node; ``rest`` gives the feature of those that have no feature id, ``parent`` that of all."""
    wanted = _BATCH_IDS if _BATCH_IDS in tables else _IDS
    for primitive in primitives_of(file, node.mesh, wanted, left_out):
        vertices = moved(primitive.vertices, node.matrix)
        ids = _batch_ids(primitive) if _BATCH_IDS in tables else _feature_ids(file, primitive, left_out)
        corner = primitive.corners[:, 0]
        if ids is None or not len(ids.values):
            owner = np.full(len(corner), rest() if len(corner) else 0, dtype=np.int64)
        else:
            values = ids.values[np.clip(corner, 0, len(ids.values) - 1)]
            owner = _owners(gathering, ids, values, tables, firsts, rest, parent, node)
        gathering.take(vertices, primitive.corners, owner)


def _owners(
    gathering: Gathering,
    ids: _Ids,
    values: Ints,
    tables: Mapping[str, Table],
    firsts: Mapping[str, int],
    rest: Callable[[], int],
    parent: int | None,
    node: Node,
) -> Ints:
    """The feature of each triangle by its id."""
    found, where = np.unique(values, return_inverse=True)
    count = tables[ids.table].count if ids.table is not None and ids.table in tables else 0
    positions = np.empty(len(found), dtype=np.int64)
    for place, number in enumerate(found.tolist()):
        if number < 0 or number == ids.nothing:
            positions[place] = rest()
        elif number < count:
            positions[place] = firsts[str(ids.table)] + number
            if gathering.features[positions[place]].parent is None:
                gathering.features[positions[place]].parent = parent
        else:
            # ids without a table are counted anew in each mesh
            kind = f"{ids.table}+" if ids.table in tables else f"{node.position}-"
            positions[place] = gathering.loose(kind, number, parent)
    return positions[where.reshape(-1)]


def _batch_ids(primitive: Primitive) -> _Ids | None:
    found = primitive.attributes.get(_BATCH_IDS)
    return None if found is None else _Ids(_BATCH_IDS, _whole(found))


def _feature_ids(file: GltfFile, primitive: Primitive, left_out: Counter[str]) -> _Ids | None:
    """The first set of feature ids of a primitive, one with a table before others; the further ones are counted."""
    newer = file.extension(primitive.content, "EXT_mesh_features")
    older = file.extension(primitive.content, "EXT_feature_metadata")
    if newer is not None:
        sets = [each for each in list_of(newer.get("featureIds")) if isinstance(each, dict)]
        readable = [each for each in sets if "texture" not in each]
        left_out["feature ids in a texture"] += len(sets) - len(readable)
        readable.sort(key=lambda each: "propertyTable" not in each)
    elif older is not None:
        left_out["feature ids in a texture"] += len(list_of(older.get("featureIdTextures")))
        readable = [each for each in list_of(older.get("featureIdAttributes")) if isinstance(each, dict)]
    else:
        return None
    if not readable:
        return None
    left_out["further feature ids of a mesh"] += len(readable) - 1
    return _newer_ids(primitive, readable[0], file) if newer is not None else _older_ids(primitive, readable[0], file)


def _newer_ids(primitive: Primitive, chosen: JsonObject, file: GltfFile) -> _Ids:
    table, nothing = chosen.get("propertyTable"), chosen.get("nullFeatureId")
    if "attribute" in chosen:
        values = primitive.attributes.get(f"{_IDS}{chosen['attribute']}")
        if values is None:
            raise file.damaged(f"a mesh has no attribute {_IDS}{chosen['attribute']}, which its feature ids name")
        numbers = _whole(values)
    else:
        numbers = np.arange(len(primitive.vertices))  # each vertex is a feature of its own
    return _Ids(
        str(table) if is_index(table, 1 << 31) else None, numbers, nothing if is_index(nothing, 1 << 62) else None
    )


def _older_ids(primitive: Primitive, chosen: JsonObject, file: GltfFile) -> _Ids:
    ids = chosen.get("featureIds")
    words: JsonObject = ids if isinstance(ids, dict) else {}
    if "attribute" in words:
        values = primitive.attributes.get(str(words["attribute"]))
        if values is None:
            raise file.damaged(f"a mesh has no attribute {str(words['attribute'])[:40]}, which its feature ids name")
        numbers = _whole(values)
    else:
        constant, divisor = words.get("constant", 0), words.get("divisor", 0)
        if not is_index(constant, 1 << 62) or not is_index(divisor, 1 << 62):
            raise file.damaged("feature ids have a constant or divisor that is no whole number")
        numbers = np.arange(len(primitive.vertices), dtype=np.int64) // (divisor or len(primitive.vertices) or 1)
        numbers = numbers + constant
    return _Ids(text_of(chosen.get("featureTable")), numbers)


def _whole(values: Numbers) -> Ints:
    """Ids as whole numbers, which files may hold as floating ones; -1 for what is no number."""
    numbers = values[:, 0] if values.ndim > 1 else values
    if numbers.dtype.kind == "f":
        with np.errstate(invalid="ignore"):
            is_id = np.isfinite(numbers) & (np.abs(numbers) < 2.0**53)
        numbers = np.where(is_id, np.round(np.where(is_id, numbers, 0)), -1)
    return numbers.astype(np.int64)
