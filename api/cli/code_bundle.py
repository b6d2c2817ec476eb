"""`res3d code bundle`, and answering from a bundle where there is no workspace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .common import CommandFailed, JsonOption, WorkspaceOption, opened_workspace
from .output import notice, print_json, print_line
from .progress import progress

if TYPE_CHECKING:
    from kg.resolve import Resolver

BundleOption = Annotated[
    Path | None, typer.Option("--bundle", help="Answer from this file and not from a workspace.", show_default=False)
]


def bundle(
    file: Annotated[Path, typer.Argument(help="The file to write, such as codes.sqlite.", show_default=False)],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one file from which `res3d code resolve --bundle FILE` answers without workspace or network."""
    from kg.bundle import write_bundle

    with opened_workspace(workspace) as opened, progress("rows") as advance:
        made = write_bundle(opened.ledger, opened.workspace.base, file, advance)
        made.ledger.close()
    size = file.stat().st_size
    if as_json:
        print_json({"file": str(file), "bytes": size, "changeset": made.changeset, "made": made.made})
    else:
        print_line(f"{file}: {size / 1e6:.1f} MB, the ledger at changeset {made.changeset} ({made.made[:16]} UTC).")


@contextmanager
def resolver_of(workspace: Path | None, file: Path | None, at: str | None, as_of: str | None) -> Iterator[Resolver]:
    """Resolves from a workspace or a bundle, on a date, and as far as it was known then."""
    from kg.bundle import open_bundle
    from kg.ontologies import schema_in_force
    from kg.resolve import Resolver

    if file is not None:
        if as_of is not None:
            raise CommandFailed("A bundle holds what was known when it was made: --as-of needs the workspace.")
        opened = open_bundle(file)
        notice(f"From {file.name}, as known on {opened.made[:10]} (changeset {opened.changeset}).")
        try:
            yield Resolver(opened.ledger, schema_in_force(opened.ledger), opened.base).seen(at, None)
        finally:
            opened.ledger.close()
        return
    with opened_workspace(workspace) as found:
        yield Resolver(found.ledger, found.schema, found.workspace.base).seen(at, as_of)
