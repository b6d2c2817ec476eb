"""Small loaders of the formats of the test suite, so that the checks are tried without our readers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from lxml import etree

from ingest.solid import Body, Kind
from ingest.solid.indoor import Cell, Network, State, Transition

Nested = list[Any]


def poly(path: Path) -> Nested:
    """The shell of a TetGen POLY file: polygons of rings of points. Points are numbered from 0 or 1."""
    words = iter(path.read_text(encoding="utf-8").split())

    def take(count: int) -> list[str]:
        return [next(words) for _ in range(count)]

    number, *_ = (int(word) for word in take(4))
    points = {}
    for _ in range(number):
        name, *place = take(4)
        points[int(name)] = tuple(map(float, place))
    shell = []
    for _ in range(int(take(2)[0])):
        rings, holes = (int(word) for word in take(2))
        polygon = [[points[int(name)] for name in take(int(take(1)[0]))] for _ in range(rings)]
        take(4 * holes)
        shell.append(polygon)
    return shell


def off(path: Path) -> Nested:
    """The shell of an OFF file."""
    words = path.read_text(encoding="utf-8").split()[1:]
    number, faces = int(words[0]), int(words[1])
    points = np.array(words[3 : 3 + 3 * number], dtype=float).reshape(-1, 3).tolist()
    at = 3 + 3 * number
    shell = []
    for _ in range(faces):
        count = int(words[at])
        shell.append([[points[int(name)] for name in words[at + 1 : at + 1 + count]]])
        at += 1 + count
    return shell


def obj(path: Path) -> list[Nested]:
    """The shells of an OBJ file, one for each object (`o`)."""
    points: list[list[float]] = []
    shells: list[Nested] = [[]]
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *rest = line.split() or [""]
        if word == "v":
            points.append([float(number) for number in rest[:3]])
        elif word == "o":
            shells.append([])
        elif word == "f":
            shells[-1].append([[points[int(corner.split("/")[0]) - 1] for corner in rest]])
    return [shell for shell in shells if shell]


_DEPTH = {"MultiSurface": 0, "CompositeSurface": 0, "Solid": 1, "MultiSolid": 2, "CompositeSolid": 2}
_KINDS = {
    "MultiSurface": Kind.MULTI_SURFACE,
    "CompositeSurface": Kind.COMPOSITE_SURFACE,
    "Solid": Kind.SOLID,
    "MultiSolid": Kind.MULTI_SOLID,
    "CompositeSolid": Kind.COMPOSITE_SOLID,
}


def nested_body(kind: str, boundaries: Nested, points: Any, *, must_close: bool = False) -> Body:
    """A body of boundaries as CityJSON nests them; with points, the boundaries are indices."""

    def placed(nested: Any) -> Any:
        if points is None:
            return nested
        return [placed(part) for part in nested] if isinstance(nested, list) else points[nested]

    boundaries = placed(boundaries)
    solids = boundaries if _DEPTH[kind] == 2 else [boundaries] if _DEPTH[kind] == 1 else [[boundaries]]
    return Body(_KINDS[kind], solids, must_close)


def cityjson(path: Path) -> dict[str, list[tuple[str, Body]]]:
    """The geometries with areas, and their LODs, of each object of a CityJSON file or sequence."""
    documents = [json.loads(line) for line in _documents(path)]
    transform = documents[0].get("transform")
    return {
        name: list(_bodies(item.get("geometry", []), document, documents[0], transform))
        for document in documents
        for name, item in document.get("CityObjects", {}).items()
    }


def parents(path: Path) -> dict[str, str]:
    """The parent of each object that has one."""
    return {
        name: item["parents"][0]
        for line in _documents(path)
        for name, item in json.loads(line).get("CityObjects", {}).items()
        if item.get("parents")
    }


def _documents(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    return text.splitlines() if path.name.endswith("jsonl") else [text]


def _bodies(geometries: list[Any], document: Any, first: Any, transform: Any) -> Iterator[tuple[str, Body]]:
    points = np.array(document["vertices"], dtype=float).reshape(-1, 3)
    if transform:
        points = points * transform["scale"] + transform["translate"]
    for geometry in geometries:
        if geometry["type"] == "GeometryInstance":
            templates = first["geometry-templates"]
            template = templates["templates"][geometry["template"]]
            matrix = np.array(geometry["transformationMatrix"], dtype=float).reshape(4, 4)
            corners = np.array(templates["vertices-templates"], dtype=float)
            moved = (np.c_[corners, np.ones(len(corners))] @ matrix.T)[:, :3] + points[geometry["boundaries"][0]]
            yield str(template.get("lod")), nested_body(template["type"], template["boundaries"], moved.tolist())
        elif geometry["type"] in _DEPTH:
            body = nested_body(geometry["type"], geometry["boundaries"], points.tolist())
            yield str(geometry.get("lod")), body


def gml(path: Path) -> list[Body]:
    """The solids, multi- and composite solids of a GML file, with surfaces that are named elsewhere put in place."""
    return [_gml_body(element) for element in _top_solids(_gml_root(path))]


def _gml_root(path: Path) -> Any:
    return etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()


def _top_solids(root: Any) -> list[Any]:
    names = ("Solid", "MultiSolid", "CompositeSolid")
    found = root.iter(*(f"{{*}}{name}" for name in names))
    return [element for element in found if not any(_name(above) in names for above in element.iterancestors())]


def _gml_body(element: Any) -> Body:
    """Rings of GML have to end where they begin."""
    solids = [element] if _name(element) == "Solid" else list(element.iter("{*}Solid"))
    nested = [
        [_gml_polygons(shell) for word in ("exterior", "interior") for shell in solid.findall(f"{{*}}{word}")]
        for solid in solids
    ]
    return Body(_KINDS[_name(element)], nested, must_close=True)


def _name(element: Any) -> str:
    return str(etree.QName(element).localname)


def _gml_polygons(element: Any) -> Nested:
    polygons: Nested = []
    for child in element:
        reference = child.get("{http://www.w3.org/1999/xlink}href")
        if reference is not None:
            polygons += _gml_polygons(
                child.getroottree().xpath("//*[@*[local-name()='id']=$id]/..", id=reference[1:])[0]
            )
        elif _name(child) == "Polygon":
            polygons.append([_gml_ring(ring) for ring in child.iter("{*}LinearRing")])
        elif _name(child) == "OrientableSurface" and child.get("orientation") == "-":
            polygons += [[ring[::-1] for ring in polygon] for polygon in _gml_polygons(child)]
        else:
            polygons += _gml_polygons(child)
    return polygons


def _gml_ring(ring: Any) -> Nested:
    words = " ".join(each.text for each in ring.iter("{*}pos", "{*}posList")).split()
    return [list(point) for point in np.array(words, dtype=float).reshape(-1, 3).tolist()]


def indoor(path: Path) -> tuple[list[Body], Network]:
    """The solids of the cells of an IndoorGML file, and the network."""
    root = _gml_root(path)

    def links(element: Any, word: str) -> list[str]:
        return [each.get("{http://www.w3.org/1999/xlink}href", "")[1:] for each in element.findall(f"{{*}}{word}")]

    def id_of(element: Any) -> str:
        return str(element.xpath("string(@*[local-name()='id'])"))

    spaces = list(root.iter("{*}CellSpace"))
    bodies = [_gml_body(next(cell.iter("{*}Solid"))) for cell in spaces]
    cells = [Cell(id_of(cell), next(iter(links(cell, "duality")), None), row=row) for row, cell in enumerate(spaces)]
    states = {}
    for state in root.iter("{*}State"):
        x, y, z = map(float, next(state.iter("{*}pos")).text.split())
        states[id_of(state)] = State((x, y, z), next(iter(links(state, "duality")), None))
    transitions = [
        Transition(id_of(transition), tuple(links(transition, "connects"))) for transition in root.iter("{*}Transition")
    ]
    return bodies, Network(cells, states, transitions)


def json_fg(path: Path) -> list[Body]:
    """The polyhedra of a JSON-FG file, whose rings have to close."""
    document = json.loads(path.read_text(encoding="utf-8"))
    bodies = []
    for feature in document.get("features", [document]):
        place = feature.get("place") or {}
        kind = {"Polyhedron": "Solid", "MultiPolyhedron": "MultiSolid"}.get(str(place.get("type")))
        if kind:
            bodies.append(nested_body(kind, place["coordinates"], None, must_close=True))
    return bodies


def tu3djson(path: Path) -> list[Body]:
    """The geometries of a tu3djson file."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return [
        nested_body(part["geometry"]["type"], part["geometry"]["boundaries"], part["geometry"]["vertices"])
        for part in document["features"]
    ]
