"""Rows of the ledger that facts are made of: all that belongs to some entities."""

from dataclasses import dataclass, replace

import polars as pl
from sqlalchemy import Table, and_, case, exists, select

from ..ledger import Snapshot, in_force
from ..ledger import tables as t
from .parts import PAIR

ENTITY = ["id", "class", "state", "valid_from", "valid_to"]
MEMBER = [*PAIR, "entity", "evidence", "confidence", "verdict"]
RECORD = [
    "fid", *PAIR, "class", "scale_level", "dimension", "lod", "attributes", "unmapped", "valid_from", "valid_to",
]  # fmt: skip
CODE = ["scheme", "value", "entity", "issuer", "state", "valid_from", "valid_to"]
RELATION = ["subject", "predicate", "object", "reference", "origin", "evidence", "valid_from", "valid_to"]
LINEAGE = ["event", "predecessor", "successor", "date"]
GEOMETRY = [
    *PAIR, "dimension", "lod", "crs", "west", "south", "east", "north", "x", "y", "lowest", "highest", "accuracy_m",
    "original_crs", "operation",
]  # fmt: skip
SOURCE = ["id", "title", "licence", "credit", "crs_believed", "epoch", "rank"]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows in force, with the columns that this module names; geometries have their plane form as `geometry`."""

    entities: pl.DataFrame
    members: pl.DataFrame
    records: pl.DataFrame
    codes: pl.DataFrame
    relations: pl.DataFrame
    lineage: pl.DataFrame
    geometries: pl.DataFrame
    sources: pl.DataFrame


def rows_of(snapshot: Snapshot, entities: pl.Series, as_of: int | None = None) -> Rows:
    """All rows of some entities: their records with geometries, their codes, and the relations that begin at them.

    `as_of` is the last changeset that is taken into account.
    """
    wanted = pl.DataFrame({"entity": entities})
    members = snapshot.matching(t.membership, wanted, MEMBER, as_of)
    pairs = members.select(PAIR)
    return Rows(
        entities=snapshot.matching(t.entity, wanted.rename({"entity": "id"}), ENTITY, as_of),
        members=members,
        records=snapshot.matching(t.record, pairs, RECORD, as_of),
        codes=snapshot.matching(t.code, wanted, CODE, as_of),
        relations=snapshot.matching(t.relation, wanted.rename({"entity": "subject"}), RELATION, as_of),
        lineage=snapshot.matching(t.lineage, wanted.rename({"entity": "predecessor"}), LINEAGE, as_of),
        geometries=_geometries(snapshot, pairs, as_of),
        sources=whole_table(snapshot, t.source, SOURCE, as_of),
    )


def rows_of_unplaced_records(snapshot: Snapshot) -> Rows:
    """The records that describe no entity yet, with their geometries."""
    r, m = t.record, t.membership
    placed = exists().where(m.c.source == r.c.source, m.c.key == r.c.key, in_force(m))
    records = snapshot.read(select(*(r.c[name] for name in RECORD)).where(in_force(r), ~placed))
    nothing = rows_of(snapshot, pl.Series("entity", [], dtype=pl.String))
    return replace(nothing, records=records, geometries=_geometries(snapshot, records.select(PAIR)))


def whole_table(snapshot: Snapshot, table: Table, columns: list[str], as_of: int | None = None) -> pl.DataFrame:
    """All rows in force of a table."""
    return snapshot.read(select(*(table.c[name] for name in columns)).where(in_force(table, as_of)))


def _geometries(snapshot: Snapshot, pairs: pl.DataFrame, as_of: int | None = None) -> pl.DataFrame:
    """Geometry rows of some records with their plane form: a solid's surfaces are never read for the views."""
    g = t.geometry
    plane = case((g.c.dimension == 2, g.c.geometry), else_=g.c.footprint).label("geometry")
    wanted = snapshot.wanted(pairs.unique())
    query = select(*(g.c[name] for name in GEOMETRY), plane).where(in_force(g, as_of))
    return snapshot.read(query.join_from(g, wanted, and_(*(g.c[name] == wanted.c[name] for name in PAIR))))
