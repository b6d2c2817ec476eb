"""Covers of bodies by cells that have a height, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from shapely.geometry.base import BaseGeometry

from ..beidou.grid import GridError
from ..beidou.polar import is_polar
from ..beidou.solid import decode_3d, encode_3d
from ..location import decode_location, encode_location
from .grid import too_many
from .operations import MOST_CELLS, cover, get_grid


@dataclass(frozen=True, slots=True)
class _Solid:
    """A grid of cells with heights: the grid of their plans, a cell of a position, bottom and top of a cell."""

    plane: str
    encode: Callable[[float, float, float, int], str]
    heights: Callable[[str], tuple[float, float]]


def _beidou_heights(code: str) -> tuple[float, float]:
    cell = decode_3d(code)
    return cell.bottom_m, cell.top_m


def _location_heights(code: str) -> tuple[float, float]:
    cell = decode_location(code, is_solid=True)
    if cell.bottom_m is None or cell.top_m is None:
        raise GridError(f"{code} is a quadrant, which has no bottom and top; expected level 1 or finer")
    return cell.bottom_m, cell.top_m


_SOLIDS: Final[Mapping[str, _Solid]] = {
    "cn.beidou-3d": _Solid("cn.beidou", encode_3d, _beidou_heights),
    "cn.location-3d": _Solid("cn.location", encode_location, _location_heights),
}


def solid_schemes() -> tuple[str, ...]:
    """Schemes of cells with a height.

    >>> solid_schemes()
    ('cn.beidou-3d', 'cn.location-3d')
    """
    return tuple(_SOLIDS)


def cover_solid(
    scheme: str, area: BaseGeometry, bottom_m: float, top_m: float, level: int, *, most: int = MOST_CELLS
) -> list[str]:
    """The cells of a level that share more than a face with a prism: `area` from a bottom to a top height.

    `area` is in CGCS2000 degrees, heights are ellipsoidal metres. Raises `GridError` as `cover` does, for a scheme
    without heights, a top below the bottom, and in the polar caps of the BeiDou grid.

    >>> from shapely.geometry import box
    >>> len(cover_solid("cn.beidou-3d", box(116.30, 39.98, 116.302, 39.982), 20.0, 60.0, 5))
    4
    """
    if scheme not in _SOLIDS:
        raise GridError(f"{scheme!r} is no grid of solid cells; such are {', '.join(_SOLIDS)}")
    if not (np.isfinite([bottom_m, top_m]).all() and bottom_m <= top_m):
        raise GridError(f"heights from {bottom_m!r} to {top_m!r} m; expected two numbers, the bottom first")
    solid = _SOLIDS[scheme]
    plans = cover(solid.plane, area, level, most=most)
    if solid.plane == "cn.beidou" and any(is_polar(plan) for plan in plans):
        raise GridError("the area reaches a polar cap, where the BeiDou grid has no cells with heights")
    centres = [get_grid(solid.plane).outline(plan).centroid for plan in plans]
    heights = _heights(solid, centres[0].x, centres[0].y, bottom_m, top_m, level, most // max(1, len(plans)))
    return sorted(solid.encode(centre.x, centre.y, height, level) for centre in centres for height in heights)


def _heights(
    solid: _Solid, lon: float, lat: float, bottom_m: float, top_m: float, level: int, most: int
) -> list[float]:
    """A height within each layer that the prism reaches into; layers are the same everywhere."""
    found, height = [], bottom_m
    while True:
        bottom, top = solid.heights(solid.encode(lon, lat, height, level))
        found.append((bottom + top) / 2)
        if len(found) > most:
            raise too_many(len(found) * max(1, most), max(1, most))
        if top >= top_m:
            return found
        height = top + (top - bottom) / 2  # the middle of the next: layers only grow slowly with height
