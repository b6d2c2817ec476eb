"""Records that lie on the footprint of a known entity describe it, by the ontology's declared link rules."""

import numpy as np
import polars as pl
import shapely
from sqlalchemy import and_, select

from kg.ledger import Changes, in_force
from kg.ledger import tables as t
from ontology import LinkRule, Schema

_COLUMNS = {"@row": pl.Int64, "entity": pl.String, "evidence": pl.String, "confidence": pl.Float64}


def overlapping(
    changes: Changes,
    schema: Schema,
    source: str,
    records: pl.DataFrame,
    named: pl.DataFrame,
    footprints: pl.DataFrame,
) -> pl.DataFrame:
    """The entity on whose footprint each record lies: @row, entity, evidence, confidence (intersection over union).

    Both sides choose their best partner. A record never joins an entity that has another code of the same scheme:
    different codes of a thing are different things, however alike their footprints.
    """
    found = [_by_rule(changes, schema, rule, source, records, named, footprints) for rule in schema.link_rules.values()]
    together = pl.concat([pl.DataFrame(schema=_COLUMNS), *found])
    best = together.sort("confidence", "@row", "entity", descending=[True, False, False])
    return best.unique("@row", keep="first", maintain_order=True).unique("entity", keep="first", maintain_order=True)


def _by_rule(
    changes: Changes,
    schema: Schema,
    rule: LinkRule,
    source: str,
    records: pl.DataFrame,
    named: pl.DataFrame,
    footprints: pl.DataFrame,
) -> pl.DataFrame:
    classes = sorted(schema.subclasses(rule.class_))
    own = footprints.join(records.filter(pl.col("class").is_in(classes)), on="@row", how="semi")
    nothing = pl.DataFrame(schema=_COLUMNS)
    if own.is_empty():
        return nothing
    known = _known_footprints(changes, classes, source if rule.across_sources else None, own)
    if known.is_empty():
        return nothing
    mine = shapely.from_wkb(own["geometry"].to_numpy())
    theirs = shapely.from_wkb(known["geometry"].to_numpy())
    left, right = shapely.STRtree(theirs).query(mine, predicate="intersects")
    shared = shapely.area(shapely.intersection(mine[left], theirs[right]))
    union = shapely.area(mine)[left] + shapely.area(theirs)[right] - shared
    share = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    pairs = pl.DataFrame(
        {"@row": own["@row"].gather(left), "entity": known["entity"].gather(right), "confidence": np.round(share, 4)}
    ).filter(pl.col("confidence") >= rule.minimum_overlap)
    pairs = _without_other_codes(changes, pairs, named)
    evidence = (
        pl.lit('{"by":"footprint overlap","iou":')
        + pl.col("confidence").cast(pl.String)
        + pl.lit(f',"rule":"{rule.name}"}}')
    )
    return pairs.select("@row", "entity", evidence.alias("evidence"), "confidence")


def _known_footprints(changes: Changes, classes: list[str], source: str | None, own: pl.DataFrame) -> pl.DataFrame:
    """Footprints of entities of some classes inside the box of our own: entity, geometry (2D WKB)."""
    g, m, e = t.geometry, t.membership, t.entity
    query = (
        select(m.c.entity, g.c.dimension, g.c.geometry, g.c.footprint)
        .join_from(g, m, and_(g.c.source == m.c.source, g.c.key == m.c.key))
        .join(e, e.c.id == m.c.entity)
        .where(in_force(g), in_force(m), in_force(e), e.c["class"].in_(classes))
        .where(g.c.west <= own["east"].max(), g.c.east >= own["west"].min())
        .where(g.c.south <= own["north"].max(), g.c.north >= own["south"].min())
    )
    if source is not None:
        query = query.where(g.c.source != source)
    plane = pl.when(pl.col("dimension") == 2).then(pl.col("geometry")).otherwise(pl.col("footprint"))
    found = changes.read(query).select("entity", plane.alias("geometry")).drop_nulls("geometry")
    return found.unique(maintain_order=True)


def _without_other_codes(changes: Changes, pairs: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Pairs whose two sides do not have different codes of one scheme."""
    theirs = changes.matching(t.code, pairs.select("entity"), ["entity", "scheme", "value"])
    clash = (
        pairs.join(named, on="@row")
        .join(theirs, on=["entity", "scheme"], suffix="_known")
        .filter(pl.col("value") != pl.col("value_known"))
    )
    return pairs.join(clash.select("@row", "entity"), on=["@row", "entity"], how="anti")
