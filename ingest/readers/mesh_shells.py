"""Closed meshes taken apart: which faces are one shell, and which shells are one solid. Mesh formats do not say it."""

import numpy as np
import numpy.typing as npt

from ..connected import connected

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Solids = list[list[int]]


def shells_of(
    places: Floats, counts: Ints, thing: Ints, is_closed: Bools, neighbours: tuple[Ints, Ints]
) -> tuple[Ints | None, list[Solids | None]]:
    """The faces in an order in which the shells of a thing follow one another, and the faces of each of its shells.

    A shell is what hangs together by edges. One that looks inwards is a cavity of the smallest solid around it. The
    order is None where it is the given one; of things that are open or have one shell nothing is told.

    Args: corners, how many each face has, the thing that each is of (ascending), and the pairs of faces at each edge.
    """
    told: list[Solids | None] = [None] * len(is_closed)
    one, other = neighbours
    is_inside = is_closed[thing[one]]
    label = connected(len(counts), one[is_inside], other[is_inside])
    is_alone = np.ones(len(counts), dtype=bool)  # a triangle that is no more than a line has no edge
    is_alone[one], is_alone[other] = False, False
    shells = np.bincount(thing[label == np.arange(len(counts))], minlength=len(is_closed))
    several = is_closed & (shells > 1) & (np.bincount(thing[is_alone], minlength=len(is_closed)) == 0)
    if not several.any():
        return None, told
    order = np.arange(len(counts))
    corner_ends = np.cumsum(counts)
    for number in np.flatnonzero(several).tolist():
        first, last = np.searchsorted(thing, [number, number + 1]).tolist()
        begin, end = corner_ends[first] - counts[first], corner_ends[last - 1]
        _, shell = np.unique(label[first:last], return_inverse=True)
        rank, told[number] = _nested(places[begin:end], counts[first:last], shell)
        order[first:last] = first + np.argsort(rank[shell], kind="stable")
    return order, told


def _nested(places: Floats, counts: Ints, shell: Ints) -> tuple[Ints, Solids]:
    """The place of each shell when the solids follow one another, each from its outer shell; the faces of each."""
    starts = np.cumsum(counts) - counts
    places = places - places[0]
    following = np.arange(1, len(places) + 1)
    following[starts + counts - 1] = starts
    normals = np.add.reduceat(np.cross(places, places[following]), starts)
    volume = np.bincount(shell, weights=(places[starts] * normals).sum(axis=1))
    of_corner = np.repeat(shell, counts)
    low, high = np.full((len(volume), 3), np.inf), np.full((len(volume), 3), -np.inf)
    np.minimum.at(low, of_corner, places)
    np.maximum.at(high, of_corner, places)
    outer = np.flatnonzero(~(volume < 0))
    solids = {int(number): [int(number)] for number in outer}
    for number in np.flatnonzero(volume < 0).tolist():
        is_around = (low[outer] <= low[number]).all(axis=1) & (high[outer] >= high[number]).all(axis=1)
        is_near = (low[outer] <= high[number]).all(axis=1) & (high[outer] >= low[number]).all(axis=1)
        around = outer[is_around] if is_around.any() else outer[is_near] if is_near.any() else outer
        owner = int(around[np.argmin(volume[around])]) if len(around) else number
        solids.setdefault(owner, []).append(number)
    faces = np.bincount(shell)
    rank = np.empty(len(volume), dtype=np.int64)
    rank[[number for solid in solids.values() for number in solid]] = np.arange(len(volume))
    return rank, [[int(faces[number]) for number in solid] for solid in solids.values()]
