"""`res3d verify`: do the ledger, the RDF view and the property graph say the same?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from .common import JsonOption, WorkspaceOption, graph_place, opened_workspace
from .output import print_json, print_line, print_table, status

DIFFERENCES_SHOWN = 50


def verify(
    sample: Annotated[
        int | None, typer.Option(help="Look at so many things only, and not at the digests.", min=1)
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the ledger with its digests and both views with the ledger; exit code 1 when something differs."""
    from kg.verify import verify as compare

    with opened_workspace(workspace) as opened:
        place = graph_place()
        differences = compare(opened.workspace, opened.ledger, opened.schema, place, sample=sample, report=status)
    if as_json:
        print_json({"equal": not differences, "differences": [asdict(each) for each in differences]})
    elif differences:
        rows = [(each.where, each.key, each.what, each.expected, each.actual) for each in differences]
        print_table(("where", "key", "what", "expected", "found"), rows[:DIFFERENCES_SHOWN])
        print_line(f"{len(differences):,} differences. `res3d rebuild` makes the views anew from the ledger.")
    else:
        print_line("The ledger is whole, and both views say what it says.")
    if differences:
        raise typer.Exit(1)
