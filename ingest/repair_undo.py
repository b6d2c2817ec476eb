"""Records that were taken repaired and come again as given, not to be repaired: they leave, the row waits instead."""

import polars as pl

from kg.ledger import tables as t

from .context import Context, Progress
from .migrate.leave import settle_entities, withdraw_said


def take_back(context: Context, progress: Progress) -> int:
    """Take those records out of force with all that they say; gives how many. Their rows are in quarantine already."""
    keys = pl.concat([pl.Series("key", [], dtype=pl.String), *progress.given_again]).unique()
    pairs = pl.DataFrame({"source": [context.source] * len(keys), "key": keys}, schema_overrides={"source": pl.String})
    changes = context.changes
    records = changes.matching(t.record, pairs, ["fid"])
    if records.is_empty():
        return 0
    members = changes.matching(t.membership, pairs, ["entity"])
    changes.supersede(t.record, records["fid"])
    withdraw_said(changes, pairs)
    settle_entities(changes, context.schema, members["entity"], context.today)
    return records.height
