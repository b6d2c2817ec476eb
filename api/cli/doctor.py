"""`res3d doctor`: what is missing or wrong around a workspace, and how to put it right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import typer

from . import checks
from .checks import Finding, Level
from .common import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption, graph_place, opened_workspace, read_settings
from .output import print_json, print_table


def doctor(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Look at everything that the system needs; exit code 1 when something is wrong."""
    findings = list(examine(workspace))
    if as_json:
        print_json({"findings": [asdict(found) for found in findings]})
    else:
        rows = [
            (found.level.value, found.subject, found.found, "" if found.level is Level.OK else found.next_step)
            for found in findings
        ]
        print_table(("", "what", "found", "next step"), rows)
    if any(found.level is Level.FAIL for found in findings):
        raise typer.Exit(1)


def examine(directory: Path | None) -> Iterator[Finding]:
    """Everything there is to say, the machine first, then the workspace."""
    from api.settings import HttpSettings
    from kg.ledger import LedgerError
    from kg.workspace import WorkspaceError

    place = graph_place()
    yield from checks.check_python()
    yield from checks.check_graph(place)
    yield from checks.check_settings()
    yield from checks.check_port(read_settings(HttpSettings))
    yield from checks.check_disk(directory or DEFAULT_WORKSPACE)
    if directory is None and not DEFAULT_WORKSPACE.is_dir():
        next_step = "make one with `res3d init`, or see it all work with `res3d demo`"
        yield Finding(Level.WARN, "workspace", "none here", next_step)
        return
    try:
        with opened_workspace(directory) as opened:
            yield Finding(Level.OK, "workspace", str(opened.workspace.directory.absolute()))
            yield from checks.check_ledger(opened.ledger)
            yield from checks.check_ontology(opened.workspace, opened.schema)
            yield from checks.check_views(opened.workspace, opened.ledger, place)
            yield from checks.check_sources(opened.ledger, checks.today_in_utc())
    except (WorkspaceError, LedgerError) as error:
        yield Finding(Level.FAIL, "workspace", str(error), "name another one with --workspace, or restore a copy")
