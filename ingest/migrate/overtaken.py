"""Rows that a later full delivery of their source has overtaken: to bring them in now would undo what it said."""

import polars as pl
from sqlalchemy import select

from kg.ledger import Snapshot, in_force
from kg.ledger import tables as t


def without_overtaken(snapshot: Snapshot, rows: pl.DataFrame, since: str) -> pl.DataFrame:
    """Rows (source, scope, `since`: a changeset) without those whose source sent a snapshot of the scope after it."""
    d = t.delivery
    query = select(d.c.source, d.c.scope, d.c.changeset.label("last")).where(in_force(d), d.c.kind == "snapshot")
    last = snapshot.read(query).group_by("source", "scope").agg(pl.col("last").max())
    placed = rows.join(last, on=["source", "scope"], how="left", maintain_order="left")
    return placed.filter(pl.col("last").is_null() | (pl.col("last") <= pl.col(since))).drop("last")
