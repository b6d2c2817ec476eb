"""Faces of meshes as geometries: arrays of corners in, MultiPolygon Z as WKB out, with solids told from surfaces."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from .contract import Problem
from .mesh_shells import Solids, shells_of

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MOST_COORDINATE = 1e15
"""Larger ones are no places: a double has no tenths of a unit left there."""
_TRIANGLE = 3


@dataclass(frozen=True, slots=True)
class Mesh:
    """Faces of several things over common vertices."""

    vertices: Floats  # (v, 3): x, y and height
    corners: Ints  # positions of vertices, those of each face in turn; unchecked
    counts: Ints  # (f,) corners of each face
    owner: Ints  # (f,) the thing that each face is of, in ascending order


@dataclass(frozen=True, slots=True)
class Shapes:
    """One geometry for each thing; none for a thing without faces."""

    owner: Ints
    wkb: list[bytes | None]
    is_solid: list[bool]
    problem: list[str | None]
    shells: list[Solids | None]


def triangles(vertices: Floats, corners: Ints, owner: Ints) -> Mesh:
    """A mesh of triangles, sorted by the thing they are of; ``corners`` has the shape (f, 3)."""
    order = np.argsort(owner, kind="stable")
    corners = corners[order]
    return Mesh(vertices, corners.reshape(-1), np.full(len(corners), _TRIANGLE, dtype=np.int64), owner[order])


def shapes_of(mesh: Mesh) -> Shapes:
    """The geometries of all things that have faces.

    A thing of which a face names a vertex that is not there, has a vertex that is no place, or has less than three
    corners, has a `Problem` instead.

    >>> corner = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    >>> faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3], [0, 1, 7]])
    >>> shapes = shapes_of(triangles(corner, faces, np.array([0, 0, 0, 0, 1])))
    >>> shapes.is_solid, shapes.problem, shapely.from_wkb(shapes.wkb)[0].geom_type
    ([True, False], [None, 'bad-index'], 'MultiPolygon')
    """
    owners, first = np.unique(mesh.owner, return_index=True)
    thing = np.repeat(np.arange(len(owners)), np.diff(np.append(first, len(mesh.owner))))
    problems: list[str | None] = [None] * len(owners)

    corner_thing = np.repeat(thing, mesh.counts)
    is_outside = (mesh.corners < 0) | (mesh.corners >= len(mesh.vertices))
    places = mesh.vertices[np.where(is_outside, 0, mesh.corners)] if len(mesh.vertices) else np.zeros((len(thing), 3))
    with np.errstate(invalid="ignore"):
        is_nowhere = ~(np.abs(places) <= MOST_COORDINATE).all(axis=1)
    for problem, guilty in (
        (Problem.TOO_FEW_POINTS, thing[mesh.counts < _TRIANGLE]),
        (Problem.BAD_VERTEX, corner_thing[is_nowhere]),
        (Problem.BAD_INDEX, corner_thing[is_outside]),
    ):
        for position in np.unique(guilty).tolist():
            problems[position] = str(problem)

    is_sound = np.array([problem is None for problem in problems], dtype=bool)
    wkb: list[bytes | None] = [None] * len(owners)
    is_solid = np.zeros(len(owners), dtype=bool)
    shells: list[Solids | None] = [None] * len(owners)
    if is_sound.any():
        face_is_sound = is_sound[thing]
        counts, thing = mesh.counts[face_is_sound], thing[face_is_sound]
        places = places if is_sound.all() else places[np.repeat(face_is_sound, mesh.counts)]
        is_solid, neighbours = _watertight(places, counts, thing, len(owners))
        order, shells = shells_of(places, counts, thing, is_solid, neighbours)
        if order is not None:
            starts = np.cumsum(counts) - counts
            counts = counts[order]
            steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
            places = places[np.repeat(starts[order], counts) + steps]
        for position, value in zip(np.flatnonzero(is_sound).tolist(), _wkb(places, counts, thing), strict=True):
            wkb[position] = value
    return Shapes(owners, wkb, is_solid.tolist(), problems, shells)


def _wkb(places: Floats, counts: Ints, thing: Ints) -> list[bytes]:
    """ISO WKB of a MultiPolygon Z for each thing, of faces in the order of their things."""
    if counts.min() == counts.max():
        return wkb_of_equal_faces(places.reshape(len(counts), int(counts[0]), 3), thing)
    starts = np.cumsum(counts) - counts
    face = np.repeat(np.arange(len(counts)), counts + 1)
    step = np.arange(len(face)) - np.repeat(starts + np.arange(len(counts)), counts + 1)
    closed = starts[face] + np.where(step == counts[face], 0, step)
    polygons = shapely.polygons(shapely.linearrings(places[closed], indices=face))
    whole = shapely.multipolygons(polygons, indices=np.unique(thing, return_inverse=True)[1])
    return cast(list[bytes], shapely.to_wkb(whole, output_dimension=3, byte_order=1, flavor="iso").tolist())


def wkb_of_equal_faces(places: Floats, thing: Ints) -> list[bytes]:
    """The same for faces with as many corners each, (f, n, 3), laid out as one array of records.

    By hand, not by shapely: a mesh has millions of triangles, and an object for each takes five times the memory.
    """
    corners = places.shape[1] + 1
    kind = np.dtype(
        [("order", "u1"), ("type", "<u4"), ("rings", "<u4"), ("points", "<u4"), ("xyz", "<f8", (corners, 3))]
    )
    records = np.empty(len(places), dtype=kind)
    records["order"], records["type"], records["rings"], records["points"] = 1, 1003, 1, corners
    records["xyz"][:, :-1] = places
    records["xyz"][:, -1] = places[:, 0]
    first = np.flatnonzero(np.r_[True, thing[1:] != thing[:-1]])
    heads = np.empty(len(first), dtype=[("order", "u1"), ("type", "<u4"), ("parts", "<u4")])
    heads["order"], heads["type"], heads["parts"] = 1, 1006, np.diff(np.append(first, len(thing)))
    ends = np.append(first[1:], len(thing))
    return [head.tobytes() + records[start:end].tobytes() for head, start, end in zip(heads, first, ends, strict=True)]


def _watertight(places: Floats, counts: Ints, thing: Ints, number: int) -> tuple[Bools, tuple[Ints, Ints]]:
    """Whether each edge of a thing is shared by exactly two of its faces, which run through it in opposite directions;
    and those faces.

    Corners with equal coordinates are one: exporters repeat a vertex for each normal. Triangles that are no more than
    a line are passed over.
    """
    corner = pl.DataFrame(places + 0.0, schema=["x", "y", "z"]).hash_rows().to_numpy()  # adding makes -0.0 to 0.0
    starts = np.cumsum(counts) - counts
    following = np.arange(len(corner)) + 1
    following[starts + counts - 1] = starts
    there = corner[following]
    is_edge = corner != there
    if counts.max() == _TRIANGLE:
        is_edge &= np.repeat(np.logical_and.reduceat(is_edge, starts), counts)
    face = np.repeat(np.arange(len(counts)), counts)[is_edge]
    thing = thing[face]
    here, there = corner[is_edge], there[is_edge]
    direction = np.where(here < there, 1, -1)
    # one number of 64 bits for each undirected edge; two edges share one by chance once in 2**64 pairs
    factors = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
    low, high = np.minimum(here, there), np.maximum(here, there)
    edge = low * factors[0] + high * factors[1] + thing.astype(np.uint64) * factors[2]
    is_closed = np.zeros(number, dtype=bool)
    if not len(edge):
        return is_closed, (face, face)
    is_closed[thing] = True
    order = np.argsort(edge)
    edge = edge[order]
    first = np.flatnonzero(np.r_[True, edge[1:] != edge[:-1]])
    uses = np.diff(np.append(first, len(edge)))
    is_wrong = (uses != 2) | (np.add.reduceat(direction[order], first) != 0)
    is_closed[thing[order[first[is_wrong]]]] = False
    pairs = first[uses == 2]
    return is_closed, (face[order[pairs]], face[order[pairs + 1]])
