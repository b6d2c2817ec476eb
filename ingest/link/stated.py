"""Relations that the records of one batch state: written at once where that is sure, else kept for the end."""

import polars as pl

from ..context import Context, Progress
from .claims import resolve_references, write_relations
from .lineage import lineage_predicates

_MOST_KEPT = 1000
"""How many changed keys are kept by name."""


def state_relations(context: Context, progress: Progress, claims: pl.DataFrame, changed: pl.Series) -> None:
    """Write what records of a batch state, and end what changed ones no longer do, if all that they refer to is known.

    claims: subject, predicate, reference, origin, evidence, valid_from, valid_to; changed: keys of records that were
    there before. References to records are sure once the record is there; whose a code is, or what a join finds, is
    told only when the whole delivery is in, and so is succession. A record with one that waits waits with all of them.
    """
    room = _MOST_KEPT - len(progress.first_changed)
    progress.first_changed = pl.concat([progress.first_changed, changed.head(room)])
    origins = pl.Series("origin", "record/" + context.source + "/" + changed, dtype=pl.String)
    if claims.is_empty() and origins.is_empty():
        return
    is_sure = pl.col("reference").str.starts_with("record/")
    is_sure &= ~pl.col("predicate").is_in(list(lineage_predicates(context.schema).values()))
    known = resolve_references(context.changes, claims.filter(is_sure)["reference"])
    stated = claims.join(known.rename({"entity": "object"}), on="reference", how="left", maintain_order="left")
    waiting = stated.filter(~is_sure | pl.col("object").is_null())["origin"].unique()
    is_waiting = pl.col("origin").is_in(waiting.implode())
    now = stated.filter(~is_waiting)
    has_waiting = origins.is_in(waiting.implode())
    write_relations(context.changes, now, origins.filter(~has_waiting), context.at)
    progress.relations += now.height
    progress.waiting.append(claims.filter(is_waiting))
    progress.changed_waiting.append(origins.filter(has_waiting))
