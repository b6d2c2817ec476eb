"""`res3d unlinked`: records whose thing is not known, why not, and which things fit where several do."""

from __future__ import annotations

from typing import Annotated

import typer

from .common import JsonOption, WorkspaceOption, opened_workspace
from .output import notice, print_json, print_line, print_table

MOST = 20


def unlinked(
    source: Annotated[str | None, typer.Argument(help="Only records of this source.", show_default=False)] = None,
    reason: Annotated[str | None, typer.Option(help="Only those with this reason, such as 'ambiguous'.")] = None,
    rows: Annotated[int, typer.Option(help="How many records to list.", min=0)] = MOST,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Records that are about a thing which is not known yet; they find it as soon as it is delivered."""
    from ingest.unlinked import UnlinkedFilter, counts
    from ingest.unlinked import unlinked as listed

    with opened_workspace(workspace) as opened, opened.ledger.reading() as snapshot:
        lines = listed(snapshot, UnlinkedFilter(source, reason))
    counted, shown = counts(lines), lines.head(rows)
    if as_json:
        print_json({"unlinked": lines.height, "counts": counted.to_dicts(), "records": shown.to_dicts()})
        return
    if lines.is_empty():
        print_line("No record waits for a thing.")
        return
    print_table(counted.columns, counted.rows())
    if rows:
        told = [
            (each["source"], each["key"], each["to"], each["reason"], "; ".join(each["candidates"] or each["tried"]))
            for each in shown.iter_rows(named=True)
        ]
        print_table(("source", "key", "looked for", "reason", "candidates, or what was tried"), told)
    if lines.height > rows:
        notice(f"{lines.height - rows:,} more: list them with --rows {lines.height}")
