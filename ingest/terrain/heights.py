"""The height of the ground at places, out of all coverages that have one there."""

from collections.abc import Sequence
from dataclasses import dataclass

import laspy
import numpy as np
import numpy.typing as npt
import shapely
from pyproj.enums import TransformDirection

from kg.workspace import AllowedOperation

from ..datum import DatumError, horizontal_crs, operation
from ..readers import ReaderError
from .cloud import cloud_heights
from .coverages import TerrainCoverage, TerrainError, plane_unit
from .raster import raster_heights

REACH_M = 10.0
"""How far from a place, in metres, ground points of a cloud may be to tell its height."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heights:
    """Heights in metres (NaN where no coverage has one), and which coverage each is from (-1 for none)."""

    metres: Floats
    of: npt.NDArray[np.int64]
    coverages: tuple[TerrainCoverage, ...]


def height_at(
    coverages: Sequence[TerrainCoverage],
    x: float,
    y: float,
    crs: str,
    *,
    allowed: tuple[AllowedOperation, ...] = (),
    reach_m: float = REACH_M,
) -> float | None:
    """The height in metres at one place, None where no coverage has one; see `heights_at`."""
    found = heights_at(coverages, np.array([x]), np.array([y]), crs, allowed=allowed, reach_m=reach_m).metres[0]
    return None if np.isnan(found) else float(found)


def heights_at(
    coverages: Sequence[TerrainCoverage],
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    crs: str,
    *,
    allowed: tuple[AllowedOperation, ...] = (),
    reach_m: float = REACH_M,
) -> Heights:
    """Heights of the ground in metres at places (x east or longitude, y north or latitude) in ``crs``.

    Coverages are asked in their order, the finest first, each for what the others before it could not tell. Rasters
    are bilinear (`raster_heights`), clouds weighted by inverse distance (`cloud_heights`). Heights are in the
    vertical reference of their coverage; from one to another nothing is converted but the unit. Raises TerrainError
    for a file that is not there any more, DatumError when no operation of known accuracy leads to a coverage.
    """
    xs, ys = (np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in (x, y))
    if xs.shape != ys.shape or xs.ndim != 1:
        raise ValueError(f"x has the shape {xs.shape}, y {ys.shape}; expected as many of one as of the other")
    metres, of = np.full(len(xs), np.nan), np.full(len(xs), -1)
    for number, coverage in enumerate(coverages):
        waiting = np.flatnonzero(np.isnan(metres) & np.isfinite(xs) & np.isfinite(ys))
        if not len(waiting):
            break
        own_x, own_y = move(xs[waiting], ys[waiting], crs, coverage.crs, allowed)
        reach = reach_m / plane_unit(coverage.crs)
        margin = reach if coverage.is_cloud else 2 * coverage.spacing / plane_unit(coverage.crs)
        west, south, east, north = shapely.bounds(coverage.outline) + np.array([-1, -1, 1, 1]) * margin
        near = (own_x >= west) & (own_x <= east) & (own_y >= south) & (own_y <= north)
        if not near.any():
            continue
        found = _of_file(coverage, own_x[near], own_y[near], reach) * coverage.metres
        places = waiting[near]
        metres[places] = found
        of[places[~np.isnan(found)]] = number
    return Heights(metres, of, tuple(coverages))


def move(x: Floats, y: Floats, start: str, end: str, allowed: tuple[AllowedOperation, ...]) -> tuple[Floats, Floats]:
    """Places of one CRS in another, x before y in both; by an operation of known accuracy or one that is allowed.

    What the workspace allows in one direction holds in the other, too. Raises DatumError for no way.
    """
    if horizontal_crs(start) == horizontal_crs(end):
        return x, y
    try:
        for step in operation(start, end, allowed).steps:
            x, y = step.transform(x, y)
    except DatumError:
        back = operation(end, start, allowed)
        for step in reversed(back.steps):
            x, y = step.transform(x, y, direction=TransformDirection.INVERSE)
    return np.asarray(x), np.asarray(y)


def _of_file(coverage: TerrainCoverage, x: Floats, y: Floats, reach: float) -> Floats:
    path = coverage.file()
    try:
        return cloud_heights(path, x, y, reach) if coverage.is_cloud else raster_heights(path, x, y)
    except (ReaderError, laspy.errors.LaspyException, OSError) as error:
        raise TerrainError(f"{coverage.name} can't be read any more: {error}") from error
