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

    Delaunay triangles that keep to the outline, turned like the outer ring.
    """
    few = shapely.get_num_coordinates(polygons) == 4
    corners = np.empty((len(polygons), 0))
    meshes = polygons[~few]
    triangles, owner = shapely.get_parts(shapely.constrained_delaunay_triangles(meshes), return_index=True)
    triangles = np.r_[polygons[few], triangles]
    owner = np.r_[np.flatnonzero(few), np.flatnonzero(~few)[owner]]
    corners = shapely.get_coordinates(triangles, include_z=True).reshape(-1, 4, 3)[:, :3]
    turns = shapely.is_ccw(shapely.get_exterior_ring(triangles))
    wrong = turns != shapely.is_ccw(shapely.get_exterior_ring(polygons))[owner]
    ids = corners[:, :, 2].astype(np.int64)
    ids[wrong] = ids[wrong][:, ::-1]
    order = np.argsort(owner, kind="stable")
    return ids[order], owner[order]
