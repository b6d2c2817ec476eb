"""A glTF file read whole: first its nodes with a mesh, then the features of its metadata."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from .contract import Batch, FileInfo, Request
from .gltf_features import Content, Feature, Gathering, add_node, add_tables
from .gltf_file import GltfFile, count_appearance, parse
from .gltf_metadata import tables_of
from .gltf_scene import Node, nodes_of
from .mesh_batches import Thing, batches_of
from .mesh_files import read_whole
from .mesh_geometry import triangles


def read_model(request: Request) -> Iterator[FileInfo | Batch]:
    """See `GltfReader.read`."""
    path = Path(request.path)
    left_out: Counter[str] = Counter()
    file = parse(read_whole(path), request.path, path.parent)
    asset = file.json["asset"]
    info = FileInfo("glTF", format_version=str(asset["version"]))
    yield info
    content = _content(file, left_out)
    keys = [str(one.place if one.own_id is None else one.own_id) for one in content.features]
    things = [
        Thing(key, None if one.parent is None else keys[one.parent], one.class_, one.attributes)
        for key, one in zip(keys, content.features, strict=True)
    ]
    yield from batches_of(things, triangles(content.vertices, content.corners, content.owner), request.batch_rows)
    unsupported = {name: number for name, number in left_out.items() if number}
    yield replace(info, rows=len(content.features), unsupported=unsupported)


def _content(file: GltfFile, left_out: Counter[str]) -> Content:
    """All nodes with a mesh, then all rows of the metadata's tables, then ids without a table."""
    count_appearance(file, left_out)
    nodes, tables = nodes_of(file, left_out), tables_of(file, left_out)
    gathering = Gathering()
    position = {node.position: number for number, node in enumerate(nodes)}
    for node, key in zip(nodes, _node_keys(nodes), strict=True):
        parent = None if node.parent is None else position[node.parent]
        gathering.add(Feature(key, parent=parent, attributes=_extras(file, node)))
    firsts = add_tables(gathering, tables)
    for feature in gathering.features[len(nodes) :]:
        feature.place = f"feature-{feature.place}"
    for node in nodes:
        own = position[node.position]
        add_node(gathering, file, node, tables, firsts, lambda own=own: own, left_out, parent=own)  # type: ignore[misc]  # a default binds the loop's value
    return gathering.content()


def _node_keys(nodes: list[Node]) -> list[str]:
    """The names of nodes where they tell them apart, with the position in the file where not."""
    times = Counter(node.name for node in nodes)
    return [
        node.name if node.name and times[node.name] == 1 else f"{node.name or ''}#{node.position}" for node in nodes
    ]


def _extras(file: GltfFile, node: Node) -> dict[str, object]:
    """What applications say of a node and of its mesh, and the names of both."""
    mesh = file.one("meshes", node.mesh)
    found: dict[str, object] = {"name": node.name, "mesh": mesh.get("name")}
    for holder in (mesh, node.content):
        extras = holder.get("extras")
        if isinstance(extras, dict):
            found |= extras
        elif extras is not None:
            found["extras"] = extras
    return {name: value for name, value in found.items() if value is not None}
