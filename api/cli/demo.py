"""`res3d demo`: a real town and a small registration office from file to answer, in one command."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from .answers import question_text, question_title, same_answer, sparql_rows
from .common import DEFAULT_WORKSPACE, JsonOption, Opened, WorkspaceOption, opened_workspace
from .ingest import committed_text, show_problems, show_summaries
from .output import complain, print_heading, print_json, print_line, print_table, status
from .progress import progress
from .query import ask_graph, ask_rdf
from .resolution import show_candidate
from .views import keep_up

if TYPE_CHECKING:
    from ingest.summary import FileSummary
    from kg.resolve import Resolution

RETIRED_PARCEL = "340123002004GB00011"
DELFT_BUILDING = "0503100000015955"
QUESTIONS = ("units", "delft")


@dataclass(frozen=True, slots=True)
class Compared:
    """One question, asked in SPARQL and in Cypher."""

    title: str
    fields: Sequence[str]
    sparql: list[list[object]]
    cypher: list[list[object]]

    @property
    def is_equal(self) -> bool:
        """Whether both views gave the same rows, of which there is at least one."""
        return bool(self.sparql) and same_answer(self.sparql, self.cypher)


def demo(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Make a workspace, take the packaged real town into it, and ask it questions; again: finds all in place."""
    started = time.monotonic()
    directory = workspace or DEFAULT_WORKSPACE
    provide_workspace(directory)
    with opened_workspace(directory) as opened:
        before = opened.ledger.position().number
        summaries = take_samples(opened)
        after = opened.ledger.position().number
        with _timed("The views follow"):
            keep_up(opened)
        with _timed("Questions are asked"):
            component, parcel, building = (
                _resolved(opened, code) for code in (_component(opened), RETIRED_PARCEL, DELFT_BUILDING)
            )
            answers = [compare(opened, name) for name in QUESTIONS]
            evidence = sparql_rows(_asked(opened, question_text("evidence.rq")))
        if as_json:
            _print_json(summaries, after if after > before else None, (component, parcel, building), answers, evidence)
        else:
            _show_files(summaries, before, after)
            _show_things(opened, component, parcel)
            for answer in answers:
                _show_answer(answer)
            _show_building(opened, building, evidence)
            print_heading(f"Done in {time.monotonic() - started:.0f} s")
            print_line(f"Look around:  res3d serve --workspace {directory}   or   res3d --help")
    show_problems(summaries)
    told = bool(component.is_known and parcel.is_known and building.is_known and evidence[1])
    if any(summary.error for summary in summaries) or not all(answer.is_equal for answer in answers) or not told:
        raise typer.Exit(1)


def provide_workspace(directory: Path) -> None:
    """The workspace of the demo, made if there is none: it allows the one ballpark operation that Delft needs."""
    from kg.ontologies import apply_ontology
    from kg.workspace import SETTINGS, AllowedOperation, create_workspace

    if not (directory / SETTINGS).exists():
        status(f"Making the workspace {directory}")
        delft = AllowedOperation("EPSG:28992", "EPSG:4490", through="EPSG:4258", uncertainty_m=1.0)
        create_workspace(directory, allowed=(delft,))
    with opened_workspace(directory) as opened:
        apply_ontology(opened.workspace, opened.ledger, reason="demo")


def sample_files() -> tuple[Path, ...]:
    """The packaged files: buildings of Delft in 2D and 3D, and everything of an invented registration office."""
    from ingest import sample

    folder = Path(str(sample.__file__)).parent
    delft = (folder / "delft" / name for name in ("bag_pand.geojson", "3dbag_tile5910.city.json.gz"))
    office = (path for path in (folder / "registration").iterdir() if path.suffix in {".csv", ".json", ".geojson"})
    return (*delft, *sorted(office))


def take_samples(opened: Opened) -> list[FileSummary]:
    """Every packaged file into the ledger, with progress."""
    from ingest.pipeline import Options, ingest_files

    with _timed("Files are taken"), progress("rows") as advance:
        return ingest_files(opened.workspace, opened.ledger, opened.schema, sample_files(), Options(), advance)


def compare(opened: Opened, name: str) -> Compared:
    """One question in both languages."""
    sparql, cypher = question_text(f"{name}.rq"), question_text(f"{name}.cypher")
    fields, rows = sparql_rows(_asked(opened, sparql))
    answer = ask_graph(opened, cypher, {}, seconds=60.0)
    return Compared(question_title(sparql), fields, rows, [list[object](row) for row in answer.values])


def _asked(opened: Opened, question: str) -> dict[str, object]:
    from kg.rdf.query import Query

    return dict(json.loads(ask_rdf(opened, Query(question, prefixes=opened.schema.prefixes, seconds=60.0))))


def _component(opened: Opened) -> str:
    _, rows = sparql_rows(_asked(opened, question_text("component.rq")))
    return str(rows[0][0]) if rows else ""


def _resolved(opened: Opened, code: str) -> Resolution:
    from kg.resolve import Resolver

    return Resolver(opened.ledger, opened.schema, opened.workspace.base).resolve(code)


@contextmanager
def _timed(what: str) -> Iterator[None]:
    status(f"{what} ...")
    started = time.monotonic()
    yield
    status(f"{what}: {time.monotonic() - started:.1f} s")


def _show_files(summaries: Sequence[FileSummary], before: int, after: int) -> None:
    print_heading("What became of every row")
    show_summaries(summaries)
    print_line(committed_text(before, after))


def _show_things(opened: Opened, component: Resolution, parcel: Resolution) -> None:
    for title, resolution in (
        ("From a component up to the county", component),
        ("A parcel that was split, and its successors", parcel),
    ):
        print_heading(f"{title}: {resolution.query}")
        for candidate in resolution.candidates[:1]:
            show_candidate(candidate, opened.schema)


def _show_answer(answer: Compared) -> None:
    print_heading(answer.title)
    print_table(answer.fields, answer.sparql, title="In SPARQL, from the RDF view:")
    print_table(answer.fields, answer.cypher, title="In Cypher, from Neo4j:")
    if answer.is_equal:
        print_line("The answers are equal.")
    else:
        complain("The answers DIFFER: `res3d verify` tells what the views do not hold.")


def _show_building(opened: Opened, building: Resolution, evidence: tuple[list[str], list[list[object]]]) -> None:
    print_heading(f"A building of Delft in 2D and 3D: {building.query}")
    for candidate in building.candidates[:1]:
        show_candidate(candidate, opened.schema)
    fields, rows = evidence
    print_table([field.replace("_", " ") for field in fields], rows, title="Why these records are taken for one thing")


def _print_json(
    summaries: Sequence[FileSummary],
    transaction: int | None,
    resolutions: tuple[Resolution, ...],
    answers: Sequence[Compared],
    evidence: tuple[list[str], list[list[object]]],
) -> None:
    from kg.resolve import resolution_json

    component, parcel, building = (resolution_json(resolution) for resolution in resolutions)
    fields, rows = evidence
    questions = [
        {
            "question": each.title,
            "fields": each.fields,
            "sparql": each.sparql,
            "cypher": each.cypher,
            "equal": each.is_equal,
        }
        for each in answers
    ]
    print_json(
        {
            "files": [summary.as_json() for summary in summaries],
            "transaction": transaction,
            "component": component,
            "parcel": parcel,
            "building": {**building, "evidence": [dict(zip(fields, row, strict=True)) for row in rows]},
            "questions": questions,
        }
    )
