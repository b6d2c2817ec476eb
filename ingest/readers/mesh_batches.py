"""Things made of meshes as batches: their columns and their geometries."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from .columns import series_of, unique_names
from .contract import BODY_COLUMNS, FEATURE_COLUMNS, GEOMETRY_COLUMNS, Batch
from .mesh_geometry import Mesh, shapes_of


@dataclass(frozen=True, slots=True)
class Thing:
    """One feature."""

    key: str
    parent: str | None = None
    class_: str | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """One geometry of the thing at a position of the batch."""

    thing: int
    wkb: bytes | None
    is_solid: bool = False
    problem: str | None = None
    lod: str | None = None
    shells: list[list[int]] | None = None  # of each solid the faces of each shell


def batches_of(things: Sequence[Thing], mesh: Mesh, batch_rows: int) -> Iterator[Batch]:
    """All things of a file in batches, each with the geometry of its faces, where it has some."""
    found = shapes_of(mesh)
    told = zip(found.owner.tolist(), found.wkb, found.is_solid, found.problem, found.shells, strict=True)
    shapes = [Shape(thing, wkb, is_solid, problem, shells=shells) for thing, wkb, is_solid, problem, shells in told]
    place = 0
    for first in range(0, len(things), batch_rows):
        last = min(first + batch_rows, len(things))
        chosen = []
        while place < len(shapes) and shapes[place].thing < last:
            chosen.append(replace(shapes[place], thing=shapes[place].thing - first))
            place += 1
        yield batch_of(things[first:last], chosen, first + 1)


def batch_of(things: Sequence[Thing], shapes: Sequence[Shape], first_row: int) -> Batch:
    """The batch of the things, numbered from ``first_row``; shapes in the order of their things.

    >>> batch_of([Thing("a", attributes={"floors": 3})], [], 1).features.to_dicts()
    [{'@row': 1, '@key': 'a', '@parent': None, '@class': None, 'floors': 3}]
    """
    names = list(dict.fromkeys(name for thing in things for name in thing.attributes))
    features = pl.DataFrame(
        {
            "@row": range(first_row, first_row + len(things)),
            "@key": [thing.key for thing in things],
            "@parent": [thing.parent for thing in things],
            "@class": [thing.class_ for thing in things],
        },
        schema=dict(FEATURE_COLUMNS),
    ).with_columns(
        series_of(column, [thing.attributes.get(name) for thing in things])
        for name, column in zip(names, unique_names(names), strict=True)
    )
    geometries = pl.DataFrame(
        {
            "@row": [first_row + shape.thing for shape in shapes],
            "@dimension": pl.Series([None if shape.wkb is None else 3 for shape in shapes], dtype=pl.Int8),
            "@lod": [shape.lod for shape in shapes],
            "@geometry": [shape.wkb for shape in shapes],
            "@surfaces": pl.Series([None] * len(shapes), dtype=pl.List(pl.String)),
            "@solid": [shape.is_solid for shape in shapes],
            "@problem": [shape.problem for shape in shapes],
            "@shells": [shape.shells for shape in shapes],
        },
        schema={**GEOMETRY_COLUMNS, "@shells": BODY_COLUMNS["@shells"]},
    )
    return Batch(features, geometries)
