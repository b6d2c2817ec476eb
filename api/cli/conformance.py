"""`res3d conformance`: how well the last delivery of a data set conforms, as a table, JSON or a page with a map."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .common import JsonOption, WorkspaceOption, opened_workspace
from .output import print_heading, print_json, print_line, print_table

if TYPE_CHECKING:
    from ingest.conformance_table import Conformance


def conformance(
    source: Annotated[str | None, typer.Argument(help="The data set; else all of them.", show_default=False)] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write a page (HTML) with a map.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """What fails in the last delivery of each data set, by the elements of ISO 19157-1, and where."""
    from ingest.conformance import conformance as measured
    from ingest.conformance_map import surroundings

    with opened_workspace(workspace) as opened, opened.ledger.reading() as snapshot:
        found = measured(snapshot, opened.schema, source)
        if output is not None:
            from .quality_page import quality_page

            around = {each.source: surroundings(snapshot, each) for each in found}
            output.write_text(quality_page(found, around, opened.workspace.languages), encoding="utf-8")
    if as_json:
        print_json({"data_sets": [_as_json(each) for each in found]})
    elif output is not None:
        print_line(f"{output}: {len(found)} data sets.")
    else:
        for each in found:
            _show(each)


def _as_json(each: Conformance) -> dict[str, Any]:
    measures = [{**asdict(measure), "measure_zh": measure.measure_zh} for measure in each.measures]
    return {**asdict(each), "measures": measures}


def _show(each: Conformance) -> None:
    print_heading(f"{each.source}: {each.title}")
    print_line(f"{each.delivery}, {each.taken:,} of {each.rows:,} rows taken, {each.still_open:,} still in quarantine")
    if len(each.layers) > 1:
        rows = [(layer.scope, layer.delivery, layer.rows, layer.taken) for layer in each.layers]
        print_table(("layer", "delivery", "rows", "taken"), rows)
    measures = [
        (measure.element, measure.measure, measure.count, measure.of, f"{measure.share:.1%}", measure.detail)
        for measure in each.measures
    ]
    print_table(("element", "measure", "failing", "of", "share", ""), measures)
