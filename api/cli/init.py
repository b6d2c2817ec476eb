"""`res3d init`: a new workspace."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .common import DEFAULT_WORKSPACE, JsonOption, WorkspaceOption, opened_workspace
from .output import print_facts, print_json


def init(
    directory: Annotated[Path | None, typer.Argument(help="Where to make it.", show_default="./workspace")] = None,
    base: Annotated[str, typer.Option(help="IRI that the data's own IRIs begin with.")] = "https://res3d.example/",
    issuer: Annotated[str, typer.Option(help="Who gives out the identifiers.")] = "res3d",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an empty workspace: settings, ledger, and a folder for your own ontology and mappings."""
    from kg.ontologies import apply_ontology
    from kg.workspace import create_workspace

    place = directory or workspace or DEFAULT_WORKSPACE
    create_workspace(place, base=base, issuer=issuer)
    with opened_workspace(place) as opened:
        version = apply_ontology(opened.workspace, opened.ledger, reason="workspace made").schema.version
    members = {"workspace": str(place), "base": base, "issuer": issuer, "ontology": version}
    if as_json:
        print_json(members)
    else:
        print_facts(members.items())
