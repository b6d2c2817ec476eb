"""From the ledger to what the views hold: everything, or what changed since a position."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
from sqlalchemy import Table, select

from ontology import Schema

from ..ledger import Ledger, Position, Snapshot, in_force
from ..ledger import tables as t
from ..ledger.store import position_of, since
from .attributes import attribute_values
from .codes import code_facts, source_facts
from .entities import entity_facts
from .frames import Facts, joined
from .parts import PAIR
from .records import geometry_facts, geometry_keys, record_facts
from .relations import relation_facts, relation_keys
from .rows import CODE, LINEAGE, RELATION, SOURCE, Rows, rows_of, rows_of_unplaced_records, whole_table
from .spill import spilled

ENTITIES_PER_PART = 20_000
"""So many entities with all that belongs to them take some 400 MB while they become facts."""

# For each table the columns that tell which nodes a changed row touches.
_NAMING: tuple[tuple[Table, list[str]], ...] = (
    (t.entity, ["id"]),
    (t.membership, [*PAIR, "entity"]),
    (t.record, PAIR),
    (t.geometry, PAIR),
    (t.code, ["scheme", "value", "entity"]),
    (t.relation, RELATION),
    (t.lineage, LINEAGE),
    (t.source, ["id"]),
)


@dataclass(frozen=True, slots=True)
class Projection:
    """Facts with the position of the ledger that they show; `is_full` when they are all there is.

    Parts can be gone through as often as one likes; each node is in one part, with its values and outgoing edges.
    """

    parts: Iterable[Facts]
    position: Position
    is_full: bool

    @property
    def facts(self) -> Facts:
        """All parts as one, in memory."""
        return joined(list(self.parts))


def all_facts(ledger: Ledger, schema: Schema, *, folder: Path | None = None, today: str | None = None) -> Projection:
    """Everything that the views hold, as of the ledger's last changeset.

    In parts that are kept in `folder`, so that memory does not grow with the ledger; in memory when none is given.
    """
    with ledger.reading() as snapshot:
        position = position_of(snapshot.connection)
        parts = _parts(snapshot, schema, today or _today())
        return Projection(spilled(parts, folder) if folder else list(parts), position, is_full=True)


def changed_facts(
    ledger: Ledger, schema: Schema, since_number: int, *, folder: Path | None = None, today: str | None = None
) -> Projection:
    """The nodes touched since a changeset, as they are now; full when the ontology or a source's rank changed."""
    with ledger.reading() as snapshot:
        position = position_of(snapshot.connection)
        first = since(snapshot.connection, since_number)
        if since_number == 0 or t.ontology_version.name in first or _rank_changed(snapshot, first):
            return all_facts(ledger, schema, folder=folder, today=today)
        touched = {table.name: _touched(snapshot, table, first, columns) for table, columns in _NAMING}
        pairs = pl.concat([touched[name].select(PAIR) for name in ("record", "membership", "geometry")]).unique()
        rows = rows_of(snapshot, _touched_entities(snapshot, touched, pairs))
        codes = _statements(snapshot, rows, touched["code"])
    facts = _of_rows(rows, codes, schema, today or _today(), records=pairs, relations=touched["relation"])
    gone = pl.concat([geometry_keys(touched["geometry"]), relation_keys(touched["relation"])])
    removed = gone.filter(~gone.is_in(facts.nodes["key"].implode())).unique().rename("removed")
    return Projection([Facts(facts.nodes, facts.values, facts.edges, removed)], position, is_full=False)


def facts_of(
    ledger: Ledger, schema: Schema, entities: Sequence[str], *, today: str | None = None, as_of: int | None = None
) -> Facts:
    """The nodes of some entities, and of their records, codes, geometries, dated relations and sources.

    `today` is the date that decides what is over, `as_of` the last changeset that is taken into account.
    """
    with ledger.reading() as snapshot:
        rows = rows_of(snapshot, pl.Series("entity", entities, dtype=pl.String), as_of)
        codes = _statements(snapshot, rows, rows.codes, as_of)
    own = rows.sources.filter(pl.col("id").is_in(rows.members["source"].implode()))
    return _of_rows(replace(rows, sources=own), codes, schema, today or _today())


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


def _parts(snapshot: Snapshot, schema: Schema, day: str) -> Iterator[Facts]:
    """All facts: entities with what belongs to them, records without an entity, codes and sources."""
    ids = snapshot.read(select(t.entity.c.id).where(in_force(t.entity)).order_by(t.entity.c.fid))
    for some in ids.iter_slices(ENTITIES_PER_PART):
        yield _of_entities(rows_of(snapshot, some["id"]), schema, day)
    unplaced = rows_of_unplaced_records(snapshot)
    if not unplaced.records.is_empty():
        yield _of_entities(unplaced, schema, day)
    yield code_facts(whole_table(snapshot, t.code, CODE), schema, day)
    yield source_facts(whole_table(snapshot, t.source, SOURCE), schema)


def _of_entities(
    rows: Rows, schema: Schema, day: str, records: pl.DataFrame | None = None, relations: pl.DataFrame | None = None
) -> Facts:
    """Nodes of entities, records, geometries and relation statements; of the latter three only those named."""
    stated = attribute_values(rows.records, schema)
    return joined(
        [
            entity_facts(rows, stated, schema, day),
            record_facts(rows, stated, schema, day, only=records),
            geometry_facts(rows, schema, only=records),
            relation_facts(rows.relations, schema, day, only=relations),
        ]
    )


def _of_rows(
    rows: Rows,
    codes: pl.DataFrame,
    schema: Schema,
    day: str,
    records: pl.DataFrame | None = None,
    relations: pl.DataFrame | None = None,
) -> Facts:
    own = _of_entities(rows, schema, day, records, relations)
    return joined([own, code_facts(codes, schema, day), source_facts(rows.sources, schema)])


def _touched_entities(snapshot: Snapshot, touched: dict[str, pl.DataFrame], pairs: pl.DataFrame) -> pl.Series:
    return pl.concat(
        [
            touched["entity"]["id"].rename("entity"),
            touched["membership"]["entity"],
            touched["code"]["entity"],
            touched["relation"]["subject"].rename("entity"),
            touched["lineage"]["predecessor"].rename("entity"),
            snapshot.matching(t.membership, pairs, ["entity"])["entity"],
        ]
    ).unique()


def _statements(snapshot: Snapshot, rows: Rows, touched: pl.DataFrame, as_of: int | None = None) -> pl.DataFrame:
    """All statements of the entities' and the touched codes: several records and entities may state one."""
    named = ["scheme", "value"]
    both = pl.concat([rows.codes.select(named), touched.select(named)])
    return snapshot.matching(t.code, both, CODE, as_of).unique()


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
