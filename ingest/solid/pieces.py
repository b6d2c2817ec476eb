"""Where the surface of one solid lies to another solid: its triangles cut by the other's, and each piece asked."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely

from .crossing import near_boxes, pierced
from .rings import COUNTS_AS_ZERO
from .soup import Bools, Floats, Shapes

_NARROWEST = 1e-8  # area by outline of a piece; lines that are one but for rounding have slivers between them
_EDGES = ((0, 1), (1, 2), (2, 0))
_CHUNK = 2_000_000  # points times triangles at a time


@dataclass(frozen=True, slots=True)
class Pieces:
    """A point inside each piece of a surface, and the normal there, which looks out of the solid."""

    points: Floats
    normals: Floats


@dataclass(frozen=True, slots=True)
class Sides:
    """Of each piece of a surface, whether the other solid is in front of it (outside of its own) and behind it."""

    front: Bools
    behind: Bools


def pieces(triangles: Floats, other: Floats) -> Pieces:
    """The triangles of a surface, cut so that each piece is inside, outside or on the surface of the other solid.

    Of surfaces that do not touch, the largest triangle says it for all.
    """
    normal = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    length = np.linalg.norm(normal, axis=1)
    if not touch(triangles, other):
        largest = [int(np.argmax(length))]
        triangles, normal, length = triangles[largest], normal[largest], length[largest]
    one, two = near_boxes(triangles, other)
    normal /= np.where(length > 0, length, 1.0)[:, None]
    is_cut = np.zeros(len(triangles), dtype=bool)
    is_cut[one] = True
    whole = ~is_cut & (length > 0)
    points, normals = [triangles[whole].mean(axis=1)], [normal[whole]]
    for number in np.flatnonzero(is_cut & (length > 0)):
        inside = _cut(triangles[number], normal[number], other[two[one == number]])
        points.append(inside)
        normals.append(np.repeat(normal[number][None], len(inside), axis=0))
    return Pieces(np.concatenate(points), np.concatenate(normals))


def touch(one: Floats, other: Floats) -> bool:
    """Whether an edge of one surface meets a triangle of the other."""
    for mine, theirs in ((one, other), (other, one)):
        left, right = near_boxes(mine, theirs)
        for begin, end in ((0, 1), (1, 2), (2, 0)):
            if pierced(mine[left, begin], mine[left, end], theirs[right])[0].any():
                return True
    return False


def _cut(triangle: Floats, normal: Floats, cutters: Floats) -> Floats:
    """A point in each of the parts into which a triangle is cut by others."""
    axis = int(np.argmax(np.abs(normal)))
    kept = [(axis + 1) % 3, (axis + 2) % 3]
    away = np.einsum("nci,i->nc", cutters - triangle[0], normal)
    away[np.abs(away) <= COUNTS_AS_ZERO] = 0.0
    ends: list[list[Floats]] = []
    for corners, heights in zip(cutters, away, strict=True):
        on = [corners[place] for place in range(3) if heights[place] == 0]
        if len(on) == 3:
            ends += [[corners[a], corners[b]] for a, b in _EDGES]
            continue
        on += [
            corners[a] + heights[a] / (heights[a] - heights[b]) * (corners[b] - corners[a])
            for a, b in _EDGES
            if heights[a] * heights[b] < 0
        ]
        if len(on) == 2:
            ends.append(on)
    shape = shapely.polygons(triangle[:, kept])
    lines = cast(Shapes, shapely.linestrings(np.array(ends).reshape(-1, 2, 3)[:, :, kept]))
    noded = shapely.union_all([*lines, shapely.get_exterior_ring(shape)])
    parts = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    parts = parts[shapely.area(parts) > _NARROWEST * shapely.length(parts)]
    inner = shapely.point_on_surface(parts)
    flat = shapely.get_coordinates(inner[shapely.contains(shape, inner)])
    points = np.empty((len(flat), 3))
    points[:, kept] = flat
    points[:, axis] = triangle[0, axis] - ((flat - triangle[0, kept]) @ normal[kept]) / normal[axis]
    return points


def sides(of: Pieces, solid: Floats, distance: float = COUNTS_AS_ZERO) -> Sides:
    """Whether a solid, given by its triangles, is so far in front of and behind each piece."""
    step = of.normals * distance
    return Sides(is_inside(of.points + step, solid), is_inside(of.points - step, solid))


def is_inside(points: Floats, triangles: Floats) -> Bools:
    """Which points a closed surface goes round, by the sum of the solid angles of its triangles.

    Solid angles after Van Oosterom and Strackee 1983; cavities, which are turned the other way, take theirs off.
    """
    found = np.zeros(len(points), dtype=bool)
    step = max(1, _CHUNK // max(1, len(triangles)))
    for begin in range(0, len(points), step):
        some = points[begin : begin + step]
        to_corner = triangles[None] - some[:, None, None]
        length = np.linalg.norm(to_corner, axis=3)
        a, b, c = (to_corner[:, :, place] for place in range(3))
        la, lb, lc = (length[:, :, place] for place in range(3))
        triple = np.einsum("pti,pti->pt", a, np.cross(b, c))
        dots = [np.einsum("pti,pti->pt", one, two) for one, two in ((a, b), (b, c), (c, a))]
        base = la * lb * lc + dots[0] * lc + dots[1] * la + dots[2] * lb
        found[begin : begin + step] = np.arctan2(triple, base).sum(axis=1) > np.pi  # half of 4 pi, halved by atan2
    return found


def distances(points: Floats, triangles: Floats) -> Floats:
    """How far each point is from the nearest of the triangles."""
    nearest = np.full(len(points), np.inf)
    for triangle in triangles:
        nearest = np.minimum(nearest, _distance(points, triangle))
    return nearest


def _distance(points: Floats, triangle: Floats) -> Floats:
    normal = np.cross(triangle[1] - triangle[0], triangle[2] - triangle[0])
    size = np.linalg.norm(normal)
    above = np.ones(len(points), dtype=bool)
    to_edges = np.full(len(points), np.inf)
    for a, b in _EDGES:
        side = triangle[b] - triangle[a]
        from_a = points - triangle[a]
        step = np.clip(from_a @ side / max(float(side @ side), 1e-300), 0, 1)
        to_edges = np.minimum(to_edges, np.linalg.norm(from_a - step[:, None] * side, axis=1))
        above &= from_a @ np.cross(normal, side) >= 0
    if size == 0:
        return to_edges
    return np.where(above, np.abs((points - triangle[0]) @ (normal / size)), to_edges)
