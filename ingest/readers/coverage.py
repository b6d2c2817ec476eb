"""What a file of many heights (a point cloud, an elevation raster) becomes: one record with an outline of its data."""

import hashlib
import math
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl
import shapely
from pyproj import CRS, Geod

from .contract import FEATURE_COLUMNS, GEOMETRY_COLUMNS, Batch, Problem
from .crs import metres_per_unit

MOST_CELLS_A_SIDE = 512
"""Of the grid whose occupied cells make the outline: enough for its shape, few enough for a row of the ledger."""

_MOST_RUNS = 4096
_DEEPEST_M, _HIGHEST_M = -12_000.0, 10_000.0


def one_record(path: Path, kind: str, values: Mapping[str, object], outline: shapely.MultiPolygon | None) -> Batch:
    """The one feature of a file; its key is the file's name, so that a later state of a tile replaces the earlier."""
    cells = {name: _plain(value) for name, value in values.items()}
    structure = {"@row": 1, "@key": path.name, "@parent": None, "@class": kind}
    features = pl.DataFrame(
        {**{name: [value] for name, value in structure.items()}, **{name: [value] for name, value in cells.items()}},
        schema_overrides=dict(FEATURE_COLUMNS),
    )
    there = outline is not None and not outline.is_empty
    geometry = {
        "@row": 1,
        "@dimension": 2 if there else None,
        "@lod": None,
        "@geometry": shapely.to_wkb(outline, byte_order=1, flavor="iso") if there else None,
        "@surfaces": None,
        "@solid": False,
        "@problem": None if there else str(Problem.EMPTY),
    }
    return Batch(features, pl.DataFrame([geometry], schema=dict(GEOMETRY_COLUMNS)))


def _plain(value: object) -> object:
    """A value as a column takes it: nested ones are JSON text, numbers that are none are nothing."""
    if isinstance(value, dict | list | tuple):
        return orjson.dumps(value).decode()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def about_file(path: Path) -> dict[str, object]:
    """Where the file lies, its size and its sha256.

    The place is what was given, made absolute; None for a file out of an archive, whose folder ends with the reading.
    """
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    place = None if is_passing(path) else str(path.absolute())
    return {"file_path": place, "file_bytes": path.stat().st_size, "file_sha256": digest}


def is_passing(path: Path) -> bool:
    """Whether a file lies in one of our own folders for unpacked archives.

    >>> is_passing(Path("/data/res3d-tiles/a.laz")), is_passing(Path(tempfile.gettempdir(), "res3d-x1", "a.laz"))
    (False, True)
    """
    root = Path(tempfile.gettempdir())
    roots = (root, root.parent) if root.name.startswith("res3d-") else (root,)  # a parser's own folder lies there, too
    place = path.absolute()
    return any(place.is_relative_to(each) and place.relative_to(each).parts[0].startswith("res3d-") for each in roots)


def simple_enough(occupied: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.bool_], int]:
    """(a grid that makes an outline of bearable length, how many cells of the given one a side of its cells has).

    Four cells are made one, occupied if any of them is, as often as rows still fall into more than so many runs of
    occupied cells: a cloud full of holes would else get an outline of a quarter of a million corners.

    >>> fine, side = simple_enough(np.ones((3, 5), dtype=bool)); fine.shape, side
    ((3, 5), 1)
    """
    side = 1
    while int(np.count_nonzero(np.diff(occupied.astype(np.int8), axis=1, prepend=0) == 1)) > _MOST_RUNS:
        height, width = occupied.shape
        even = np.pad(occupied, ((0, height % 2), (0, width % 2)))
        occupied = even[0::2, 0::2] | even[1::2, 0::2] | even[0::2, 1::2] | even[1::2, 1::2]
        side *= 2
    return occupied, side


