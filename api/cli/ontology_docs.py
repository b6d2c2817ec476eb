"""`res3d ontology docs`: the ontology as a folder of pages."""

from pathlib import Path
from typing import Annotated

import typer

from .common import JsonOption, WorkspaceOption, opened_workspace
from .output import print_json, print_line
from .progress import progress


def docs(
    out: Annotated[Path, typer.Option("--out", help="Folder to write to; it may be there already.")] = Path(
        "ontology-docs"
    ),
    of: Annotated[
        str, typer.Option("--of", help="Which ontology: `workspace`, `in-force`, `packaged`, a version, a file.")
    ] = "workspace",
    since: Annotated[str | None, typer.Option("--since", help="Adds a page of what changed since that one.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write pages for every class, property and rule: they need no server, no network, and fit a phone."""
    from kg.ontology_texts import named_texts
    from ontology.alignments import folder_alignments
    from ontology.docs import write_site

    with opened_workspace(workspace) as opened:
        texts = named_texts(of, opened.workspace, opened.ledger)
        alignments = folder_alignments(opened.workspace.ontology)
        earlier = (since, named_texts(since, opened.workspace, opened.ledger)) if since else None
    with progress("pages") as advance:
        pages = write_site(
            texts, out, earlier, lambda done, whole: advance(str(out), done, whole), alignments=alignments
        )
    if as_json:
        print_json({"pages": pages, "start": str(out / "index.html")})
    else:
        print_line(f"{pages} pages in {out}: open {out / 'index.html'} in a browser")
