"""BeiDou grid location code (北斗网格位置码), two- and three-dimensional: cells of ten levels."""

from .codec import Cell, decode, encode
from .columns import encode_column
from .grid import GridError
from .height import BelowEllipsoid, HeightMode, encode_height, layer_bounds
from .reference import reference_code, resolve_reference
from .relations import (
    Direction,
    children_count,
    contains,
    contains_point,
    finest_level,
    level_of,
    neighbours,
    parent,
)
from .scheme import BeidouGrid
from .solid import BeidouSolid, SolidCell, decode_3d, encode_3d, encode_3d_column

__all__ = [
    "BeidouGrid",
    "BeidouSolid",
    "BelowEllipsoid",
    "Cell",
    "Direction",
    "GridError",
    "HeightMode",
    "SolidCell",
    "children_count",
    "contains",
    "contains_point",
    "decode",
    "decode_3d",
    "encode",
    "encode_3d",
    "encode_3d_column",
    "encode_column",
    "encode_height",
    "finest_level",
    "layer_bounds",
    "level_of",
    "neighbours",
    "parent",
    "reference_code",
    "resolve_reference",
]
