"""Polygons of a soup laid into a plane: their fitted planes, their outlines in two dimensions, their triangles."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely

from .soup import Bools, Floats, Ints, Shapes, Soup, starts


@dataclass(frozen=True, slots=True)
class Planes:
    """The plane of each polygon, fitted through all its points by least squares; the normal has length 1.

    The normal looks to the side from which the outer ring runs counter-clockwise. `axis` is the coordinate that is
    left out when the polygon is drawn in two dimensions: the one along which the normal is longest.
    """

    centre: Floats
    normal: Floats
    axis: Ints

    def distances(self, points: Floats, polygon: Ints) -> Floats:
        """Signed distance of points from the planes of the polygons with these numbers."""
        return cast(Floats, np.einsum("ij,ij->i", points - self.centre[polygon], self.normal[polygon]))


def fitted_planes(soup: Soup) -> Planes:
    """A plane for each polygon: through the middle of its points, across the direction in which they vary least."""
    polygon = soup.polygon_of_point
    first = starts(polygon)
    count = np.diff(np.r_[first, len(polygon)])[:, None]
    centre = np.add.reduceat(soup.points, first) / count if len(first) else np.empty((0, 3))
    from_centre = soup.points - centre[polygon]
    products = np.einsum("ni,nj->nij", from_centre, from_centre).reshape(-1, 9)
    spread = np.add.reduceat(products, first).reshape(-1, 3, 3) if len(first) else np.empty((0, 3, 3))
    normal = np.linalg.eigh(spread)[1][:, :, 0]
    doubled = _doubled_areas(soup, from_centre)
    normal = normal * np.where(np.einsum("ij,ij->i", normal, doubled) < 0, -1.0, 1.0)[:, None]
    return Planes(centre, normal, np.argmax(np.abs(normal), axis=1) if len(normal) else np.empty(0, dtype=np.int64))


def _doubled_areas(soup: Soup, points: Floats) -> Floats:
    """The vector of twice the area of each polygon's first ring (Newell's method)."""
    cross = np.cross(points, points[soup.following])
    by_ring = np.add.reduceat(cross, soup.ring_starts) if len(cross) else np.empty((0, 3))
    return cast(Floats, by_ring[starts(soup.polygon)])


def drawn(points: Floats, axis: Ints) -> Floats:
    """Points of space in two dimensions, without the coordinate of number `axis`.

    The two others are taken so that what runs counter-clockwise around the positive axis still does. Equal points stay
    equal and points on one line of a plane stay so as well as they were: nothing is computed.
    """
    places = np.arange(len(points))
    return np.stack([points[places, (axis + 1) % 3], points[places, (axis + 2) % 3]], axis=1)


def ring_areas(soup: Soup, flat: Floats) -> Floats:
    """Signed area of each ring in two dimensions."""
    there = flat[soup.following]
    cross = flat[:, 0] * there[:, 1] - flat[:, 1] * there[:, 0]
    return np.add.reduceat(cross, soup.ring_starts) / 2 if len(cross) else np.empty(0)


def outlines(soup: Soup, flat: Floats, chosen: Bools) -> tuple[Shapes, Shapes, Ints]:
    """(polygons, rings, the polygon's number of each ring) of the chosen polygons; `Z` is the number of the point."""
    is_in = chosen[soup.polygon_of_point]
    places = np.flatnonzero(is_in)
    closing = soup.ring_starts[chosen[soup.polygon]]
    order = np.argsort(np.r_[soup.ring[places], soup.ring[closing]], kind="stable")
    point = np.r_[places, closing][order]
    corners = np.column_stack([flat[point], soup.ids[point].astype(np.float64)])
    _, ring = np.unique(soup.ring[point], return_inverse=True)
    owner = soup.polygon[chosen[soup.polygon]]
    if not len(owner):
        return np.empty(0, dtype=object), np.empty(0, dtype=object), owner
    rings = cast(Shapes, shapely.linearrings(corners, indices=ring))
    _, compact = np.unique(owner, return_inverse=True)
    return cast(Shapes, shapely.polygons(rings, indices=compact)), rings, owner


def triangulated(polygons: Shapes) -> tuple[Ints, Ints]:
    """(three ids for each triangle, position of its polygon) of valid outlines whose `Z` is the number of the point.

    Delaunay triangles that keep to the outline, turned like the outer ring; of convex outlines a fan.
    """
    is_simple = _are_convex(polygons)
    fans, fan_owner = _fans(polygons[is_simple])
    meshes = polygons[~is_simple]
    triangles, owner = shapely.get_parts(shapely.constrained_delaunay_triangles(meshes), return_index=True)
    corners = shapely.get_coordinates(triangles, include_z=True).reshape(-1, 4, 3)[:, :3]
    turns = _doubled(corners) > 0
    wrong = turns != shapely.is_ccw(shapely.get_exterior_ring(meshes))[owner]
    ids = corners[:, :, 2].astype(np.int64)
    ids[wrong] = ids[wrong][:, ::-1]
    ids = np.concatenate([fans, ids])
    owner = np.r_[np.flatnonzero(is_simple)[fan_owner], np.flatnonzero(~is_simple)[owner]]
    order = np.argsort(owner, kind="stable")
    return ids[order], owner[order]


def _are_convex(polygons: Shapes) -> Bools:
    """Which valid outlines have no hole and turn the same way at every corner, clearly."""
    corners, owner = shapely.get_coordinates(polygons, return_index=True)
    if not len(corners):
        return np.zeros(len(polygons), dtype=bool)
    ends = np.r_[owner[1:] != owner[:-1], True]
    following = np.arange(1, len(owner) + 1)
    following[ends] = starts(owner) + 1  # the last corner is the first one again
    coming = np.flatnonzero(~ends)
    first = corners[following[coming]] - corners[coming]
    second = corners[following[following[coming]]] - corners[following[coming]]
    cross = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    scale = np.hypot(*first.T) * np.hypot(*second.T)
    low, high = np.full(len(polygons), np.inf), np.full(len(polygons), -np.inf)
    sines = cross / np.where(scale > 0, scale, 1.0)
    np.minimum.at(low, owner[coming], sines)
    np.maximum.at(high, owner[coming], sines)
    clearly = 0.02  # sine; a fan of flatter corners has triangles so thin that rounding turns them
    return np.asarray(((low > clearly) | (high < -clearly)) & (shapely.get_num_interior_rings(polygons) == 0))


def _fans(polygons: Shapes) -> tuple[Ints, Ints]:
    """Triangles from the first corner of each outline to each of its edges."""
    corners, owner = shapely.get_coordinates(polygons, include_z=True, return_index=True)
    if not len(corners):
        return np.empty((0, 3), dtype=np.int64), np.empty(0, dtype=np.int64)
    ids = corners[:, 2].astype(np.int64)
    first = starts(owner)
    place = np.arange(len(owner)) - first[np.cumsum(np.r_[False, owner[1:] != owner[:-1]])]
    last = np.diff(np.r_[first, len(owner)])[np.cumsum(np.r_[False, owner[1:] != owner[:-1]])] - 1
    begins = np.flatnonzero((place >= 1) & (place < last - 1))
    return np.stack([ids[begins - place[begins]], ids[begins], ids[begins + 1]], axis=1), owner[begins]


def _doubled(corners: Floats) -> Floats:
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    return np.asarray(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
