"""`res3d ontology validate`: do the stored things, or those of a file, have the shapes that the ontology demands?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .common import JsonOption, Opened, WorkspaceOption, opened_workspace
from .output import print_json, print_line, print_table
from .views import keep_up

if TYPE_CHECKING:
    import polars as pl

    from ontology.shacl import Shapes

ReportFormat = Literal["text", "json", "turtle"]
_SHAPES = "Shapes to use: a file or folder, `packaged`, `workspace`, `in-force`, or a version of `ontology log`."
SHOWN = 20


def validate(
    file: Annotated[
        Path | None, typer.Argument(help="An RDF file to look at, instead of all that is stored.", exists=True)
    ] = None,
    shapes: Annotated[str, typer.Option(help=_SHAPES)] = "in-force",
    output: Annotated[
        ReportFormat, typer.Option("--format", help="For people, programs, or as a sh:ValidationReport.")
    ] = "text",
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold the SHACL shapes against what is stored (exit code 1: something breaks a shape of severity Violation)."""
    from ontology.shacl import as_graph, as_rows, conforms

    with opened_workspace(workspace) as opened:
        used, results = _results(opened, file, shapes)
    rows = list(as_rows(results, used))
    if as_json or output == "json":
        print_json({"conforms": conforms(results), "shapes": len(used), "results": rows})
    elif output == "turtle":
        sys.stdout.write(as_graph(results, used).decode())
    else:
        _show(rows, len(used))
    if any(row["severity"] == "Violation" for row in rows):
        raise typer.Exit(1)


def _results(opened: Opened, file: Path | None, name: str) -> tuple[Shapes, pl.DataFrame]:
    from kg.ontology_texts import named_texts
    from kg.rdf.validate import validate_view
    from ontology.files import read_file
    from ontology.read import read
    from ontology.shacl import Data, shapes_of
    from ontology.shacl import validate as validate_data

    used = shapes_of(read(named_texts(name, opened.workspace, opened.ledger)))
    if file is not None:
        subclasses = {term.iri: opened.schema.subclasses(term.name) for term in opened.schema.classes.values()}
        below = {iri: frozenset(opened.schema.classes[each].iri for each in names) for iri, names in subclasses.items()}
        return used, validate_data(used, Data.of_text(read_file(file).text, below))
    keep_up(opened, views=("rdf",))
    return used, validate_view(opened.workspace.rdf, used)


def _show(rows: Sequence[dict[str, str | None]], shapes: int) -> None:
    if not rows:
        print_line(f"Everything has the shape that it should have ({shapes} shapes).")
        return
    counts: dict[tuple[str | None, ...], int] = {}
    for row in rows:
        key = tuple(row[name] for name in ("severity", "sourceShape", "component", "message"))
        counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts.items(), key=lambda pair: (pair[0][0] or "", -pair[1]))
    print_table(("severity", "shape", "constraint", "says", "results"), [(*key, number) for key, number in ordered])
    print_table(
        ("thing", "path", "value", "shape"),
        [(row["focusNode"], row["resultPath"], row["value"], row["sourceShape"]) for row in rows[:SHOWN]],
    )
    if len(rows) > SHOWN:
        print_line(f"{len(rows) - SHOWN:,} more; all of them with --json or --format turtle.")
