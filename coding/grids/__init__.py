"""Grids as such: cells of positions, outlines of cells, what lies around them, and the cells that cover an area.

Each grid is described by the same few functions (`Grid`), so that nothing outside this package knows one by name.
"""

from .grid import Bounds, Grid
from .operations import MOST_CELLS, cover, encode_column, get_grid, grid_with, grids, neighbours, outline
from .solids import cover_solid, solid_schemes

__all__ = [
    "MOST_CELLS",
    "Bounds",
    "Grid",
    "cover",
    "cover_solid",
    "encode_column",
    "get_grid",
    "grid_with",
    "grids",
    "neighbours",
    "outline",
    "solid_schemes",
]
