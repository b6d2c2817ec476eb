"""Bodies written as a file and checked as `res3d ingest --check-3d` does it: by what the reader gives of them."""

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from ingest.geometry_3d import solid_errors
from ingest.readers import Batch, Request, get_reader
from ingest.solid import Action, Body, Check3D, Kind, Tolerances

_TYPES = {
    Kind.MULTI_SURFACE: "MultiSurface",
    Kind.COMPOSITE_SURFACE: "CompositeSurface",
    Kind.SOLID: "Solid",
    Kind.MULTI_SOLID: "MultiSolid",
    Kind.COMPOSITE_SOLID: "CompositeSolid",
}


def check_read(
    bodies: Sequence[Body], tolerances: Tolerances | None = None, together: pl.Series | None = None
) -> pl.DataFrame:
    """The errors of bodies, by way of a file and its reader: @row, lod, code, name, polygon, x, y, z, text."""
    with TemporaryDirectory() as folder:
        return _errors("cityjson", city_file(Path(folder) / "bodies.city.json", bodies, together), tolerances)


def check_read_features(
    bodies: Sequence[Body], tolerances: Tolerances | None = None, _: pl.Series | None = None
) -> pl.DataFrame:
    """The same by way of JSON-FG, which knows no parts of things and no composites."""
    with TemporaryDirectory() as folder:
        return _errors("jsonfg", feature_file(Path(folder) / "bodies.fg.json", bodies), tolerances)


def _errors(reader: str, path: Path, tolerances: Tolerances | None) -> pl.DataFrame:
    batches = [part for part in get_reader(reader).read(Request(str(path))) if isinstance(part, Batch)]
    check = Check3D(Action.WARN, tolerances or Tolerances())
    return pl.concat(solid_errors(batch.features, batch.geometries, None, check).errors for batch in batches)


def feature_file(path: Path, bodies: Sequence[Body]) -> Path:
    """A JSON-FG file with a feature for each body; rings are closed, as GeoJSON asks."""
    features = []
    for body in bodies:
        solids = [[[[_closed(ring) for ring in face] for face in shell] for shell in solid] for solid in body.solids]
        place: dict[str, Any] = {"type": "MultiPolyhedron", "coordinates": solids}
        if body.kind is Kind.SOLID:
            place = {"type": "Polyhedron", "coordinates": solids[0]}
        elif body.kind in (Kind.MULTI_SURFACE, Kind.COMPOSITE_SURFACE):
            faces = [face for solid in solids for shell in solid for face in shell]
            place = {"type": "MultiPolygon", "coordinates": faces}
        features.append({"type": "Feature", "geometry": None, "place": place, "properties": None})
    document = {"type": "FeatureCollection", "conformsTo": ["json-fg-1/0.3/conf/core"], "features": features}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _closed(ring: Any) -> list[list[float]]:
    corners = [[float(number) for number in point] for point in ring]
    return corners if corners[:1] == corners[-1:] else [*corners, *corners[:1]]


def city_file(path: Path, bodies: Sequence[Body], together: pl.Series | None = None) -> Path:
    """A CityJSON file (1.0: coordinates as they are) with an object for each body; those together are parts of one."""
    points: list[Sequence[float]] = []
    objects: dict[str, Any] = {}
    for number, body in enumerate(bodies):
        group = None if together is None else together[number]
        boundaries = [[[_ring(ring, points) for ring in polygon] for polygon in shell] for shell in _shells(body)]
        nested = _as(body, boundaries)
        geometry = {"type": _TYPES[body.kind], "lod": 2, "boundaries": nested}
        kind = "GenericCityObject" if group is None else "BuildingPart"
        objects[f"b{number}"] = {"type": kind, "geometry": [geometry]}
        if group is not None:
            objects[f"b{number}"]["parents"] = [f"whole{group}"]
            objects.setdefault(f"whole{group}", {"type": "Building", "geometry": []})
    document = {"type": "CityJSON", "version": "1.0", "CityObjects": objects, "vertices": points}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _shells(body: Body) -> list[Any]:
    return [shell for solid in body.solids for shell in solid]


def _as(body: Body, shells: list[Any]) -> list[Any]:
    """Shells as the type of the body nests them."""
    if body.kind in (Kind.MULTI_SURFACE, Kind.COMPOSITE_SURFACE):
        return [polygon for shell in shells for polygon in shell]
    if body.kind is Kind.SOLID:
        assert len(body.solids) == 1
        return shells
    rest = iter(shells)
    return [[next(rest) for _ in solid] for solid in body.solids]


def _ring(ring: Any, points: list[Sequence[float]]) -> list[int]:
    corners = [list(point) for point in ring]
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    points += corners
    return list(range(len(points) - len(corners), len(points)))
