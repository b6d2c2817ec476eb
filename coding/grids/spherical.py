"""Grids whose cells are polygons on the sphere: H3 and S2, by their own libraries."""

from __future__ import annotations

import math
from typing import Final

import h3
import s2geometry as s2
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from .grid import WGS84, Grid, looked_at, too_many

_DEGREE_M: Final = 111_320.0  # at the equator: more than it is elsewhere


# ---- H3 ----


def _h3_outline(code: str) -> Polygon:
    return Polygon([(lon, lat) for lat, lon in h3.cell_to_boundary(code)])


def _h3_parent(code: str) -> str | None:
    resolution = h3.get_resolution(code)
    return h3.cell_to_parent(code, resolution - 1) if resolution else None


def _h3_children(code: str) -> tuple[str, ...]:
    return tuple(sorted(h3.cell_to_children(code))) if h3.get_resolution(code) < 15 else ()


def _h3_around(code: str) -> dict[str, str]:
    around = sorted(set(h3.grid_disk(code, 1)) - {code})
    return {str(number): cell for number, cell in enumerate(around, 1)}


def _h3_cover(area: BaseGeometry, level: int, most: int) -> list[str]:
    needed = area.area * _DEGREE_M**2 / h3.average_hexagon_area(level, unit="m^2")
    if needed > 4 * most:
        raise too_many(int(needed), most)
    found: set[str] = set()
    for part in getattr(area, "geoms", [area]):
        if part.geom_type == "Polygon":
            found |= set(h3.h3shape_to_cells_experimental(h3.geo_to_h3shape(part), level, contain="overlap"))
        else:
            step = 0.25 * h3.average_hexagon_edge_length(level) / 111.0
            points = shapely.get_coordinates(shapely.segmentize(part, step))
            found |= {h3.latlng_to_cell(lat, lon, level) for lon, lat in points}
    return list(found)


# ---- S2 ----


def _s2_encode(lon: float, lat: float, level: int) -> str:
    return str(s2.S2CellId(s2.S2LatLng.FromDegrees(lat, lon)).parent(level).ToToken())


def _s2_outline(code: str) -> Polygon:
    cell = s2.S2Cell(s2.S2CellId.FromToken(code))
    corners = [s2.S2LatLng(cell.GetVertex(number)) for number in range(4)]
    return Polygon([(corner.lng().degrees(), corner.lat().degrees()) for corner in corners])


def _s2_level(code: str) -> int:
    return int(s2.S2CellId.FromToken(code).level())


def _s2_parent(code: str) -> str | None:
    cell = s2.S2CellId.FromToken(code)
    return str(cell.parent(cell.level() - 1).ToToken()) if cell.level() else None


def _s2_children(code: str) -> tuple[str, ...]:
    cell = s2.S2CellId.FromToken(code)
    return () if cell.is_leaf() else tuple(str(cell.child(number).ToToken()) for number in range(4))


def _s2_around(code: str) -> dict[str, str]:
    cell = s2.S2CellId.FromToken(code)
    around = sorted({str(other.ToToken()) for other in cell.GetAllNeighbors(cell.level())})
    return {str(number): token for number, token in enumerate(around, 1)}


def _s2_cover(area: BaseGeometry, level: int, most: int) -> list[str]:
    """Of the box around the area: its borders are meridians and parallels, as those of a plane polygon."""
    west, south, east, north = area.bounds
    box = s2.S2LatLngRect(s2.S2LatLng.FromDegrees(south, west), s2.S2LatLng.FromDegrees(north, east))
    needed = box.Area() * 6 * 4**level / (4 * math.pi)
    if needed > looked_at(most):
        raise too_many(int(needed), most)
    coverer = s2.S2RegionCoverer()
    coverer.set_fixed_level(level)
    return [str(cell.ToToken()) for cell in coverer.GetCovering(box)]


SPHERICAL: Final = (
    Grid(
        "h3", WGS84, tuple(range(16)), lambda lon, lat, level: h3.latlng_to_cell(lat, lon, level), h3.get_resolution,
        _h3_outline, _h3_parent, _h3_children, lambda: tuple(sorted(h3.get_res0_cells())), _h3_around, _h3_cover,
        is_nested=False,
    ),
    Grid(
        "s2", WGS84, tuple(range(31)), _s2_encode, _s2_level, _s2_outline, _s2_parent, _s2_children,
        lambda: tuple(str(s2.S2CellId.FromFacePosLevel(face, 0, 0).ToToken()) for face in range(6)), _s2_around,
        _s2_cover,
    ),
)  # fmt: skip
