"""What is linked when a whole delivery is in: relations to things anywhere in it, succession, rules, entities."""

import polars as pl

from ..context import Context, Progress
from .claims import resolve_dangling, resolve_references, write_relations
from .entities import refresh_entities
from .joins import rejoin, tally, with_joins
from .lineage import write_lineage
from .spatial import derive_relations


def finish_links(context: Context, progress: Progress, storage_crs: str) -> int:
    """Write relations and lineage, refresh entities that were known before, run the spatial rules.

    Gives how many relations the delivery brought or changed.
    """
    changes = context.changes
    claims = pl.concat(progress.claims) if progress.claims else pl.DataFrame()
    changed = pl.concat([pl.Series("key", [], dtype=pl.String), *progress.changed_keys])
    count = 0
    if not claims.is_empty() or len(changed):
        known = resolve_references(changes, claims["reference"]).rename({"entity": "object"})
        stated = claims.join(known, on="reference", how="left", maintain_order="left")
        stated = with_joins(changes, context.schema, stated, storage_crs)
        progress.joins = tally(claims, stated)
        progress.known_before.append(write_lineage(context, stated))
        origins = "record/" + context.source + "/" + changed
        write_relations(changes, stated, origins, context.at)
        count += stated.height
    late = resolve_dangling(changes)
    progress.known_before += [write_lineage(context, late), late["subject"].rename("entity")]
    count += late.height
    known_before = pl.concat([pl.Series("entity", [], dtype=pl.String), *progress.known_before])
    refresh_entities(changes, context.schema, known_before, context.today)
    touched = pl.concat([known_before, *progress.touched]).unique()
    count += rejoin(changes, context.schema, touched, storage_crs)["object"].count()
    return count + derive_relations(changes, context.schema, touched, storage_crs, context.at)
