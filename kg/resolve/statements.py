"""The indexed reads that resolving is made of, each prepared once."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
)

from ..ledger import in_force as in_force_at
from ..ledger import tables as t

_c, _e, _m, _r, _g = t.code, t.entity, t.membership, t.record, t.geometry
_AS_OF: Final[BindParameter[int]] = bindparam("as_of", type_=BigInteger)
_IDS: Final[BindParameter[str]] = bindparam("ids", expanding=True)
_CODE: Final = (_c.c.scheme, _c.c.value, _c.c.entity, _c.c.state, _c.c.issuer, _c.c.valid_from, _c.c.valid_to)

Row = Mapping[str, object]


def in_force(table: Table) -> ColumnElement[bool]:
    """The rows that were the last word at the moment that is asked about."""
    return in_force_at(table, _AS_OF)


ENTITY_OF_CODE: Final = (
    select(_c.c.entity, _c.c.state, _c.c.valid_from, _c.c.valid_to)
    .where(_c.c.value == bindparam("value"), _c.c.scheme == bindparam("scheme"), in_force(_c))
    .order_by(_c.c.fid)
)
BEARERS_OF_VALUES: Final = (
    select(_c.c.scheme, _c.c.value, _c.c.entity)
    .where(_c.c.value.in_(bindparam("values", expanding=True)), in_force(_c))
    .order_by(_c.c.value, _c.c.fid)
)
CODES_BETWEEN: Final = (
    select(_c.c.scheme, _c.c.value, _c.c.entity)
    .where(_c.c.value.between(bindparam("first"), bindparam("last")), _c.c.scheme == bindparam("scheme"), in_force(_c))
    .order_by(_c.c.value)
    .limit(bindparam("at_most"))
)
VALUES_BETWEEN: Final = (
    select(_c.c.value, _c.c.entity)
    .where(_c.c.value.between(bindparam("first"), bindparam("last")), in_force(_c))
    .distinct()
    .order_by(_c.c.value)
    .limit(bindparam("at_most"))
)
ENTITIES: Final = select(_e.c.id, _e.c["class"], _e.c.state, _e.c.valid_from, _e.c.valid_to).where(
    _e.c.id.in_(_IDS), in_force(_e)
)
CODES_OF: Final = select(*_CODE).where(_c.c.entity.in_(_IDS), in_force(_c)).order_by(_c.c.fid)
WORDS_OF: Final = (
    select(_m.c.entity, _r.c.attributes)
    .join_from(_m, _r, and_(_r.c.source == _m.c.source, _r.c.key == _m.c.key))
    .join(t.source, t.source.c.id == _m.c.source)
    .where(_m.c.entity.in_(_IDS), in_force(_m), in_force(_r), in_force(t.source))
    .order_by(t.source.c.rank, _r.c.fid)
)
"""What records say of entities, the source with precedence first."""
RECORDS_OF: Final = (
    select(
        _m.c.entity, _m.c.source, _m.c.key, _r.c.dimension, _r.c.lod, _r.c.scale_level, _g.c.lod.label("geometry_lod")
    )
    .join_from(_m, _r, and_(_r.c.source == _m.c.source, _r.c.key == _m.c.key))
    .outerjoin(_g, and_(_g.c.source == _m.c.source, _g.c.key == _m.c.key, in_force(_g)))
    .where(_m.c.entity.in_(_IDS), in_force(_m), in_force(_r))
    .order_by(_m.c.source, _m.c.key, _g.c.dimension, _g.c.lod)
)
SURVIVOR: Final = select(t.correction.c.survivor).where(
    t.correction.c.id == bindparam("id"), t.correction.c.kind == "merge", in_force(t.correction)
)
ENTITY_OF_RECORD: Final = select(_m.c.entity).where(
    _m.c.source == bindparam("source"), _m.c.key == bindparam("key"), in_force(_m)
)
IN_BOX: Final = (
    select(_m.c.entity)
    .join_from(_g, _m, and_(_m.c.source == _g.c.source, _m.c.key == _g.c.key))
    .where(
        *(_g.c.west < bindparam("east"), _g.c.east > bindparam("west")),
        *(_g.c.south < bindparam("north"), _g.c.north > bindparam("south")),
        *(_g.c.crs == bindparam("crs"), in_force(_g), in_force(_m)),
    )
    .group_by(_m.c.entity)
    .order_by(func.min((_g.c.east - _g.c.west) * (_g.c.north - _g.c.south)), _m.c.entity)
    .limit(bindparam("at_most"))
)


def _climbing() -> Select[str]:
    """Ids of all that lies above `start` by the relations `predicates` that lasted at least until `until`."""
    r = t.relation
    above = select(cast(bindparam("start"), Text).label("id")).cte("above", recursive=True)
    step = (
        select(r.c.object)
        .join(above, r.c.subject == above.c.id)
        .where(
            r.c.predicate.in_(bindparam("predicates", expanding=True)),
            r.c.object.is_not(None),
            or_(r.c.valid_to.is_(None), func.substr(r.c.valid_to, 1, 10) >= bindparam("until")),
            in_force(r),
        )
    )
    return select(above.union(step).c.id)


def _following(start: str, end: str, name: str) -> Select[str, str, str, str | None, str | None]:
    """The steps of legal succession from `start` on: forwards from predecessors, or backwards from successors."""
    steps = t.lineage
    columns = (steps.c.predecessor, steps.c.successor, steps.c.kind, steps.c.legal_reference, steps.c.date)
    happened = or_(steps.c.date.is_(None), func.substr(steps.c.date, 1, 10) <= bindparam("date"))
    ours = and_(in_force(steps), steps.c.successor.is_not(None), happened)
    found = select(*columns).where(steps.c[start] == bindparam("start"), ours).cte(name, recursive=True)
    return select(found.union(select(*columns).join(found, steps.c[start] == found.c[end]).where(ours)))


ABOVE: Final = _climbing()
SUCCESSIONS: Final = _following("predecessor", "successor", "after")
ORIGINS: Final = _following("successor", "predecessor", "before")
