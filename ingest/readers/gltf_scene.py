"""The scene of a glTF file: nodes with their place, and the triangles of their meshes in coordinates with z up.

Source: glTF 2.0, sections 3.5 (scenes), 3.7.2 (meshes); KHR_draco_mesh_compression.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import FileDamaged
from .gltf_file import GltfFile, Numbers
from .json_values import JsonObject, list_of, text_of
from .mesh_geometry import Floats, Ints

_TRIANGLES, _STRIP, _FAN = 4, 5, 6
_OTHER_MODES = {0: "points", 1: "lines", 2: "line loop", 3: "line strip"}
_Y_UP_TO_Z_UP = np.array([[1.0, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the scene that has a mesh."""

    position: int  # in the file
    name: str | None
    parent: int | None  # position of the nearest ancestor with a mesh
    matrix: Floats  # 4 x 4, from its own coordinates to those of the scene, z up
    mesh: int
    content: JsonObject


@dataclass(frozen=True, slots=True)
class Primitive:
    """Triangles of a mesh, in the mesh's own coordinates."""

    content: JsonObject
    vertices: Floats
    corners: Ints  # (f, 3)
    attributes: dict[str, Numbers]  # further ones of the vertices, those of `wanted`


def nodes_of(file: GltfFile, left_out: Counter[str], *, is_y_up: bool = True) -> list[Node]:
    """All nodes with a mesh of the scene (of all roots where the file names no scene), in depth-first order.

    Raises `FileDamaged` for nodes that form no tree.
    """
    nodes = file.objects("nodes")
    scene = file.json.get("scene", 0)
    scenes = list_of(file.json.get("scenes"))
    if scenes:
        roots = list_of(file.one("scenes", scene).get("nodes"))
    else:
        children = {child for node in nodes for child in list_of(node.get("children")) if isinstance(child, int)}
        roots = [position for position in range(len(nodes)) if position not in children]
    first = _Y_UP_TO_Z_UP if is_y_up else np.eye(4)
    waiting: list[tuple[Any, int | None, Floats]] = [(root, None, first) for root in reversed(roots)]
    seen: set[int] = set()
    found: list[Node] = []
    while waiting:
        position, parent, matrix = waiting.pop()
        node = file.one("nodes", position)
        if position in seen:
            raise file.damaged(f"nodes[{position}] has two parents, or is its own ancestor")
        seen.add(position)
        with np.errstate(over="ignore", invalid="ignore"):
            own = matrix @ _matrix(file, position, node)
        if "mesh" in node:
            file.one("meshes", node["mesh"])
            found.append(Node(position, text_of(node.get("name")), parent, own, node["mesh"], node))
        below = position if "mesh" in node else parent
        waiting += [(child, below, own) for child in reversed(list_of(node.get("children")))]
    outside = [n for n, node in enumerate(nodes) if n not in seen and "mesh" in node]
    if outside and not scenes:
        raise file.damaged(f"nodes[{outside[0]}] is its own ancestor")
    left_out["meshes of other scenes"] += len(outside)
    return found


def moved(vertices: Floats, matrix: Floats) -> Floats:
    """The vertices (n, 3) after a 4 x 4 matrix.

    Added up term by term, not as a product of matrices, whose rounding may differ between rows: equal vertices have to
    stay equal, or no surface is closed any more.
    """
    x, y, z = vertices.T
    with np.errstate(over="ignore", invalid="ignore"):
        return np.column_stack([row[0] * x + row[1] * y + row[2] * z + row[3] for row in matrix[:3]])


