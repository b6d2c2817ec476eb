"""Semantic surfaces of CityJSON: what each polygon means, and which of them become components of their object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import shapely

from .cityjson_geometry import BuiltGeometries, Ints, SourceGeometry, dissolve, part_levels
from .contract import Problem
from .json_values import JsonObject, is_index, text_of


@dataclass(frozen=True, slots=True)
class Geometries:
    """All geometries of a batch, aligned: one entry per geometry."""

    owner: Ints  # position of its object
    lod: list[str | None]
    semantics: list[Any]
    sources: list[SourceGeometry]
    built: BuiltGeometries


@dataclass(frozen=True, slots=True)
class Meanings:
    """Which semantic surface each part of the built geometries belongs to."""

    surfaces: Mapping[int, list[JsonObject]]  # by geometry, where the semantics are sound
    part_surface: Ints  # position in the surfaces of its geometry, -1 for none
    part_word: list[str | None]


@dataclass(frozen=True, slots=True)
class Components:
    """Semantic surfaces that become features, aligned; ordered by object, then by surface."""

    owner: Ints  # position of the object
    surface: Ints  # position in the surfaces of the geometry
    contents: list[JsonObject]
    lod: list[str | None]
    shapes: npt.NDArray[np.object_]


def read_semantics(geometries: Geometries) -> Meanings:
    """The meaning of every part; a geometry whose semantics do not fit it is marked and keeps none."""
    built = geometries.built
    counts = np.bincount(built.part_geometry, minlength=len(geometries.sources))
    starts = np.zeros(len(counts), dtype=np.int64)
    _, first_part = np.unique(built.part_geometry, return_index=True)
    starts[counts > 0] = first_part
    part_surface = np.full(len(built.parts), -1, dtype=np.int64)
    words: list[str | None] = [None] * len(built.parts)
    surfaces: dict[int, list[JsonObject]] = {}
    for position, semantics in enumerate(geometries.semantics):
        if semantics is None or built.problems[position] is not None:
            continue
        start, count = int(starts[position]), int(counts[position])
        values = _surface_of_each_part(semantics, geometries.sources[position], count)
        if values is None:
            built.problems[position] = Problem.BAD_SEMANTICS
            continue
        surfaces[position] = semantics["surfaces"]
        names = [*(text_of(surface.get("type")) for surface in surfaces[position]), None]
        part_surface[start : start + count] = values
        words[start : start + count] = [names[value] for value in values]
    return Meanings(surfaces, part_surface, words)


def find_components(object_count: int, geometries: Geometries, meanings: Meanings) -> Components:
    """The used surfaces of the highest level of detail of each object that has any."""
    built = geometries.built
    chosen = _highest_detail(object_count, geometries, meanings)
    is_chosen = np.zeros(len(geometries.sources), dtype=bool)
    is_chosen[chosen] = True
    part = np.flatnonzero(is_chosen[built.part_geometry] & (meanings.part_surface >= 0))
    geometry, surface = built.part_geometry[part], meanings.part_surface[part]
    order = np.lexsort((surface, geometry))  # stable: the parts of one surface keep their order
    part, geometry, surface = part[order], geometry[order], surface[order]
    is_first = np.ones(len(part), dtype=bool)
    is_first[1:] = (geometry[1:] != geometry[:-1]) | (surface[1:] != surface[:-1])
    geometry_of, surface_of = geometry[is_first], surface[is_first]
    shapes = (
        shapely.multipolygons(built.parts[part], indices=np.cumsum(is_first) - 1)
        if len(part)
        else np.empty(0, dtype=object)
    )
    return Components(
        geometries.owner[geometry_of],
        surface_of,
        [meanings.surfaces[g][s] for g, s in zip(geometry_of.tolist(), surface_of.tolist(), strict=True)],
        [geometries.lod[g] for g in geometry_of.tolist()],
        cast(npt.NDArray[np.object_], shapes),
    )


def _surface_of_each_part(semantics: Any, source: SourceGeometry, part_count: int) -> list[int] | None:
    """For each part the position of its surface, -1 for none; None where the semantics do not fit the geometry."""
    if not isinstance(semantics, dict):
        return None
    surfaces, values = semantics.get("surfaces"), semantics.get("values")
    if not isinstance(surfaces, list) or not all(isinstance(surface, dict) for surface in surfaces):
        return None
    levels = part_levels(source.type) or 0
    try:
        flat = [None] * part_count if values is None else dissolve(values, levels)
    except TypeError:
        flat = _spread(values, source.boundaries, levels)
    if not isinstance(flat, list) or len(flat) != part_count:
        return None
    try:
        different = set(flat)
    except TypeError:
        return None
    if not all(value is None or is_index(value, len(surfaces)) for value in different):
        return None
    return [-1 if value is None else value for value in flat] if None in different else flat


def _spread(values: Any, boundaries: list[Any], levels: int) -> list[Any]:
    """Values per part where whole shells or solids have null instead of a list; too few where they have others."""
    if values is None:
        return [None] * len(dissolve(boundaries, levels))
    if not isinstance(values, list):
        return []
    if levels == 0:
        return values
    spread = [_spread(member, inner, levels - 1) for member, inner in zip(values, boundaries, strict=False)]
    return dissolve(spread, 1)


def _highest_detail(object_count: int, geometries: Geometries, meanings: Meanings) -> list[int]:
    """For each object that has semantic surfaces, the geometry of the highest level of detail that has them."""
    best: list[tuple[float, int] | None] = [None] * object_count
    used = np.unique(geometries.built.part_geometry[meanings.part_surface >= 0])
    for position in used.tolist():
        if geometries.built.geometries[position].geom_type != "MultiPolygon":
            continue
        owner, rank = int(geometries.owner[position]), _lod_rank(geometries.lod[position])
        current = best[owner]
        if current is None or rank > current[0]:
            best[owner] = (rank, position)
    return [choice[1] for choice in best if choice is not None]


def _lod_rank(lod: str | None) -> float:
    try:
        return float(lod) if lod is not None else -1.0
    except ValueError:
        return -1.0
