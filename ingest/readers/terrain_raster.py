"""Elevation rasters opened by rasterio, and the one record that each becomes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import rasterio
from pyproj import CRS
from pyproj.exceptions import CRSError
from rasterio import Env
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from .contract import Batch, FileInfo
from .coverage import about_file, area_m2, implausible, one_record, said_of_heights
from .errors import FileDamaged, UnknownFormat
from .files import take_sample
from .raster_cells import CellSums, windows_of
from .terrain import driver_of

ENVIRONMENT = {"GDAL_CACHEMAX": 64 * 2**20, "GTIFF_REPORT_COMPD_CS": "YES", "GDAL_NUM_THREADS": "1"}
_MOST_CELLS_A_BYTE = 5_000
"""Deflate packs to a thousandth at most; a file that declares more has no data behind its cells, or is a bomb."""
_UNITS = {
    "m": ("metre", 1.0), "metre": ("metre", 1.0), "meter": ("metre", 1.0), "metres": ("metre", 1.0),
    "meters": ("metre", 1.0), "ft": ("foot", 0.3048), "foot": ("foot", 0.3048), "feet": ("foot", 0.3048),
    "us survey foot": ("US survey foot", 1200 / 3937), "us-ft": ("US survey foot", 1200 / 3937),
}  # fmt: skip


@contextmanager
def opened(path: Path) -> Iterator[DatasetReader]:
    """The raster, opened by the one driver for its content; what GDAL can't read is `FileDamaged`."""
    driver = driver_of(take_sample(path))
    if driver is None:
        raise UnknownFormat(str(path), "is no elevation raster that is read here", "Convert it to GeoTIFF")
    try:
        with Env(**ENVIRONMENT), rasterio.open(path, driver=driver) as data:
            yield data
    except RasterioError as error:
        said = error.__cause__ or error
        what = f"its cells can't be read: {said}"
        raise FileDamaged(str(path), what, "Get the file again; it may be cut off") from error


def read_raster(path: Path) -> Iterator[FileInfo | Batch]:
    """What the file says of itself, then its one record; see `TerrainReader.read`."""
    with opened(path) as data:
        yield from _read(path, data)


def _read(path: Path, data: DatasetReader) -> Iterator[FileInfo | Batch]:
    _refuse_images(path, data)
    _refuse_bombs(path, data)
    crs, notes = _reference_system(data)
    unit, unit_notes = said_of_heights(crs, _UNITS.get((data.units[0] or "").strip().casefold()))
    info = FileInfo(
        f"Raster {data.driver}",
        declared_crs=None if crs is None else str(crs.to_wkt()),
        rows=1,
        warnings=(*notes, *unit_notes),
        unsupported={"further image of the file": further} if (further := len(data.subdatasets)) else {},
    )
    yield info
    sums = CellSums(data.width, data.height)
    for window in windows_of(data):
        sums.add(data.read(1, window=window), data.read_masks(1, window=window), window)
        yield info  # a sign of life: there is only one row, at the end
    if not sums.heights.count:
        raise FileDamaged(
            str(path), f"none of its {data.width * data.height:,} cells has a height", "Check its no-data value"
        )
    outline = sums.outline(data.transform)
    values = {
        **about_file(path),
        "format": data.driver,
        "columns": data.width,
        "rows": data.height,
        "cell_width": _sides(data)[0],
        "cell_height": _sides(data)[1],
        "cell_size": max(_sides(data)),
        "cell_is": (data.tags().get("AREA_OR_POINT") or "Area").lower(),
        "data_type": data.dtypes[0],
        "no_data": None if data.nodata is None else str(data.nodata),
        "cells_with_height": sums.heights.count,
        "no_data_share": 1 - sums.heights.count / (data.width * data.height),
        **sums.heights.scaled(data.scales[0], data.offsets[0], "height"),
        **unit,
        "overviews": data.overviews(1),
        "block": list(data.block_shapes[0]),
        "compression": data.compression.value if data.compression else None,
        "outline_area_m2": area_m2(outline, crs),
        "outline_method": f"cells with heights, in blocks of {sums.outline_step} x {sums.outline_step}",
        "software": data.tags().get("TIFFTAG_SOFTWARE"),
        "written": data.tags().get("TIFFTAG_DATETIME"),
    }
    yield one_record(path, "elevation raster", values, outline)
    odd = (*sums.oddities(), *implausible(values["height_min"], values["height_max"], unit["height_unit_m"]))
    yield replace(info, warnings=info.warnings + odd)


def _sides(data: DatasetReader) -> tuple[float, float]:
    """Width and height of a cell in the unit of the plane, of a turned raster, too."""
    turn = data.transform
    return float(np.hypot(turn.a, turn.d)), float(np.hypot(turn.b, turn.e))


def _refuse_images(path: Path, data: DatasetReader) -> None:
    kinds = [colour.name for colour in data.colorinterp]
    is_image = data.count > 1 or kinds[0] in ("palette", "red") or np.dtype(data.dtypes[0]).itemsize == 1
    if is_image or data.dtypes[0].startswith("complex"):
        what = f"is an image ({data.count} bands: {', '.join(kinds[:5])}; {data.dtypes[0]}), not an elevation raster"
        step = "Give a raster of one band of heights, in 16 bits or more; images are not taken"
        raise UnknownFormat(str(path), what, step)
    if data.transform.is_identity or not data.transform.determinant:
        what = "does not say where it lies (no geotransform)"
        raise UnknownFormat(str(path), what, "Put its world file (.tfw) beside it, or georeference it")


def _refuse_bombs(path: Path, data: DatasetReader) -> None:
    """GDAL gives blocks that a TIFF does not hold as no data; what declares far more than it has is not read at all."""
    cells, size = data.width * data.height, path.stat().st_size
    what = f"declares {cells:,} cells ({data.width:,} x {data.height:,}) in {size:,} bytes"
    if cells > _MOST_CELLS_A_BYTE * size:
        raise FileDamaged(str(path), what, "Cut it to the part that has data, as by gdal_translate -projwin")
    if data.driver == "GTiff" and data.compression is None:
        bits = int(data.tags(1, ns="IMAGE_STRUCTURE").get("NBITS") or 8 * np.dtype(data.dtypes[0]).itemsize)
        if cells * bits > 8 * size:
            step = "Get it again; if it has empty parts by intention (sparse), write it anew with compression"
            raise FileDamaged(str(path), f"{what} without compression: it is cut off", step)


def _reference_system(data: DatasetReader) -> tuple[CRS | None, tuple[str, ...]]:
    """(CRS, warnings). A local system, or an unnamed vertical part, says nothing and is left out."""
    if not data.crs:
        return None, ()
    note = "its reference system is no known one; give one with --crs EPSG:n"
    try:
        crs = CRS.from_wkt(data.crs.to_wkt(version="WKT2_2019"))
    except (CRSError, RasterioError):
        return None, (note,)
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    plane = crs.sub_crs_list[0] if crs.is_compound else crs
    return (crs, ()) if plane.is_projected or plane.is_geographic else (None, (note,))