def outline_of(
    occupied: npt.NDArray[np.bool_], west: float, south: float, width: float, height: float
) -> shapely.MultiPolygon:
    """The union of the occupied cells of a grid, row 0 in the south; cells that meet at a corner only stay apart.

    Cells of a row that lie together are joined first, so that the union has few parts.

    >>> outline_of(np.array([[True, True, False]]), 10.0, 20.0, 1.0, 2.0).bounds
    (10.0, 20.0, 12.0, 22.0)
    """
    edges = np.diff(occupied.astype(np.int8), axis=1, prepend=0, append=0)
    rows, first = np.nonzero(edges == 1)
    last = np.nonzero(edges == -1)[1]
    boxes = shapely.box(west + first * width, south + rows * height, west + last * width, south + (rows + 1) * height)
    joined = shapely.union_all(boxes)
    parts = [part for part in shapely.get_parts(joined) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


def area_m2(outline: shapely.Geometry, crs: CRS | None) -> float | None:
    """Area of an outline in square metres: by the unit of a projected CRS, on the ellipsoid for degrees.

    None without a CRS, because no unit is known then.
    """
    if crs is None:
        return None
    if crs.is_geographic:
        geod = crs.get_geod() or Geod(ellps="WGS84")
        return abs(float(geod.geometry_area_perimeter(shapely.orient_polygons(outline))[0]))
    return float(shapely.area(outline)) * metres_per_unit(crs) ** 2


def height_unit(crs: CRS | None) -> tuple[str, float] | None:
    """(name, metres in one) of the vertical axis that a CRS declares; None where it declares none.

    >>> height_unit(CRS.from_epsg(7415)), height_unit(CRS.from_epsg(28992))
    (('metre', 1.0), None)
    """
    if crs is None:
        return None
    for axis in (axis for part in (crs.sub_crs_list or [crs]) for axis in part.axis_info):
        if axis.direction in ("up", "down"):
            return axis.unit_name, axis.unit_conversion_factor
    return None


def horizontal_unit(crs: CRS | None) -> tuple[str, float] | None:
    """(name, metres in one) of the plane's axes; None for degrees and without a CRS.

    >>> name, metres = horizontal_unit(CRS.from_epsg(2225))
    >>> name, round(metres, 10)
    ('US survey foot', 0.3048006096)
    """
    plane = crs.sub_crs_list[0] if crs is not None and crs.is_compound else crs
    if plane is None or plane.is_geographic or not plane.axis_info:
        return None
    return plane.axis_info[0].unit_name, plane.axis_info[0].unit_conversion_factor


def said_of_heights(crs: CRS | None, declared: tuple[str, float] | None) -> tuple[dict[str, object], tuple[str, ...]]:
    """(columns, warnings) about the unit of the heights, which are never converted.

    ``declared`` is the file's own word where it gives one besides its CRS. Where nothing says it, the unit of the
    plane is what is usual, and said to be assumed.
    """
    unit = declared or height_unit(crs)
    reference: dict[str, object] = {"height_crs": height_reference(crs)}
    if unit is None and (usual := horizontal_unit(crs)) is not None:
        note = (f"does not say in which unit its heights are: {usual[0]}, the unit of its plane, is assumed",)
        columns = {**reference, "height_unit": None, "height_unit_assumed": usual[0], "height_unit_m": usual[1]}
        return columns, note if usual[1] != 1.0 else ()
    name, factor = unit or (None, None)
    columns = {**reference, "height_unit": name, "height_unit_assumed": None, "height_unit_m": factor}
    if factor is not None and factor != 1.0:
        return columns, (f"heights are in {name} ({factor:.10g} m); they are kept so, and not made metres",)
    return columns, ()


def implausible(least: object, greatest: object, metres: object) -> tuple[str, ...]:
    """A warning about heights that are nowhere on earth: below its trenches or well above its mountains.

    >>> implausible(-2.5, 9999.0, 0.3048), implausible(0.0, 1e30, None)
    ((), ('heights from 0 to 1e+30 are none of the earth: wrong unit, no-data value or damage',))
    """
    if not (isinstance(least, float) and isinstance(greatest, float)):
        return ()
    factor = metres if isinstance(metres, float) else 1.0
    if least * factor >= _DEEPEST_M and greatest * factor <= _HIGHEST_M:
        return ()
    return (f"heights from {least:.6g} to {greatest:.6g} are none of the earth: wrong unit, no-data value or damage",)


def height_reference(crs: CRS | None) -> str | None:
    """The vertical part of a CRS: ``EPSG:n``, else its name; None where it has none.

    >>> height_reference(CRS.from_epsg(7415)), height_reference(CRS.from_epsg(28992))
    ('EPSG:5709', None)
    """
    if crs is None or not crs.is_compound:
        return None
    vertical = crs.sub_crs_list[1]
    code = vertical.to_epsg(min_confidence=90)
    return f"EPSG:{code}" if code is not None else vertical.name or None
