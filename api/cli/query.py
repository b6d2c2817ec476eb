"""`res3d query` and `res3d cypher`: questions to the two views; they can only read."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .answers import sparql_rows
from .common import JsonOption, Opened, WorkspaceOption, graph_place, opened_workspace
from .output import print_json, print_line, print_table
from .views import keep_up

if TYPE_CHECKING:
    from kg.graph import Answer
    from kg.graph.json_values import Json
    from kg.rdf.query import Query

_FileOption = Annotated[
    Path | None, typer.Option("--file", "-f", help="Read the question from a file.", exists=True, dir_okay=False)
]
_TimeoutOption = Annotated[float, typer.Option(help="Seconds after which the question is given up.", min=0.1)]


def query(
    question: Annotated[str | None, typer.Argument(help="SPARQL 1.1; - reads standard input.")] = None,
    file: _FileOption = None,
    format: Annotated[  # noqa: A002 - the option's name
        str | None, typer.Option(help="json, xml, csv, tsv; turtle, ntriples, jsonld, rdfxml for CONSTRUCT.")
    ] = None,
    inference: Annotated[bool, typer.Option(help="See what follows from the stated facts, too.")] = True,
    timeout: _TimeoutOption = 30.0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the RDF view in SPARQL; the prefixes of the ontology need not be declared."""
    from kg.rdf.query import Query
    from kg.rdf.sparql import Form, inspect

    text = _question(question, file)
    is_table = inspect(text).form in (Form.SELECT, Form.ASK)
    wanted = format or ("json" if as_json or is_table else "turtle")
    with opened_workspace(workspace) as opened:
        answer = ask_rdf(
            opened,
            Query(text, format_name=wanted, inference=inference, prefixes=opened.schema.prefixes, seconds=timeout),
        )
    if format or as_json or not is_table:
        sys.stdout.write(answer if answer.endswith("\n") else answer + "\n")
    else:
        _show_result(json.loads(answer))


def cypher(
    statement: Annotated[str | None, typer.Argument(help="Cypher that reads; - reads standard input.")] = None,
    file: _FileOption = None,
    parameters: Annotated[str, typer.Option(help="The statement's parameters, a JSON object.")] = "{}",
    timeout: _TimeoutOption = 30.0,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the property graph in Cypher."""
    text, values = _question(statement, file), _parameters(parameters)
    with opened_workspace(workspace) as opened:
        answer = ask_graph(opened, text, values, timeout)
    if as_json:
        print_json({"data": {"fields": answer.fields, "values": answer.values}, "truncated": answer.truncated})
        return
    print_table(answer.fields, [[_cell(value) for value in row] for row in answer.values])
    if answer.truncated:
        print_line(f"Only the first {len(answer.values):,} rows are shown.")


def ask_rdf(opened: Opened, question: Query) -> str:
    """The RDF view's answer, once it shows what the ledger holds."""
    from kg.rdf.answer import query_once

    keep_up(opened, ("rdf",))
    return query_once(opened.workspace.rdf, question).read().decode()


def ask_graph(opened: Opened, text: str, values: dict[str, Json], seconds: float) -> Answer:
    """The property graph's answer, once it shows what the ledger holds."""
    from kg.graph import run
    from kg.views import graph_driver

    keep_up(opened, ("graph",))
    place = graph_place()
    with graph_driver(opened.workspace, place) as driver:
        return run(driver, text, values, seconds=seconds, database=place.target.database if place.target else None)


def _show_result(result: dict[str, Any]) -> None:  # JSON of SPARQL results
    if "boolean" in result:
        print_line("yes" if result["boolean"] else "no")
        return
    fields, rows = sparql_rows(result)
    print_table(fields, rows)


def _cell(value: Json) -> object:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list | bool) else value


def _question(given: str | None, file: Path | None) -> str:
    if (given is None) == (file is None):
        raise typer.BadParameter("give the question itself, - for standard input, or --file; one of them")
    if file is not None:
        return file.read_text(encoding="utf-8")
    return sys.stdin.read() if given == "-" else str(given)


def _parameters(text: str) -> dict[str, Json]:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no JSON: {error}", param_hint="--parameters") from error
    if not isinstance(values, dict):
        raise typer.BadParameter(f'{text!r}; expected an object such as {{"id": 1}}', param_hint="--parameters")
    return values
