"""Geometries of CityJSON, built as whole arrays: nested vertex indices in, shapely geometries out.

The nested lists of a whole batch are flattened level by level; only when that fails, the geometries are looked at
one by one to find those at fault.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import shapely

from .contract import Problem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]
Nested = list[Any]  # lists in lists of whole numbers, as deep as the type asks; unchecked

SOLID_TYPES = frozenset({"Solid", "MultiSolid", "CompositeSolid"})
COMPOSITE_TYPES = frozenset({"CompositeSurface", "CompositeSolid"})


@dataclass(frozen=True, slots=True)
class SourceGeometry:
    """One geometry object as it stands in the file, and where its vertices are among those of the batch."""

    type: str
    boundaries: Nested
    first_vertex: int
    vertex_count: int


@dataclass(frozen=True, slots=True)
class BuiltGeometries:
    """The geometries of a batch, and the parts (polygons, lines or points) that they are made of."""

    geometries: Objects  # None where there is a problem
    problems: Objects  # a Problem or None
    parts: Objects  # of all geometries without a problem; those of one geometry are neighbours, in its order
    part_geometry: Ints  # position of the geometry that each part belongs to


@dataclass(frozen=True, slots=True)
class _Kind:
    """What the types with one kind of part have in common."""

    nesting: dict[str, int]  # type -> levels of lists around its vertex indices
    depth: int  # levels that remain when solids and shells are dissolved: parts, [rings,] vertices
    least_vertices: int  # of a ring, line or point
    make_parts: Callable[[Floats, tuple[Ints, ...]], Objects]
    collect: Callable[..., Objects]  # parts and indices -> multi-part geometries


def build(sources: Sequence[SourceGeometry], vertices: Floats) -> BuiltGeometries:
    """Multi-part geometries with heights of all sources.

    ``vertices`` has shape (n, 3): x, y and height in the file's CRS; a row with NaN is a vertex that is none.

    >>> triangle = SourceGeometry("MultiSurface", [[[0, 1, 2]]], first_vertex=0, vertex_count=3)
    >>> built = build([triangle], np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 5]]))
    >>> built.geometries[0].wkt
    'MULTIPOLYGON Z (((0 0 0, 1 0 0, 0 1 5, 0 0 0)))'
    """
    problems = np.full(len(sources), Problem.UNSUPPORTED_TYPE, dtype=object)
    geometries = np.full(len(sources), None, dtype=object)
    parts = [np.empty(0, dtype=object)]
    part_geometry = [np.empty(0, dtype=np.int64)]
    for kind in _KINDS:
        positions = np.array([i for i, source in enumerate(sources) if source.type in kind.nesting], dtype=np.int64)
        if not len(positions):
            continue
        problems[positions] = None
        corners, counts, positions = _sound_boundaries(kind, sources, positions, vertices, problems)
        if not len(positions):
            continue
        kind_parts = kind.make_parts(corners, counts)
        parts.append(kind_parts)
        part_geometry.append(np.repeat(positions, counts[0]))
        geometries[positions] = kind.collect(kind_parts, indices=_owners(counts[0]))
    return BuiltGeometries(geometries, problems, np.concatenate(parts), np.concatenate(part_geometry))


def dissolve(nested: Nested, levels: int) -> Nested:
    """The nested list without its outermost levels.

    >>> dissolve([[1, 2], [3]], 1)
    [1, 2, 3]
    """
    for _ in range(levels):
        nested = list(chain.from_iterable(nested))
    return nested


def shells_of(source: SourceGeometry) -> list[list[int]] | None:
    """How many polygons each shell of each solid has; None for what is no solid. It has to be nested as its type asks.

    >>> cube, hole = [[[0, 1, 2, 3]]] * 6, [[[4, 5, 6]]] * 4
    >>> shells_of(SourceGeometry("Solid", [cube, hole], 0, 7))
    [[6, 4]]
    """
    if source.type not in SOLID_TYPES:
        return None
    solids = [source.boundaries] if source.type == "Solid" else source.boundaries
    return [[len(shell) for shell in solid] for solid in solids]


def part_levels(geometry_type: str) -> int | None:
    """How many levels of lists are above the parts of a type: a Solid has shells; None for an unknown type.

    >>> part_levels("MultiSurface"), part_levels("Solid"), part_levels("Sphere")
    (0, 1, None)
    """
    for kind in _KINDS:
        if geometry_type in kind.nesting:
            return kind.nesting[geometry_type] - kind.depth
    return None


def _sound_boundaries(
    kind: _Kind, sources: Sequence[SourceGeometry], positions: Ints, vertices: Floats, problems: Objects
) -> tuple[Floats, tuple[Ints, ...], Ints]:
    """Corners, counts per level and positions of the sound ones of one kind; notes the problems of the others."""
    candidates, leaves, counts = _flatten_sound(kind, sources, positions, problems)
    level_owners = [np.arange(len(candidates))]  # of the lists of each level: which candidate they are in
    for level_counts in counts:
        level_owners.append(np.repeat(level_owners[-1], level_counts))
    leaf_owners = level_owners[-1]

    first = np.array([sources[i].first_vertex for i in candidates], dtype=np.int64)
    available = np.array([sources[i].vertex_count for i in candidates], dtype=np.int64)
    is_outside = (leaves < 0) | (leaves >= available[leaf_owners])
    corners = np.zeros((len(leaves), 3))
    corners[~is_outside] = vertices[(leaves + first[leaf_owners])[~is_outside]]

    is_sound = np.ones(len(candidates), dtype=bool)

    def note(problem: Problem, guilty: Ints) -> None:
        newly = np.unique(guilty[is_sound[guilty]])
        problems[candidates[newly]] = problem
        is_sound[newly] = False

    note(Problem.BAD_INDEX, leaf_owners[is_outside])
    note(Problem.BAD_VERTEX, leaf_owners[np.isnan(corners).any(axis=1)])
    for owners, level_counts in zip(level_owners[:-2], counts, strict=False):
        note(Problem.EMPTY, owners[level_counts == 0])
    if kind.depth > 1:
        note(Problem.TOO_FEW_POINTS, level_owners[-2][counts[-1] < kind.least_vertices])

    sound_counts = tuple(
        level_counts[is_sound[owners]] for owners, level_counts in zip(level_owners, counts, strict=False)
    )
    return corners[is_sound[leaf_owners]], sound_counts, candidates[is_sound]


def _flatten_sound(
    kind: _Kind, sources: Sequence[SourceGeometry], positions: Ints, problems: Objects
) -> tuple[Ints, Ints, tuple[Ints, ...]]:
    """Positions of those nested as their type asks, all their vertex indices, and the counts per level."""

    def flatten(chosen: Ints) -> tuple[Ints, tuple[Ints, ...]]:
        boundaries = [dissolve(sources[i].boundaries, kind.nesting[sources[i].type] - kind.depth) for i in chosen]
        return _flatten(boundaries, kind.depth)

    def is_well_nested(position: np.int64) -> bool:
        try:
            flatten(np.array([position]))
        except (TypeError, OverflowError):
            return False
        return True

    try:
        return positions, *flatten(positions)
    except (TypeError, OverflowError):
        sound = np.array([is_well_nested(position) for position in positions], dtype=bool)
        problems[positions[~sound]] = Problem.UNREADABLE
        return positions[sound], *flatten(positions[sound])


def _flatten(nested: Nested, depth: int) -> tuple[Ints, tuple[Ints, ...]]:
    """The whole numbers below ``depth`` levels of lists in lists, and how many members each list of a level has.

    Raises TypeError where the nesting is another one.
    """
    counts = []
    for _ in range(depth):
        if not set(map(type, nested)) <= {list}:
            raise TypeError("expected lists")
        counts.append(np.fromiter(map(len, nested), dtype=np.int64, count=len(nested)))
        nested = list(chain.from_iterable(nested))
    if not set(map(type, nested)) <= {int}:
        raise TypeError("expected whole numbers")
    return np.array(nested, dtype=np.int64), tuple(counts)


def _owners(counts: Ints) -> Ints:
    """For each member of the lists with these lengths, which list it is in."""
    return np.repeat(np.arange(len(counts)), counts)


def _polygons(corners: Floats, counts: tuple[Ints, ...]) -> Objects:
    _, rings, ring_corners = counts
    corners, ring_corners = _padded(corners, ring_corners)
    outlines = shapely.linearrings(corners, indices=_owners(ring_corners))
    return _objects(shapely.polygons(_objects(outlines), indices=_owners(rings)))


def _padded(corners: Floats, counts: Ints) -> tuple[Floats, Ints]:
    """The same rings, where one of three corners that ends where it began has its second corner twice.

    Such a ring encloses nothing, but real solids have them; GEOS asks a closed ring for four corners.
    """
    starts = np.cumsum(counts) - counts
    candidates = np.flatnonzero(counts == 3)
    first, last = corners[starts[candidates]], corners[starts[candidates] + 2]
    collapsed = candidates[(first == last).all(axis=1)]
    if not len(collapsed):
        return corners, counts
    second = starts[collapsed] + 1
    padded_counts = counts.copy()
    padded_counts[collapsed] += 1
    return np.insert(corners, second, corners[second], axis=0), padded_counts


def _lines(corners: Floats, counts: tuple[Ints, ...]) -> Objects:
    return _objects(shapely.linestrings(corners, indices=_owners(counts[1])))


def _points(corners: Floats, _: tuple[Ints, ...]) -> Objects:
    return _objects(shapely.points(corners))


def _objects(shapes: object) -> Objects:
    """What shapely made of an array, which its annotations do not know to be an array again."""
    return cast(Objects, shapes)


_KINDS = (
    _Kind(
        {"MultiSurface": 3, "CompositeSurface": 3, "Solid": 4, "MultiSolid": 5, "CompositeSolid": 5},
        depth=3,
        least_vertices=3,
        make_parts=_polygons,
        collect=shapely.multipolygons,
    ),
    _Kind({"MultiLineString": 2}, depth=2, least_vertices=2, make_parts=_lines, collect=shapely.multilinestrings),
    _Kind({"MultiPoint": 1}, depth=1, least_vertices=1, make_parts=_points, collect=shapely.multipoints),
)
