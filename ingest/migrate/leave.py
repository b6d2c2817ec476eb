"""Records that leave because they no longer fit the ontology, and those that come back: nothing is lost on the way.

A record that leaves has no row in force any more; a row of the quarantine, added in the same changeset, takes its
place and names it by the number of its last row (`position`). Its geometries and codes and what it says of others are
withdrawn. Whom it describes stays known, so that it comes back to the same entity.
"""

import polars as pl
from sqlalchemy import and_, or_, select

from kg.ledger import Changes, Snapshot, in_force
from kg.ledger import tables as t
from kg.ledger.canonical import json_object
from ontology import Schema

from ..link.entities import refresh_entities
from ..reasons import HINTS, Reason
from .links import add_rows, columns_of, withdraw
from .overtaken import without_overtaken

_PAIR = ["source", "key"]


def leave(changes: Changes, gone: pl.DataFrame, version: str) -> None:
    """Put records (the ledger's columns and `detail`) into quarantine; `version` is the ontology they were made for."""
    changes.supersede(t.record, gone["fid"])
    content = json_object(gone, [name for name in gone.columns if name not in {"fid", "detail"}], keep_null=False)
    text = pl.lit(None, dtype=pl.String)
    rows = gone.select(
        *_PAIR,
        pl.lit(f"ontology/{version}").alias("delivery"),
        pl.col("fid").alias("position"),
        pl.lit(str(Reason.NO_LONGER_FITS)).alias("reason"),
        "detail",
        pl.lit(HINTS[Reason.NO_LONGER_FITS]).alias("hint"),
        content.alias("content"),
        pl.lit("open").alias("state"),
        text.alias("actor"),
        text.alias("note"),
    )
    add_rows(changes, t.quarantine, rows)
    pairs = gone.select(_PAIR)
    withdraw(changes, t.geometry, changes.matching(t.geometry, pairs, columns_of(t.geometry)))
    codes = changes.matching(t.code, pairs, columns_of(t.code)).filter(pl.col("state") != "retired")
    withdraw(changes, t.code, codes)
    origins = pairs.select(pl.concat_str(pl.lit("record"), *_PAIR, separator="/").alias("origin"))
    withdraw(changes, t.relation, changes.matching(t.relation, origins, columns_of(t.relation)))


def absent(snapshot: Snapshot) -> pl.DataFrame:
    """Records that have left and may come back: fid, source, key, position, changeset (in which they left).

    Not those whose source has brought the record again, or a later snapshot without it.
    """
    q = t.quarantine
    names = ("fid", "source", "key", "position", "changeset")
    query = select(*(q.c[name] for name in names)).where(
        in_force(q), q.c.state == "open", q.c.reason == str(Reason.NO_LONGER_FITS)
    )
    left = snapshot.read(query)
    if left.is_empty():
        return left
    present = snapshot.matching(t.record, left.select(_PAIR), _PAIR)
    left = left.join(present, on=_PAIR, how="anti", maintain_order="left")
    r = t.record
    wanted = snapshot.wanted(left.select(pl.col("position").alias("fid")))
    scopes = snapshot.read(select(r.c.fid.label("position"), r.c.scope).join_from(wanted, r, wanted.c.fid == r.c.fid))
    return without_overtaken(snapshot, left.join(scopes, on="position", maintain_order="left"), "changeset")


def last_rows(snapshot: Snapshot, left: pl.DataFrame) -> pl.DataFrame:
    """The record rows, with the ledger's columns, that rows of `absent` stand for."""
    wanted = snapshot.wanted(left.select(pl.col("position").alias("fid")))
    query = select(*(t.record.c[name] for name in columns_of(t.record)))
    return snapshot.read(query.join_from(wanted, t.record, wanted.c.fid == t.record.c.fid))


def come_back(changes: Changes, records: pl.DataFrame, changeset: int) -> None:
    """Put records that left in some changeset into force again, with the geometries that were withdrawn with them."""
    add_rows(changes, t.record, records)
    g = t.geometry
    wanted = changes.wanted(records.select(_PAIR))
    join = and_(*(g.c[name] == wanted.c[name] for name in _PAIR))
    query = select(*(g.c[name] for name in columns_of(g))).join_from(wanted, g, join)
    rows = changes.read(query.where(g.c.withdrawn, g.c.superseded.is_(None), g.c.changeset == changeset))
    changes.supersede(g, rows["fid"])
    add_rows(changes, g, rows.with_columns(withdrawn=pl.lit(value=False)))


def close_quarantine(changes: Changes, fids: pl.Series, actor: str, note: str) -> None:
    """Mark rows of the quarantine as taken after all."""
    q = t.quarantine
    wanted = changes.wanted(pl.DataFrame({"fid": fids}))
    rows = changes.read(select(*(q.c[name] for name in columns_of(q))).join_from(wanted, q, wanted.c.fid == q.c.fid))
    changes.supersede(q, rows["fid"])
    done = rows.with_columns(pl.lit("retried").alias("state"), pl.lit(actor).alias("actor"), pl.lit(note).alias("note"))
    add_rows(changes, q, done)


def settle_entities(changes: Changes, schema: Schema, ids: pl.Series, today: str) -> int:
    """Bring entities in step with the records that are left; gives how many have none and are shown no more."""
    refresh_entities(changes, schema, ids, today)
    members = changes.matching(t.membership, pl.DataFrame({"entity": ids}).unique(), [*_PAIR, "entity"])
    present = members.join(changes.matching(t.record, members.select(_PAIR), _PAIR), on=_PAIR, how="semi")
    empty = members.join(present, on="entity", how="anti").select("entity").unique()
    if empty.is_empty():
        return 0
    rows = changes.matching(t.entity, empty.rename({"entity": "id"}), ["fid"])
    changes.supersede(t.entity, rows["fid"])
    withdraw(
        changes, t.relation, changes.matching(t.relation, empty.rename({"entity": "subject"}), columns_of(t.relation))
    )
    pointing = changes.matching(t.relation, empty.rename({"entity": "object"}), columns_of(t.relation))
    by_rule = pl.col("reference").str.starts_with("entity/")
    withdraw(changes, t.relation, pointing.filter(by_rule))
    waiting = pointing.filter(~by_rule)
    changes.supersede(t.relation, waiting["fid"])
    add_rows(changes, t.relation, waiting.with_columns(object=pl.lit(None, dtype=pl.String)))
    for role in ("event", "predecessor", "successor"):
        withdraw(changes, t.lineage, changes.matching(t.lineage, empty.rename({"entity": role}), columns_of(t.lineage)))
    return rows.height


def restore_lineage(changes: Changes, changesets: list[int]) -> None:
    """Succession that was withdrawn with its things in some changesets, where all of them are there again."""
    li = t.lineage
    query = select(*(li.c[name] for name in columns_of(li))).where(
        li.c.withdrawn, li.c.superseded.is_(None), or_(*(li.c.changeset == number for number in changesets))
    )
    rows = changes.read(query) if changesets else pl.DataFrame()
    if rows.is_empty():
        return
    named = pl.concat([rows[role].rename("id") for role in ("event", "predecessor", "successor")]).drop_nulls()
    known = changes.matching(t.entity, pl.DataFrame({"id": named.unique()}), ["id"])["id"].implode()
    whole = rows.filter(
        pl.col("event").is_in(known),
        pl.col("predecessor").is_in(known),
        pl.col("successor").is_null() | pl.col("successor").is_in(known),
    )
    changes.supersede(li, whole["fid"])
    add_rows(changes, li, whole.with_columns(withdrawn=pl.lit(value=False)))
