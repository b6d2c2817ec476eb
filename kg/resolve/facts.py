"""The facts of one entity and of what belongs to it, as both views hold them."""

from collections.abc import Sequence

import polars as pl
from sqlalchemy import Table, select

from ..facts import Facts, joined, nodes
from ..ledger import Snapshot, in_force
from ..ledger import tables as t
from .resolver import Resolver
from .things import has_ended


def facts_of(resolver: Resolver, entity: str) -> Facts:
    """The nodes of an entity, its records, codes, geometries and dated relations, and the sources of its records.

    Read from the ledger, so that a document is never behind it.
    """
    schema, today = resolver.schema, resolver.today()
    with resolver.ledger.reading() as snapshot:
        members = _of(snapshot, t.membership, entity=[entity])
        pairs = members.select("source", "key")
        rows = nodes.Rows(
            entities=_of(snapshot, t.entity, id=[entity]),
            members=members,
            records=snapshot.matching(t.record, pairs, _columns(t.record)),
            codes=_of(snapshot, t.code, entity=[entity]),
            relations=_of(snapshot, t.relation, subject=[entity]),
            lineage=_of(snapshot, t.lineage, predecessor=[entity]),
            geometries=_with_plane(snapshot.matching(t.geometry, pairs, _columns(t.geometry))),
            sources=_of(snapshot, t.source, id=members["source"].unique().to_list()),
        )
    parts = [
        nodes.entity_facts(rows, schema, today),
        nodes.record_facts(rows, schema, today),
        nodes.geometry_facts(rows, schema),
        nodes.code_facts(rows, schema, today),
        nodes.relation_facts(rows, schema, today),
        nodes.source_facts(rows, schema),
    ]
    return joined(parts)


def pointing_at(resolver: Resolver, entity: str, at_most: int = 1_000) -> tuple[tuple[str, str], ...]:
    """The current relations of others to an entity: (id of the other, predicate)."""
    r, today = t.relation, resolver.today()
    query = select(r.c.subject, r.c.predicate, r.c.valid_to).where(r.c.object == entity, in_force(r)).order_by(r.c.fid)
    with resolver.ledger.engine.connect() as connection:
        rows = connection.execute(query.limit(at_most))
        return tuple((other, predicate) for other, predicate, end in rows if not has_ended(end, today))


def _of(snapshot: Snapshot, table: Table, **wanted: Sequence[str]) -> pl.DataFrame:
    """The rows in force in which a column has one of some values."""
    columns = [table.c[name] for name in _columns(table)]
    chosen = [table.c[name].in_(values) for name, values in wanted.items()]
    return snapshot.read(select(*columns).where(*chosen, in_force(table)))


def _with_plane(geometries: pl.DataFrame) -> pl.DataFrame:
    """The views hold plane geometries: of a solid its footprint."""
    plane = pl.when(pl.col("dimension") == 2).then("geometry").otherwise("footprint")
    return geometries.with_columns(plane.alias("geometry"))


def _columns(table: Table) -> list[str]:
    own = {"changeset", "superseded", "withdrawn"}
    return [column.name for column in table.columns if column.name not in own]
