"""Whether a solid with cavities is in one piece, by which of its points see each other."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from ..connected import connected
from .crossing import pierced
from .pieces import is_inside, touch
from .soup import Floats

_MOST = 40_000_000  # lines of sight times triangles: some ten seconds
_SEED = 19107


def falls_apart(outer: Floats, cavities: Sequence[Floats]) -> bool:
    """Whether cavities, which lie inside the outer shell and share no volume or face, cut the solid into pieces.

    Only cavities that touch something can. Then points of the solid, near its faces and anywhere, are taken for
    connected where the straight line between them meets no face; the solid is in pieces when the points are. A narrow
    crooked passage between two parts would be missed.
    """
    shapes = [outer, *cavities]
    if not any(touch(one, other) for one, other in combinations(shapes, 2)):
        return False
    surface = np.concatenate(shapes)
    solid = np.concatenate([outer, *(cavity[:, ::-1] for cavity in cavities)])
    points = _inner_points(solid, int(np.clip(np.sqrt(_MOST / len(surface)), 20, 200)))
    one, other = np.triu_indices(len(points), 1)
    is_free = np.ones(len(one), dtype=bool)
    for triangle in surface:
        left = np.flatnonzero(is_free)
        hits, _ = pierced(points[one[left]], points[other[left]], np.broadcast_to(triangle, (len(left), 3, 3)))
        is_free[left[hits]] = False
    return len(np.unique(connected(len(points), one[is_free], other[is_free]))) > 1


def _inner_points(solid: Floats, count: int) -> Floats:
    """Points of a solid: near the middle of each face, and such that are spread over its box; always the same."""
    normal = np.cross(solid[:, 1] - solid[:, 0], solid[:, 2] - solid[:, 0])
    length = np.linalg.norm(normal, axis=1)
    low, high = solid.min(axis=(0, 1)), solid.max(axis=(0, 1))
    near = solid.mean(axis=1) - normal / np.where(length > 0, length, 1.0)[:, None] * (high - low).min() * 1e-4
    spread = np.random.default_rng(_SEED).uniform(low, high, (count, 3))
    points = np.concatenate([near[:count], spread])
    return points[is_inside(points, solid)]
