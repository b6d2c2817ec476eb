"""Records that came while a row waited in quarantine: what the row says is old news beside them."""

import polars as pl

from kg.ledger import Changes
from kg.ledger import tables as t

from .migrate.retry import Waiting
from .reasons import Reason

_SAID = ("class", "attributes", "unmapped", "valid_from", "valid_to")


def standing_records(
    changes: Changes, waiting: Waiting, mapped: pl.DataFrame, rows: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(`@row` of rows that are in already, problems of rows whose record is there and says something else).

    waiting: some rows, each under its position in the delivery; mapped: the records that they would be (`@row`, key,
    class, ...); rows: position, reason, since (their changeset) and changeset (that of their delivery).

    A record counts that came with the row's delivery or since: an older one is what the row is to change. A row is in
    already when its file came again and it was not put into quarantine again, or when a record has the same words and
    the row no geometry.
    """
    again = rows.filter(pl.col("since") < pl.col("changeset")).select(pl.col("position").alias("@row"))
    mapped = mapped.join(again, on="@row", how="anti", maintain_order="left")
    pairs = mapped.select(pl.lit(waiting.source).alias("source"), "key")
    there = changes.matching(t.record, pairs, ["key", "changeset", *_SAID]).rename({"changeset": "came"})
    delivered = rows.select(pl.col("position").alias("@row"), pl.col("reason").alias("was"), "changeset")
    both = mapped.join(there, on="key", suffix="_there", maintain_order="left")
    both = both.join(delivered, on="@row", maintain_order="left")
    both = both.filter((pl.col("came") >= pl.col("changeset")) | (pl.col("was") == str(Reason.DUPLICATE_KEY)))
    drawn = waiting.batch.geometries.drop_nulls("@geometry")["@row"].implode()
    says_same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_there")) for name in _SAID)
    says_same &= ~pl.col("@row").is_in(drawn)
    detail = pl.format("the record {} that is there since changeset {} says something else", "key", "came")
    problems = both.filter(~says_same).select(
        "@row", "key", pl.lit(str(Reason.DUPLICATE_KEY)).alias("reason"), detail.alias("detail")
    )
    return pl.concat([again, both.filter(says_same).select("@row")]), problems
