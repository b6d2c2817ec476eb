"""Records about a thing that is not known: counted by reason, and listed with what was tried."""

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl
from sqlalchemy import or_, select

from kg.ledger import Snapshot, in_force
from kg.ledger import tables as t

from .join import PREFIX

NOT_TRIED = "waits for its first try"
_COLUMNS = ("source", "key", "predicate", "to", "reason", "tried", "fitting", "candidates")


class UnlinkedError(ValueError):
    """What was asked for is not there; the message says what is."""


@dataclass(frozen=True, slots=True)
class UnlinkedFilter:
    """Which records are meant; None takes all of them."""

    source: str | None = None
    reason: str | None = None


def unlinked(snapshot: Snapshot, asked: UnlinkedFilter) -> pl.DataFrame:
    """A line for each relation of a record, not ended, whose object is not known, in the order of sources and keys.

    source, key, predicate; to: the class looked among, or the code or record that is referred to; reason; tried: what
    each way met with; fitting: how many things fit, of which candidates names some. Raises UnlinkedError for a source
    that is not in the ledger.
    """
    if asked.source is not None:
        known = snapshot.read(select(t.source.c.id).where(in_force(t.source)))["id"].sort().to_list()
        if asked.source not in known:
            raise UnlinkedError(f"There is no source {asked.source!r}: known are {', '.join(known) or '(none)'}")
    r, today = t.relation, datetime.now(UTC).date().isoformat()
    query = select(r.c.predicate, r.c.reference, r.c.origin, r.c.evidence).where(
        in_force(r),
        r.c.object.is_(None),
        r.c.origin.startswith("record/"),
        or_(r.c.valid_to.is_(None), r.c.valid_to > today),
    )
    rows = snapshot.read(query)
    origin = pl.col("origin").str.splitn("/", 3).struct
    reference = pl.col("reference").str.splitn("/", 3).struct
    is_join = pl.col("reference").str.starts_with(PREFIX)
    told = [
        pl.col("evidence").str.json_path_match(f"$.{name}").alias(name) for name in ("reason", "tried", "candidates")
    ]
    is_code = pl.col("reference").str.starts_with("code/")
    plain = pl.when(is_code).then(pl.lit("no such code")).otherwise(pl.lit("no such record"))
    reason = pl.when(is_join).then(pl.col("reason").fill_null(NOT_TRIED)).otherwise(plain)
    lines = rows.with_columns(
        *told,
        origin.field("field_1").alias("source"),
        origin.field("field_2").alias("key"),
        pl.when(is_join).then(reference.field("field_1")).otherwise("reference").alias("to"),
        pl.col("evidence").str.json_path_match("$.fitting").cast(pl.Int64).alias("fitting"),
    ).with_columns(
        reason.alias("reason"),
        *(pl.col(name).str.json_decode(pl.List(pl.String)).fill_null([]) for name in ("tried", "candidates")),
    )  # fmt: skip
    for name, value in (("source", asked.source), ("reason", asked.reason)):
        if value is not None:
            lines = lines.filter(pl.col(name) == value)
    return lines.select(_COLUMNS).sort("source", "key", "predicate", "to")


def counts(lines: pl.DataFrame) -> pl.DataFrame:
    """How many of them there are: source, predicate, to (of joins only), reason, records."""
    is_class = ~pl.col("to").str.contains("/", literal=True)
    by = lines.with_columns(pl.when(is_class).then("to").otherwise(pl.lit("")).alias("to"))
    names = ["source", "predicate", "to", "reason"]
    return by.group_by(names).agg(pl.len().cast(pl.Int64).alias("records")).sort(names)
