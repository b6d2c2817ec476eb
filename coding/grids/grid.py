"""What there is to know of a grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from ..beidou.grid import GridError

Bounds = tuple[float, float, float, float]
Degrees = npt.NDArray[np.float64]
CGCS2000: Final = "EPSG:4490"
WGS84: Final = "EPSG:4326"


class Encode(Protocol):
    """The cell of a level that holds a position (longitude, latitude)."""

    def __call__(self, lon: float, lat: float, level: int, /) -> str: ...


class EncodeAll(Protocol):
    """The same of many positions, all of them on earth; null where there is no cell."""

    def __call__(self, lon: Degrees, lat: Degrees, level: int, /) -> pl.Series: ...


class Cover(Protocol):
    """The cells of a level that share more than a border with an area; `GridError` for more than `most`."""

    def __call__(self, area: BaseGeometry, level: int, most: int, /) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Grid:
    """One grid: its scheme, the reference system of its coordinates (longitude, latitude), and its levels."""

    scheme: str
    crs: str
    levels: tuple[int, ...]
    """Coarsest first."""
    encode: Encode
    level_of: Callable[[str], int]
    outline: Callable[[str], Polygon]
    parent: Callable[[str], str | None]
    children: Callable[[str], tuple[str, ...]]
    """The cells of the next level that the cell is the parent of, () at the finest."""
    roots: Callable[[], tuple[str, ...]]
    """All cells of the coarsest level."""
    around: Callable[[str], dict[str, str]] | None = None
    """The cells around one by direction or number; None where those of a rectangle are found by stepping over."""
    cover: Cover | None = None
    """None where the children of a cell fill it, so that a search from the roots finds the cover."""
    encode_all: EncodeAll | None = None
    """None where the grid's library takes one position at a time."""
    is_nested: bool = True
    """Whether the children of a cell fill it and nothing else."""
    most_latitude: float = 90
    """Beyond it there are no cells, north or south."""


def too_many(number: int, most: int) -> GridError:
    """What to raise when an area needs more cells than may be given."""
    return GridError(f"the area needs {number:,} cells or more, at most {most:,} are given; take a coarser level")


def looked_at(most: int) -> int:
    """How many cells of the box around an area are looked at to find those of the area."""
    return max(10 * most, 100_000)
