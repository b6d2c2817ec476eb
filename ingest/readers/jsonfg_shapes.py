"""Geometries of JSON-FG as GeoJSON: solids become the polygons of their surface, prisms become solids."""

from itertools import pairwise
from typing import Any, Final

import orjson

_PLAIN: Final = frozenset({"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"})
_NOTHING: Final = (None, False, None)


def as_geojson(geometry: Any) -> tuple[bytes | None, bool, str | None]:
    """The text of a GeoJSON geometry, whether it encloses a volume, and its type if that has no counterpart here.

    No text for a geometry that is absent or not built as its type asks.

    >>> as_geojson({"type": "Prism", "base": {"type": "Point", "coordinates": [1, 2]}, "upper": 9})[0]
    b'{"type":"LineString","coordinates":[[1,2,0],[1,2,9]]}'
    """
    if not isinstance(geometry, dict):
        return _NOTHING
    kind = geometry.get("type")
    try:
        if kind in _PLAIN:
            return _text(kind, geometry["coordinates"]), False, None
        if kind == "GeometryCollection":
            return orjson.dumps({"type": kind, "geometries": geometry["geometries"]}), False, None
        if kind == "Polyhedron":
            return _text("MultiPolygon", _faces(geometry["coordinates"])), True, None
        if kind == "MultiPolyhedron":
            faces = [face for solid in geometry["coordinates"] for face in _faces(solid)]
            return _text("MultiPolygon", faces), True, None
        if kind == "Prism":
            return _prism(geometry)
        if kind == "MultiPrism":
            return _prisms(geometry["prisms"])
    except (KeyError, TypeError, IndexError, ValueError):
        return _NOTHING
    return (None, False, str(kind)) if kind is not None else _NOTHING


def _text(kind: str, coordinates: Any) -> bytes:
    return orjson.dumps({"type": kind, "coordinates": coordinates})


def _faces(shells: Any) -> list[Any]:
    """The faces of all shells, the inner ones too: what they enclose follows from their directions."""
    return [face for shell in shells for face in shell]


def _prism(prism: dict[str, Any]) -> tuple[bytes | None, bool, str | None]:
    base = prism["base"]
    low, high = float(prism.get("lower") or 0), float(prism["upper"])
    low, high = (int(each) if each.is_integer() else each for each in (low, high))
    kind, coordinates = base["type"], base["coordinates"]
    if kind == "Point":
        return _text("LineString", [_at(coordinates, low), _at(coordinates, high)]), False, None
    if kind == "LineString":
        return _text("MultiPolygon", _walls(coordinates, low, high)), False, None
    if kind == "Polygon":
        return _text("MultiPolygon", _body(coordinates, low, high)), True, None
    if kind == "MultiPolygon":
        return _text("MultiPolygon", [face for part in coordinates for face in _body(part, low, high)]), True, None
    return None, False, f"Prism of {kind}"


def _prisms(prisms: list[Any]) -> tuple[bytes | None, bool, str | None]:
    """Several bodies as one; of anything else the whole has no counterpart."""
    faces: list[Any] = []
    for prism in prisms:
        text, is_solid, _ = _prism(prism)
        if text is None or not is_solid:
            return None, False, "MultiPrism of other than polygons"
        faces += orjson.loads(text)["coordinates"]
    return _text("MultiPolygon", faces), True, None


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
