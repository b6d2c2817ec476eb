"""Point clouds: LAS 1.0 to 1.4 in all point formats, LAZ and COPC. A file is one record, not one for each point."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import laspy
import lazrs  # type: ignore[import-untyped]  # compiled, without stubs
import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from .contract import Batch, FileInfo
from .coverage import about_file, area_m2, implausible, one_record, said_of_heights, simple_enough
from .errors import FileDamaged
from .geotiff_keys import DIRECTORY, DOUBLES, TEXTS, crs_of_keys, vertical_unit
from .las_classes import GROUND, class_name, own_names
from .las_header import LasHead, content_of, read_head
from .las_points import CHUNK_POINTS, Grid, PointSums, grid_for

_PROJECTION, _WKT = "LASF_Projection", 2112
_WITH_WAVES = (4, 5, 9, 10)
_GPS_BEGIN, _ADJUSTED = datetime(1980, 1, 6, tzinfo=UTC), 1_000_000_000  # seconds that "adjusted" GPS time leaves out
_FARTHEST = 2**31  # places are whole numbers of 32 bits
# Colour, intensity and angles of points of formats 6 to 10 lie apart and need not be unpacked.
_SELECTION = laspy.DecompressionSelection.base()
for _each in ("z", "classification", "flags", "gps_time"):
    _SELECTION = getattr(_SELECTION, f"decompress_{_each}")()
# What laspy and laz-rs raise over bytes that can't be.
_DAMAGE = (laspy.errors.LaspyException, lazrs.LazrsError, ValueError, TypeError, LookupError, ArithmeticError,
           AttributeError, struct.error, EOFError, OSError)  # fmt: skip


@contextmanager
def _parsing(path: Path) -> Iterator[None]:
    """Whatever the libraries raise over bad bytes is said to be damage."""
    try:
        yield
    except _DAMAGE as error:
        what = f"its points can't be read: {error or type(error).__name__}"
        raise FileDamaged(str(path), what, "Get the file again; it may be cut off") from error


def read_cloud(path: Path) -> Iterator[FileInfo | Batch]:
    """What the file says of itself, then its one record; see `Reader.read`. Raises `FileDamaged`."""
    head = read_head(path)
    crs, notes = _reference_system(path, head)
    unit, unit_notes = _heights(path, head, crs)
    info = FileInfo(
        "LAS",
        format_version=head.version,
        declared_crs=None if crs is None else _declared(crs),
        rows=1,
        warnings=(*notes, *unit_notes),
        unsupported={"waveform packet of a point": head.points} if head.point_format in _WITH_WAVES else {},
    )
    yield info
    sums = PointSums()
    with _parsing(path):
        reader = laspy.open(path, read_evlrs=False, decompression_selection=_SELECTION)
    with reader:
        header = reader.header
        _check_numbers(path, header)
        expected, count = _expected_grid(header), head.points
        while sums.points < count:
            with _parsing(path):
                points = reader.read_points(min(CHUNK_POINTS, count - sums.points))
                if not len(points):
                    break
                sums.add(points, expected, count)
            yield info  # a sign of life: there is only one row, at the end
    if sums.points < count:
        what = f"its header counts {count:,} points, but {sums.points:,} could be read: it is cut off"
        raise FileDamaged(str(path), what, "Get the file again")
    outline = sums.outline(header.scales, header.offsets)
    area = None if outline is None else area_m2(outline, crs)
    values = {
        **about_file(path),
        "compression": "COPC" if head.is_copc else "LAZ" if head.is_compressed else None,
        "las_version": head.version,
        "point_format": head.point_format,
        "dimensions": list(header.point_format.dimension_names),
        "system_identifier": _text(header.system_identifier),
        "generating_software": _text(header.generating_software),
        "creation_date": header.creation_date.isoformat()
        if header.creation_date and header.creation_date.year > 1
        else None,
        **{f"scale_{axis}": float(value) for axis, value in zip("xyz", header.scales, strict=True)},
        **{f"offset_{axis}": float(value) for axis, value in zip("xyz", header.offsets, strict=True)},
        **_counts(path, head, sums),
        **sums.heights.scaled(float(header.scales[2]), float(header.offsets[2]), "height"),
        **sums.ground.scaled(float(header.scales[2]), float(header.offsets[2]), "ground_height"),
        **unit,
        **_times(head, sums),
        "outline_area_m2": area,
        "points_per_m2": sums.points / area if area else None,
        "points_per_square_unit": sums.points / outline.area if outline is not None and outline.area else None,
        **_method(sums, float(header.scales[0])),
    }
    yield one_record(path, "point cloud", values, outline)
    odd = implausible(values["height_min"], values["height_max"], unit["height_unit_m"])
    yield replace(info, warnings=info.warnings + _lies(head, header, sums) + odd)


def _reference_system(path: Path, head: LasHead) -> tuple[CRS | None, tuple[str, ...]]:
    """(CRS, warnings): by WKT where there is one, else by GeoTIFF keys."""
    wkt = content_of(path, head, _PROJECTION, _WKT)
    said = (wkt or b"").rstrip(b"\0").decode("utf-8", errors="replace").strip()
    notes: tuple[str, ...] = ()
    if said:
        try:
            return _without_shift(CRS.from_wkt(said)), ()
        except CRSError:
            notes = (f"its WKT {said[:60]!r} is no known CRS",)
    keys = content_of(path, head, _PROJECTION, DIRECTORY)
    if keys:
        texts = [content_of(path, head, _PROJECTION, number) or b"" for number in (DOUBLES, TEXTS)]
        crs = crs_of_keys(keys, *texts)
        if crs is not None:
            return _without_shift(crs), notes
        notes = (*notes, "its GeoTIFF keys name no known CRS")
    return None, tuple(f"{note}; give one with --crs EPSG:n" for note in notes)


def _without_shift(crs: CRS) -> CRS:
    """The system itself, without the way to WGS 84 (TOWGS84) that old WKT carries; PROJ knows better ones."""
    return crs.source_crs if crs.is_bound and crs.source_crs is not None else crs


def _declared(crs: CRS) -> str:
    """The declaration without a vertical part that says no more than that there is one."""
    if crs.is_compound and crs.sub_crs_list[1].name.strip().casefold() in ("", "unknown", "unnamed"):
        crs = crs.sub_crs_list[0]
    return str(crs.to_wkt())


def _heights(path: Path, head: LasHead, crs: CRS | None) -> tuple[dict[str, object], tuple[str, ...]]:
    keys = content_of(path, head, _PROJECTION, DIRECTORY)
    return said_of_heights(crs, vertical_unit(keys) if keys else None)


def _check_numbers(path: Path, header: laspy.LasHeader) -> None:
    """Scales and offsets have to be numbers: NaN would make every place NaN."""
    if not (np.isfinite(header.scales).all() and np.isfinite(header.offsets).all() and (header.scales > 0).all()):
        what = f"its scales {header.scales.tolist()} or offsets {header.offsets.tolist()} can't be"
        raise FileDamaged(str(path), what, "Get the file again")


def _expected_grid(header: laspy.LasHeader) -> Grid | None:
    """The grid over the box that the header gives, None for a box that can't be."""
    with np.errstate(all="ignore"):
        ends = (np.array([header.mins[:2], header.maxs[:2]]) - header.offsets[:2]) / header.scales[:2]
    if not np.isfinite(ends).all() or (np.abs(ends) > _FARTHEST).any() or (ends[1] < ends[0]).any():
        return None
    west, south, east, north = (int(each) for each in np.round(ends).ravel())
    scales = float(header.scales[0]), float(header.scales[1])
    return grid_for((west, south, east, north), header.point_count, scales)


