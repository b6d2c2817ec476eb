"""Rings of a soup: too few points, points twice in a row, not closed, and spikes."""

import numpy as np

from .codes import Code
from .findings import Findings, any_by
from .soup import Bools, Floats, Soup

COUNTS_AS_ZERO = 1e-6
"""Lengths below this are the noise of computing with coordinates, not a matter of tolerance: a micrometre."""


def check_rings(soup: Soup, findings: Findings) -> Bools:
    """Which polygons have a ring that is no ring; 101, 102 and 103 are noted."""
    count = len(soup.polygon)
    repeats = soup.ids == soup.ids[soup.following]
    lengths = np.bincount(soup.ring, minlength=count)
    distinct = np.bincount(soup.ring, weights=~repeats, minlength=count)
    too_few = distinct < 3
    polygons = len(soup.shell)
    said = [f"a ring has {number} different points, expected 3 or more" for number in distinct[too_few].astype(int)]
    findings.at_polygons(Code.TOO_FEW_POINTS, soup.polygon[too_few], said)
    has_repeats = any_by(soup.ring, repeats, count) & ~(too_few & (lengths < 3))
    has_repeats &= ~too_few
    place = np.flatnonzero(repeats & has_repeats[soup.ring])
    findings.at_polygons(
        Code.CONSECUTIVE_POINTS_SAME, soup.polygon_of_point[place], "two points in a row are one", soup.points[place]
    )
    findings.at_polygons(
        Code.RING_NOT_CLOSED, soup.polygon[soup.is_open], "the last point of a ring is not its first one"
    )
    return any_by(soup.polygon, too_few | has_repeats | soup.is_open, polygons)


def with_spikes(soup: Soup, normal: Floats) -> Bools:
    """Which rings run back on the line on which they came, or stand still seen along the normal of their polygon."""
    before = np.empty(len(soup.ring), dtype=np.int64)
    before[soup.following] = np.arange(len(soup.ring))
    coming, going = soup.points - soup.points[before], soup.points[soup.following] - soup.points
    across = np.linalg.norm(np.cross(coming, going), axis=1)
    longer = np.maximum(np.linalg.norm(coming, axis=1), np.linalg.norm(going, axis=1))
    runs_back = (across <= COUNTS_AS_ZERO * longer) & (np.einsum("ij,ij->i", coming, going) < 0)
    seen = np.linalg.norm(np.cross(going, normal[soup.polygon_of_point]), axis=1)
    return any_by(soup.ring, runs_back | (seen <= COUNTS_AS_ZERO), len(soup.polygon))
