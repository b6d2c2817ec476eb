"""Neo4j's values as JSON, in the shape of Neo4j's Query API."""

import base64
import math
from typing import Any

from neo4j import graph, spatial, time

Json = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


def as_json(value: Any) -> Json:  # a driver's value may be of any of its types
    """A value of a record as JSON: nodes and relationships as objects, paths as lists, times and points as texts.

    >>> as_json({"day": time.Date(2024, 2, 29), "ratio": float("nan")})
    {'day': '2024-02-29', 'ratio': 'NaN'}
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN")
        case graph.Node():
            return {
                "elementId": value.element_id,
                "labels": as_json(sorted(value.labels)),
                "properties": _members(value),
            }
        case graph.Relationship():
            return {
                "elementId": value.element_id,
                "startNodeElementId": value.start_node.element_id if value.start_node else None,
                "endNodeElementId": value.end_node.element_id if value.end_node else None,
                "type": value.type,
                "properties": _members(value),
            }
        case graph.Path():
            first, *others = value.nodes
            steps = zip(value.relationships, others, strict=True)
            return [as_json(first), *(as_json(part) for step in steps for part in step)]
        case time.Date() | time.Time() | time.DateTime() | time.Duration():
            return value.iso_format()
        case spatial.Point():
            return (
                f"SRID={value.srid};POINT{' Z' if len(value) == 3 else ''} ({' '.join(repr(part) for part in value)})"
            )
        case bytes() | bytearray():
            return base64.b64encode(value).decode()
        case dict():
            return _members(value)
        case list() | tuple():
            return [as_json(item) for item in value]
    raise TypeError(f"no JSON form for {type(value).__name__}")


def _members(value: Any) -> dict[str, Json]:  # nodes, relationships and maps share `items` but no type
    return {str(name): as_json(member) for name, member in value.items()}
