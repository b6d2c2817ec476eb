"""Measures of whole arrays of geometries: heights, volume, footprint, area. Shapely arrays in, numpy arrays out.

Units are those of the coordinate reference system; say so where it is not in metres.
"""

from typing import cast

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]

GROUND_WORDS = frozenset({"GroundSurface"})  # how CityGML and CityJSON call the surfaces on the ground
_POLYGONAL = (3, 6)  # shapely's type numbers of Polygon and MultiPolygon


def heights(shapes: Shapes) -> tuple[Floats, Floats]:
    """Lowest and highest height of each geometry, in the unit of the heights; NaN where it has none.

    >>> lowest, highest = heights(np.array([shapely.LineString([(0, 0, 2), (1, 1, 5)]), shapely.Point(1, 2)]))
    >>> lowest.tolist(), highest.tolist()
    ([2.0, nan], [5.0, nan])
    """
    coordinates, owner = shapely.get_coordinates(shapes, include_z=True, return_index=True)
    lowest, highest = np.full((2, len(shapes)), np.nan)
    if len(owner):
        starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
        lowest[owner[starts]] = np.fmin.reduceat(coordinates[:, 2], starts)
        highest[owner[starts]] = np.fmax.reduceat(coordinates[:, 2], starts)
    return lowest, highest


def volume(shapes: Shapes) -> Floats:
    """Volume enclosed by each MultiPolygon Z, in cubic units of its coordinates; NaN where it is not closed.

    The sum of signed tetrahedra between one point and the triangles of a fan over every ring (divergence theorem;
    Zhang and Chen 2001, "Efficient feature extraction for 2D/3D objects in mesh representation"). Holes and inner
    shells count negative because they run the other way. Closed means: every edge is run through as often in one
    direction as in the other, with exactly equal corners.

    >>> corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    >>> faces = shapely.polygons(corners[[[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]]])
    >>> volume(np.array([shapely.multipolygons(faces), shapely.multipolygons(faces[:3])])).round(4).tolist()
    [0.1667, nan]
    """
    result = np.full(len(shapes), np.nan)
    rings, owner = _rings(shapes)
    corners, ring = shapely.get_coordinates(rings, include_z=True, return_index=True)
    if not len(corners):
        return result
    is_last = np.r_[ring[1:] != ring[:-1], True]
    start = np.flatnonzero(np.r_[True, is_last[:-1]])
    # Far from the origin the products are large and their sum small, so each geometry is moved to its first corner.
    origin = np.full((len(shapes), 3), np.nan)
    first_ring = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    origin[owner[first_ring]] = corners[start[first_ring]]
    corners = corners - origin[owner[ring]]

    edge = np.flatnonzero(~is_last)
    here, there, fan = corners[edge], corners[edge + 1], corners[start[ring[edge]]]
    edge_owner = owner[ring[edge]]
    six_fold = np.einsum("ij,ij->i", fan, np.cross(here, there))
    total = np.bincount(edge_owner, weights=six_fold, minlength=len(shapes)) / 6
    is_closed = np.isin(np.arange(len(shapes)), owner) & _edges_cancel(here, there, edge_owner, len(shapes))
    result[is_closed] = np.abs(total[is_closed])
    return result


def footprint(shapes: Shapes, surfaces: pl.Series) -> Shapes:
    """The ground that each MultiPolygon Z covers, as a valid Polygon or MultiPolygon of the plane.

    ``surfaces`` has for each geometry the list of its polygons' meanings, or null. The union of the horizontal
    projections of the surfaces on the ground; of all surfaces where none is said to be on the ground. None where the
    projection has no area (a wall), or the geometry is no polygon.

    >>> box = shapely.from_wkt("MULTIPOLYGON Z (((0 0 0, 0 1 0, 1 1 0, 0 0 0)), ((0 0 9, 5 0 9, 5 5 9, 0 5 9, 0 0 9)))")
    >>> ground = footprint(np.array([box, box]), pl.Series([["GroundSurface", "RoofSurface"], None]))
    >>> shapely.area(ground).tolist()
    [0.5, 25.0]
    """
    polygons, owner = shapely.get_parts(shapes, return_index=True)
    is_candidate = np.isin(shapely.get_type_id(polygons), _POLYGONAL) & (shapely.area(polygons) > 0)
    words = surface_words(surfaces, shapely.get_num_geometries(shapes))
    is_ground = is_candidate & words.is_in(sorted(GROUND_WORDS)).fill_null(value=False).to_numpy()
    has_ground = np.zeros(len(shapes), dtype=bool)
    has_ground[owner[is_ground]] = True
    chosen = np.flatnonzero(is_ground)
    others = np.flatnonzero(is_candidate & ~has_ground[owner])
    if len(others):  # most solids say which of their surfaces are on the ground
        others = others[_seen_once(polygons[others], owner[others], len(shapes))]
        chosen = np.sort(np.r_[chosen, others])
    return _unions(shapely.force_2d(polygons[chosen]), owner[chosen], len(shapes))


