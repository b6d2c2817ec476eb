"""The things of a source held against the terrain below them: which float above the ground, which are sunk in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely
from sqlalchemy import and_, select

from kg.ledger import Snapshot, in_force
from kg.ledger import tables as t
from kg.workspace import AllowedOperation
from ontology import Schema

from ..units import stated_number
from .coverages import TerrainCoverage, TerrainError
from .heights import heights_at

_COMPONENT = "BuildingComponent"  # walls and roofs end above the ground by right


@dataclass(frozen=True, slots=True)
class Difference:
    """A thing whose ground lies elsewhere than the terrain; metres, above is positive."""

    key: str
    class_: str
    entity: str | None
    height: float
    is_stated: bool
    """Whether the height is the record's own word (`groundHeight`), not the lowest corner of its geometry."""
    terrain: float
    difference: float


@dataclass(frozen=True, slots=True)
class Held:
    """What came of it: how many things were compared, how many lie where no terrain is known, and the differences."""

    source: str
    compared: int
    without_terrain: int
    median: float | None
    beyond: tuple[Difference, ...]
    """Those beyond the tolerance, the largest first."""


def held_against_terrain(
    snapshot: Snapshot,
    schema: Schema,
    coverages: Sequence[TerrainCoverage],
    source: str,
    *,
    tolerance_m: float,
    allowed: tuple[AllowedOperation, ...] = (),
) -> Held:
    """Compare each thing of a source that has a stated ground height or a 3D geometry with the terrain below it.

    The terrain is the median of the heights at the corners of its outline, because the ground under a building is
    mostly not measured; where none of them has one, the height at a point inside. Heights are taken as metres in the
    vertical reference of the coverage. Raises TerrainError for a source without such things.
    """
    things = _things(snapshot, schema, source)
    if things.is_empty():
        raise TerrainError(
            f"{source!r} has nothing to compare: no record with a 3D geometry or a groundHeight. "
            "`res3d conformance` lists the sources that there are"
        )
    terrain = _below(things, coverages, allowed)
    heights = things["height"].to_numpy()
    apart = heights - terrain
    is_known = ~np.isnan(apart)
    beyond = np.flatnonzero(is_known & (np.abs(np.nan_to_num(apart)) > tolerance_m))
    order = beyond[np.lexsort((things["key"].to_numpy()[beyond].astype(str), -np.abs(apart[beyond])))]
    rows = things.to_dicts()
    return Held(
        source=source,
        compared=int(is_known.sum()),
        without_terrain=int((~is_known).sum()),
        median=float(np.median(apart[is_known])) if is_known.any() else None,
        beyond=tuple(
            Difference(
                key=rows[place]["key"],
                class_=rows[place]["class"],
                entity=rows[place]["entity"],
                height=float(heights[place]),
                is_stated=rows[place]["stated"] is not None,
                terrain=float(terrain[place]),
                difference=float(apart[place]),
            )
            for place in order.tolist()
        ),
    )


def _things(snapshot: Snapshot, schema: Schema, source: str) -> pl.DataFrame:
    """key, class, entity, stated, height, crs and outline (WKB, storage CRS) of what can be compared."""
    r, g, m = t.record, t.geometry, t.membership
    query = (
        select(
            r.c.key, r.c["class"], r.c.attributes, g.c.lowest, g.c.crs, g.c.geometry, g.c.footprint, g.c.lod,
            m.c.entity,
        )
        .join(g, and_(g.c.source == r.c.source, g.c.key == r.c.key))
        .outerjoin(m, and_(m.c.source == r.c.source, m.c.key == r.c.key, in_force(m)))
        .where(in_force(r), in_force(g), r.c.source == source)
    )  # fmt: skip
    parts = {name for name, class_ in schema.classes.items() if _COMPONENT in (name, *class_.ancestors)}
    rows = snapshot.read(query).filter(~pl.col("class").is_in(list(parts)))
    rows = rows.with_columns(stated_number("groundHeight").alias("stated"))
    rows = rows.with_columns(
        pl.col("lowest").min().over("key"),
        pl.coalesce("footprint", "geometry").alias("outline"),
    ).with_columns(pl.coalesce("stated", "lowest").alias("height"))
    return (
        rows.filter(pl.col("height").is_not_null()).sort("key", "lod").unique("key", keep="first", maintain_order=True)
    )


def _below(
    things: pl.DataFrame, coverages: Sequence[TerrainCoverage], allowed: tuple[AllowedOperation, ...]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The height of the terrain under each thing, NaN where none is known."""
    shapes = shapely.force_2d(shapely.from_wkb(things["outline"].to_numpy()))
    all_corners, owners = shapely.get_coordinates(shapes, return_index=True)
    places = pl.DataFrame({"thing": owners, "x": all_corners[:, 0], "y": all_corners[:, 1]})
    once = places.unique(maintain_order=True)  # a ring names the corner where it begins twice
    corners, owner = once.select("x", "y").to_numpy(), once["thing"]
    inside = shapely.get_coordinates(shapely.point_on_surface(shapes))
    crs = things["crs"][0]
    x, y = np.concatenate([corners, inside]).T
    found = heights_at(coverages, x, y, crs, allowed=allowed).metres
    at_corners = pl.DataFrame({"thing": owner, "height": found[: len(corners)]}).filter(pl.col("height").is_not_nan())
    medians = at_corners.group_by("thing").agg(pl.col("height").median())
    below = found[len(corners) :]
    below[medians["thing"].to_numpy()] = medians["height"].to_numpy()
    return below
