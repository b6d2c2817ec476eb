"""`res3d conformance`: how well the last delivery of a data set conforms, as a table, JSON or a page with a map."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .common import JsonOption, WorkspaceOption, opened_workspace
from .output import print_heading, print_json, print_line, print_table

if TYPE_CHECKING:
    from ingest.conformance import Conformance


def conformance(
    source: Annotated[str | None, typer.Argument(help="The data set; else all of them.", show_default=False)] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write a page (HTML) with a map.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """What fails in the last delivery of each data set, by the elements of ISO 19157-1, and where."""
    from ingest.conformance import conformance as measured

    with opened_workspace(workspace) as opened, opened.ledger.reading() as snapshot:
        found = measured(snapshot, source)
        languages = opened.workspace.languages
    if output is not None:
        output.write_text(_page(found, languages[0] if languages else "en"), encoding="utf-8")
    if as_json:
        print_json({"data_sets": [asdict(each) for each in found]})
    elif output is not None:
        print_line(f"{output}: {len(found)} data sets.")
    else:
        for each in found:
            _show(each)


def _show(each: Conformance) -> None:
    print_heading(f"{each.source}: {each.title}")
    print_line(f"{each.delivery}, {each.taken:,} of {each.rows:,} rows taken, {each.still_open:,} still in quarantine")
    rows = [
        (measure.element, measure.measure, measure.count, measure.of, f"{measure.share:.1%}", measure.detail)
        for measure in each.measures
    ]
    print_table(("element", "measure", "failing", "of", "share", ""), rows)


def _page(found: list[Conformance], language: str) -> str:
    from importlib.resources import files

    import shapely

    from api.pages import Pages
    from api.pages.map import Shape, map_svg

    drawings = {
        each.source: map_svg(
            [Shape(shapely.Point(p.longitude, p.latitude), "solid", f"{p.key or ''} {p.reason}") for p in each.places],
            [],
            each.title,
        )
        for each in found
    }
    style = files("api.pages").joinpath("static", "style.css").read_text(encoding="utf-8")
    return Pages((language,)).text("conformance.html", language, found=found, drawings=drawings, style=style)
