"""A snapshot says everything there is in its scope: what it no longer has, has ended."""

import polars as pl
from sqlalchemy import select

from kg.ledger import in_force
from kg.ledger import tables as t

from .context import Context, Progress
from .link.claims import write_codes

_KEPT = [c.name for c in t.record.columns if c.name not in {"fid", "changeset", "superseded", "valid_to"}]


def end_missing(context: Context, progress: Progress) -> int:
    """End the records of the source and scope that the delivery did not bring; gives how many."""
    r, changes = t.record, context.changes
    query = select(r.c.fid, *(r.c[name] for name in _KEPT)).where(
        r.c.source == context.source, r.c.scope == context.scope, r.c.valid_to.is_(None), in_force(r)
    )
    seen = pl.concat([pl.Series("key", [], dtype=pl.String), *progress.seen])
    quarantined = changes.read(
        select(t.quarantine.c.key).where(t.quarantine.c.delivery == context.delivery, t.quarantine.c.key.is_not(None))
    )["key"]
    present = pl.concat([seen, quarantined])
    missing = changes.read(query).filter(~pl.col("key").is_in(present.implode()))
    if missing.is_empty():
        return 0
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
    progress.changed_keys.append(missing["key"])
    progress.touched.append(members["entity"])
    progress.known_before.append(members["entity"])
    return missing.height
