"""`res3d ingest`: files into the ledger, and the views after them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .common import JsonOption, WorkspaceOption, opened_workspace, read_day
from .output import complain, notice, print_json, print_line, print_table
from .progress import progress
from .views import keep_up_after_commit

if TYPE_CHECKING:
    from ingest.summary import FileSummary

    from .common import Opened


class Delivery(StrEnum):
    """Whether a file is all that there is, or a part."""

    SNAPSHOT = "snapshot"
    PARTIAL = "partial"


class Check3DAction(StrEnum):
    """What becomes of rows whose surfaces or solids have errors."""

    OFF = "off"
    WARN = "warn"
    QUARANTINE = "quarantine"


def ingest(
    files: Annotated[
        list[Path],
        typer.Argument(help="Files, folders, patterns or archives; each layer is one delivery.", show_default=False),
    ],
    source: Annotated[str | None, typer.Option(help="The data set they belong to; else the mapping says it.")] = None,
    delivery: Annotated[
        Delivery | None, typer.Option(help="snapshot: what is missing in it has ended; partial: nothing ends.")
    ] = None,
    scope: Annotated[str, typer.Option(help="The part of the source that a snapshot covers, such as a tile.")] = "",
    at: Annotated[str | None, typer.Option(help="Day for which the delivery holds (YYYY-MM-DD).")] = None,
    mapping: Annotated[Path | None, typer.Option(help="Mapping file to use.", exists=True, dir_okay=False)] = None,
    crs: Annotated[str | None, typer.Option(help="Coordinate reference system, against what the file says.")] = None,
    layer: Annotated[str | None, typer.Option(help="Layer of a file that has several.")] = None,
    format: Annotated[str | None, typer.Option(help="Format, if it can't be told from the content.")] = None,  # noqa: A002 - the option's name
    check_3d: Annotated[
        Check3DAction | None,
        typer.Option(help="Surfaces and solids that break ISO 19107: warn or quarantine; else the mapping says it."),
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Take invalid outlines repaired where that is offered; they are marked.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would become of every row; keep nothing.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option("--report", dir_okay=False, help="Write a page (HTML) on what became of every row, with a map."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 when a row went to quarantine.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take files into the ledger, link them, and bring the views up to date."""
    from ingest.pipeline import Options, OptionsError, ingest_files
    from ingest.solid import Action

    try:
        options = Options(
            source=source,
            delivery=delivery.value if delivery else None,
            scope=scope,
            at=None if at is None else read_day(at, "--at"),
            mapping=mapping,
            format=format,
            layer=layer,
            crs=crs,
            check_3d=Action(check_3d.value) if check_3d else None,
            repair=repair,
            dry_run=dry_run,
        )
    except OptionsError as error:
        raise typer.BadParameter(error.problem, param_hint=f"--{error.option}") from None
    if report is not None and not report.absolute().parent.is_dir():
        problem = f"there is no folder {str(report.parent)!r} to write {report.name} to; make it first"
        raise typer.BadParameter(problem, param_hint="--report")
    with opened_workspace(workspace) as opened:
        before = opened.ledger.position().number
        with progress("rows") as advance:
            summaries = ingest_files(opened.workspace, opened.ledger, opened.schema, files, options, advance)
        after = opened.ledger.position().number
        show(summaries, before, after, as_json=as_json, dry_run=dry_run)
        if report is not None:
            _write_report(opened, summaries, report)
        if after > before:
            keep_up_after_commit(opened)
    if any(summary.error for summary in summaries) or (strict and any(summary.quarantined for summary in summaries)):
        raise typer.Exit(1)


def _write_report(opened: Opened, summaries: Sequence[FileSummary], report: Path) -> None:
    """A page on these files, and on how the data sets that they belong to conform now."""
    from ingest.conformance import conformance, delivered
    from ingest.conformance_map import surroundings

    from .quality_page import quality_page

    with opened.ledger.reading() as snapshot:
        sources = sorted({each.source for each in summaries if each.source} & delivered(snapshot))
        found = conformance(snapshot, opened.schema, sources)
        around = {each.source: surroundings(snapshot, each) for each in found}
    report.write_text(quality_page(found, around, opened.workspace.languages, summaries), encoding="utf-8")


def show(summaries: Sequence[FileSummary], before: int, after: int, *, as_json: bool, dry_run: bool = False) -> None:
    """What became of every row; errors and warnings go to standard error."""
    if as_json:
        transaction = after if after > before else None
        print_json({"files": [summary.as_json() for summary in summaries], "transaction": transaction})
    else:
        show_summaries(summaries)
        if not all(summary.error for summary in summaries):
            print_line("Only tried: nothing was kept." if dry_run else committed_text(before, after))
    show_problems(summaries)


def committed_text(before: int, after: int) -> str:
    """Which changesets came between two positions of the ledger.

    >>> committed_text(3, 3), committed_text(3, 4), committed_text(3, 6)
    ('Nothing new: the ledger stays at changeset 3.', 'Committed as changeset 4.', 'Committed as changesets 4 to 6.')
    """
    if after == before:
        return f"Nothing new: the ledger stays at changeset {after}."
    return (
        f"Committed as changeset {after}."
        if after == before + 1
        else f"Committed as changesets {before + 1} to {after}."
    )


def show_problems(summaries: Sequence[FileSummary]) -> None:
    """Warnings and errors of each file, on standard error."""
    for summary in summaries:
        if summary.skipped:
            notice(f"{Path(summary.path).name} is left out: {summary.skipped}")
        for warning in summary.warnings:
            notice(f"{Path(summary.path).name}: {warning}")
        if summary.error:
            complain(summary.error)


def show_summaries(summaries: Sequence[FileSummary]) -> None:
    """One line per file that could be taken, one per gap of its mapping, reason for quarantine or to stay unlinked."""
    taken = [summary for summary in summaries if not summary.error and not summary.skipped]
    if taken:
        also = [
            name
            for name in ("repaired", "repairable", "ended", "linked", "relations", "joined")
            if any(getattr(each, name) for each in taken)
        ]
        counts = ("rows", "taken", "changed", "unchanged", "merged", "quarantined", *also)
        rows = [(Path(each.path).name, each.mapping, *(getattr(each, name) for name in counts)) for each in taken]
        print_table(("file", "mapping", *counts), rows)
    gaps = [(each, each.attributes) for each in taken if each.attributes and each.attributes.kept]
    if gaps:
        rows_of_gaps = [
            (Path(each.path).name, f"{reach.mapped:,} of {reach.source:,}", reach.gap) for each, reach in gaps
        ]
        print_table(("file", "attributes mapped", "kept without a property"), rows_of_gaps)
    reasons = [(Path(each.path).name, reason, count) for each in taken for reason, count in each.reasons.items()]
    if reasons:
        print_table(("file", "quarantined because of", "rows"), reasons)
    unlinked = [(Path(each.path).name, reason, count) for each in taken for reason, count in each.unlinked.items()]
    if unlinked:
        print_table(("file", "taken, but not linked: its thing is", "rows"), unlinked)
