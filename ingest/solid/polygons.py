"""Polygons of a soup: planar, with rings that do not meet, holes inside that run the other way round."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely

from .codes import Code, Tolerances
from .findings import Findings, any_by
from .flat import Planes, drawn, fitted_planes, outlines, ring_areas, triangulated
from .rings import check_rings, with_spikes
from .soup import Bools, Floats, Ints, Shapes, Soup


@dataclass(frozen=True, slots=True)
class Surfaces:
    """What is known of the polygons after they were checked."""

    is_bad: Bools  # of each polygon
    planes: Planes
    triangles: Ints  # ids of three corners, of the polygons that are not bad
    polygon_of_triangle: Ints


def check_polygons(soup: Soup, tolerances: Tolerances, findings: Findings) -> Surfaces:
    """Check all polygons on their own; a polygon has at most one kind of error of those that build on each other."""
    is_bad = check_rings(soup, findings)
    planes = fitted_planes(soup)
    is_bad |= _not_planar(soup, planes, tolerances.planarity, is_bad, findings)
    flat = drawn(soup.points, planes.axis[soup.polygon_of_point])
    shapes, rings, owner = outlines(soup, flat, ~is_bad)
    sound = np.flatnonzero(~is_bad)
    position = np.cumsum(~is_bad) - 1
    is_wrong = ~shapely.is_valid(shapes)
    spiky = with_spikes(soup, planes.normal)
    is_wrong[position[soup.polygon[spiky & ~is_bad[soup.polygon]]]] = True
    if is_wrong.any():
        spiky_in = spiky[~is_bad[soup.polygon]]
        for number in np.flatnonzero(is_wrong):
            mine = np.flatnonzero(owner == sound[number])
            code, text = _explained(rings[mine], spiky_in[mine])
            findings.at_polygons(code, sound[[number]], text)
    turned = _turned_holes(soup, ring_areas(soup, flat)) & ~is_bad
    turned[sound[is_wrong]] = False
    findings.at_polygons(
        Code.ORIENTATION_RINGS_SAME, np.flatnonzero(turned), "an inner ring runs the same way round as the outer one"
    )
    is_bad[sound[is_wrong]] = True
    is_bad |= turned
    triangles, owners = triangulated(shapes[~is_wrong])
    owners = sound[~is_wrong][owners]
    triangles, owners = triangles[~turned[owners]], owners[~turned[owners]]
    folded = _folded(soup, planes, triangles, owners, tolerances, findings)
    is_bad |= folded
    return Surfaces(is_bad, planes, triangles[~folded[owners]], owners[~folded[owners]])


def _not_planar(soup: Soup, planes: Planes, farthest: float, is_bad: Bools, findings: Findings) -> Bools:
    polygon = soup.polygon_of_point
    away = np.abs(planes.distances(soup.points, polygon))
    most = np.zeros(len(soup.shell))
    np.maximum.at(most, polygon, away)
    found = (most > farthest) & ~is_bad
    place = np.zeros(len(most), dtype=np.int64)
    at_most = np.flatnonzero(away == most[polygon])
    place[polygon[at_most]] = at_most
    numbers = np.flatnonzero(found)
    said = [f"a point is {distance:.4g} away from the plane of the polygon" for distance in most[numbers]]
    points = soup.points[place[numbers]]
    findings.at_polygons(Code.NON_PLANAR_POLYGON_DISTANCE_PLANE, numbers, said, points)
    return found


def _turned_holes(soup: Soup, areas: Floats) -> Bools:
    """Polygons that have an inner ring which runs as the outer one does."""
    is_outer = np.r_[True, soup.polygon[1:] != soup.polygon[:-1]][: len(soup.polygon)]
    outer = areas[is_outer][soup.polygon]
    return any_by(soup.polygon, ~is_outer & (np.sign(areas) == np.sign(outer)), len(soup.shell))


def _explained(rings: Shapes, is_spiky: Bools) -> tuple[Code, str]:
    """Why a polygon is none, by its rings: the outer one, then the holes."""
    alone = cast(Shapes, shapely.polygons(rings))
    broken = ~shapely.is_valid(alone) | is_spiky | (shapely.area(alone) == 0)
    if broken.any():
        return Code.RING_SELF_INTERSECTION, _reason(alone[broken][0], "a ring runs back on itself")
    outer, holes = alone[0], alone[1:]
    one, other = shapely.STRtree(alone).query(alone, predicate="intersects")
    one, other = one[one < other], other[one < other]
    if shapely.equals(alone[one], alone[other]).any():
        return Code.DUPLICATED_RINGS, "two rings are the same"
    if shapely.relate_pattern(rings[one], rings[other], "1********").any():
        return Code.INTERSECTION_RINGS, "two rings have a part of their line in common"
    if shapely.overlaps(outer, holes).any():
        return Code.INTERSECTION_RINGS, "an inner ring crosses the outer one"
    if not shapely.covers(outer, holes).all():
        return Code.INNER_RING_OUTSIDE, "an inner ring is outside the outer one"
    one, other = alone[one[one > 0]], alone[other[one > 0]]
    if (shapely.covers(one, other) | shapely.covers(other, one)).any():
        return Code.INNER_RINGS_NESTED, "an inner ring is inside another one"
    if shapely.relate_pattern(one, other, "T********").any():
        return Code.INTERSECTION_RINGS, "two inner rings cross"
    return Code.POLYGON_INTERIOR_DISCONNECTED, "its rings touch so that what they enclose falls apart"


def _reason(shape: shapely.Polygon, otherwise: str) -> str:
    return otherwise if shapely.is_valid(shape) else str(shapely.is_valid_reason(shape)).split("[")[0].lower()


def _folded(
    soup: Soup, planes: Planes, triangles: Ints, owner: Ints, tolerances: Tolerances, findings: Findings
) -> Bools:
    """Polygons with a triangle that leans too much against their plane.

    A triangle that is nowhere thicker than the snap tolerance, seen along the plane, is no fold: its lean is the
    rounding of its corners.
    """
    found = np.zeros(len(soup.shell), dtype=bool)
    where = points_of_ids(soup)
    corners = where[triangles]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    length = np.linalg.norm(normal, axis=1)
    along = np.einsum("ij,ij->i", normal, planes.normal[owner])
    away = np.stack([planes.distances(corners[:, place], owner) for place in range(3)])
    thickness = away.max(axis=0) - away.min(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        lean = np.degrees(np.arccos(np.clip(along / length, -1, 1)))
    leaning = (lean > tolerances.normals) & (thickness > tolerances.snap) & (length > 0)
    worst = np.zeros(len(found))
    np.maximum.at(worst, owner[leaning], lean[leaning])
    found[owner[leaning]] = True
    said = [f"a triangle of the polygon leans by {angle:.3g} degrees" for angle in worst[found]]
    findings.at_polygons(Code.NON_PLANAR_POLYGON_NORMALS_DEVIATION, np.flatnonzero(found), said)
    return found


def points_of_ids(soup: Soup) -> Floats:
    """The point of each id."""
    points = np.zeros((int(soup.ids.max(initial=-1)) + 1, 3))
    points[soup.ids] = soup.points
    return points
