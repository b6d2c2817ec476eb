"""Reference systems written as GeoTIFF keys, as point clouds carry them: GDAL reads them out of a TIFF of one cell.

pyproj knows no GeoTIFF keys and laspy only those that name an EPSG code; keys that define a system of their own are
common in point clouds.
"""

import struct

from pyproj import CRS
from pyproj.exceptions import CRSError

DIRECTORY, DOUBLES, TEXTS = 34735, 34736, 34737
"""Record and tag numbers: OGC GeoTIFF 1.1, clause 7."""
_VERTICAL_UNIT = 4099
_LINEAR_UNITS = {9001: ("metre", 1.0), 9002: ("foot", 0.3048), 9003: ("US survey foot", 1200 / 3937)}  # EPSG
_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 12: 8}  # of a value of each type of tag
_HEAD = 8 + 2 + 4  # bytes of the file's head, of the count and of the end of its one directory


def crs_of_keys(directory: bytes, doubles: bytes, texts: bytes) -> CRS | None:
    """The reference system that the keys stand for, None where they stand for none that is known."""
    keys = _real_keys(directory)
    if not keys:
        return None
    from rasterio import Env  # late, as it is slow to import and most clouds have no keys
    from rasterio.errors import RasterioError
    from rasterio.io import MemoryFile

    head = struct.pack("<4H", *struct.unpack_from("<3H", directory), len(keys))
    tiff = _tiff(head + b"".join(struct.pack("<4H", *key) for key in keys), doubles, texts)
    try:
        with Env(GTIFF_REPORT_COMPD_CS="YES"), MemoryFile(tiff) as memory, memory.open() as data:
            crs = CRS.from_wkt(data.crs.to_wkt(version="WKT2_2019")) if data.crs else None
    except (RasterioError, CRSError):
        return None
    plane = crs.sub_crs_list[0] if crs is not None and crs.is_compound else crs
    return crs if plane is not None and (plane.is_projected or plane.is_geographic) else None


def vertical_unit(directory: bytes) -> tuple[str, float] | None:
    """(name, metres in one) of the heights where the keys say it."""
    for key, place, _, value in _real_keys(directory):
        if key == _VERTICAL_UNIT and place == 0:
            return _LINEAR_UNITS.get(value)
    return None


def _real_keys(directory: bytes) -> list[tuple[int, int, int, int]]:
    """The keys of a directory; zeros at its end, which some programs leave, are none, and GDAL refuses all for them."""
    found = []
    for place in range(8, len(directory) - 7, 8):
        key, where, count, value = struct.unpack_from("<4H", directory, place)
        if key:
            found.append((key, where, count, value))
    return found


def _tiff(directory: bytes, doubles: bytes, texts: bytes) -> bytes:
    """A TIFF of one grey cell with these tags."""
    one, eight = struct.pack("<H", 1), struct.pack("<H", 8)
    tags: list[tuple[int, int, bytes | None]] = [
        (256, 3, one), (257, 3, one), (258, 3, eight), (259, 3, one), (262, 3, one), (273, 4, None), (277, 3, one),
        (278, 3, one), (279, 4, struct.pack("<I", 1)), (33550, 12, struct.pack("<3d", 1, 1, 0)),
        (33922, 12, struct.pack("<6d", 0, 0, 0, 0, 0, 0)), (DIRECTORY, 3, directory), (DOUBLES, 12, doubles),
        (TEXTS, 2, texts),
    ]  # fmt: skip
    tags = [tag for tag in tags if tag[2] != b""]
    start = _HEAD + 12 * len(tags)
    apart = b"".join(_even(content) for _, _, content in tags if content and len(content) > 4)
    entries, place = b"", start
    for number, kind, given in tags:
        content = struct.pack("<I", start + len(apart)) if given is None else given
        entries += struct.pack("<HHI", number, kind, len(content) // _BYTES[kind])
        if len(content) <= 4:
            entries += content.ljust(4, b"\0")
        else:
            entries += struct.pack("<I", place)
            place += len(_even(content))
    return struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + entries + struct.pack("<I", 0) + apart + b"\0"


def _even(content: bytes) -> bytes:
    return content + b"\0" * (len(content) % 2)
