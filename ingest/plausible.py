"""Whether what a file says can be so: coordinates in their reference system, years and times.

Coordinates that can't tell of swapped axes, wrong systems and units.
"""

import numpy as np
import polars as pl
import shapely
from pyproj import CRS

from .datum import to_degrees
from .readers.crs import is_in_area_of_use
from .units import stated_number

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


def odd_times(records: pl.DataFrame, today: str) -> dict[str, int]:
    """What is odd about the times of records (attributes: JSON, valid_from, valid_to), and of how many.

    >>> said = pl.DataFrame({"attributes": ['{"yearOfConstruction":2999}', "{}"],
    ...     "valid_from": [None, "2020-05-01"], "valid_to": [None, "2019-01-01T00:00:00Z"]},
    ...     schema_overrides={"valid_from": pl.String})
    >>> odd_times(said, "2026-11-29")
    {'a year of construction after 2027': 1, 'a record that ends before it begins': 1}
    """
    last = int(today[:4]) + 1  # what is being built now
    year = stated_number("yearOfConstruction")
    is_plain = pl.all_horizontal(pl.col(name).str.contains(r"^[0-9]{4}-") for name in ("valid_from", "valid_to"))
    begins, ends = (pl.col(name).str.slice(0, 10) for name in ("valid_from", "valid_to"))
    iso = r"^\s*-?[0-9]{4}(-[0-9]{2}(-[0-9]{2}([T ].*)?)?)?\s*$"
    is_other = [~pl.col(name).str.contains(iso).fill_null(value=True) for name in ("valid_from", "valid_to")]
    odd = {
        f"a year of construction after {last}": year > last,
        "a record that ends before it begins": is_plain & (ends < begins),
        "a time of validity that is not written as ISO 8601 (2024-05-31)": pl.any_horizontal(is_other),
    }
    counted = records.select(is_odd.sum().alias(said) for said, is_odd in odd.items())
    return {said: number for said, number in counted.row(0, named=True).items() if number}


def _is_inside(crs: str, x: float, y: float) -> bool:
    return is_in_area_of_use(CRS.from_user_input(crs), *to_degrees(crs).transform(x, y))
