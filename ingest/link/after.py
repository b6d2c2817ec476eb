"""What is linked when a whole delivery is in: relations to things anywhere in it, succession, rules, entities."""

import polars as pl
from sqlalchemy import and_, select

from kg.ledger import Noted, in_force
from kg.ledger import tables as t

from ..context import Context, Progress
from .claims import resolve_dangling, resolve_references, write_relations
from .entities import refresh_entities
from .joins import rejoin, tally, with_joins
from .lineage import write_lineage
from .spatial import derive_relations, with_rules

_CHUNK = 50_000  # entities at a time


def finish_links(context: Context, progress: Progress, storage_crs: str) -> int:
    """Write relations and lineage, refresh entities that were known before, run the spatial rules.

    Gives how many relations the delivery brought or changed.
    """
    changes = context.changes
    claims = pl.concat(progress.waiting) if progress.waiting else pl.DataFrame()
    changed = pl.concat([pl.Series("origin", [], dtype=pl.String), *progress.changed_waiting])
    count = progress.relations
    if not claims.is_empty() or len(changed):
        known = resolve_references(changes, claims["reference"]).rename({"entity": "object"})
        stated = claims.join(known, on="reference", how="left", maintain_order="left")
        stated = with_joins(changes, context.schema, stated, storage_crs)
        progress.joins = tally(claims, stated)
        progress.known_before.add(write_lineage(context, stated))
        write_relations(changes, stated, changed, context.at)
        count += stated.height
    late = resolve_dangling(changes)
    progress.known_before.add(write_lineage(context, late))
    progress.known_before.add(late["subject"])
    count += late.height
    for ids in progress.known_before.chunks(_CHUNK):
        refresh_entities(changes, context.schema, ids, context.today)
        progress.touched.add(ids)
    count += rejoin(changes, context.schema, _classes(context, progress.touched), storage_crs)["object"].count()
    return count + derive_relations(
        changes, context.schema, with_rules(changes, context.schema, progress.touched), storage_crs, context.at
    )


def _classes(context: Context, ids: Noted) -> list[str]:
    e = t.entity
    query = select(e.c["class"]).distinct().join_from(ids.table, e, and_(e.c.id == ids.table.c.text, in_force(e)))
    return context.changes.read(query)["class"].to_list()
