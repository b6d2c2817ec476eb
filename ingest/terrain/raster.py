"""Heights out of an elevation raster, bilinear between the centres of its cells."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ..readers.terrain_raster import opened

_TILE = 1024  # cells; a side of the windows that are read, which bounds the memory
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def raster_heights(path: Path, x: Floats, y: Floats) -> Floats:
    """Heights at places in the raster's own CRS, in its own unit; NaN outside of it and in cells without data.

    Bilinear: the four nearest centres, each weighted by how near it is along both axes. A centre without data, or
    beyond the edge, is left out and the rest weighted accordingly; but a place in a cell without data has no height.
    A raster whose cells are points (AREA_OR_POINT) has its centres there, as GDAL says.
    """
    found = np.full(len(x), np.nan)
    with opened(path) as data:
        back = ~data.transform
        usable = np.isfinite(x) & np.isfinite(y)
        east, north = np.where(usable, x, 0.0), np.where(usable, y, 0.0)
        columns = back.a * east + back.b * north + back.c
        rows = back.d * east + back.e * north + back.f
        inside = usable & (columns >= 0) & (columns <= data.width) & (rows >= 0) & (rows <= data.height)
        at = np.flatnonzero(inside)
        tiles = np.column_stack([columns[at] // _TILE, rows[at] // _TILE]).astype(np.int64)
        order = np.lexsort(tiles.T)
        at, tiles = at[order], tiles[order]
        starts = np.flatnonzero((np.diff(tiles, axis=0) != 0).any(axis=1)) + 1
        for group in np.split(at, starts) if len(at) else []:
            left, top = max(0, int(columns[group].min()) - 1), max(0, int(rows[group].min()) - 1)
            width = min(data.width, int(columns[group].max()) + 2) - left
            height = min(data.height, int(rows[group].max()) + 2) - top
            window = Window(left, top, width, height)
            cells = data.read(1, window=window).astype(np.float64) * data.scales[0] + data.offsets[0]
            there = (data.read_masks(1, window=window) > 0) & np.isfinite(cells)
            found[group] = bilinear(cells, there, columns[group] - left, rows[group] - top)
    return found


def bilinear(cells: Floats, there: Bools, columns: Floats, rows: Floats) -> Floats:
    """Heights at places counted in cells from the upper left corner; the centre of the first cell is (0.5, 0.5).

    >>> cells = np.array([[0.0, 10.0], [20.0, 30.0]])
    >>> bilinear(cells, np.isfinite(cells), np.array([0.5, 1.0, 1.5]), np.array([0.5, 1.0, 0.75])).tolist()
    [0.0, 15.0, 15.0]
    """
    height, width = cells.shape
    own = np.clip(rows.astype(np.int64), 0, height - 1), np.clip(columns.astype(np.int64), 0, width - 1)
    first_column, first_row = np.floor(columns - 0.5).astype(np.int64), np.floor(rows - 0.5).astype(np.int64)
    right, down = columns - 0.5 - first_column, rows - 0.5 - first_row
    total, weight = np.zeros(len(columns)), np.zeros(len(columns))
    for row, column, share in (
        (first_row, first_column, (1 - down) * (1 - right)),
        (first_row, first_column + 1, (1 - down) * right),
        (first_row + 1, first_column, down * (1 - right)),
        (first_row + 1, first_column + 1, down * right),
    ):
        usable = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        place = np.where(usable, row, 0), np.where(usable, column, 0)
        usable &= there[place] & (share > 0)
        total[usable] += share[usable] * cells[place][usable]
        weight[usable] += share[usable]
    has = there[own] & (weight > 0)
    return np.where(has, total / np.where(has, weight, 1.0), np.nan)