def _counts(path: Path, head: LasHead, sums: PointSums) -> dict[str, object]:
    own = own_names(content_of(path, head, "LASF_Spec", 0))
    codes = np.flatnonzero(sums.classes).tolist()
    named = {
        f"{code} {own.get(code) or class_name(code, head.point_format)}": int(sums.classes[code]) for code in codes
    }
    returns = {str(number): int(sums.returns[number]) for number in np.flatnonzero(sums.returns).tolist()}
    return {
        "points": sums.points,
        "points_by_class": named,
        "points_by_return": returns,
        "ground_points": int(sums.classes[GROUND]),
        "withheld_points": sums.withheld,
        "synthetic_points": sums.synthetic,
    }


def _times(head: LasHead, sums: PointSums) -> dict[str, object]:
    """First and last GPS time; as dates where the file keeps standard time, not seconds of some week.

    GPS time runs ahead of UTC by the leap seconds since 1980 (18 s in 2024), which are not taken off.
    """
    none = {"gps_time_first": None, "gps_time_last": None, "gps_time_kind": None, "time_first": None, "time_last": None}
    if not np.isfinite([sums.first_time, sums.last_time]).all() or sums.first_time == sums.last_time == 0:
        return dict(none)
    times: dict[str, object] = {"gps_time_first": sums.first_time, "gps_time_last": sums.last_time}
    if not head.has_standard_time:
        return {**none, **times, "gps_time_kind": "seconds of the week"}
    moments: list[str | None] = []
    for seconds in (sums.first_time, sums.last_time):
        try:
            moments.append((_GPS_BEGIN + timedelta(seconds=seconds + _ADJUSTED)).strftime("%Y-%m-%dT%H:%M:%S"))
        except OverflowError:
            moments.append(None)
    kind = "adjusted standard GPS time"
    return {**times, "gps_time_kind": kind, "time_first": moments[0], "time_last": moments[1]}


