"""Geometry for the views: GeoSPARQL literals in the axis order of their CRS, and grid cells."""

from functools import cache

import numpy as np
import polars as pl
import shapely
from pyproj import CRS

from coding.beidou import encode_column, finest_level

# The grid is defined in CGCS2000 (GB/T 39409-2020, clause 4): only such coordinates can be encoded.
_GRID_CRS = "EPSG:4490"
# Nine decimals of a degree and four of a metre are 0.1 mm: below any survey.
_DECIMALS = {True: 9, False: 4}


@cache
def _is_north_first(crs: str) -> bool:
    return CRS.from_user_input(crs).axis_info[0].direction.lower() == "north"


@cache
def _is_geographic(crs: str) -> bool:
    return bool(CRS.from_user_input(crs).is_geographic)


def wkt_literals(geometries: pl.DataFrame) -> pl.Series:
    """`geo:wktLiteral` texts of the columns geometry (WKB, x-y order) and crs, axes in the order of the CRS."""
    texts = np.full(geometries.height, None, dtype=object)
    crs_of_row = geometries["crs"].to_numpy()
    has_shape = geometries["geometry"].is_not_null().to_numpy()
    for crs in geometries["crs"].unique():
        chosen = (crs_of_row == crs) & has_shape
        shapes = shapely.from_wkb(geometries["geometry"].to_numpy()[chosen])
        if _is_north_first(crs):
            shapes = shapely.transform(shapes, lambda xyz: xyz[:, [1, 0, 2]], include_z=True)
        wkt = shapely.to_wkt(shapes, rounding_precision=_DECIMALS[_is_geographic(crs)])
        authority, _, number = crs.partition(":")
        texts[chosen] = f"<http://www.opengis.net/def/crs/{authority}/0/{number}> " + wkt.astype(object)
    return pl.Series("wkt", texts, dtype=pl.String)


def grid_cells(positions: pl.DataFrame) -> pl.Series:
    """BeiDou cell of each position (x, y, crs, accuracy_m), as fine as its uncertainty allows; else null.

    A position in another CRS, or of unknown uncertainty, has no cell: a guessed one would be a wrong address.
    """
    cells = np.full(positions.height, None, dtype=object)
    known = positions.with_row_index("place").filter(
        pl.col("crs") == _GRID_CRS, pl.col("accuracy_m").is_not_null(), pl.col("y").abs() < 88
    )
    for (accuracy, latitude), group in known.with_columns(pl.col("y").round().alias("band")).group_by(
        "accuracy_m", "band"
    ):
        level = finest_level(float(str(accuracy)), float(str(latitude)))
        codes = encode_column(group["x"].to_numpy(), group["y"].to_numpy(), level)
        cells[group["place"].to_numpy()] = codes.to_numpy()
    return pl.Series("grid_cell", cells, dtype=pl.String)
