"""Geometries of vector files and tables as frames: shapes from WKB, WKT or two columns of degrees, checked at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from .contract import GEOMETRY_COLUMNS, Problem

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]
Wkb = list[bytes | None]

WKT_COLUMNS = ("wkt", "geometry", "geom", "the_geom")
LONGITUDE_COLUMNS = ("longitude", "lon", "lng")
LATITUDE_COLUMNS = ("latitude", "lat")

# Numbers of the geometry types in ISO WKB; 1000, 2000 and 3000 are added for heights, measures and both.
_PLAIN_TYPES = np.arange(1, 8)  # Point to GeometryCollection
_CURVED_TYPES = np.arange(8, 15)
_WITH_MEASURES = 2000
_POLYHEDRAL_SURFACE_Z, _MULTIPOLYGON_Z = 1015, 1006
_WKB_HEADER_BYTES = 5
_POLYGONAL = (3, 6)  # shapely's type numbers of Polygon and MultiPolygon
_LINEAR = (1, 5)
_COLLECTION = 7
_DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Shapes:
    """The geometries of some rows, one per row, None where the row has none or it can't be built."""

    shapes: Objects
    is_missing: Bools
    is_unsupported: Bools
    is_solid: Bools


def shapes_of_wkb(wkb: Wkb, fids: Ints, linear: Callable[[list[int]], Wkb]) -> Shapes:
    """Shapes of ISO WKB. ``linear`` gets the numbers of features with arcs and returns them drawn as short lines."""
    wkb = list(wkb)
    is_missing = np.array([value is None for value in wkb], dtype=bool)
    types = _type_numbers(wkb)
    curved = np.flatnonzero(np.isin(types % 1000, _CURVED_TYPES))
    if len(curved):
        for position, straight in zip(curved.tolist(), linear(fids[curved].tolist()), strict=True):
            wkb[position] = straight
        types = _type_numbers(wkb)
    is_solid = types == _POLYHEDRAL_SURFACE_Z  # laid out like a MultiPolygon Z, so a new header is enough
    for position in np.flatnonzero(is_solid).tolist():
        wkb[position] = b"\x01" + _MULTIPOLYGON_Z.to_bytes(4, "little") + (wkb[position] or b"")[_WKB_HEADER_BYTES:]
    is_unsupported = ~is_missing & ~is_solid & ~np.isin(types % 1000, _PLAIN_TYPES)
    for position in np.flatnonzero(is_unsupported).tolist():
        wkb[position] = None
    shapes = np.array([*shapely.from_wkb(wkb, on_invalid="ignore"), None], dtype=object)[:-1]
    has_measure_only = (types >= _WITH_MEASURES) & (types < _WITH_MEASURES + 1000)
    if has_measure_only.any():
        shapes[has_measure_only] = shapely.force_2d(shapes[has_measure_only])
    return Shapes(shapes, is_missing, is_unsupported, is_solid)


def shapes_of_table(table: pl.DataFrame) -> Shapes | None:
    """Shapes that a table writes as WKT, or as longitude and latitude; None for a table without such columns.

    >>> table = pl.DataFrame({"Lon": ["4.37", None], "Lat": ["52", None]})
    >>> found = shapes_of_table(table)
    >>> found.shapes[0].wkt, found.is_missing.tolist()
    ('POINT (4.37 52)', [False, True])
    """
    wkt, longitude, latitude = (_column(table, names) for names in (WKT_COLUMNS, LONGITUDE_COLUMNS, LATITUDE_COLUMNS))
    none = np.zeros(len(table), dtype=bool)
    if wkt is not None:
        shapes = shapely.from_wkt(wkt.to_list(), on_invalid="ignore")
        return Shapes(shapes, wkt.is_null().to_numpy(), none, none)
    if longitude is None or latitude is None:
        return None
    east, north = (column.cast(pl.Float64, strict=False) for column in (longitude, latitude))
    is_number = (east.is_finite() & north.is_finite()).fill_null(False).to_numpy()
    shapes = np.full(len(table), None, dtype=object)
    shapes[is_number] = shapely.points(east.to_numpy()[is_number], north.to_numpy()[is_number])
    return Shapes(shapes, (longitude.is_null() & latitude.is_null()).to_numpy(), none, none)


def geometry_frame(rows: Ints, found: Shapes) -> pl.DataFrame:
    """The geometries frame of the contract, with what is wrong with each."""
    shapes = found.shapes
    is_built = ~shapely.is_missing(shapes)
    has_height = shapely.has_z(shapes)
    # Walls stand upright and are no valid polygons of the plane, so only flat data is judged.
    is_flat_polygon = is_built & ~has_height & np.isin(shapely.get_type_id(shapes), _POLYGONAL)
    is_crossing = np.zeros(len(shapes), dtype=bool)
    is_crossing[is_flat_polygon] = ~shapely.is_valid(shapes[is_flat_polygon])
    is_line = is_built & np.isin(shapely.get_type_id(shapes), _LINEAR)
    is_short = np.zeros(len(shapes), dtype=bool)
    is_short[is_line] = ~shapely.is_valid(shapes[is_line])
    is_deep = _is_deep(shapes)
    shapes = shapes.copy()
    shapes[is_deep] = None
    problems = np.full(len(shapes), None, dtype=object)
    for problem, is_hit in (
        (Problem.SELF_CROSSING, is_crossing),
        (Problem.TOO_FEW_POINTS, is_short),
        (Problem.EMPTY, is_built & shapely.is_empty(shapes)),
        (Problem.UNREADABLE, ~is_built),
        (Problem.UNSUPPORTED_TYPE, found.is_unsupported | is_deep),
        (Problem.MISSING, found.is_missing),
    ):
        problems[is_hit] = str(problem)
    return pl.DataFrame(
        {
            "@row": rows,
            "@dimension": pl.Series(np.where(has_height, 3, 2)).set(pl.Series(~is_built), None),
            "@lod": pl.Series([None] * len(rows), dtype=pl.String),
            "@geometry": shapely.to_wkb(shapes, output_dimension=3, byte_order=1, flavor="iso").tolist(),
            "@surfaces": pl.Series([None] * len(rows), dtype=pl.List(pl.String)),
            "@solid": found.is_solid,
            "@problem": problems.tolist(),
        },
        schema=dict(GEOMETRY_COLUMNS),
    )


def _is_deep(shapes: Objects) -> Bools:
    """Collections within collections beyond all use: a reader of WKB that meets thousands of them crashes."""
    deep = np.zeros(len(shapes), dtype=bool)
    inside, place = shapes, np.arange(len(shapes))
    for _ in range(_DEEPEST):
        is_nested = shapely.get_type_id(inside) == _COLLECTION
        inside, index = shapely.get_parts(inside[is_nested], return_index=True)
        place = place[is_nested][index]
    deep[place[shapely.get_type_id(inside) == _COLLECTION]] = True
    return deep


def _column(table: pl.DataFrame, names: Sequence[str]) -> pl.Series | None:
    by_name = {name.lower(): name for name in reversed(table.columns)}
    for name in names:
        if name in by_name:
            return table[by_name[name]]
    return None


def _type_numbers(wkb: Wkb) -> Ints:
    """The geometry types in the headers of little-endian WKB, 0 for none."""
    headers = pl.Series(wkb, dtype=pl.Binary).bin.slice(1, 4)
    return headers.bin.reinterpret(dtype=pl.UInt32, endianness="little").fill_null(0).to_numpy().astype(np.int64)