def area(shapes: Shapes, metres_per_unit: float = 1.0) -> Floats:
    """Area of the horizontal projection in square metres, of geometries in a projected CRS of the given unit.

    The shoelace formula, without the scale of the projection (below 0.1 % for a national grid). NaN for None; of a
    solid, measure the footprint. Coordinates in degrees have to be projected first.

    >>> area(np.array([shapely.box(0, 0, 10, 5), None]), metres_per_unit=0.3048).round(3).tolist()
    [4.645, nan]
    """
    return shapely.area(shapes) * metres_per_unit**2


def _rings(shapes: Shapes) -> tuple[Shapes, Ints]:
    """All rings of the polygonal geometries, and the position of the geometry that each is of."""
    polygons, polygon_owner = shapely.get_parts(shapes, return_index=True)
    rings, ring_polygon = shapely.get_rings(polygons, return_index=True)
    return rings, polygon_owner[ring_polygon]


def _edges_cancel(here: Floats, there: Floats, owner: Ints, count: int) -> Bools:
    """Whether each geometry runs through each of its edges as often in one direction as in the other.

    Each edge gets a number of 64 bits that is the negative (modulo 2**64) of the number of the reversed edge; the
    numbers of a closed surface add up to zero. For another surface they do so once in 2**64 cases.
    """
    start, end = _corner_numbers(here), _corner_numbers(there)
    with np.errstate(over="ignore"):
        number = _scrambled(start + 3 * end) - _scrambled(end + 3 * start)
        total = np.zeros(count, dtype=np.uint64)
        np.add.at(total, owner, number)
    return cast(Bools, total == 0)


def _corner_numbers(corners: Floats) -> npt.NDArray[np.uint64]:
    """One number of 64 bits for each corner, equal for equal coordinates."""
    bits = np.ascontiguousarray(corners + 0.0).view(np.uint64)  # adding makes -0.0 the same as 0.0
    with np.errstate(over="ignore"):
        return _scrambled(_scrambled(_scrambled(bits[:, 0]) + bits[:, 1]) + bits[:, 2])


def _scrambled(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014): any changed bit changes half of all bits."""
    numbers = numbers + np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def surface_words(surfaces: pl.Series, polygon_counts: npt.NDArray[np.integer]) -> pl.Series:
    """What every polygon is said to be; null, where a geometry has another number of words than of polygons.

    >>> surface_words(pl.Series([["RoofSurface"], ["WallSurface"], None]), np.array([1, 2, 1])).to_list()
    ['RoofSurface', None, None, None]
    """
    fits = (surfaces.list.len() == pl.Series(polygon_counts)).fill_null(value=False)
    return (
        pl.DataFrame({"words": surfaces.set(~fits, None), "count": polygon_counts})
        .select(pl.coalesce("words", pl.lit(None, dtype=pl.String).repeat_by("count")).alias("word"))
        .filter(pl.col("word").list.len() > 0)
        .explode("word")["word"]
    )


def _seen_once(polygons: Shapes, owner: Ints, count: int) -> Bools:
    """Which projected polygons are enough to cover what all polygons of their geometry cover.

    A vertical line leaves a closed surface as often as it enters it, so the faces that look down cover what all do;
    of such a surface the projected areas, with their sign, add up to nothing. Of any other all faces are needed.
    """
    looks_up = shapely.is_ccw(shapely.get_exterior_ring(polygons))
    areas = shapely.area(polygons)
    net = np.abs(np.bincount(owner, weights=np.where(looks_up, areas, -areas), minlength=count))
    is_closed = net <= 1e-6 * np.bincount(owner, weights=areas, minlength=count)
    return ~looks_up | ~is_closed[owner]


def _unions(polygons: Shapes, owner: Ints, count: int) -> Shapes:
    """The union of the polygons of each owner, None for an owner without any."""
    result = np.full(count, None, dtype=object)
    if len(polygons):
        groups, compact = np.unique(owner, return_inverse=True)
        together = cast(Shapes, shapely.multipolygons(polygons, indices=compact))
        is_overlapping = ~shapely.is_valid(together)
        # This method merges all outlines, which for a collection of polygons is their union.
        together[is_overlapping] = shapely.make_valid(
            together[is_overlapping], method="structure", keep_collapsed=False
        )
        is_single = shapely.get_num_geometries(together) == 1
        together[is_single] = shapely.get_geometry(together[is_single], 0)
        result[groups] = together
    return result
