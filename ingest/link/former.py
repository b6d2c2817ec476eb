"""Records that come again after an edit of the ontology had put them into quarantine: they describe what they did."""

import polars as pl
from sqlalchemy import and_, select

from kg.ledger import Changes
from kg.ledger import tables as t

from ..reasons import Reason


def former_members(changes: Changes, source: str, records: pl.DataFrame) -> pl.DataFrame:
    """The entity that each record (@row, key) described until it left: @row, entity, evidence, confidence, class.

    `class` is that of the entity, null when nothing else describes it: it is no longer there then.
    """
    keys = records.select("@row", pl.lit(source).alias("source"), "key")
    columns = ["source", "key", "state", "reason", "changeset"]
    left = changes.matching(t.quarantine, keys.select("source", "key"), columns)
    left = left.filter(pl.col("state") == "open", pl.col("reason") == str(Reason.NO_LONGER_FITS))
    m, wanted = t.membership, changes.wanted(left.select("source", "key"))
    join = and_(*(m.c[name] == wanted.c[name] for name in ("source", "key")))
    names = ("source", "key", "changeset", "entity", "evidence", "confidence")
    query = select(*(m.c[name] for name in names)).join_from(wanted, m, join)
    closed = changes.read(query.where(m.c.withdrawn, m.c.superseded.is_(None)))
    found = closed.join(left, on=["source", "key", "changeset"], how="semi").join(keys, on=["source", "key"])
    found = found.unique("@row", keep="first", maintain_order=True)
    present = changes.matching(t.entity, found.select(pl.col("entity").alias("id")), ["id", "class"])
    return found.join(present.rename({"id": "entity"}), on="entity", how="left", maintain_order="left").select(
        "@row", "entity", "evidence", "confidence", "class"
    )
