"""From the ledger to what the views hold: everything, or what changed since a position."""

from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl
from sqlalchemy import Table, and_, case, select

from ontology import Schema

from ..ledger import Ledger, Position, Snapshot, in_force
from ..ledger import tables as t
from ..ledger.store import position_of, since
from . import nodes
from .frames import Facts, joined

_PAIR = ["source", "key"]
_MEMBER = [*_PAIR, "entity", "evidence", "confidence", "verdict"]
_RECORD = [
    "fid", *_PAIR, "class", "scale_level", "dimension", "lod", "attributes", "unmapped", "valid_from", "valid_to",
]  # fmt: skip
_CODE = ["scheme", "value", "entity", "issuer", "state", "valid_from", "valid_to"]
_RELATION = ["subject", "predicate", "object", "reference", "origin", "evidence", "valid_from", "valid_to"]
_LINEAGE = ["event", "predecessor", "successor", "date"]
_GEOMETRY = [
    *_PAIR, "dimension", "lod", "crs", "west", "south", "east", "north", "x", "y", "lowest", "highest",
    "accuracy_m",
]  # fmt: skip
_SOURCE = ["id", "title", "licence", "credit", "crs_believed", "epoch", "rank"]

# For each table the columns that tell which nodes a changed row touches.
_NAMING: tuple[tuple[Table, list[str]], ...] = (
    (t.entity, ["id"]),
    (t.membership, [*_PAIR, "entity"]),
    (t.record, _PAIR),
    (t.geometry, [*_PAIR, "dimension", "lod"]),
    (t.code, ["scheme", "value", "entity"]),
    (t.relation, _RELATION),
    (t.lineage, _LINEAGE),
    (t.source, ["id"]),
)


@dataclass(frozen=True, slots=True)
class Projection:
    """Facts with the position of the ledger that they show; `is_full` when they are all there is."""

    facts: Facts
    position: Position
    is_full: bool


def all_facts(ledger: Ledger, schema: Schema, *, today: str | None = None) -> Projection:
    """Everything that the views hold, as of the ledger's last changeset."""
    with ledger.reading() as snapshot:
        position = position_of(snapshot.connection)
        rows = nodes.Rows(
            entities=_all(snapshot, t.entity, nodes.ENTITY),
            members=_all(snapshot, t.membership, _MEMBER),
            records=_all(snapshot, t.record, _RECORD),
            codes=_all(snapshot, t.code, _CODE),
            relations=_all(snapshot, t.relation, _RELATION),
            lineage=_all(snapshot, t.lineage, _LINEAGE),
            geometries=_geometries(snapshot, None),
            sources=_all(snapshot, t.source, _SOURCE),
        )
    day = today or datetime.now(UTC).date().isoformat()
    parts = [
        nodes.entity_facts(rows, schema, day),
        nodes.record_facts(rows, schema, day),
        nodes.geometry_facts(rows, schema),
        nodes.code_facts(rows, schema, day),
        nodes.relation_facts(rows, schema, day),
        nodes.source_facts(rows, schema),
    ]
    return Projection(joined(parts), position, is_full=True)


def changed_facts(ledger: Ledger, schema: Schema, since_number: int, *, today: str | None = None) -> Projection:
    """The nodes touched since a changeset, as they are now; full when the ontology or a source's rank changed."""
    with ledger.reading() as snapshot:
        position = position_of(snapshot.connection)
        first = since(snapshot.connection, since_number)
        if since_number == 0 or t.ontology_version.name in first or _rank_changed(snapshot, first):
            return all_facts(ledger, schema, today=today)
        touched = {table.name: _touched(snapshot, table, first, columns) for table, columns in _NAMING}
        rows, own = _neighbourhood(snapshot, touched)
    day = today or datetime.now(UTC).date().isoformat()
    facts = joined(
        [
            nodes.entity_facts(rows, schema, day),
            nodes.record_facts(rows, schema, day, only=own.records),
            nodes.geometry_facts(rows, schema, only=own.records),
            nodes.code_facts(rows, schema, day),
            nodes.relation_facts(rows, schema, day, only=own.relations),
            nodes.source_facts(rows, schema),
        ]
    )
    gone = pl.concat([nodes.geometry_keys(touched["geometry"]), nodes.relation_keys(touched["relation"])])
    removed = gone.filter(~gone.is_in(facts.nodes["key"].implode())).unique().rename("removed")
    return Projection(Facts(facts.nodes, facts.values, facts.edges, removed), position, is_full=False)


