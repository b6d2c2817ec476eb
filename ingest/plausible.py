"""Whether coordinates can be what their reference system says: this finds swapped axes, wrong systems and units."""

import math

import numpy as np
import polars as pl
import shapely
from pyproj import CRS

from .datum import to_degrees

_MARGIN = 2.0  # degrees; areas of use are drawn roughly, and things at their border are drawn on
_LARGEST_DEGREES = 360.0


def doubts(crs: str, geometries: pl.DataFrame) -> str | None:
    """What is odd about the coordinates of a batch (`@geometry`, x-y order); None when they fit.

    Judged by the middle of all boxes against the area of use that the EPSG registry gives for the reference system. A
    system without one, as of a plan with its own origin, is not judged.

    >>> shapes = pl.DataFrame({"@geometry": shapely.to_wkb([shapely.Point(52.0, 4.36)]).tolist()})
    >>> doubts("EPSG:4258", shapes)  # longitude 52, latitude 4
    'coordinates lie outside the area of use of EPSG:4258 (Europe...), but inside when x and y are exchanged: ...'
    """
    shapes = shapely.from_wkb(geometries["@geometry"].drop_nulls().to_list())
    boxes = shapely.bounds(shapes) if len(shapes) else np.empty((0, 4))
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        return None
    x, y = float(np.median(boxes[:, [0, 2]])), float(np.median(boxes[:, [1, 3]]))
    system = CRS.from_user_input(crs)
    if system.is_geographic and max(abs(x), abs(y)) > _LARGEST_DEGREES:
        return f"coordinates such as {x:.10g}, {y:.10g} are no degrees, as {crs} has: are they projected? Give --crs"
    area = system.area_of_use
    if area is None or _is_inside(crs, x, y):
        return None
    where = f"coordinates lie outside the area of use of {crs[:40]} ({area.name[:60].rstrip('.')})"
    if _is_inside(crs, y, x):
        return f"{where}, but inside when x and y are exchanged: the axes of the file seem to be swapped"
    return f"{where}: is that the right system (--crs), and its unit (feet, millimetres)?"


def _is_inside(crs: str, x: float, y: float) -> bool:
    area = CRS.from_user_input(crs).area_of_use
    if area is None:
        return True
    lon, lat = to_degrees(crs).transform(x, y)
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return False
    east = area.east + 360 if area.east < area.west else area.east  # over the antimeridian
    lons = (lon, lon + 360)
    return area.south - _MARGIN <= lat <= area.north + _MARGIN and any(
        area.west - _MARGIN <= each <= east + _MARGIN for each in lons
    )
