"""Puts together everything that the ledger knows about one entity."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

import polars as pl
from sqlalchemy import RowMapping, and_, bindparam, select

from ontology import Schema

from ..ledger import Snapshot
from ..ledger import tables as t
from . import statements as s
from .entity_view import EntityView, Geometry, Record, Relation, Surrounding, Term
from .history import history_of
from .iris import record_iri
from .moment import Moment
from .resolver import Resolver
from .stated import stated_attributes
from .statements import in_force
from .terms import class_term, property_term
from .things import has_ended, things
from .values import Thing

_RELATIONS_AT_MOST: Final = 200
_SURROUNDINGS_AT_MOST: Final = 2
_Row = dict[str, Any]  # a row of a table: each column has its own type
_SIDES: Final = ("subject", "object")
_MEMBERS = (
    select(
        *(t.membership.c[name] for name in ("source", "key", "entity", "evidence", "confidence", "verdict")),
        *(t.source.c[name] for name in ("title", "licence", "rank")),
    )
    .join_from(t.membership, t.source, t.source.c.id == t.membership.c.source)
    .where(t.membership.c.entity == bindparam("entity"), in_force(t.membership), in_force(t.source))
    .order_by(t.source.c.rank, t.membership.c.source, t.membership.c.key)
)
_SHAPES = (
    select(t.membership.c.entity, t.geometry.c.geometry, t.geometry.c.footprint, t.geometry.c.crs)
    .join_from(
        t.membership,
        t.geometry,
        and_(t.geometry.c.source == t.membership.c.source, t.geometry.c.key == t.membership.c.key),
    )
    .where(t.membership.c.entity.in_(bindparam("ids", expanding=True)), in_force(t.membership), in_force(t.geometry))
    .order_by(t.geometry.c.dimension, t.geometry.c.lod)
)
_RELATIONS = {
    side: select(t.relation)
    .where(t.relation.c[side] == bindparam("entity"), in_force(t.relation))
    .order_by(t.relation.c.predicate, t.relation.c.fid)
    .limit(_RELATIONS_AT_MOST + 1)
    for side in _SIDES
}


def view_entity(resolver: Resolver, entity: str) -> EntityView | None:
    """All about an entity, read from one state of the ledger; None when there is none of this id."""
    schema = resolver.schema
    with resolver.ledger.reading() as snapshot:
        moment = resolver.moment(snapshot.connection)
        row = moment.rows(s.ENTITIES, ids=[entity]).mappings().one_or_none()
        known = resolver.known_entity(moment, entity)
        if row is None or known is None or known.entity is None:
            return None
        members = moment.rows(_MEMBERS, entity=entity).mappings().all()
        records = _rows_of(snapshot, moment, t.record.name, members)
        relations, has_more = _relations(resolver, moment, entity)
        class_ = schema.classes.get(row["class"])
        return EntityView(
            known=known,
            thing=known.entity,
            class_=class_term(schema, row["class"]),
            ancestors=tuple(class_term(schema, name) for name in class_.ancestors) if class_ else (),
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
            attributes=stated_attributes(resolver, members, records),
            relations=relations,
            has_more_relations=has_more,
            records=_records(resolver, snapshot, moment, members, records),
            history=history_of(moment, resolver.base, [(member["source"], member["key"]) for member in members]),
            surroundings=_surroundings(moment, [rung.thing for rung in known.ladder]),
        )


def _rows_of(snapshot: Snapshot, moment: Moment, table: str, members: Sequence[RowMapping]) -> pl.DataFrame:
    """The rows that were in force at a moment of the records with these memberships."""
    pairs = pl.DataFrame(
        {name: [member[name] for member in members] for name in ("source", "key")},
        schema={"source": pl.String, "key": pl.String},
    )
    found = t.metadata.tables[table]
    return snapshot.matching(found, pairs, [column.name for column in found.columns], moment.as_of)


def _relations(resolver: Resolver, moment: Moment, entity: str) -> tuple[tuple[Relation, ...], bool]:
    rows = {side: moment.rows(_RELATIONS[side], entity=entity).mappings().all() for side in _SIDES}
    has_more = any(len(found) > _RELATIONS_AT_MOST for found in rows.values())
    shown = {side: found[:_RELATIONS_AT_MOST] for side, found in rows.items()}
    ids = {row[side] for found in shown.values() for row in found for side in _SIDES if row[side]}
    known = things(moment, resolver.schema, resolver.base, ids)
    relations = [
        Relation(
            term=_read_from(resolver.schema, row["predicate"], is_outgoing=side == "subject"),
            predicate=row["predicate"],
            is_outgoing=side == "subject",
            other=known.get(row["object" if side == "subject" else "subject"] or ""),
            reference=row["reference"],
            origin=row["origin"],
            evidence=json.loads(row["evidence"]),
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
            is_current=not has_ended(row["valid_to"], moment.date),
        )
        for side, found in shown.items()
        for row in found
    ]
    return tuple(sorted(relations, key=_by_word)), has_more


def _by_word(relation: Relation) -> tuple[bool, bool, str, str]:
    code = (relation.other.code or relation.other.id) if relation.other else relation.reference
    return not relation.is_current, not relation.is_outgoing, relation.term.name, code


def _read_from(schema: Schema, predicate: str, *, is_outgoing: bool) -> Term:
    """The relation as seen from one end: read backwards it is its inverse, where it has one."""
    known = schema.properties.get(predicate)
    inverse = known.inverse if known else None
    if is_outgoing or (known and known.symmetric):
        return property_term(schema, predicate)
    if inverse is not None:
        return property_term(schema, inverse)
    forward = property_term(schema, predicate)
    return Term(forward.name, forward.iri, {lang: f"← {label}" for lang, label in forward.labels.items()})


def _records(
    resolver: Resolver, snapshot: Snapshot, moment: Moment, members: Sequence[RowMapping], records: pl.DataFrame
) -> tuple[Record, ...]:
    rows = {(row["source"], row["key"]): row for row in records.iter_rows(named=True)}
    geometries: dict[tuple[str, str], list[Geometry]] = {}
    frame = _rows_of(snapshot, moment, t.geometry.name, members).sort("dimension", "lod")
    for row in frame.iter_rows(named=True):
        geometries.setdefault((row["source"], row["key"]), []).append(_geometry(row))
    return tuple(
        Record(
            iri=record_iri(resolver.base, member["source"], member["key"]),
            source=member["source"],
            source_title=member["title"] or member["source"],
            licence=member["licence"] or "",
            key=member["key"],
            class_=class_term(resolver.schema, row["class"]),
            dimension=row["dimension"],
            lod=row["lod"] or None,
            scale_level=row["scale_level"],
            valid_from=row["valid_from"],
            valid_to=row["valid_to"],
            evidence=json.loads(member["evidence"]),
            confidence=member["confidence"],
            verdict=member["verdict"],
            unmapped=json.loads(row["unmapped"]),
            geometries=tuple(geometries.get((member["source"], member["key"]), ())),
        )
        for member, row in _paired(members, rows)
    )


def _surroundings(moment: Moment, above: Sequence[Thing]) -> tuple[Surrounding, ...]:
    shapes: dict[str, tuple[bytes, str]] = {}
    for row in moment.rows(_SHAPES, ids=[thing.id for thing in above]).mappings() if above else ():
        shapes.setdefault(row["entity"], (row["footprint"] or row["geometry"], row["crs"]))
    known = [Surrounding(thing, *shapes[thing.id]) for thing in above if thing.id in shapes]
    return tuple(known[:_SURROUNDINGS_AT_MOST])


def _paired(members: Iterable[RowMapping], rows: dict[tuple[str, str], _Row]) -> Iterable[tuple[RowMapping, _Row]]:
    for member in members:
        if row := rows.get((member["source"], member["key"])):
            yield member, row


def _geometry(row: _Row) -> Geometry:
    return Geometry(
        dimension=row["dimension"],
        lod=row["lod"],
        shape=row["geometry"] if row["dimension"] == 2 or row["footprint"] is None else row["footprint"],
        crs=row["crs"],
        original_crs=row["original_crs"],
        operation=row["operation"],
        accuracy_m=row["accuracy_m"],
        is_ballpark=row["ballpark"],
        lowest=row["lowest"],
        highest=row["highest"],
        volume=row["volume"],
        area=row["area"],
    )
