"""Geometries of JSON-FG as GeoJSON: solids become the polygons of their surface, prisms become solids."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import orjson

_PLAIN: Final = frozenset({"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"})


@dataclass(frozen=True, slots=True)
class Found:
    """A geometry in the words of GeoJSON."""

    text: bytes | None = None  # none for a geometry that is absent or not built as its type asks
    shells: list[list[int]] | None = None  # of each solid the polygons in each of its shells; of what is none, None
    unknown: str | None = None  # its type, if that has no counterpart here


_NOTHING: Final = Found()


def as_geojson(geometry: Any) -> Found:
    """A geometry of JSON-FG as one of GeoJSON: the surface of what encloses a volume is a MultiPolygon.

    >>> as_geojson({"type": "Prism", "base": {"type": "Point", "coordinates": [1, 2]}, "upper": 9}).text
    b'{"type":"LineString","coordinates":[[1,2,0],[1,2,9]]}'
    >>> face = [[[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0]]]
    >>> as_geojson({"type": "Polyhedron", "coordinates": [[face, face], [face]]}).shells
    [[2, 1]]
    """
    if not isinstance(geometry, dict):
        return _NOTHING
    kind = geometry.get("type")
    try:
        if kind in _PLAIN:
            return Found(_text(kind, geometry["coordinates"]))
        if kind == "GeometryCollection":
            return Found(orjson.dumps({"type": kind, "geometries": geometry["geometries"]}))
        if kind == "Polyhedron":
            return _solids([geometry["coordinates"]])
        if kind == "MultiPolyhedron":
            return _solids(geometry["coordinates"])
        if kind == "Prism":
            return _prism(geometry)
        if kind == "MultiPrism":
            return _prisms(geometry["prisms"])
    except (KeyError, TypeError, IndexError, ValueError):
        return _NOTHING
    return Found(unknown=str(kind)) if kind is not None else _NOTHING


def _text(kind: str, coordinates: Any) -> bytes:
    return orjson.dumps({"type": kind, "coordinates": coordinates})


def _solids(solids: Sequence[Any]) -> Found:
    """The faces of all shells of all solids, the inner ones too, and how many each shell has."""
    faces = [face for solid in solids for shell in solid for face in shell]
    return Found(_text("MultiPolygon", faces), [[len(shell) for shell in solid] for solid in solids])


def _prism(prism: dict[str, Any]) -> Found:
    base, (low, high) = prism["base"], _heights(prism)
    kind, coordinates = base["type"], base["coordinates"]
    if kind == "Point":
        return Found(_text("LineString", [_at(coordinates, low), _at(coordinates, high)]))
    if kind == "LineString":
        return Found(_text("MultiPolygon", _walls(coordinates, low, high)))
    bodies = _bodies(prism)
    return _solids(bodies) if bodies else Found(unknown=f"Prism of {kind}")


def _prisms(prisms: list[Any]) -> Found:
    """Several bodies as one; of anything else the whole has no counterpart."""
    found = [_bodies(prism) for prism in prisms]
    if not all(found):
        return Found(unknown="MultiPrism of other than polygons")
    return _solids([body for bodies in found for body in bodies])


def _bodies(prism: dict[str, Any]) -> list[Any]:
    """The solids over a polygon or over each of several, of one shell each; none over anything else."""
    base, (low, high) = prism["base"], _heights(prism)
    parts = {"Polygon": [base["coordinates"]], "MultiPolygon": base["coordinates"]}.get(base["type"], [])
    return [[_body(part, low, high)] for part in parts]


def _heights(prism: dict[str, Any]) -> tuple[float, float]:
    low, high = float(prism.get("lower") or 0), float(prism["upper"])
    return (int(low) if low.is_integer() else low), (int(high) if high.is_integer() else high)


def _body(rings: list[Any], low: float, high: float) -> list[Any]:
    """Floor (looking down), ceiling and walls over a polygon."""
    floor = [[_at(point, low) for point in reversed(ring)] for ring in rings]
    ceiling = [[_at(point, high) for point in ring] for ring in rings]
    return [floor, ceiling, *(wall for ring in rings for wall in _walls(ring, low, high))]


def _walls(line: list[Any], low: float, high: float) -> list[Any]:
    return [
        [[_at(one, low), _at(other, low), _at(other, high), _at(one, high), _at(one, low)]]
        for one, other in pairwise(line)
    ]


def _at(point: list[Any], height: float) -> list[Any]:
    return [point[0], point[1], height]