def _method(sums: PointSums, scale: float) -> dict[str, object]:
    """How the outline was made, and the side of its cells in units of the plane."""
    if sums.grid is None:
        return {"outline_method": None, "outline_cell": None}
    if sums.grid.is_lost:
        return {"outline_method": "box of all points", "outline_cell": None}
    return {"outline_method": "occupied cells of a grid, cut to the box of all points",
            "outline_cell": sums.grid.side_x * simple_enough(sums.grid.occupied)[1] * scale}  # fmt: skip


def _lies(head: LasHead, header: laspy.LasHeader, sums: PointSums) -> tuple[str, ...]:
    """What the header says otherwise than the points."""
    found = []
    if head.more:
        found.append(f"its header counts {head.points:,} points; at least {head.more:,} more follow and were left out")
    said = np.asarray(header.number_of_points_by_return).astype(np.int64)
    counted = sums.returns[1 : 1 + len(said)]
    if said.any() and (said != counted).any():
        last = 1 + int(np.flatnonzero(said + counted).max())
        given, real_counts = said[:last].tolist(), counted[:last].tolist()
        found.append(f"its header counts {given} points by return, from the first on; there are {real_counts}")
    if sums.box is not None:
        ends = np.array([sums.box[:2], sums.box[2:]]) * header.scales[:2] + header.offsets[:2]
        heights = sums.heights.scaled(float(header.scales[2]), float(header.offsets[2]), "z")
        real = np.column_stack([ends, [heights["z_min"], heights["z_max"]]]).astype(np.float64)
        box = np.array([header.mins, header.maxs])
        if not (np.abs(box - real) <= 1.5 * header.scales).all():
            found.append(f"its header gives the box {box.tolist()}, the points have {real.tolist()}")
    return tuple(found)


def _text(text: str | bytes) -> str | None:
    """A fixed field of the header as text, None for an empty one."""
    said = text.decode("latin-1") if isinstance(text, bytes) else text
    return said.replace("\0", " ").strip() or None
