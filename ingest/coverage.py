"""Whether areas that should cover the ground once do so: overlaps of two of them, and slivers of ground between them.

Which areas are near a fault is found by the coverage validation of GEOS (`coverage_invalid_edges`, which needs
shapely 2.1), which walks edges and takes no time over pairs that fit; only what it names is intersected or united.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from .geometry import in_metres

Shapes = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_WIDTH: Final = 0.01
"""Metres: what is narrower is rounding of coordinates."""
LEAST_AREA: Final = 0.1
"""Square metres: a sliver 1 cm wide and 10 m long."""
WIDEST_GAP: Final = 1.0
"""Metres: what is wider is a road or a stream that nobody registered, no fault of drawing."""

_FAULTS: Final = {
    "kind": pl.String(), "first": pl.String(), "second": pl.String(), "area": pl.Float64(), "width": pl.Float64(),
    "geometry": pl.Binary(),
}  # fmt: skip
_PAIRS_AT_ONCE: Final = 50_000


def faults(keys: pl.Series, shapes: Shapes, crs: str) -> pl.DataFrame:
    """Overlaps and gaps of polygons of one layer (x-y order, in `crs`): kind ("overlap" or "gap"), first and second
    (keys; of a gap those with the longest edges at it), area (m2), width (m), geometry (WKB, in `crs`).

    The width is the mean one: twice the area over the length of the outline, which for a sliver is its width. An
    overlap counts above `LEAST_WIDTH` and `LEAST_AREA`, a gap when it is enclosed and narrower than `WIDEST_GAP`, too.
    An invalid polygon is taken as `make_valid` has it.

    >>> west, east = shapely.box(0, 0, 10, 10), shapely.box(9.5, 0, 20, 10)
    >>> faults(pl.Series(["w", "e"]), np.array([west, east]), "EPSG:25833").drop("geometry").row(0)
    ('overlap', 'w', 'e', 5.0, 0.47619047619047616)
    """
    is_area = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    keys, shapes = keys.filter(pl.Series(is_area)), shapely.force_2d(shapes[is_area])
    if len(shapes) < 2:
        return pl.DataFrame(schema=_FAULTS)
    is_invalid = ~shapely.is_valid(shapes)
    shapes[is_invalid] = shapely.make_valid(shapes[is_invalid], method="structure", keep_collapsed=False)
    tree = shapely.STRtree(shapes)
    names = keys.cast(pl.String).to_numpy()
    found = [_overlaps(names, shapes, tree, crs), _gaps(names, shapes, tree, crs)]
    return pl.concat(found).sort("kind", "area", descending=[True, True], maintain_order=True)


def _overlaps(names: Shapes, shapes: Shapes, tree: shapely.STRtree, crs: str) -> pl.DataFrame:
    suspects = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(shapes)))
    near, other = tree.query(shapes[suspects])
    pairs = np.sort(np.stack([suspects[near], other], axis=1), axis=1)
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    parts: list[pl.DataFrame] = []
    for start in range(0, len(pairs), _PAIRS_AT_ONCE):
        first, second = pairs[start : start + _PAIRS_AT_ONCE].T
        common = _areas_of(shapely.intersection(shapes[first], shapes[second]))
        area, width = _measured(common, crs)
        keep = (area > LEAST_AREA) & (width > LEAST_WIDTH)
        parts.append(_frame("overlap", names[first[keep]], names[second[keep]], area[keep], width[keep], common[keep]))
    return pl.concat([pl.DataFrame(schema=_FAULTS), *parts])


def _gaps(names: Shapes, shapes: Shapes, tree: shapely.STRtree, crs: str) -> pl.DataFrame:
    nothing = pl.DataFrame(schema=_FAULTS)
    is_near = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes, gap_width=_in_units(WIDEST_GAP, shapes, crs)))
    if not is_near.any():
        return nothing
    # with their neighbours, which may close a gap by a corner only
    around = np.unique(tree.query(shapes[is_near], predicate="intersects")[1])
    united = shapely.get_parts([shapely.union_all(shapes[around])])
    holes = _holes(united)
    area, width = _measured(holes, crs)
    keep = np.flatnonzero((area > LEAST_AREA) & (width > LEAST_WIDTH) & (width < WIDEST_GAP))
    filled = tree.query(shapely.point_on_surface(holes[keep]), predicate="within")[0]
    keep = np.delete(keep, np.unique(filled))
    gap, side = tree.query(holes[keep], predicate="intersects")
    if not len(gap):
        return nothing
    edge = shapely.length(shapely.intersection(shapely.boundary(holes[keep][gap]), shapely.boundary(shapes[side])))
    order = np.lexsort((side, -edge, gap))
    sides = pl.DataFrame({"gap": gap[order], "key": names[side[order]]}, schema={"gap": pl.Int64, "key": pl.String})
    # one area may enclose a gap alone, as one that was drawn round a hole too large does
    named = sides.group_by("gap", maintain_order=True).agg(
        pl.col("key").first().alias("first"), pl.col("key").get(1, null_on_oob=True).alias("second")
    )
    place = keep[named["gap"].to_numpy()]
    return _frame("gap", named["first"].to_numpy(), named["second"].to_numpy(), area[place], width[place], holes[place])


def _holes(parts: Shapes) -> Shapes:
    """The holes in some polygons that touch nowhere, each without what of the others lies in it."""
    rings = shapely.get_rings(parts)
    is_hole = np.ones(len(rings), dtype=bool)
    is_hole[np.r_[0, np.cumsum(1 + shapely.get_num_interior_rings(parts))[:-1]]] = False
    holes: Shapes = np.asarray(shapely.polygons(rings[is_hole]), dtype=np.object_)
    outer, inner = shapely.STRtree(parts).query(holes, predicate="contains")
    for place in np.unique(outer):  # holes with an island in them are few
        holes[place] = shapely.difference(holes[place], shapely.union_all(parts[inner[outer == place]]))
    return holes


def _areas_of(shapes: Shapes) -> Shapes:
    """The polygons of each shape as one; of what two areas share lines and points are no overlap."""
    areas = shapes.copy()
    mixed = np.flatnonzero(shapely.get_type_id(shapes) == 7)
    if len(mixed):
        parts, owner = shapely.get_parts(shapes[mixed], return_index=True)
        is_polygon = shapely.get_type_id(parts) == 3
        empty = np.full(len(mixed), shapely.MultiPolygon(), dtype=object)
        if is_polygon.any():
            whole = shapely.multipolygons(parts[is_polygon], indices=owner[is_polygon], out=empty)
            areas[mixed] = whole
        else:
            areas[mixed] = empty
    return areas


def _measured(shapes: Shapes, crs: str) -> tuple[Floats, Floats]:
    """(area in m2, mean width in m) of each shape."""
    plane = in_metres(shapes, crs)
    area, length = shapely.area(plane), shapely.length(plane)
    width = np.zeros(len(shapes))
    np.divide(2 * area, length, out=width, where=length > 0)
    return area, width


def _in_units(metres: float, shapes: Shapes, crs: str) -> float:
    """A length in the units of the coordinates; in degrees that of the longest one that it can be."""
    west, south, east, north = shapely.total_bounds(shapes)
    one = shapely.bounds(in_metres(np.array([shapely.box(west, south, east, north)]), crs))[0]
    return float(metres * (east - west) / (one[2] - one[0])) if one[2] > one[0] else metres


def _frame(kind: str, first: Shapes, second: Shapes, area: Floats, width: Floats, shapes: Shapes) -> pl.DataFrame:
    columns = {
        "kind": [kind] * len(shapes), "first": first, "second": second, "area": area, "width": width,
        "geometry": shapely.to_wkb(shapes).tolist(),
    }  # fmt: skip
    return pl.DataFrame(columns, schema=_FAULTS)
