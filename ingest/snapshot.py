"""A snapshot says everything there is in its scope: what it no longer has, has ended."""

import polars as pl
from sqlalchemy import exists, select

from kg.ledger import in_force
from kg.ledger import tables as t

from .context import Context, Progress
from .link.claims import write_codes
from .link.stated import state_relations

_CHUNK = 20_000  # records at a time
_KEPT = [c.name for c in t.record.columns if c.name not in {"fid", "changeset", "superseded", "valid_to"}]


_NO_CLAIMS = pl.DataFrame(
    schema=dict.fromkeys(
        ("subject", "predicate", "reference", "origin", "evidence", "valid_from", "valid_to"), pl.String
    )
)


def end_missing(context: Context, progress: Progress) -> int:
    """End the records of the source and scope that the delivery did not bring; gives how many."""
    r, changes = t.record, context.changes
    quarantined = select(t.quarantine.c.key).where(
        t.quarantine.c.delivery == context.delivery, t.quarantine.c.key.is_not(None)
    )
    progress.seen.add(changes.read(quarantined)["key"])
    query = (
        select(r.c.fid, *(r.c[name] for name in _KEPT))
        .where(r.c.source == context.source, r.c.scope == context.scope, r.c.valid_to.is_(None), in_force(r))
        .where(r.c.changeset < changes.number, ~exists().where(progress.seen.table.c.text == r.c.key))
        .order_by(r.c.fid)
        .limit(_CHUNK)
    )
    count = 0
    while (missing := changes.read(query)).height:
        _end(context, progress, missing)
        count += missing.height
    return count


def _end(context: Context, progress: Progress, missing: pl.DataFrame) -> None:
    r, changes = t.record, context.changes
    ended_at = context.at or context.today
    changes.supersede(r, missing["fid"])
    changes.add(r, missing.drop("fid").with_columns(pl.lit(ended_at).alias("valid_to")))
    keys = missing.select("source", "key")
    members = changes.matching(t.membership, keys, ["source", "key", "entity"])
    nothing = pl.DataFrame(
        schema=dict.fromkeys(
            ("source", "key", "entity", "property", "scheme", "value", "valid_from", "valid_to"), pl.String
        )
    )
    write_codes(changes, nothing, keys, context.issuer, ended_at, context.today)
    state_relations(context, progress, _NO_CLAIMS, missing["key"])
    progress.known_before.add(members["entity"])
