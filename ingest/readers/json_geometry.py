"""Whether GDAL took a GeoJSON geometry whole: it drops what it can't read of one, and says so of the file at most."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from .contract import GEOMETRY_COLUMNS, Batch, Problem

Ints = npt.NDArray[np.int64]
NONE = -1
"""How many parts a feature has that gives no geometry."""


def parts_told(features: Sequence[Any]) -> Ints:
    """How many points, lines and rings the geometry of each GeoJSON feature names; `NONE` for none.

    >>> hole = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]], [[0.1, 0.1], None]]}
    >>> parts_told([{"geometry": hole}, {"geometry": {"type": "Point", "coordinates": [None, 52]}}, {}]).tolist()
    [2, 1, -1]
    """
    return np.array([_told(feature.get("geometry")) for feature in features], dtype=np.int64)


def _told(geometry: object) -> int:
    if geometry is None:
        return NONE
    if not isinstance(geometry, dict):
        return 1
    kind, coordinates = str(geometry.get("type")).lower(), geometry.get("coordinates")
    if kind == "geometrycollection":
        members = geometry.get("geometries")
        return sum(max(_told(member), 1) for member in members) if isinstance(members, list) else 1
    if not isinstance(coordinates, list):
        return 1
    if kind == "multipolygon":
        return sum(len(part) if isinstance(part, list) else 1 for part in coordinates)
    return len(coordinates) if kind in {"multipoint", "multilinestring", "polygon"} else min(len(coordinates), 1)


def marked(batch: Batch, told: Ints) -> Batch:
    """The batch with `unreadable` in the place of geometries that were left out, in whole or in part.

    `told` is that of `parts_told` for the batch's features; of a geometry that lost a part nothing is kept, for what is
    left is not what the file says.
    """
    geometries = batch.geometries
    if geometries.is_empty():
        return batch
    expected = told[geometries["@row"].to_numpy() - batch.features["@row"][0]]
    found = _parts(shapely.from_wkb(geometries["@geometry"].to_numpy()))
    problem = geometries["@problem"]
    is_built = (problem.is_null() | (problem == str(Problem.SELF_CROSSING))).to_numpy()
    is_lost = ((problem == str(Problem.MISSING)).fill_null(value=False).to_numpy() & (expected != NONE)) | (
        is_built & (found < expected)
    )
    if not is_lost.any():
        return batch
    lost = pl.Series(is_lost)
    new = {"@problem": str(Problem.UNREADABLE), "@geometry": None, "@dimension": None}
    columns = [
        pl.when(lost).then(pl.lit(value, dtype=GEOMETRY_COLUMNS[name])).otherwise(name).alias(name)
        for name, value in new.items()
    ]
    return replace(batch, geometries=geometries.with_columns(columns))


def _parts(shapes: npt.NDArray[np.object_]) -> Ints:
    """How many points, lines and rings each shape has."""
    owner, parts = np.arange(len(shapes)), shapes
    counts = np.zeros(len(shapes), dtype=np.int64)
    while len(parts):
        is_many = shapely.get_type_id(parts) > 3  # a collection of any kind
        single, its = parts[~is_many], owner[~is_many]
        rings = np.where(shapely.get_type_id(single) == 3, 1 + shapely.get_num_interior_rings(single), 1)
        np.add.at(counts, its, np.where(shapely.is_missing(single), 0, rings))
        parts, place = shapely.get_parts(parts[is_many], return_index=True)
        owner = owner[is_many][place]
    return counts
