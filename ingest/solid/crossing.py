"""Triangles that meet where they should not: of one shell, found in a tree of boxes and compared as whole arrays.

After Moeller 1997, "A fast triangle-triangle intersection test", in the form of edges against triangles, so that what
is found has a place, and with corners known by number, so that neighbours are told from strangers.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from .rings import COUNTS_AS_ZERO
from .soup import Bools, Floats, Ints, starts

_EDGES = ((0, 1), (1, 2), (2, 0))
_MOST_HITS = 20_000_000  # of boxes that meet, at a time: 320 MB
_CHUNK = 400_000  # pairs that are compared at a time: some 200 MB


@dataclass(frozen=True, slots=True)
class Crossing:
    """Shells that cross themselves, one point of each, and shells that have too many pairs to be compared."""

    shells: Ints
    points: Floats
    too_many: Ints


def crossing_pairs(points: Floats, triangles: Ints, owner: Ints, shell: Ints, most_pairs: int) -> Crossing:
    """Which shells have two triangles of different polygons that cross, lie on each other or touch as strangers.

    `owner` is the polygon of each triangle, `shell` its shell. Neighbours share corners by number.
    """
    one, other, too_many = near_pairs(points[triangles], shell, most_pairs)
    is_other_polygon = owner[one] != owner[other]
    one, other = one[is_other_polygon], other[is_other_polygon]
    shells, places = [np.empty(0, dtype=np.int64)], [np.empty((0, 3))]
    for begin in range(0, len(one), _CHUNK):
        some, others = one[begin : begin + _CHUNK], other[begin : begin + _CHUNK]
        meets, where = _meets(points, triangles[some], triangles[others])
        shells.append(shell[some[meets]])
        places.append(where[meets])
    found, first = np.unique(np.concatenate(shells), return_index=True)
    return Crossing(found, np.concatenate(places)[first], too_many)


def near_pairs(corners: Floats, shell: Ints, most_pairs: int) -> tuple[Ints, Ints, Ints]:
    """Pairs of triangles of one shell whose boxes meet, each once; and the shells that have too many of them.

    One tree for all shells: each is moved to a strip of its own beside the one before. It is asked for so few triangles
    at a time that the answer fits into memory even if all boxes of the largest shell meet.
    """
    low, high = corners.min(axis=1) - COUNTS_AS_ZERO, corners.max(axis=1) + COUNTS_AS_ZERO
    if not len(shell):
        nothing = np.empty(0, dtype=np.int64)
        return nothing, nothing, nothing
    order = np.argsort(shell, kind="stable")
    first = starts(shell[order])
    left = np.minimum.reduceat(low[order, 0], first)
    width = np.maximum.reduceat(high[order, 0], first) - left + 1.0
    strip = np.zeros(int(shell.max()) + 1)
    strip[shell[order][first]] = np.cumsum(width) - width - left
    shift = strip[shell]
    boxes = shapely.box(low[:, 0] + shift, low[:, 1], high[:, 0] + shift, high[:, 1])
    tree = shapely.STRtree(boxes)
    step = max(1, _MOST_HITS // int(np.bincount(shell).max()))
    pairs = np.zeros(len(strip), dtype=np.int64)
    found = []
    for begin in range(0, len(boxes), step):
        asked = np.arange(begin, min(begin + step, len(boxes)))
        asked = asked[pairs[shell[asked]] <= most_pairs]
        place, other = tree.query(boxes[asked])
        one = asked[place]
        once = (one < other) & (shell[one] == shell[other])
        one, other = one[once], other[once]
        meets = ((low[one] <= high[other]) & (low[other] <= high[one])).all(axis=1)
        found.append((one[meets], other[meets]))
        pairs += np.bincount(shell[one[meets]], minlength=len(pairs))
    one, other = (np.concatenate(side) for side in zip(*found, strict=True))
    too_many = np.flatnonzero(pairs > most_pairs)
    is_few = ~np.isin(shell[one], too_many)
    return one[is_few], other[is_few], too_many


def near_boxes(one: Floats, other: Floats) -> tuple[Ints, Ints]:
    """Pairs of a triangle of one and a triangle of the other surface whose boxes meet."""
    low, high = one.min(axis=1) - COUNTS_AS_ZERO, one.max(axis=1) + COUNTS_AS_ZERO
    low_other, high_other = other.min(axis=1), other.max(axis=1)
    tree = shapely.STRtree(shapely.box(*low_other[:, :2].T, *high_other[:, :2].T))
    first, second = tree.query(shapely.box(*low[:, :2].T, *high[:, :2].T))
    meets = (low[first, 2] <= high_other[second, 2]) & (low_other[second, 2] <= high[first, 2])
    return first[meets], second[meets]


def _meets(points: Floats, one: Ints, other: Ints) -> tuple[Bools, Floats]:
    """Which pairs of triangles meet other than in the corners and the edge that they share, and where."""
    same = one[:, :, None] == other[:, None, :]
    shared = same.sum(axis=(1, 2))
    found = np.asarray(shared >= 3)
    where = points[one].mean(axis=1)
    folded = np.flatnonzero(shared == 2)
    found[folded] = _is_folded(points[one[folded]], points[other[folded]], same[folded])

    near = np.flatnonzero(shared < 2)
    for left, right, left_shares in ((one, other, same.any(axis=2)), (other, one, same.any(axis=1))):
        near = near[~_is_on_one_side(points[left[near]], points[right[near]], left_shares[near])]
    one, other = one[near], other[near]
    met, place = _meets_apart(points[one], points[other], same[near])
    found[near] = met
    where[near] = place
    return found, where


def _is_on_one_side(first: Floats, second: Floats, is_shared: Bools) -> Bools:
    """Whether all corners of the first triangle but shared ones are clearly on one side of the second."""
    normal = np.cross(second[:, 1] - second[:, 0], second[:, 2] - second[:, 0])
    unit, is_solid = _flat_normal(second, normal)
    away = np.einsum("nci,ni->nc", first - second[:, :1], unit)
    above, below = (is_shared | np.asarray(away > COUNTS_AS_ZERO)), (is_shared | (away < -COUNTS_AS_ZERO))
    return np.asarray(is_solid & (above.all(axis=1) | below.all(axis=1)))


def _flat_normal(triangle: Floats, normal: Floats) -> tuple[Floats, Bools]:
    """(normals of length 1, whether the triangle is thick enough to have one)."""
    longest = np.sqrt(np.max([((triangle[:, a] - triangle[:, b]) ** 2).sum(axis=1) for a, b in _EDGES], axis=0))
    double_area = np.linalg.norm(normal, axis=1)
    is_solid = double_area > COUNTS_AS_ZERO * np.maximum(longest, COUNTS_AS_ZERO)
    return normal / np.where(is_solid, double_area, 1.0)[:, None], np.asarray(is_solid)


def _meets_apart(first: Floats, second: Floats, same: Bools) -> tuple[Bools, Floats]:
    """Which pairs of triangles with one common corner or none meet elsewhere, and where."""
    found = np.zeros(len(first), dtype=bool)
    where = first.mean(axis=1)
    for left, right, left_shares in (
        (first, second, np.asarray(same.any(axis=2))),
        (second, first, np.asarray(same.any(axis=1))),
    ):
        for begin, end in _EDGES:
            # The edge of a shared corner meets the other triangle there, as it should.
            open_ = np.flatnonzero(~found & ~left_shares[:, begin] & ~left_shares[:, end])
            hits, place = pierced(left[open_, begin], left[open_, end], right[open_])
            found[open_[hits]] = True
            where[open_[hits]] = place[hits]
    flat = np.flatnonzero(~found)
    found[flat] = overlaps_in_plane(first[flat], second[flat])
    return found, where


def _is_folded(first: Floats, second: Floats, same: Bools) -> Bools:
    """Whether triangles with a common edge lie on each other, folded along it."""
    places = np.arange(len(first))
    free, other_free = np.argmin(same.any(axis=2), axis=1), np.argmin(same.any(axis=1), axis=1)
    begin, end = first[places, (free + 1) % 3], first[places, (free + 2) % 3]
    along = _unit(end - begin)
    arms = []
    for corner in (first[places, free], second[places, other_free]):
        arm = corner - begin
        arms.append(arm - np.einsum("ij,ij->i", arm, along)[:, None] * along)
    shorter = np.minimum(np.linalg.norm(arms[0], axis=1), np.linalg.norm(arms[1], axis=1))
    apart = np.linalg.norm(np.cross(_unit(arms[0]), _unit(arms[1])), axis=1) * shorter
    is_one_side = np.einsum("ij,ij->i", *arms) > 0
    return np.asarray((apart <= COUNTS_AS_ZERO) & is_one_side & (shorter > COUNTS_AS_ZERO))


def pierced(begin: Floats, end: Floats, triangle: Floats, margin: float = COUNTS_AS_ZERO) -> tuple[Bools, Floats]:
    """Which segments meet the triangle of the same place, and where; those in its plane do not.

    With a positive margin the triangle reaches so much farther, and an end so near to it meets it. With a negative one
    the segment must go through, by that much on both sides and away from the triangle's edges.
    """
    normal = np.cross(triangle[:, 1] - triangle[:, 0], triangle[:, 2] - triangle[:, 0])
    unit, is_solid = _flat_normal(triangle, normal)
    here = np.einsum("ij,ij->i", begin - triangle[:, 0], unit)
    there = np.einsum("ij,ij->i", end - triangle[:, 0], unit)
    reaches = (np.minimum(here, there) <= margin) & (np.maximum(here, there) >= -margin)
    maybe = is_solid & reaches & ~((np.abs(here) <= COUNTS_AS_ZERO) & (np.abs(there) <= COUNTS_AS_ZERO))
    place = np.zeros((len(begin), 3))
    some = np.flatnonzero(maybe)
    step = np.clip(here[some] / (here[some] - there[some]), 0, 1)
    place[some] = begin[some] + step[:, None] * (end[some] - begin[some])
    inside = np.ones(len(some), dtype=bool)
    for a, b in _EDGES:
        side = triangle[some, b] - triangle[some, a]
        inward = _unit(np.cross(unit[some], side))
        inside &= np.einsum("ij,ij->i", place[some] - triangle[some, a], inward) >= -margin
    found = np.zeros(len(begin), dtype=bool)
    found[some[inside]] = True
    return found, place


def overlaps_in_plane(first: Floats, second: Floats) -> Bools:
    """Which pairs of triangles lie in one plane and share area there."""
    found = np.zeros(len(first), dtype=bool)
    if not len(first):
        return found
    normal = _unit(np.cross(first[:, 1] - first[:, 0], first[:, 2] - first[:, 0]))
    away = np.abs(np.einsum("nci,ni->nc", second - first[:, :1], normal))
    level = np.flatnonzero((away <= COUNTS_AS_ZERO).all(axis=1) & (np.abs(normal).sum(axis=1) > 0))
    if not len(level):
        return found
    axis = np.argmax(np.abs(normal[level]), axis=1)
    kept = np.stack([(axis + 1) % 3, (axis + 2) % 3], axis=1)[:, None, :]
    drawn = [shapely.polygons(np.take_along_axis(shape[level], kept, axis=2)) for shape in (first, second)]
    shared = shapely.area(shapely.intersection(drawn[0], drawn[1]))
    found[level] = shared > COUNTS_AS_ZERO * np.sqrt(np.minimum(shapely.area(drawn[0]), shapely.area(drawn[1])))
    return found


def _unit(vectors: Floats) -> Floats:
    """Vectors of length 1; zero stays zero."""
    length = np.linalg.norm(vectors, axis=1)[:, None]
    return np.asarray(vectors / np.where(length > 0, length, 1.0))
