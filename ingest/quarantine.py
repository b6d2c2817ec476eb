"""Rows that wait in quarantine: counted, looked at, and put aside by a person who says why."""

from dataclasses import dataclass
from typing import Any

import orjson
import polars as pl
from sqlalchemy import select

from kg.ledger import Changes, Ledger, Snapshot, in_force
from kg.ledger import tables as t

from .migrate.links import add_rows, columns_of
from .reasons import Reason
from .repair import OFFERED

PLACE = ("source", "delivery", "position")
"""What names a row of a delivery for good: its number in the ledger is another one with each version."""

_HEAD = ("fid", "changeset", *PLACE, "key", "reason", "detail", "hint", "state", "actor", "note")


class QuarantineError(ValueError):
    """What was asked of the quarantine can't be done; nothing was changed. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class QuarantineFilter:
    """Which rows are meant; None takes all of them."""

    state: str | None = "open"
    source: str | None = None
    reason: str | None = None

    def __str__(self) -> str:
        told = (("of", self.source), ("with the reason", self.reason))
        return " ".join([f"{self.state or 'any'} row", *(f"{name} {value}" for name, value in told if value)])


def rows_in(snapshot: Snapshot, wanted: QuarantineFilter) -> pl.DataFrame:
    """The rows of the quarantine without their content, each once, in the order of their deliveries.

    Raises QuarantineError for a source of which no row ever was there.
    """
    q = t.quarantine
    rows = snapshot.read(select(*(q.c[name] for name in _HEAD)).where(in_force(q)).order_by(q.c.fid))
    if wanted.source is not None:
        known = rows["source"].unique().sort()
        if wanted.source not in known:
            there = f"known are {', '.join(known)}" if len(known) else "it is empty"
            raise QuarantineError(f"No row of {wanted.source!r} is in the quarantine: {there}")
    # A file that came again has put the same rows there again: the last word on each counts.
    rows = rows.unique(list(PLACE), keep="last", maintain_order=True)
    for name, value in (("state", wanted.state), ("source", wanted.source), ("reason", wanted.reason)):
        if value is not None:
            rows = rows.filter(pl.col(name) == value)
    return rows.sort("source", "delivery", "position")


def with_content(snapshot: Snapshot, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of `rows_in` with `content`: what came, as JSON."""
    q = t.quarantine
    wanted = snapshot.wanted(rows.select("fid"))
    found = snapshot.read(select(q.c.fid, q.c.content).join_from(wanted, q, wanted.c.fid == q.c.fid))
    return rows.join(found, on="fid", maintain_order="left")


def counts(snapshot: Snapshot, wanted: QuarantineFilter) -> pl.DataFrame:
    """How many rows there are: source, delivery, file, reason, state, actor, note, rows, and how many of these are
    repairable: their only fault is an invalid outline for which a repair is offered.
    """
    by = ["source", "delivery", "reason", "state", "actor", "note"]
    is_offered = (pl.col("reason") == str(Reason.INVALID_GEOMETRY)) & pl.col("detail").str.contains(
        OFFERED, literal=True
    )
    counted = (
        rows_in(snapshot, wanted)
        .group_by(by)
        .agg(pl.len().cast(pl.Int64).alias("rows"), is_offered.sum().cast(pl.Int64).alias("repairable"))
    )
    d = t.delivery
    files = snapshot.read(select(d.c.id.label("delivery"), d.c.name.label("file")).where(in_force(d)).order_by(d.c.fid))
    named = counted.join(files.unique("delivery", keep="last", maintain_order=True), on="delivery", how="left")
    return named.select("source", "delivery", "file", *by[2:], "rows", "repairable").sort(by, nulls_last=True)


def found(snapshot: Snapshot, source: str, name: str) -> pl.DataFrame:
    """The rows of a source with a key, else with a position in its file; one for each delivery that brought it.

    Raises QuarantineError when there is none.
    """
    rows = rows_in(snapshot, QuarantineFilter(None, source))
    hits = rows.filter(pl.col("key") == name)
    if hits.is_empty() and name.isascii() and name.isdigit():
        hits = rows.filter(pl.col("position").cast(pl.String) == name.lstrip("0"))
    if hits.is_empty():
        raise QuarantineError(
            f"No row of {source} in the quarantine has the key or position {name!r}: "
            "`res3d quarantine export` writes a table of those that are there"
        )
    return hits


def shown(snapshot: Snapshot, source: str, name: str) -> list[dict[str, Any]]:
    """Rows of `found` with their content as a JSON value, and since when they are as they are."""
    c = t.changeset
    rows = with_content(snapshot, found(snapshot, source, name))
    times = snapshot.read(select(c.c.number.label("changeset"), c.c.time).where(c.c.number.in_(rows["changeset"])))
    told = rows.join(times, on="changeset", how="left", maintain_order="left").drop("fid").to_dicts()
    return [{**row, "content": orjson.loads(row["content"])} for row in told]


def waive(ledger: Ledger, wanted: QuarantineFilter | tuple[str, str], *, actor: str, note: str) -> pl.DataFrame:
    """Put open rows aside for good: those of a filter, or that of a source and its key or position; gives them.

    Raises QuarantineError when `actor` or `note` is blank, and when no open row is meant.
    """
    for name, text in (("actor", actor), ("note", note)):
        if not text.strip():
            raise QuarantineError(f"The {name} is blank: whoever waives a row gives a name and a reason")
    with ledger.writing(actor, f"quarantine: waived, {note}") as changes:
        if isinstance(wanted, QuarantineFilter):
            rows = rows_in(changes, wanted)
            if rows.is_empty():
                raise QuarantineError(f"There is no {wanted} to waive: `res3d quarantine list` tells what there is")
        else:
            rows = _one_open(found(changes, *wanted))
        told = with_content(changes, rows).with_columns(
            pl.lit("waived").alias("state"), pl.lit(actor).alias("actor"), pl.lit(note).alias("note")
        )
        put(changes, told)
    return told


def put(changes: Changes, rows: pl.DataFrame) -> None:
    """Add new versions of rows (all columns) in the place of those that are open there."""
    q = t.quarantine
    old = changes.matching(q, rows.select(PLACE), ["fid", "state"])
    changes.supersede(q, old.filter(pl.col("state") == "open")["fid"])
    add_rows(changes, q, rows.select(columns_of(q)))


def _one_open(rows: pl.DataFrame) -> pl.DataFrame:
    """The one of some rows that is open."""
    is_open = rows.filter(pl.col("state") == "open")
    name = f"{rows['source'][0]} {rows['key'][0] or rows['position'][0]}"
    if is_open.is_empty():
        last = rows.row(-1, named=True)
        raise QuarantineError(
            f"{name} is not open: it was {last['state']} by {last['actor']} ({last['note']}); `res3d quarantine show`"
        )
    if is_open.height > 1:
        raise QuarantineError(
            f"{is_open.height} open rows are called {name}: give the position in its file "
            f"({', '.join(map(str, is_open['position']))}), or waive with --source and --reason"
        )
    return is_open
