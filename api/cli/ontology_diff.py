"""`res3d ontology diff`: what differs between two ontologies by meaning."""

from typing import Annotated, Literal

import typer

from .common import JsonOption, WorkspaceOption, opened_workspace
from .output import notice, print_json, print_line

DiffFormat = Literal["text", "json", "markdown", "kgcl"]
_WHAT = "An ontology file, a folder, `packaged`, `workspace`, `in-force`, or a version of `ontology log`."


def diff(
    before: Annotated[str, typer.Argument(help=_WHAT)] = "in-force",
    after: Annotated[str, typer.Argument(help=_WHAT)] = "workspace",
    output: Annotated[
        DiffFormat, typer.Option("--format", help="For people, programs, reviews, or KGCL tools.")
    ] = "text",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="End with 1 when there is a difference.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """What differs by meaning: terms added, removed, renamed and changed; order and layout never matter."""
    from kg.ontology_texts import named_texts
    from ontology import diff as by_meaning

    with opened_workspace(workspace) as opened:
        old, new = (named_texts(name, opened.workspace, opened.ledger) for name in (before, after))
    found = by_meaning.difference(old, new)
    if as_json or output == "json":
        print_json(by_meaning.as_json(found))
    else:
        show = {"text": by_meaning.as_text, "markdown": by_meaning.as_markdown, "kgcl": by_meaning.as_kgcl}[output]
        for line in show(found):
            print_line(line)
        notice(f"{len(found)} terms differ" if found else "no difference")
    if exit_code and found:
        raise typer.Exit(1)
