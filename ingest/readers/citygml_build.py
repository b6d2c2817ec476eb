"""Shapes of a whole batch from coordinates as text: one parse of all numbers, then whole arrays."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from .citygml_geometry import LINE, POINT, POLYGON, Shapes
from .contract import Problem

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

_LARGEST: Final = 1e12
"""No place on Earth has a coordinate as large, in any unit; beyond it a number is no coordinate."""
_ODD_BLANKS: Final = r"\s\s|^\s|\s$|[\n\t\r]"


@dataclass(slots=True)
class Geometry:
    """One geometry of a thing: what it is made of, in `part_code`s of one kind."""

    owner: int  # position of the thing in the batch
    lod: str | None
    codes: list[int]
    kind: int = POLYGON
    is_solid: bool = False
    problem: Problem | None = None
    shells: list[list[int]] | None = None  # of each solid the parts in each of its shells
    is_composite: bool = False
    placement: Floats | None = None  # of an implicit geometry: from its own coordinates to east, north, height


@dataclass(frozen=True, slots=True)
class Positions:
    """The coordinates of many rings or lines: shape (n, 3), heights zero where there are none."""

    places: Floats
    counts: Ints  # positions of each ring
    is_flat: Flags  # each ring has two numbers per position
    problems: Objects  # of each ring; a ring with one has no positions


@dataclass(frozen=True, slots=True)
class Built:
    """The shapes of a batch, aligned with its geometries."""

    shapes: Objects
    problems: Objects
    is_flat: Flags


@dataclass(frozen=True, slots=True)
class Parsed:
    """All coordinates of a batch, in the order of the file."""

    rings: Positions
    lines: Positions
    points: Positions


def parse(shapes: Shapes) -> Parsed:
    """The numbers of a batch."""
    return Parsed(
        read_positions(shapes.ring_texts, shapes.ring_sizes, least=3),
        read_positions(shapes.line_texts, shapes.line_sizes, least=2),
        read_positions(shapes.point_texts, shapes.point_sizes, least=1),
    )


def read_positions(texts: Sequence[str], sizes: Sequence[int], least: int) -> Positions:
    """Positions from texts of numbers; ``sizes`` says how many numbers make one, 0 where the file doesn't.

    >>> found = read_positions(["0 0 1 1 0 1 1 1 1", "5 x 7"], [3, 0], least=1)
    >>> found.counts.tolist(), found.problems.tolist()
    ([3, 0], [None, <Problem.BAD_VERTEX: 'bad-vertex'>])
    """
    count = len(texts)
    problems = np.full(count, None, dtype=object)
    numbers, lengths = _numbers(texts)
    starts = np.cumsum(lengths) - lengths
    step = _step(np.array(sizes, dtype=np.int64), numbers, starts, lengths)
    owners = np.repeat(np.arange(count), lengths)
    is_bad = np.zeros(count, dtype=bool)
    is_bad[owners[~(np.abs(numbers) <= _LARGEST)]] = True  # also NaN
    is_bad |= lengths % step != 0
    problems[is_bad] = Problem.BAD_VERTEX
    counts = np.where(is_bad, 0, lengths // step)
    problems[(counts < least) & ~is_bad] = Problem.TOO_FEW_POINTS
    problems[lengths == 0] = Problem.EMPTY
    is_there = problems == None  # noqa: E711 - of each
    counts = np.where(is_there, counts, 0)
    is_flat = step == 2
    if is_there.all() and not is_flat.any():
        return Positions(numbers.reshape(-1, 3), counts, is_flat, problems)
    places = np.zeros((int(counts.sum()), 3))
    place_owner = np.repeat(np.arange(count), counts)
    rank = np.arange(len(places)) - (np.cumsum(counts) - counts)[place_owner]
    at = starts[place_owner] + rank * step[place_owner]
    for axis in (0, 1):
        places[:, axis] = numbers[at + axis]
    has_height = ~is_flat[place_owner]
    places[has_height, 2] = numbers[at[has_height] + 2]
    return Positions(places, counts, is_flat, problems)


def _numbers(texts: Sequence[str]) -> tuple[Floats, Ints]:
    column = pl.Series(texts, dtype=pl.String)
    if column.str.contains(_ODD_BLANKS).any():
        column = pl.Series([" ".join(text.split()) for text in texts], dtype=pl.String)
    words = column.str.split(" ")
    lengths = words.list.len().cast(pl.Int64).to_numpy()
    lengths = np.where((column == "").to_numpy(), 0, lengths).astype(np.int64)
    flat = words.explode()
    if (lengths == 0).any():
        flat = flat.filter(flat != "")
    return flat.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy(), lengths


def _step(sizes: Ints, numbers: Floats, starts: Ints, lengths: Ints) -> Ints:
    """Numbers per position. Where the file does not say: three as in all city models, unless only two can be."""
    unsaid = np.flatnonzero(sizes == 0)
    if not len(unsaid):
        return sizes
    step = sizes.copy()
    length, start = lengths[unsaid], starts[unsaid]
    step[unsaid] = np.where((length % 3 != 0) & (length % 2 == 0), 2, 3)
    both = np.flatnonzero((length % 6 == 0) & (length >= 6))
    first, end = start[both], start[both] + length[both]
    closed = {
        size: np.all([numbers[first + axis] == numbers[end - size + axis] for axis in range(size)], axis=0)
        for size in (2, 3)
    }
    step[unsaid[both[closed[2] & ~closed[3]]]] = 2
    return step


def middle(parsed: Parsed, shapes: Shapes, geometries: Sequence[Geometry]) -> tuple[float, float] | None:
    """The middle of the first two numbers of all positions that are in the system of the file; None without any."""
    is_local = np.zeros(len(shapes.ring_counts), dtype=bool)
    for one in geometries:
        if one.placement is not None and one.kind == POLYGON:
            is_local[[code >> 3 for code in one.codes]] = True
    of_ring = np.repeat(np.repeat(is_local, shapes.ring_counts), parsed.rings.counts)
    places = np.concatenate([parsed.rings.places[~of_ring], parsed.lines.places, parsed.points.places])
    return (float(np.median(places[:, 0])), float(np.median(places[:, 1]))) if len(places) else None


def build(parsed: Parsed, shapes: Shapes, geometries: Sequence[Geometry], *, north_first: bool) -> Built:
    """The shapes of all geometries, in x-y order; a part that is not sound costs its geometry the shape."""
    if north_first:
        parsed = Parsed(*(_turned(one) for one in (parsed.rings, parsed.lines, parsed.points)))
    count = len(geometries)
    result = Built(np.full(count, None, dtype=object), np.full(count, None, dtype=object), np.zeros(count, dtype=bool))
    ring_counts = np.array(shapes.ring_counts, dtype=np.int64)
    kinds = (
        (POLYGON, _polygons(parsed.rings, ring_counts), shapely.multipolygons),
        (LINE, _lines(parsed.lines), shapely.multilinestrings),
        (POINT, _points(parsed.points), shapely.multipoints),
    )
    for kind, (parts, part_problems, part_is_flat), collect in kinds:
        chosen = [i for i, one in enumerate(geometries) if one.kind == kind and one.problem is None and one.codes]
        if not chosen:
            continue
        sizes = np.fromiter((len(geometries[i].codes) for i in chosen), dtype=np.int64, count=len(chosen))
        codes = np.fromiter(
            (code for i in chosen for code in geometries[i].codes), dtype=np.int64, count=int(sizes.sum())
        )
        owner, at = np.repeat(np.arange(len(chosen)), sizes), codes >> 3
        problems = np.full(len(chosen), None, dtype=object)
        flat_parts = np.bincount(owner[part_is_flat[at]], minlength=len(chosen))
        is_broken = part_problems[at] != None  # noqa: E711 - of each
        problems[owner[is_broken][::-1]] = part_problems[at[is_broken]][::-1]
        problems[(flat_parts > 0) & (flat_parts < sizes) & (problems == None)] = Problem.UNREADABLE  # noqa: E711
        is_sound = problems == None  # noqa: E711
        keep = is_sound[owner]
        own_parts = parts[at[keep]]
        turned = (codes[keep] & 1).astype(bool)
        if turned.any():
            own_parts[turned] = shapely.reverse(own_parts[turned])
        positions = np.array(chosen)
        result.problems[positions] = problems
        result.is_flat[positions] = flat_parts > 0
        if is_sound.any():
            rank = np.cumsum(is_sound) - 1
            result.shapes[positions[is_sound]] = collect(own_parts, indices=rank[owner[keep]])
    for i, geometry in enumerate(geometries):
        if geometry.problem is not None or not geometry.codes:
            result.problems[i] = geometry.problem or Problem.EMPTY
        elif geometry.placement is not None and result.shapes[i] is not None:
            result.shapes[i] = _placed(result.shapes[i], geometry.placement, is_turned=north_first)
    flat = result.is_flat & ~shapely.is_missing(result.shapes)
    result.shapes[flat] = shapely.force_2d(result.shapes[flat])
    return result


def _turned(positions: Positions) -> Positions:
    return replace(positions, places=positions.places[:, [1, 0, 2]])


def meanings(shapes: Shapes, geometries: Sequence[Geometry], built: Built) -> pl.Series:
    """For each geometry the meanings of its polygons; null where none of them has one."""
    own = [
        one.codes if problem is None and one.kind == POLYGON else []
        for one, problem in zip(geometries, built.problems.tolist(), strict=True)
    ]
    sizes = np.fromiter(map(len, own), dtype=np.int64, count=len(own))
    words = pl.Series(shapes.words, dtype=pl.String)
    flat = words.gather(np.array(list(chain.from_iterable(own)), dtype=np.int64) >> 3)
    place = pl.Series("geometry", np.repeat(np.arange(len(own)), sizes), dtype=pl.Int64)
    lists = (
        pl.DataFrame({"geometry": place, "words": flat})
        .filter(pl.col("words").is_not_null().any().over("geometry"))
        .group_by("geometry", maintain_order=True)
        .agg("words")
    )
    all_of_them = pl.DataFrame({"geometry": pl.Series(range(len(own)), dtype=pl.Int64)})
    return all_of_them.join(lists, on="geometry", how="left", maintain_order="left")["words"]


def _polygons(rings: Positions, ring_counts: Ints) -> tuple[Objects, Objects, Flags]:
    polygon_of_ring = np.repeat(np.arange(len(ring_counts)), ring_counts)
    problems = np.full(len(ring_counts), None, dtype=object)
    is_broken = rings.problems != None  # noqa: E711 - of each
    problems[polygon_of_ring[is_broken][::-1]] = rings.problems[is_broken][::-1]
    problems[ring_counts == 0] = Problem.EMPTY
    flat_rings = np.bincount(polygon_of_ring[rings.is_flat], minlength=len(ring_counts))
    problems[(flat_rings > 0) & (flat_rings < ring_counts) & (problems == None)] = Problem.UNREADABLE  # noqa: E711
    is_sound = problems == None  # noqa: E711
    polygons = np.full(len(ring_counts), None, dtype=object)
    if is_sound.any():
        keep = is_sound[polygon_of_ring]
        counts = rings.counts[keep]
        places = rings.places[np.repeat(keep, rings.counts)]
        places, counts = _padded(places, counts)
        outlines = _objects(shapely.linearrings(places, indices=np.repeat(np.arange(len(counts)), counts)))
        rank = np.cumsum(is_sound) - 1
        polygons[is_sound] = shapely.polygons(outlines, indices=rank[polygon_of_ring[keep]])
    return polygons, problems, flat_rings > 0


def _padded(places: Floats, counts: Ints) -> tuple[Floats, Ints]:
    """The same rings; one of three positions that ends where it began has its second one twice, as GEOS asks for four.

    Such a ring encloses nothing, but real solids have them.
    """
    starts = np.cumsum(counts) - counts
    of_three = np.flatnonzero(counts == 3)
    collapsed = of_three[(places[starts[of_three]] == places[starts[of_three] + 2]).all(axis=1)]
    if not len(collapsed):
        return places, counts
    counts = counts.copy()
    counts[collapsed] += 1
    return np.insert(places, starts[collapsed] + 1, places[starts[collapsed] + 1], axis=0), counts


def _lines(lines: Positions) -> tuple[Objects, Objects, Flags]:
    return _of_kept(lines, lambda places, owner: shapely.linestrings(places, indices=owner))


def _points(points: Positions) -> tuple[Objects, Objects, Flags]:
    points.problems[points.counts > 1] = Problem.UNREADABLE
    return _of_kept(points, lambda places, _: shapely.points(places))


def _of_kept(positions: Positions, make: object) -> tuple[Objects, Objects, Flags]:
    made = np.full(len(positions.counts), None, dtype=object)
    is_sound = positions.problems == None  # noqa: E711
    if is_sound.any():
        keep = np.repeat(is_sound, positions.counts)
        owner = np.repeat(np.arange(int(is_sound.sum())), positions.counts[is_sound])
        made[is_sound] = make(positions.places[keep], owner)  # type: ignore[operator]
    return made, positions.problems, positions.is_flat


def _placed(shape: shapely.Geometry, placement: Floats, *, is_turned: bool) -> shapely.Geometry:
    places = shapely.get_coordinates(shape, include_z=True)
    if is_turned:  # its own coordinates were turned with all others
        places = places[:, [1, 0, 2]]
    return shapely.set_coordinates(shape, places @ placement[:3, :3].T + placement[:3, 3])


def _objects(shapes: object) -> Objects:
    """What shapely made of an array, which its annotations do not know to be an array again."""
    return cast(Objects, shapes)
