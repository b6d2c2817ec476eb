"""What an entity is, from all its records: its class by precedence, its valid time, its state."""

import polars as pl
from sqlalchemy import select

from kg.ledger import Changes, in_force
from kg.ledger import tables as t
from ontology import Schema

_COLUMNS = ("id", "class", "state", "valid_from", "valid_to")


def refresh_entities(changes: Changes, schema: Schema, ids: pl.Series, today: str) -> int:
    """Bring the entities in step with their records; gives how many got a new version.

    Class: of the records' classes the most specific one, and among equals that of the source with the lowest rank.
    Valid time: from the earliest known start (a record without one says nothing of it) to the latest end, open while
    one record is; a thing that was succeeded by others ended with that event.
    """
    wanted = pl.DataFrame({"entity": ids}).unique()
    members = changes.matching(t.membership, wanted, ["source", "key", "entity"])
    columns = ["source", "key", "class", "valid_from", "valid_to"]
    records = changes.matching(t.record, members.select("source", "key"), columns)
    ranks = changes.read(select(t.source.c.id, t.source.c.rank).where(in_force(t.source)))
    depth = {name: len(term.ancestors) for name, term in schema.classes.items()}
    stated = (
        members.join(records, on=["source", "key"])
        .join(ranks.rename({"id": "source"}), on="source", how="left")
        .with_columns(pl.col("class").replace_strict(depth, default=0, return_dtype=pl.Int64).alias("depth"))
        .sort("depth", "rank", "source", "key", descending=[True, False, False, False])
    )
    start, end = pl.col("valid_from"), pl.col("valid_to")
    new = stated.group_by("entity", maintain_order=True).agg(
        pl.col("class").first(),
        start.min().alias("valid_from"),
        pl.when(end.null_count() == 0).then(end.max()).alias("valid_to"),
    )
    events = changes.matching(t.lineage, wanted.rename({"entity": "predecessor"}), ["predecessor", "date"])
    succeeded = events.group_by("predecessor").agg(pl.col("date").max()).rename({"predecessor": "entity"})
    new = new.join(succeeded, on="entity", how="left").with_columns(pl.coalesce("valid_to", "date").alias("valid_to"))
    new = new.rename({"entity": "id"}).with_columns(entity_state(today)).select(_COLUMNS)
    old = changes.matching(t.entity, new.select("id"), ["fid", *_COLUMNS])
    changed = new.join(old, on=_COLUMNS, how="anti", nulls_equal=True)
    changes.supersede(t.entity, old.join(changed.select("id"), on="id")["fid"])
    if not changed.is_empty():
        changes.add(t.entity, changed)
    return changed.height


def entity_state(today: str) -> pl.Expr:
    """`retired` when the valid time has ended before today, else `active`."""
    return pl.when(has_ended(today)).then(pl.lit("retired")).otherwise(pl.lit("active")).alias("state")


def has_ended(today: str) -> pl.Expr:
    """Whether the valid time has ended; one that ends in the future has not."""
    return pl.col("valid_to").is_not_null() & (pl.col("valid_to").str.head(10) <= today)
