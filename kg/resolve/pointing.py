"""What points at an entity: the relations of others to it."""

from sqlalchemy import select

from ..ledger import in_force
from ..ledger import tables as t
from .resolver import Resolver
from .things import has_ended


def pointing_at(resolver: Resolver, entity: str, at_most: int = 1_000) -> tuple[tuple[str, str], ...]:
    """The current relations of others to an entity: (id of the other, predicate)."""
    r = t.relation
    query = (
        select(r.c.subject, r.c.predicate, r.c.valid_to)
        .where(r.c.object == entity, in_force(r, resolver.as_of))
        .order_by(r.c.fid)
    )
    with resolver.ledger.engine.connect() as connection:
        day = resolver.moment(connection).date
        rows = connection.execute(query.limit(at_most))
        return tuple((other, predicate) for other, predicate, end in rows if not has_ended(end, day))
