"""Legal succession: events that split, merge, replace or retire things, from the records that report them."""

import polars as pl

from kg.ledger import tables as t
from ontology import Schema

from ..context import Context
from .claims import replace_rows

_COLUMNS = ("event", "kind", "predecessor", "successor", "legal_reference", "date", "origin", "withdrawn")


def lineage_predicates(schema: Schema) -> dict[str, str]:
    """The relations by which an event names whom it ended and who came instead: predecessor, successor -> property."""
    return {role: schema.with_ledger_column(f"lineage.{role}").name for role in ("predecessor", "successor")}


def write_lineage(context: Context, stated: pl.DataFrame) -> pl.Series:
    """Write the lineage that stated relations of succession events amount to; gives the predecessors' ids.

    stated: subject (the event), predicate, object, origin, ... Each predecessor is paired with each successor.
    """
    schema, changes = context.schema, context.changes
    roles = lineage_predicates(schema)
    parts = stated.filter(pl.col("predicate").is_in(list(roles.values())), pl.col("object").is_not_null())
    if parts.is_empty():
        return pl.Series("entity", [], dtype=pl.String)
    sides = {
        role: parts.filter(pl.col("predicate") == name).select("subject", "origin", pl.col("object").alias(role))
        for role, name in roles.items()
    }
    pairs = sides["predecessor"].join(sides["successor"].drop("origin"), on="subject", how="left")
    source_key = pl.col("origin").str.splitn("/", 3).struct
    keys = pairs.select("origin", source_key.field("field_1").alias("source"), source_key.field("field_2").alias("key"))
    said = changes.matching(t.record, keys.select("source", "key"), ["source", "key", "attributes"])
    told = {
        column: schema.with_ledger_column(f"lineage.{name}").name
        for column, name in (("kind", "event"), ("date", "date"), ("legal_reference", "legal_reference"))
    }
    attributes = (
        keys.unique()
        .join(said, on=["source", "key"])
        .select(
            "origin",
            *(pl.col("attributes").str.json_path_match(f'$["{name}"]').alias(column) for column, name in told.items()),
        )
    )
    new = pairs.rename({"subject": "event"}).join(attributes, on="origin", how="left")
    new = new.with_columns(pl.col("kind").fill_null("replace"), withdrawn=pl.lit(value=False)).select(_COLUMNS)
    old = changes.matching(t.lineage, new.select("event"), ["fid", *_COLUMNS])
    replace_rows(changes, t.lineage, old, new, {"withdrawn": pl.lit(value=True)})
    return new["predecessor"].rename("entity")
