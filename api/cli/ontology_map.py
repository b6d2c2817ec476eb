"""`res3d ontology map`: a first mapping for an unknown file."""

from pathlib import Path
from typing import Annotated

import typer

from .common import CommandFailed, JsonOption, WorkspaceOption, opened_workspace
from .output import notice, print_json, print_line, print_table


def map_(
    file: Annotated[Path, typer.Argument(help="A table, vector file or city model.", exists=True, dir_okay=False)],
    out: Annotated[Path | None, typer.Option("--out", help="Write the mapping to this new file.")] = None,
    layer: Annotated[str | None, typer.Option(help="The layer to look at, of a file that has several.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draft a mapping: what each column seems to mean, how sure that is, and why."""
    from ingest.draft import NothingToDraft, draft_of_file
    from ingest.draft import as_json as draft_json

    if out is not None and out.exists():
        raise CommandFailed(f"{out} is there already: name a new file, so that no work on it is lost")
    with opened_workspace(workspace) as opened:
        try:
            found = draft_of_file(opened.workspace, opened.ledger, opened.schema, file, layer=layer)
        except NothingToDraft as error:
            raise CommandFailed(str(error)) from error
    draft, text = found.draft, found.mapping
    if out is not None:
        out.write_text(text, encoding="utf-8")
    if as_json:
        print_json(draft_json(draft) | {"mapping": text})
    elif out is None:
        print_line(text.rstrip())
    else:
        rows = [(each.name, each.property or "", f"{each.confidence:.2f}", each.reason) for each in draft.columns]
        print_table(("column", "property", "sure", "because"), rows)
        notice(f"{out}: look it over, then put it into the workspace's ontology/ folder or give it with --mapping")
