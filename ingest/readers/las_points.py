"""All points of a LAS or LAZ file, counted and measured chunk by chunk in memory of one chunk."""

from dataclasses import dataclass, field

import laspy
import numpy as np
import numpy.typing as npt
import shapely

from .coverage import MOST_CELLS_A_SIDE, outline_of, simple_enough
from .las_classes import GROUND
from .moments import Moments

CHUNK_POINTS = 1_000_000
_SPACINGS_A_CELL = 4  # of evenly strewn points hardly one such cell in ten million is empty
_MOST_ASTRAY = 1_000_000  # cells outside of the header's box
Whole = npt.NDArray[np.int64]


@dataclass(slots=True)
class Grid:
    """Cells of the plane and which of them hold points, in the file's whole numbers (before scale and offset).

    The side of a cell is four times the mean distance of points, but no side of the grid has more than 512 cells.
    Points outside of the box that the header gives are kept in cells of their own.
    """

    west: int
    south: int
    side_x: int
    side_y: int
    occupied: npt.NDArray[np.bool_]
    astray: set[tuple[int, int]] = field(default_factory=set)
    is_lost: bool = False
    """There are so many cells outside of the box that they were not kept; the outline is then the box of all points."""

    def add(self, x: Whole, y: Whole, box: tuple[int, int, int, int]) -> None:
        """Mark the cells of some points, of which the box is known."""
        height, width = self.occupied.shape
        east, north = self.west + width * self.side_x, self.south + height * self.side_y
        if not (box[0] >= self.west and box[1] >= self.south and box[2] < east and box[3] < north):
            inside = (x >= self.west) & (x < east) & (y >= self.south) & (y < north)
            self._keep_astray(x[~inside], y[~inside])
            x, y = x[inside], y[inside]
        # 32 bits hold them now, and are divided four times as fast
        columns = (x - self.west).astype(np.uint32) // np.uint32(self.side_x)
        rows = (y - self.south).astype(np.uint32) // np.uint32(self.side_y)
        self.occupied.ravel()[rows * np.uint32(width) + columns] = True

    def _keep_astray(self, x: Whole, y: Whole) -> None:
        if len(self.astray) < _MOST_ASTRAY:
            places = np.column_stack([(x - self.west) // self.side_x, (y - self.south) // self.side_y])
            self.astray.update(map(tuple, np.unique(places, axis=0).tolist()))
        self.is_lost = len(self.astray) >= _MOST_ASTRAY


def grid_for(box: tuple[int, int, int, int], points: int, scales: tuple[float, float]) -> Grid:
    """The empty grid over a box (west, south, east, north; whole numbers) with so many points."""
    west, south, east, north = box
    width, height = max((east - west) * scales[0], scales[0]), max((north - south) * scales[1], scales[1])
    side = _SPACINGS_A_CELL * (width * height / max(points, 1)) ** 0.5
    side = max(side, width / (MOST_CELLS_A_SIDE - 1), height / (MOST_CELLS_A_SIDE - 1))
    side_x, side_y = max(1, round(side / scales[0])), max(1, round(side / scales[1]))
    shape = min((north - south) // side_y + 1, MOST_CELLS_A_SIDE), min((east - west) // side_x + 1, MOST_CELLS_A_SIDE)
    return Grid(west, south, side_x, side_y, np.zeros(shape, dtype=bool))


@dataclass(slots=True)
class PointSums:
    """What is known of all points seen so far; places and heights in whole numbers, before scale and offset."""

    heights: Moments = field(default_factory=Moments)
    ground: Moments = field(default_factory=Moments)
    classes: Whole = field(default_factory=lambda: np.zeros(256, dtype=np.int64))
    returns: Whole = field(default_factory=lambda: np.zeros(16, dtype=np.int64))
    withheld: int = 0
    synthetic: int = 0
    first_time: float = np.inf
    last_time: float = -np.inf
    box: tuple[int, int, int, int] | None = None
    grid: Grid | None = None

    @property
    def points(self) -> int:
        return int(self.classes.sum())

    def add(self, points: laspy.ScaleAwarePointRecord, expected: Grid | None, count: int) -> None:
        """Take in some points; ``expected`` is the grid over the header's box, None where that box can't be."""
        x, y, z = (np.asarray(points[name]).astype(np.int64) for name in ("X", "Y", "Z"))
        own = (int(x.min()), int(y.min()), int(x.max()), int(y.max()))
        was = self.box or own
        self.box = min(own[0], was[0]), min(own[1], was[1]), max(own[2], was[2]), max(own[3], was[3])
        if self.grid is None:
            self.grid = expected or grid_for(own, count, (float(points.scales[0]), float(points.scales[1])))
        self.grid.add(x, y, own)
        classes = np.asarray(points["classification"])
        withheld = np.asarray(points["withheld"]).astype(bool)
        self.heights.add(z)
        self.ground.add(z[(classes == GROUND) & ~withheld])
        self.classes += np.bincount(classes, minlength=256)
        self.returns += np.bincount(np.asarray(points["return_number"]), minlength=16)
        self.withheld += int(np.count_nonzero(withheld))
        self.synthetic += int(np.count_nonzero(np.asarray(points["synthetic"])))
        if "gps_time" in points.point_format.dimension_names:
            times = np.asarray(points["gps_time"])
            times = times[np.isfinite(times)]
            if times.size:
                self.first_time = min(self.first_time, float(times.min()))
                self.last_time = max(self.last_time, float(times.max()))

    def outline(self, scales: npt.NDArray[np.float64], offsets: npt.NDArray[np.float64]) -> shapely.MultiPolygon | None:
        """The occupied cells, cut to the box of the points themselves, in the file's CRS; None without points."""
        if self.grid is None or self.box is None:
            return None
        west, south, east, north = self.box
        around = shapely.box(west, south, max(east, west + 1), max(north, south + 1))
        grid = self.grid
        if grid.is_lost:
            found: shapely.Geometry = around
        else:
            occupied, side = simple_enough(grid.occupied)
            found = outline_of(occupied, grid.west, grid.south, grid.side_x * side, grid.side_y * side)
            if grid.astray:
                corners = np.array(sorted(grid.astray), dtype=np.float64)
                left, low = grid.west + corners[:, 0] * grid.side_x, grid.south + corners[:, 1] * grid.side_y
                more = shapely.box(left, low, left + grid.side_x, low + grid.side_y)
                found = shapely.union(found, shapely.union_all(more))
            found = shapely.intersection(found, around)
        polygons = [part for part in shapely.get_parts(found) if part.geom_type == "Polygon"]
        placed = shapely.MultiPolygon(polygons or [around])
        return shapely.transform(placed, lambda places: places * scales[:2] + offsets[:2])
