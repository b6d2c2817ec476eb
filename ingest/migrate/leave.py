"""Records that leave because they no longer fit the ontology, and those that come back: nothing is lost on the way.

A record that leaves has no row in force any more; a row of the quarantine, added in the same changeset, takes its
place and names it by the number of its last row (`position`). Its geometries and codes and what it says of others are
withdrawn, and so is whom it describes; by what was withdrawn it comes back to the same entity.
"""

import polars as pl
from sqlalchemy import Table, and_, select

from kg.ledger import Changes, Snapshot, in_force
from kg.ledger import tables as t
from kg.ledger.canonical import json_object
from ontology import Edit, Schema

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
    withdraw_said(changes, gone.select(_PAIR))


def withdraw_said(changes: Changes, pairs: pl.DataFrame) -> None:
    """Withdraw geometries, codes, relations and whom they describe of records (source, key)."""
    withdraw(changes, t.geometry, changes.matching(t.geometry, pairs, columns_of(t.geometry)))
    withdraw(changes, t.membership, changes.matching(t.membership, pairs, columns_of(t.membership)))
    withdraw(changes, t.code, changes.matching(t.code, pairs, columns_of(t.code)))
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


def come_back(changes: Changes, edit: Edit, records: pl.DataFrame, changeset: int) -> None:
    """Put records that left in some changeset into force again, with all that was withdrawn with them.

    `edit` leads from the ontology that they were made for: codes and relations whose property it does not lead to
    stay away.
    """
    add_rows(changes, t.record, records)
    pairs = records.select(_PAIR)
    names = {name: after for name in edit.old.properties if (after := edit.property_after(name))}
    schemes = {name: term.code_scheme for name, term in edit.new.properties.items() if term.code_scheme}
    for table in (t.geometry, t.membership):
        _reopen(changes, table, _closed(changes, table, pairs, changeset))
    codes = _closed(changes, t.code, pairs, changeset)
    codes = codes.with_columns(pl.col("property").replace(names))
    own = pl.col("property").replace_strict(schemes, default=None, return_dtype=pl.String) == pl.col("scheme")
    _reopen(changes, t.code, codes.filter(own))
    origins = pairs.select(pl.concat_str(pl.lit("record"), *_PAIR, separator="/").alias("origin"))
    relations = _closed(changes, t.relation, origins, changeset)
    relations = relations.with_columns(pl.col("predicate").replace(names), object=pl.lit(None, dtype=pl.String))
    known = [name for name, term in edit.new.properties.items() if term.kind == "relation"]
    _reopen(changes, t.relation, relations.filter(pl.col("predicate").is_in(known)))


def _closed(changes: Changes, table: Table, keys: pl.DataFrame, changeset: int) -> pl.DataFrame:
    """The rows for some keys, with all columns, that a changeset withdrew and that are closed still."""
    wanted = changes.wanted(keys)
    join = and_(*(table.c[name] == wanted.c[name] for name in keys.columns))
    query = select(*(table.c[name] for name in columns_of(table))).join_from(wanted, table, join)
    return changes.read(query.where(table.c.withdrawn, table.c.superseded.is_(None), table.c.changeset == changeset))


def _reopen(changes: Changes, table: Table, rows: pl.DataFrame) -> None:
    changes.supersede(table, rows["fid"])
    add_rows(changes, table, rows.with_columns(withdrawn=pl.lit(value=False)))


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
    touched = pl.DataFrame({"entity": ids}).unique()
    members = changes.matching(t.membership, touched, [*_PAIR, "entity"])
    present = members.join(changes.matching(t.record, members.select(_PAIR), _PAIR), on=_PAIR, how="semi")
    empty = touched.join(present, on="entity", how="anti")
    rows = changes.matching(t.entity, empty.rename({"entity": "id"}), ["fid"])
    if rows.is_empty():
        return 0
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
        li.c.withdrawn, li.c.superseded.is_(None), li.c.changeset.in_(changesets)
    )
    rows = changes.read(query)
    if rows.is_empty():
        return
    named = pl.concat([rows[role].rename("id") for role in ("event", "predecessor", "successor")]).drop_nulls()
    known = changes.matching(t.entity, pl.DataFrame({"id": named.unique()}), ["id"])["id"].implode()
    whole = rows.filter(
        pl.col("event").is_in(known),
        pl.col("predecessor").is_in(known),
        pl.col("successor").is_null() | pl.col("successor").is_in(known),
    )
    _reopen(changes, li, whole)
