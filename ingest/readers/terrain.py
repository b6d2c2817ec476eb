"""Elevation rasters: GeoTIFF, ASCII grids and others that GDAL knows. A file is one record with its statistics.

Images - of several bands, of a palette, of 8 bits - are refused by name: they hold no heights.
"""

from collections.abc import Iterator
from pathlib import Path

from .contract import Batch, FileInfo, Request
from .errors import UnknownFormat
from .files import Sample, is_gzip

_DRIVERS = {
    b"II*\0": "GTiff", b"MM\0*": "GTiff", b"II+\0": "GTiff", b"MM\0+": "GTiff", b"EHFA_HEADER_TAG": "HFA",
    b"UHL1": "DTED", b"DSAA": "GSAG", b"DSBB": "GSBG", b"DSRB": "GS7BG",
}  # fmt: skip
"""By first bytes. None of these drivers of GDAL reaches for other files than those that lie beside it."""
_GRID_WORDS = (b"ncols", b"nrows")


class TerrainReader:
    """Reads an elevation raster as one record of its statistics and the outline of the cells with heights."""

    name = "terrain"

    def recognises(self, sample: Sample) -> bool:
        """Whether the content begins like a raster; the name helps with SRTM's .hgt alone, which has no head."""
        return driver_of(sample) is not None

    def read(self, request: Request) -> Iterator[FileInfo | Batch]:
        """See `Reader.read`. Raises `FileDamaged`; `UnknownFormat` for images and rasters without a place."""
        path = Path(request.path)
        if is_gzip(path):
            raise UnknownFormat(str(path), "is a raster that was packed by gzip", "Unpack it")
        from .terrain_raster import read_raster  # late, as rasterio is slow to import and every reader is loaded

        yield from read_raster(path)


READER = TerrainReader()


def driver_of(sample: Sample) -> str | None:
    """GDAL's name for the kind of raster, None for content that is none."""
    for begin, driver in _DRIVERS.items():
        if sample.head.startswith(begin):
            return driver
    words = sample.head[:20].lower().split()
    if words and words[0] in _GRID_WORDS:
        return "AAIGrid"
    return "SRTMHGT" if sample.suffix == ".hgt" and sample.head else None
