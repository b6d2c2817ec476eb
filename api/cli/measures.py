"""`res3d measures`: volume, footprint, heights and storeys of buildings, each with how it was found."""

from __future__ import annotations

from typing import Annotated

import typer

from .common import CommandFailed, JsonOption, WorkspaceOption, opened_workspace
from .output import notice, print_json, print_line, print_table

MOST = 20


def measures(
    source: Annotated[str | None, typer.Argument(help="Only buildings of this source.", show_default=False)] = None,
    rows: Annotated[int, typer.Option(help="How many buildings to list; --json gives all.", min=0)] = MOST,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Volume, footprint, heights of ground, eaves and ridge, and storeys of buildings, each with its method."""
    from ingest.buildings import building_measures

    with opened_workspace(workspace) as opened, opened.ledger.reading() as snapshot:
        found = building_measures(snapshot, opened.schema, source)
    if found.is_empty():
        whose = "" if source is None else f" of the source {source!r}"
        raise CommandFailed(f"No building{whose} is known: `res3d ingest` takes city models, BIM models and footprints")
    if as_json:
        print_json({"buildings": found.to_dicts()})
        return
    figures = [name.removesuffix("_method") for name in found.columns if name.endswith("_method")]
    shown = found.head(rows).select("key", *figures)
    if rows:
        print_table(("key", "volume m3", "footprint m2", "ground", "eaves", "ridge", "storeys"), [
            tuple(round(value, 2) if isinstance(value, float) else "" if value is None else value for value in row)
            for row in shown.iter_rows()
        ])  # fmt: skip
    for name in figures:
        methods = found[f"{name}_method"].fill_null("not known").value_counts(sort=True)
        told = "; ".join(f"{method} {number:,}" for method, number in methods.iter_rows())
        print_line(f"{name.replace('_', ' ')}: {told}")
    if found.height > rows:
        notice(
            f"{found.height - rows:,} more: --rows {found.height} lists them, --json tells the method of each figure"
        )