def primitives_of(file: GltfFile, mesh: int, wanted: str, left_out: Counter[str]) -> Iterator[Primitive]:
    """The primitives of a mesh with triangles, and their vertex attributes whose name begins with ``wanted``."""
    for number, content in enumerate(list_of(file.one("meshes", mesh).get("primitives"))):
        if not isinstance(content, dict):
            raise file.damaged(f"meshes[{mesh}] has a primitive {number} that is no object")
        left_out["morph targets"] += len(list_of(content.get("targets")))
        mode = content.get("mode", _TRIANGLES)
        if mode not in (_TRIANGLES, _STRIP, _FAN):
            left_out[f"mesh of {_OTHER_MODES.get(mode, 'an unknown mode')}"] += 1
            continue
        attributes = content.get("attributes")
        names = attributes if isinstance(attributes, dict) else {}
        if "POSITION" not in names:
            left_out["mesh without positions"] += 1
            continue
        chosen = ["POSITION", *(name for name in names if name.startswith(wanted))]
        draco = file.extension(content, "KHR_draco_mesh_compression")
        indices: Numbers | None
        if draco is not None:
            arrays, indices = _unpacked(file, draco, names, chosen)
        else:
            arrays = {name: file.accessor(names[name]) for name in chosen}
            indices = file.accessor(content["indices"])[:, 0] if "indices" in content else None
        positions = arrays.pop("POSITION")
        if positions.shape[1] != 3:
            raise file.damaged(f"meshes[{mesh}] has positions of {positions.shape[1]} numbers")
        order = np.arange(len(positions)) if indices is None else indices.astype(np.int64)
        yield Primitive(content, positions.astype(np.float64), _triangles(order, mode), arrays)


def _triangles(order: Ints, mode: int) -> Ints:
    """Corners of triangles (f, 3) as the mode joins a row of vertices; a rest too few for one is passed over."""
    if mode == _TRIANGLES:
        return order[: len(order) // 3 * 3].reshape(-1, 3)
    if len(order) < 3:
        return np.empty((0, 3), dtype=np.int64)
    if mode == _FAN:
        return np.column_stack([order[1:-1], order[2:], np.full(len(order) - 2, order[0])])
    strip = np.column_stack([order[:-2], order[1:-1], order[2:]])
    strip[1::2] = strip[1::2][:, [0, 2, 1]]  # every other one runs the other way
    return strip


def _unpacked(
    file: GltfFile, draco: JsonObject, names: JsonObject, chosen: list[str]
) -> tuple[dict[str, Numbers], Numbers]:
    import DracoPy  # few files need it, and every reader is loaded to know any file

    packed, ids = file.view(draco.get("bufferView")), draco.get("attributes")
    _check_draco(file, packed)
    try:
        mesh = DracoPy.decode(packed)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises bare classes of many kinds for damaged bytes
        raise FileDamaged(file.name, f"its Draco content can't be unpacked: {error}", "Get the file again") from None
    if not isinstance(mesh, DracoPy.DracoMesh) or not isinstance(ids, dict):
        raise file.damaged("its Draco content is no mesh")
    found: dict[str, Numbers] = {}
    for name in chosen:
        if name not in ids:  # kept beside the packed ones
            found[name] = file.accessor(names[name])
            continue
        attribute = mesh.get_attribute_by_unique_id(ids[name]) if isinstance(ids[name], int) else None
        if attribute is None:
            raise file.damaged(f"its Draco content has no attribute {name}")
        values = np.asarray(attribute["data"])
        found[name] = values.reshape(len(values), -1)
    return found, np.asarray(mesh.faces).reshape(-1)


def _check_draco(file: GltfFile, packed: bytes) -> None:
    if packed[:5] != b"DRACO":
        raise file.damaged("its Draco content does not begin as such")


def _matrix(file: GltfFile, position: object, node: JsonObject) -> Floats:
    """The 4 x 4 matrix of a node: given as such, or as translation, rotation (a quaternion x, y, z, w) and scale."""
    try:
        if "matrix" in node:
            return np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
        x, y, z, w = np.array(node.get("rotation", [0, 0, 0, 1]), dtype=np.float64)
        scale = np.array(node.get("scale", [1, 1, 1]), dtype=np.float64).reshape(3)
        result = np.eye(4)
        result[:3, :3] = (
            np.array(
                [
                    [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
                    [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
                    [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
                ]
            )
            * scale
        )
        result[:3, 3] = np.array(node.get("translation", [0, 0, 0]), dtype=np.float64).reshape(3)
    except (TypeError, ValueError):
        raise file.damaged(f"nodes[{position}] has no matrix, translation, rotation or scale of numbers") from None
    return result
