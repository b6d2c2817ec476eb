"""Grids of equal-area cells on a polyhedron (ISEA, rHEALPix), by the library DGGAL.

Cells of ISEA3H and ISEA7H overlap several of the next coarser level: the parent is the one that DGGAL names first.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import dggal
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from ..dggal_zones import ZONE_GRIDS, system
from .grid import WGS84, Grid, looked_at, too_many


def _outline(scheme: str, code: str) -> Polygon:
    zone = system(scheme).getZoneFromTextID(code)
    corners = system(scheme).getZoneRefinedWGS84Vertices(zone, 0)  # sides bend in longitude and latitude
    return Polygon([(float(corner.lon), float(corner.lat)) for corner in corners])


def _parent(scheme: str, code: str) -> str | None:
    zones = system(scheme)
    parents = zones.getZoneParents(zones.getZoneFromTextID(code))
    return str(zones.getZoneTextID(parents[0])) if parents else None


def _children(scheme: str, code: str) -> tuple[str, ...]:
    zones = system(scheme)
    zone = zones.getZoneFromTextID(code)
    if zones.getZoneLevel(zone) >= ZONE_GRIDS[scheme].finest:
        return ()
    return tuple(sorted(str(zones.getZoneTextID(child)) for child in zones.getZoneChildren(zone)))


def _around(scheme: str, code: str) -> dict[str, str]:
    zones = system(scheme)
    found = zones.getZoneNeighbors(zones.getZoneFromTextID(code))
    around = sorted(str(zones.getZoneTextID(zone)) for zone in found)
    return {str(number): other for number, other in enumerate(around, 1)}


def _encode(scheme: str, lon: float, lat: float, level: int) -> str:
    zones = system(scheme)
    return str(zones.getZoneTextID(zones.getZoneFromWGS84Centroid(level, dggal.GeoPoint(lat, lon))))


def _cover(scheme: str, area: BaseGeometry, level: int, most: int) -> list[str]:
    zones = system(scheme)
    west, south, east, north = area.bounds
    needed = zones.countZones(level) * (east - west) * (north - south) / (360 * 180)
    if needed > looked_at(most):
        raise too_many(int(needed), most)
    box = dggal.GeoExtent(dggal.GeoPoint(south, west), dggal.GeoPoint(north, east))
    return [str(zones.getZoneTextID(zone)) for zone in zones.listZones(level, box)]


@cache
def _roots(scheme: str) -> tuple[str, ...]:
    zones = system(scheme)
    world = dggal.GeoExtent(dggal.GeoPoint(-90, -180), dggal.GeoPoint(90, 180))
    return tuple(sorted(str(zones.getZoneTextID(zone)) for zone in zones.listZones(0, world)))


def _grid(scheme: str) -> Grid:
    return Grid(
        scheme,
        WGS84,
        tuple(range(ZONE_GRIDS[scheme].finest + 1)),
        lambda lon, lat, level: _encode(scheme, lon, lat, level),
        lambda code: int(system(scheme).getZoneLevel(system(scheme).getZoneFromTextID(code))),
        lambda code: _outline(scheme, code),
        lambda code: _parent(scheme, code),
        lambda code: _children(scheme, code),
        lambda: _roots(scheme),
        lambda code: _around(scheme, code),
        lambda area, level, most: _cover(scheme, area, level, most),
        is_nested=ZONE_GRIDS[scheme].is_nested,
    )


POLYHEDRAL: Final = tuple(_grid(scheme) for scheme in ZONE_GRIDS)
