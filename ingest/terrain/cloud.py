"""Heights out of a point cloud: inverse distance weighting of the nearest ground points."""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import laspy
import numpy as np
import numpy.typing as npt
import shapely

from ..readers.las_classes import GROUND
from ..readers.las_points import CHUNK_POINTS

NEIGHBOURS = 8
_HALVINGS = 5  # the nearest are first looked for within a thirty-second of the reach
_MOST_CELLS = 4096  # a side of the grid that says which points are near a place
Floats = npt.NDArray[np.float64]


def cloud_heights(path: Path, x: Floats, y: Floats, reach: float) -> Floats:
    """Heights at places in the cloud's own CRS, in its own unit; NaN where no ground point is within ``reach``.

    The mean of the eight nearest ground points (class 2, not withheld) within reach, weighted by one over the square
    of the distance (Shepard 1968, "A two-dimensional interpolation function for irregularly-spaced data"); a place
    on a point has its height. So a height is never above or below those around it, and never depends on which other
    places are asked for in the same call, as a triangulation of the points nearby would.
    """
    found = np.full(len(x), np.nan)
    usable = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not len(usable):
        return found
    ground = _ground_near(path, x[usable], y[usable], reach)
    if len(ground):
        found[usable] = weighted(ground, np.column_stack([x[usable], y[usable]]), reach)
    return found


def weighted(ground: Floats, places: Floats, reach: float) -> Floats:
    """Heights at places of shape (n, 2) out of ground points of shape (m, 3).

    >>> ground = np.array([[0, 0, 1.0], [2, 0, 3.0]])
    >>> weighted(ground, np.array([[0, 0], [1, 0], [9, 9.0]]), 5.0).tolist()
    [1.0, 2.0, nan]
    """
    found = np.full(len(places), np.nan)
    tree = shapely.STRtree(cast(Sequence[shapely.Geometry], shapely.points(ground[:, :2])))
    waiting = np.arange(len(places))
    for halving in range(_HALVINGS, -1, -1):
        near = reach / 2**halving
        asked, points = tree.query(shapely.points(places[waiting]), predicate="dwithin", distance=near)
        distance = np.hypot(*(ground[points, :2] - places[waiting[asked]]).T)
        order = np.lexsort((points, distance, asked))
        asked, points, distance = asked[order], points[order], distance[order]
        starts = np.searchsorted(asked, np.arange(len(waiting)))
        counts = np.diff(np.r_[starts, len(asked)])
        rank = np.arange(len(asked)) - starts[asked]
        is_settled = counts >= NEIGHBOURS if halving else counts > 0
        taken = is_settled[asked] & (rank < NEIGHBOURS)
        asked, points, distance = asked[taken], points[taken], distance[taken]
        is_on = distance == 0
        on = np.bincount(asked[is_on], minlength=len(waiting)) > 0
        share = np.where(on[asked], is_on.astype(np.float64), 1 / np.where(is_on, 1.0, distance) ** 2)
        total = np.bincount(asked, share * ground[points, 2], minlength=len(waiting))
        weight = np.bincount(asked, share, minlength=len(waiting))
        found[waiting[is_settled]] = total[is_settled] / weight[is_settled]
        waiting = waiting[~is_settled]
        if not len(waiting):
            break
    return found


def _ground_near(path: Path, x: Floats, y: Floats, reach: float) -> Floats:
    """The ground points in cells near the places, shape (n, 3): the file is read once, chunk by chunk."""
    west, south = float(x.min()) - 2 * reach, float(y.min()) - 2 * reach
    side = max(reach, (float(np.ptp(x)) + 4 * reach) / _MOST_CELLS, (float(np.ptp(y)) + 4 * reach) / _MOST_CELLS)
    width, height = (int((np.ptp(each) + 4 * reach) // side) + 3 for each in (x, y))
    wanted = np.zeros((height, width), dtype=bool)
    columns, rows = ((x - west) // side).astype(np.int64), ((y - south) // side).astype(np.int64)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            wanted[rows + down, columns + right] = True
    found = []
    with laspy.open(path, read_evlrs=False) as reader:
        for points in reader.chunk_iterator(CHUNK_POINTS):
            is_ground = (np.asarray(points["classification"]) == GROUND) & ~np.asarray(points["withheld"]).astype(bool)
            ground = points[is_ground]
            place = np.column_stack([np.asarray(ground[axis], dtype=np.float64) for axis in "xyz"])
            column, row = ((place[:, 0] - west) // side), ((place[:, 1] - south) // side)
            inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
            place = place[inside]
            near = wanted[row[inside].astype(np.int64), column[inside].astype(np.int64)]
            found.append(place[near])
    return np.concatenate(found) if found else np.empty((0, 3))
