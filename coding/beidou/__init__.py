"""BeiDou grid location code (北斗网格位置码), two-dimensional: cells of ten levels that name places."""

from .codec import Cell, decode, encode
from .columns import encode_column
from .grid import GridError
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

__all__ = [
    "BeidouGrid",
    "Cell",
    "Direction",
    "GridError",
    "children_count",
    "contains",
    "contains_point",
    "decode",
    "encode",
    "encode_column",
    "finest_level",
    "level_of",
    "neighbours",
    "parent",
]
