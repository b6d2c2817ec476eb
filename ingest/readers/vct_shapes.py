"""Shapes of VCT records: numbers of coordinate lines, rings chained of lines, polygons with their holes."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from .contract import Problem
from .vct_records import Records
from .vct_store import GeometryStore

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Axes:
    """How the values of a coordinate line become east, north and height."""

    separator: str
    east_first: bool
    has_heights: bool
    shift: tuple[float, float] = (0.0, 0.0)  # of east and north, in the file's unit

    def numbers(self, lines: list[bytes], left_out: Counter[str]) -> Floats:
        """An array of shape (n, 2 or 3) from so many lines; what is no number is NaN."""
        texts = pl.Series(b"\n".join(lines).decode("latin-1").split("\n")[: len(lines)], dtype=pl.String)
        values = texts.str.split_exact(self.separator, 3).struct.unnest()
        names = ["field_0", "field_1"] if self.east_first else ["field_1", "field_0"]
        surplus = values["field_3" if self.has_heights else "field_2"]
        if surplus.len() > surplus.null_count():
            left_out[f"value beyond Dim:{3 if self.has_heights else 2}"] += surplus.len() - surplus.null_count()
        names += ["field_2"] if self.has_heights else []
        columns = [values[name].str.strip_chars().cast(pl.Float64, strict=False).fill_null(np.nan) for name in names]
        numbers = np.column_stack([column.to_numpy() for column in columns]).astype(np.float64)
        numbers[:, :2] += self.shift
        return numbers


@dataclass(slots=True)
class Parts:
    """Points, pieces of lines or rings, one after the other in `numbers`."""

    record: Ints
    size: Ints
    numbers: Floats

    def without(self, is_bad: Bools) -> "Parts":
        """The parts of the other records."""
        keep = ~is_bad[self.record]
        return Parts(self.record[keep], self.size[keep], self.numbers[np.repeat(keep, self.size)])

    @property
    def starts(self) -> Ints:
        """Where each part begins in `numbers`."""
        return np.cumsum(self.size) - self.size


def parts_of(records: Records, axes: Axes) -> Parts:
    """The parts that have coordinates of their own; records with values that are no finite numbers get a problem."""
    numbers = axes.numbers(records.coordinates, records.left_out)
    parts = Parts(np.array(records.part_record, np.int64), np.array(records.part_size, np.int64), numbers)
    is_bad = np.zeros(len(records.ids), dtype=bool)
    is_bad[np.repeat(parts.record, parts.size)[~np.isfinite(numbers).all(axis=1)]] = True
    _set_problem(records, is_bad, Problem.BAD_VERTEX)
    return parts.without(is_bad)


def point_shapes(records: Records, parts: Parts) -> Objects:
    """One point or cluster of points per record."""
    points = np.asarray(shapely.points(parts.numbers))
    return _collected(records, points, np.repeat(parts.record, parts.size), shapely.multipoints)


def line_shapes(records: Records, parts: Parts) -> Objects:
    """One line per record; pieces that touch are one line, others a collection of lines."""
    is_short = np.zeros(len(records.ids), dtype=bool)
    is_short[parts.record[parts.size < 2]] = True
    _set_problem(records, is_short, Problem.TOO_FEW_POINTS)
    parts = parts.without(is_short)
    pieces = np.asarray(shapely.linestrings(parts.numbers, indices=np.repeat(np.arange(len(parts.size)), parts.size)))
    lines = _collected(records, pieces, parts.record, shapely.multilinestrings)
    is_many = shapely.get_type_id(lines) == shapely.GeometryType.MULTILINESTRING
    lines[is_many] = shapely.line_merge(lines[is_many], directed=True)
    return lines


def polygon_shapes(records: Records, parts: Parts) -> Objects:
    """One polygon (or several) per record, from its rings in any order: each lies in an even number of others or is a
    hole of the smallest that holds it. A ring that is not closed is closed.
    """
    starts = parts.starts
    ends = starts + parts.size - 1
    is_closed = (parts.numbers[starts] == parts.numbers[ends]).all(axis=1)
    is_short = np.zeros(len(records.ids), dtype=bool)
    is_short[parts.record[parts.size + ~is_closed < 4]] = True
    _set_problem(records, is_short, Problem.TOO_FEW_POINTS)
    parts = parts.without(is_short)
    rings = np.asarray(shapely.linearrings(parts.numbers, indices=np.repeat(np.arange(len(parts.size)), parts.size)))
    shapes = np.full(len(records.ids), None, dtype=object)
    owners, first, counts = np.unique(parts.record, return_index=True, return_counts=True)
    shapes[owners[counts == 1]] = shapely.polygons(rings[first[counts == 1]])
    order = np.argsort(parts.record, kind="stable")
    ends = np.cumsum(counts)
    for number in np.flatnonzero(counts > 1).tolist():
        of_one = order[ends[number] - counts[number] : ends[number]]
        shapes[owners[number]] = nested(np.asarray(shapely.polygons(rings[of_one])))
    return shapes


def nested(outlines: Objects) -> object:
    """The area within several outlines, each a polygon without holes.

    >>> square, hole, island = shapely.box([0, 2, 4], [0, 2, 4], [9, 8, 6], [9, 8, 6])
    >>> nested(np.array([hole, island, square])).area == 81 - 36 + 4
    True
    """
    areas = shapely.area(outlines)
    outer = np.lexsort((np.arange(len(outlines)), -areas))
    rank = np.empty(len(outlines), dtype=np.int64)
    rank[outer] = np.arange(len(outlines))
    inside, holder = shapely.STRtree(outlines).query(shapely.point_on_surface(outlines), predicate="within")
    is_larger = rank[holder] < rank[inside]
    inside, holder = inside[is_larger], holder[is_larger]
    depth = np.bincount(inside, minlength=len(outlines))
    smallest = np.full(len(outlines), -1)
    np.maximum.at(smallest, inside, rank[holder])
    holes: dict[int, list[shapely.Geometry]] = {}
    rings = shapely.get_exterior_ring(outlines)
    for number in np.flatnonzero(depth % 2).tolist():
        holes.setdefault(int(outer[smallest[number]]), []).append(rings[number])
    shells = np.flatnonzero(depth % 2 == 0).tolist()
    polygons = [shapely.polygons(rings[shell], holes=holes.get(shell)) for shell in shells]
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def chained(records: Records, lines: GeometryStore, *, may_turn: bool) -> Parts:
    """The rings that are made of lines. A record gets a problem when a line is missing or two do not meet.

    ``may_turn`` says whether lines that do not meet may be turned against their signs.
    """
    record, ring = np.array(records.ref_record, np.int64), np.array(records.ref_ring, np.int64)
    is_turned = np.array(records.ref_turned, dtype=bool)
    at = lines.first(pl.Series(records.ref_id, dtype=pl.String))
    distinct, position = np.unique(at, return_inverse=True)
    shapes = lines.shapes(distinct)
    is_bad = np.zeros(len(records.ids), dtype=bool)
    is_bad[record[shapely.get_type_id(shapes)[position] != shapely.GeometryType.LINESTRING]] = True
    _set_problem(records, is_bad, Problem.BAD_INDEX)
    keep = ~is_bad[record]
    record, ring, position, is_turned = record[keep], ring[keep], position[keep], is_turned[keep]
    numbers = shapely.get_coordinates(shapes, include_z=bool(shapely.has_z(shapes).any()))
    sizes = shapely.get_num_coordinates(shapes).astype(np.int64)
    starts = (np.cumsum(sizes) - sizes)[position]
    sizes = sizes[position]
    if not len(ring):
        return Parts(record, sizes, numbers[:0])
    begins = np.flatnonzero(np.diff(ring, prepend=-1))
    following = np.arange(1, len(ring) + 1)
    following[np.append(begins[1:], len(ring)) - 1] = begins
    ends = starts + sizes - 1
    is_apart = (
        numbers[np.where(is_turned, starts, ends)] != numbers[np.where(is_turned, ends, starts)[following]]
    ).any(axis=1)
    open_records = np.zeros(len(records.ids), dtype=bool)
    for number in np.flatnonzero(np.logical_or.reduceat(is_apart, begins)).tolist():
        refs = slice(begins[number], begins[number + 1] if number + 1 < len(begins) else len(ring))
        turned = _turned(numbers[starts[refs]], numbers[ends[refs]]) if may_turn else None
        if turned is None:
            open_records[record[begins[number]]] = True
        else:
            is_turned[refs] = turned
            records.notes["ring closed by turning lines against their signs"] += 1
    _set_problem(records, open_records, Problem.UNREADABLE)
    is_last = following <= np.arange(len(ring))
    taken = sizes - ~is_last  # the last point of a line is the first of the next one
    within = np.arange(taken.sum()) - np.repeat(np.cumsum(taken) - taken, taken)
    index = np.where(np.repeat(is_turned, taken), np.repeat(ends, taken) - within, np.repeat(starts, taken) + within)
    parts = Parts(record[begins], np.add.reduceat(taken, begins), numbers[index])
    return parts.without(open_records)


def _turned(firsts: Floats, lasts: Floats) -> list[bool] | None:
    """Which lines of a ring, in the given order, have to be turned so that they meet; None when nothing helps."""
    for turn in (False, True):
        here, target = (firsts[0], lasts[0]) if turn else (lasts[0], firsts[0])
        turned = [turn]
        for first, last in zip(firsts[1:], lasts[1:], strict=True):
            if (here == first).all():
                turned.append(False)
                here = last
            elif (here == last).all():
                turned.append(True)
                here = first
            else:
                break
        if len(turned) == len(firsts) and (here == target).all():
            return turned
    return None


def _collected(records: Records, shapes: Objects, owner: Ints, collect: object) -> Objects:
    """One shape per record: the only one, or all of a record as one collection."""
    found = np.full(len(records.ids), None, dtype=object)
    counts = np.bincount(owner, minlength=len(found))
    is_alone = counts[owner] == 1
    found[owner[is_alone]] = shapes[is_alone]
    if not is_alone.all():
        owners, index = np.unique(owner[~is_alone], return_inverse=True)
        found[owners] = collect(shapes[~is_alone], indices=index)  # type: ignore[operator]  # of shapely
    return found


def _set_problem(records: Records, is_hit: Bools, problem: Problem) -> None:
    for number in np.flatnonzero(is_hit).tolist():
        records.problems[number] = records.problems[number] or str(problem)
