"""Surfaces and solids of a whole column as flat arrays: points in rings, in polygons, in shells, in solids, in rows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from ..connected import connected

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Shapes = npt.NDArray[np.object_]

Ring = Sequence[Sequence[float]]
Polygon = Sequence[Ring]
Shell = Sequence[Polygon]
Solid = Sequence[Shell]


class Kind(IntEnum):
    """What the surfaces of a row are said to be together (the words of ISO 19107 and CityJSON)."""

    MULTI_SURFACE = 0  # polygons without a bond
    COMPOSITE_SURFACE = 1  # one surface
    SOLID = 2
    MULTI_SOLID = 3  # solids without a bond
    COMPOSITE_SOLID = 4  # solids that touch
    UNKNOWN_SOLIDS = 5  # solids, but which polygon is of which shell is not said: shells are what hangs together


@dataclass(frozen=True, slots=True)
class Body:
    """The surfaces of one row, nested as its source nests them; a surface is a solid of one shell here.

    Rings may repeat their first point at the end or not; `must_close` says that they have to (as in GML).
    """

    kind: Kind
    solids: Sequence[Solid]
    must_close: bool = False


@dataclass(frozen=True, slots=True)
class Soup:
    """All points of a column, with what each is in; each level is numbered from 0 and runs upwards.

    Points are moved by their row's `origin`, because products of large coordinates lose the millimetres. Rings do not
    repeat their first point. `ids` are equal for points of a shell that are one after snapping.
    """

    points: Floats
    ids: Ints
    ring: Ints  # of each point
    polygon: Ints  # of each ring
    shell: Ints  # of each polygon
    solid: Ints  # of each shell
    row: Ints  # of each solid
    kind: Ints  # of each row, a `Kind`
    origin: Floats  # of each row
    is_open: Bools  # of each ring: it had to be closed and is not

    @property
    def following(self) -> Ints:
        """For each point the place of the next point of its ring."""
        places = np.arange(1, len(self.ring) + 1)
        is_last = np.r_[self.ring[1:] != self.ring[:-1], True][: len(places)]
        places[is_last] = self.ring_starts
        return places

    @property
    def ring_starts(self) -> Ints:
        """The place of the first point of each ring."""
        return starts(self.ring)

    @property
    def polygon_of_point(self) -> Ints:
        return self.polygon[self.ring]

    @property
    def shell_of_point(self) -> Ints:
        return self.shell[self.polygon[self.ring]]

    @property
    def row_of_shell(self) -> Ints:
        return self.row[self.solid]

    @property
    def row_of_polygon(self) -> Ints:
        return self.row[self.solid[self.shell]]


class _Levels(NamedTuple):
    """Of each member of a level the number of what it is in, one level up."""

    ring: Ints
    polygon: Ints
    shell: Ints
    solid: Ints
    row: Ints


def starts(numbers: Ints) -> Ints:
    """Where each run of equal numbers begins."""
    return np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1]]) if len(numbers) else np.empty(0, dtype=np.int64)


def from_bodies(bodies: Sequence[Body], snap: float) -> Soup:
    """Flat arrays of nested lists, as readers of formats with shells have them."""
    points: list[Floats] = []
    ring: list[int] = []
    polygon: list[int] = []
    shell: list[int] = []
    solid: list[int] = []
    row: list[int] = []
    is_open: list[bool] = []
    for number, body in enumerate(bodies):
        for shells in body.solids:
            row.append(number)
            for polygons in shells:
                solid.append(len(row) - 1)
                for rings in polygons:
                    shell.append(len(solid) - 1)
                    for given in rings:
                        polygon.append(len(shell) - 1)
                        corners = np.asarray(given, dtype=np.float64).reshape(-1, 3)
                        closes = len(corners) > 1 and float(np.abs(corners[0] - corners[-1]).max()) <= snap
                        is_open.append(body.must_close and not closes)
                        corners = corners[:-1] if closes else corners
                        points.append(corners if len(corners) else np.zeros((1, 3)))  # an empty ring is too short, too
                        ring += [len(polygon) - 1] * len(points[-1])
    kinds = np.array([body.kind for body in bodies], dtype=np.int64)
    levels = _Levels(*(np.array(level, dtype=np.int64) for level in (ring, polygon, shell, solid, row)))
    corners = np.concatenate(points) if points else np.empty((0, 3))
    return _moved_and_merged(corners, levels, kinds, np.array(is_open, dtype=bool), snap)


def from_shapes(shapes: Shapes, kinds: Ints, snap: float, shells: pl.Series | None = None) -> Soup:
    """Flat arrays of MultiPolygon Z.

    `shells` has for each row the polygons in each shell of each of its solids, or null: then it is one shell, until
    `_split_shells` has found those of solids of unknown shells.
    """
    parts, part_row = shapely.get_parts(shapes, return_index=True)
    rings, ring_polygon = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, include_z=True, return_index=True)
    is_last = np.r_[ring[1:] != ring[:-1], True] if len(ring) else np.empty(0, dtype=bool)
    points, ring = points[~is_last], ring[~is_last]
    shell, solid, row = _told_shells(np.bincount(part_row, minlength=len(shapes)), shells)
    levels = _Levels(*(np.asarray(level, dtype=np.int64) for level in (ring, ring_polygon, shell, solid, row)))
    merged = _moved_and_merged(points, levels, kinds, np.zeros(len(rings), dtype=bool), snap)
    return _split_shells(merged)


def fitting_shells(shapes: Shapes, shells: pl.Series | None) -> Bools:
    """Of which rows the shells are told: they have as many polygons as the shape has."""
    if shells is None:
        return np.zeros(len(shapes), dtype=bool)
    each = pl.DataFrame({"row": np.arange(len(shapes)), "shells": shells}).explode("shells").explode("shells")
    count = pl.col("shells").cast(pl.Int64)
    told = each.group_by("row", maintain_order=True).agg(pl.when((count >= 0).all()).then(count.sum()))
    return np.asarray((told["shells"].fill_null(0).to_numpy() == shapely.get_num_geometries(shapes)), dtype=bool)


def _told_shells(polygons: Ints, shells: pl.Series | None) -> tuple[Ints, Ints, Ints]:
    """(the shell of each polygon, the solid of each shell, the row of each solid) of rows of so many polygons."""
    counts = pl.DataFrame({"row": np.arange(len(polygons)), "all": polygons}).filter(pl.col("all") > 0)
    if shells is None:
        row = counts["row"].to_numpy()
        one_each = np.arange(len(row), dtype=np.int64)
        return np.repeat(one_each, counts["all"].to_numpy()), one_each, row
    told = counts.with_columns(shells.gather(counts["row"]).alias("shells")).explode("shells")
    one = pl.concat_list(pl.col("all").cast(pl.Int32))
    solids = told.select("row", pl.coalesce("shells", one)).with_row_index("solid")
    each = solids.explode("shells").filter(pl.col("shells") > 0)
    own, solid = np.unique(each["solid"].to_numpy(), return_inverse=True)  # without those that have no polygon
    shell = np.repeat(np.arange(each.height), each["shells"].to_numpy())
    return shell, solid.astype(np.int64), solids["row"].to_numpy()[own]


def _moved_and_merged(points: Floats, levels: _Levels, kind: Ints, is_open: Bools, snap: float) -> Soup:
    ring, polygon, shell, solid, row = levels
    owner = row[solid[shell[polygon[ring]]]]
    origin = np.zeros((len(kind), 3))
    first = starts(owner)
    origin[owner[first]] = points[first]
    points = points - origin[owner]
    ids = _merged(points, shell[polygon[ring]], snap)
    first_of_id = np.zeros(len(points), dtype=np.int64)
    first_of_id[ids[::-1]] = np.arange(len(points))[::-1]
    return Soup(points[first_of_id[ids]], ids, ring, polygon, shell, solid, row, kind, origin, is_open)


def _merged(points: Floats, owner: Ints, snap: float) -> Ints:
    """A number for each point, the same for points of one owner that are equal or not farther apart than `snap`.

    Two such points fall into one cell of a grid twice as wide, or of one of the seven grids shifted by half a cell.
    """
    order = np.lexsort((points[:, 2], points[:, 1], points[:, 0], owner))
    same = (points[order[1:]] == points[order[:-1]]).all(axis=1) & (owner[order[1:]] == owner[order[:-1]])
    group = np.cumsum(np.r_[True, ~same][: len(order)]) - 1
    ids = np.empty(len(points), dtype=np.int64)
    ids[order] = group
    first = order[starts(group)]
    if snap == 0 or not len(first):
        return ids
    places, owners = points[first], owner[first]
    one, other = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for shift in np.ndindex(2, 2, 2):
        cells = np.floor(places / (2 * snap) + np.array(shift) / 2).astype(np.int64)
        key = _cell_keys(cells, owners)
        by_key = np.argsort(key, kind="stable")
        for lag in (1, 2, 3):
            left, right = by_key[:-lag], by_key[lag:]
            near = key[left] == key[right]
            left, right = left[near], right[near]
            near = (owners[left] == owners[right]) & (np.linalg.norm(places[left] - places[right], axis=1) <= snap)
            one.append(left[near])
            other.append(right[near])
    return connected(len(first), np.concatenate(one), np.concatenate(other))[ids]


def _cell_keys(cells: Ints, owners: Ints) -> npt.NDArray[np.uint64]:
    """A number of 64 bits for each cell and owner, equal for equal ones; others that have it, too, are compared."""
    with np.errstate(over="ignore"):
        key = owners.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        for axis, factor in enumerate((0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93)):
            key ^= (cells[:, axis].astype(np.uint64) + np.uint64(axis + 1)) * np.uint64(factor)
            key ^= key >> np.uint64(29)
            key *= np.uint64(0x9E3779B97F4A7C15)
    return cast("npt.NDArray[np.uint64]", key)


def _split_shells(soup: Soup) -> Soup:
    """Solids of which only the polygons are known, with a new shell wherever the polygons so far are closed.

    Sources write shell after shell, and no beginning of a connected closed shell is closed. Each edge has a number of
    64 bits, its reverse the negative; they add up to nothing where all edges are run through both ways.
    """
    if not len(soup.shell):
        return soup
    polygon = soup.polygon_of_point
    there = soup.ids[soup.following]
    with np.errstate(over="ignore"):
        number = _edge_numbers(soup.ids, there) - _edge_numbers(there, soup.ids)
        of_polygon = np.zeros(len(soup.shell), dtype=np.uint64)
        np.add.at(of_polygon, polygon, number)
        total = np.cumsum(of_polygon)
        rows = soup.row_of_polygon
        first = starts(rows)
        before = (total[first] - of_polygon[first])[np.cumsum(np.r_[False, rows[1:] != rows[:-1]][: len(rows)])]
        is_closed = total == before
    # What is not closed at its end is not split: its faces may be wrong anywhere.
    last = np.r_[first[1:], len(rows)] - 1
    is_split = (soup.kind == Kind.UNKNOWN_SOLIDS)[rows] & np.repeat(is_closed[last], np.diff(np.r_[first, len(rows)]))
    begins = np.r_[True, (soup.shell[1:] != soup.shell[:-1]) | (is_split[1:] & is_closed[:-1])][: len(rows)]
    shell = np.cumsum(begins) - 1
    _, ids = np.unique(shell[polygon] * (len(soup.ids) + 1) + soup.ids, return_inverse=True)
    return replace(soup, ids=ids, shell=shell, solid=soup.solid[soup.shell[np.flatnonzero(begins)]])


def _edge_numbers(here: Ints, there: Ints) -> npt.NDArray[np.uint64]:
    return _cell_keys(np.stack([here, there, np.zeros_like(here)], axis=1), np.zeros_like(here))
