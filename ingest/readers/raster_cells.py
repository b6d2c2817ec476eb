"""All cells of a raster, counted and measured window by window in memory of one window."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine
from rasterio.io import DatasetReader
from rasterio.windows import Window

from .coverage import MOST_CELLS_A_SIDE, outline_of, simple_enough
from .moments import Moments

_MOST_CELLS = 2**22  # of a window
Cells = npt.NDArray[np.integer | np.floating]


def windows_of(data: DatasetReader) -> Iterator[Window]:
    """Windows that cover the raster, of whole blocks as far as memory allows, so that each is unpacked once."""
    block_height, block_width = data.block_shapes[0]
    width = min(data.width, max(1, _MOST_CELLS // block_height) // block_width * block_width or block_width)
    height = max(1, _MOST_CELLS // width)
    height = height // block_height * block_height or height
    for top in range(0, data.height, height):
        for left in range(0, data.width, width):
            yield Window(left, top, min(width, data.width - left), min(height, data.height - top))


@dataclass(slots=True)
class CellSums:
    """What is known of all cells seen so far of a raster of so many columns and rows."""

    width: int
    height: int
    heights: Moments = field(default_factory=Moments)
    not_numbers: int = 0
    infinite: int = 0
    occupied: npt.NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        self.occupied = np.zeros((-(-self.height // self.step), -(-self.width // self.step)), dtype=bool)

    @property
    def step(self) -> int:
        """Side, in cells, of the blocks that make the outline."""
        return -(-max(self.width, self.height) // MOST_CELLS_A_SIDE)

    def add(self, cells: Cells, mask: npt.NDArray[np.uint8], window: Window) -> None:
        """Take in the cells of a window; ``mask`` is 0 where there is no data. Cells that are no numbers have none."""
        there = mask > 0
        if cells.dtype.kind == "f":
            self.not_numbers += int(np.count_nonzero(np.isnan(cells) & there))
            self.infinite += int(np.count_nonzero(np.isinf(cells) & there))
            there &= np.isfinite(cells)
        self.heights.add(cells[there].astype(np.float64))
        rows = (int(window.row_off) + np.arange(cells.shape[0])) // self.step
        columns = (int(window.col_off) + np.arange(cells.shape[1])) // self.step
        first_rows, first_columns = _firsts(rows), _firsts(columns)
        blocks = np.logical_or.reduceat(np.logical_or.reduceat(there, first_rows, axis=0), first_columns, axis=1)
        self.occupied[np.ix_(rows[first_rows], columns[first_columns])] |= blocks

    def outline(self, transform: Affine) -> shapely.MultiPolygon:
        """The blocks that have heights, cut to the raster, in its CRS."""
        occupied, side = simple_enough(self.occupied)
        blocks = outline_of(occupied, 0, 0, self.step * side, self.step * side)
        found = shapely.intersection(blocks, shapely.box(0, 0, self.width, self.height))
        parts = [part for part in shapely.get_parts(found) if part.geom_type == "Polygon"]
        forward = np.array([[transform.a, transform.b], [transform.d, transform.e]])
        return shapely.transform(
            shapely.MultiPolygon(parts), lambda places: places @ forward.T + (transform.c, transform.f)
        )

    @property
    def outline_step(self) -> int:
        """Side, in cells, of the blocks that the outline is made of in the end."""
        return self.step * simple_enough(self.occupied)[1]

    def oddities(self) -> tuple[str, ...]:
        """What is wrong with cells that are said to hold data."""
        counted = {"NaN": self.not_numbers, "infinite": self.infinite}
        return tuple(f"{number:,} cells are {kind}; they count as without data" for kind, number in counted.items()
                     if number)  # fmt: skip


def _firsts(groups: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Where each run of equal numbers begins."""
    return np.flatnonzero(np.diff(groups, prepend=-1))
