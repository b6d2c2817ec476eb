"""What can be wrong with a surface or a solid in space, by the numbers that val3dity gave these errors (ISO 19107)."""

from dataclasses import dataclass
from enum import IntEnum


class Code(IntEnum):
    """The kinds of error: 1xx of rings, 2xx of polygons, 3xx of shells, 4xx of solids, 5xx and 6xx
    between solids, 7xx of the cells of IndoorGML.

    Meanings after Ledoux 2018, "val3dity: validation of 3D GIS primitives according to the international standards".
    """

    TOO_FEW_POINTS = 101
    CONSECUTIVE_POINTS_SAME = 102
    RING_NOT_CLOSED = 103
    RING_SELF_INTERSECTION = 104
    INTERSECTION_RINGS = 201
    DUPLICATED_RINGS = 202
    NON_PLANAR_POLYGON_DISTANCE_PLANE = 203
    NON_PLANAR_POLYGON_NORMALS_DEVIATION = 204
    POLYGON_INTERIOR_DISCONNECTED = 205
    INNER_RING_OUTSIDE = 206
    INNER_RINGS_NESTED = 207
    ORIENTATION_RINGS_SAME = 208
    TOO_FEW_POLYGONS = 301
    SHELL_NOT_CLOSED = 302
    NON_MANIFOLD_CASE = 303
    MULTIPLE_CONNECTED_COMPONENTS = 305
    SHELL_SELF_INTERSECTION = 306
    POLYGON_WRONG_ORIENTATION = 307
    INTERSECTION_SHELLS = 401
    DUPLICATED_SHELLS = 402
    INNER_SHELL_OUTSIDE = 403
    SOLID_INTERIOR_DISCONNECTED = 404
    WRONG_ORIENTATION_SHELL = 405
    INTERSECTION_SOLIDS = 501
    DUPLICATED_SOLIDS = 502
    DISCONNECTED_SOLIDS = 503
    BUILDINGPARTS_OVERLAP = 601
    CELLS_OVERLAP = 701
    DUAL_VERTEX_OUTSIDE_CELL = 702
    PRIMAL_DUAL_XLINKS_ERROR = 703
    PRIMAL_DUAL_ADJACENCIES_INCONSISTENT = 704
    NOT_CHECKED = 999
    """Too large to be checked within the bounds (`Tolerances.most_pairs`), or of a kind that cannot be."""


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How exact a solid has to be; lengths in the unit of the coordinates (metres are meant), angles in degrees."""

    snap: float = 0.001
    """Points that are not farther apart are one point."""
    planarity: float = 0.01
    """The farthest that a point may be from the plane fitted through all points of its polygon."""
    normals: float = 20.0
    """The most that a triangle of a polygon may lean against the fitted plane."""
    overlap: float = 0.0
    """Solids may overlap so much: the diameter of the largest ball that fits into what they share."""
    most_pairs: int = 2_000_000
    """Of triangles near each other that are compared in one solid; a solid with more is `NOT_CHECKED` for crossing."""

    def __post_init__(self) -> None:
        wrong = [name for name in ("snap", "planarity", "normals", "overlap") if not getattr(self, name) >= 0]
        if wrong or self.most_pairs < 1:
            raise ValueError(f"{', '.join(wrong) or 'most_pairs'}: expected 0 or more (most_pairs: 1 or more)")