@dataclass(frozen=True, slots=True)
class _Own:
    """Of the rows read for context, those whose own nodes were touched."""

    records: pl.DataFrame
    relations: pl.DataFrame


def _neighbourhood(snapshot: Snapshot, touched: dict[str, pl.DataFrame]) -> tuple[nodes.Rows, _Own]:
    """All rows that the touched nodes are made of."""
    pairs = pl.concat([touched[name].select(_PAIR) for name in ("record", "membership", "geometry")]).unique()
    of_pairs = snapshot.matching(t.membership, pairs, ["entity"])["entity"]
    ids = pl.concat(
        [
            touched["entity"]["id"].rename("entity"),
            touched["membership"]["entity"],
            touched["code"]["entity"],
            touched["relation"]["subject"].rename("entity"),
            touched["lineage"]["predecessor"].rename("entity"),
            of_pairs,
        ]
    ).unique()
    wanted = pl.DataFrame({"entity": ids})
    members = snapshot.matching(t.membership, wanted, _MEMBER)
    codes = touched["code"].select("scheme", "value").unique()
    own_codes = snapshot.matching(t.code, wanted, _CODE)
    rows = nodes.Rows(
        entities=snapshot.matching(t.entity, wanted.rename({"entity": "id"}), nodes.ENTITY),
        members=members,
        records=snapshot.matching(t.record, members.select(_PAIR), _RECORD),
        codes=pl.concat([own_codes, snapshot.matching(t.code, codes, _CODE)]).unique(),
        relations=snapshot.matching(t.relation, wanted.rename({"entity": "subject"}), _RELATION),
        lineage=snapshot.matching(t.lineage, wanted.rename({"entity": "predecessor"}), _LINEAGE),
        geometries=_geometries(snapshot, members),
        sources=_all(snapshot, t.source, _SOURCE),
    )
    # Codes of touched entities are read whole: a code may be stated by several records and entities.
    rows = rows.with_codes(snapshot.matching(t.code, rows.codes.select("scheme", "value"), _CODE).unique())
    return rows, _Own(pairs, touched["relation"])


def _geometries(snapshot: Snapshot, members: pl.DataFrame | None) -> pl.DataFrame:
    """Geometry rows in force with their plane form as `geometry`: a solid's surfaces are never read for the views."""
    g = t.geometry
    plane = case((g.c.dimension == 2, g.c.geometry), else_=g.c.footprint).label("geometry")
    query = select(*(g.c[name] for name in _GEOMETRY), plane).where(in_force(g))
    if members is None:
        return snapshot.read(query)
    wanted = snapshot.wanted(members.select(_PAIR).unique())
    return snapshot.read(query.join_from(g, wanted, and_(*(g.c[name] == wanted.c[name] for name in _PAIR))))


def _all(snapshot: Snapshot, table: Table, columns: list[str]) -> pl.DataFrame:
    return snapshot.read(select(*(table.c[name] for name in columns)).where(in_force(table)))


def _touched(snapshot: Snapshot, table: Table, first: dict[str, int], columns: list[str]) -> pl.DataFrame:
    start = first.get(table.name)
    query = select(*(table.c[name] for name in columns))
    found = snapshot.read(query.where(table.c.fid >= start) if start is not None else query.where(table.c.fid < 0))
    return found.unique(maintain_order=True)


def _rank_changed(snapshot: Snapshot, first: dict[str, int]) -> bool:
    """Whether a source that had records before got a new version: its rank decides what entities show."""
    start = first.get(t.source.name)
    if start is None:
        return False
    renewed = select(t.source.c.id).where(t.source.c.fid < start, t.source.c.superseded.is_not(None))
    later = select(t.source.c.id).where(t.source.c.fid >= start, t.source.c.id.in_(renewed))
    return not snapshot.read(later).is_empty()
