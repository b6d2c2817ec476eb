"""`res3d quarantine list|show|export|retry|waive`: rows that could not be taken, and what people do about them."""

from __future__ import annotations

import getpass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.reasons import Reason

from .common import CommandFailed, JsonOption, WorkspaceOption, opened_workspace
from .output import notice, print_facts, print_heading, print_json, print_line, print_table
from .views import keep_up_after_commit

if TYPE_CHECKING:
    from ingest.quarantine_retry import Retried

_TABLES = (".csv", ".xlsx", ".json")


class State(StrEnum):
    """What has become of a row so far."""

    OPEN = "open"
    RETRIED = "retried"
    WAIVED = "waived"


StateOption = Annotated[State, typer.Option("--state", help="open: they wait; retried: they came in; waived.")]
SourceOption = Annotated[str | None, typer.Option("--source", help="Only rows of this source.")]
ReasonOption = Annotated[Reason | None, typer.Option("--reason", help="Only rows that are here for this reason.")]
ActorOption = Annotated[str | None, typer.Option("--actor", help="Who does it; else the name that is logged in.")]
_Source = Annotated[str, typer.Argument(metavar="SOURCE", help="The row's source.", show_default=False)]
_Name = Annotated[
    str, typer.Argument(metavar="KEY_OR_POSITION", help="Its key, or its place in its file.", show_default=False)
]

app = typer.Typer(help="Rows that could not be taken: look, correct, try again, put aside.", no_args_is_help=True)


@app.command("list")
def list_(
    state: StateOption = State.OPEN,
    source: SourceOption = None,
    reason: ReasonOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """How many rows there are, by source, file and reason; of waived and retried ones by whom and why, too."""
    from ingest.quarantine import QuarantineFilter, counts

    with opened_workspace(workspace) as opened, opened.ledger.reading() as snapshot:
        found = counts(snapshot, QuarantineFilter(state, source, reason))
    total = int(found["rows"].sum())
    if as_json:
        print_json({"state": str(state), "rows": total, "counts": found.to_dicts()})
        return
    if not total:
        print_line(f"No {state} row.")
        return
    offered = ("repairable",) if found["repairable"].sum() else ()
    names = ["source", "file", "reason", *(() if state is State.OPEN else ("actor", "note")), "rows", *offered]
    print_table(names, found.select(names).rows())
    if offered and state is State.OPEN:
        print_line(f"{_rows(int(found['repairable'].sum()))} can be taken repaired: `res3d quarantine retry --repair`.")
    print_line(f"{_rows(total)} {state}.")


@app.command()
def show(source: _Source, name: _Name, workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """One row as it came, with what is wrong with it, what helps, and who has done what about it."""
    from ingest.quarantine import shown

    with opened_workspace(workspace) as opened, opened.ledger.reading() as snapshot:
        rows = shown(snapshot, source, name)
    if as_json:
        print_json({"rows": rows})
        return
    for row in rows:
        _show_row(row)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="Where to write it: .csv, .xlsx or .json.", show_default=False)],
    state: StateOption = State.OPEN,
    source: SourceOption = None,
    reason: ReasonOption = None,
    force: Annotated[bool, typer.Option("--force", help="Also in the place of a file that is there.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the rows as a table to correct, in the source's own columns; `retry --from` takes it back.

    Spreadsheets rewrite dates and long numbers of a CSV when they save it; .xlsx keeps them as they are.
    """
    from api.tables import write_table
    from ingest.quarantine import QuarantineFilter
    from ingest.quarantine_table import table_rows, text_table

    _check_kind(file, "FILE")
    if file.exists() and not force:
        raise CommandFailed(f"{file} is there already, perhaps with corrections: name another file, or add --force")
    with opened_workspace(workspace) as opened, opened.ledger.reading() as snapshot:
        rows = table_rows(snapshot, QuarantineFilter(state, source, reason))
    if not rows:
        raise CommandFailed("There is no such row to correct: `res3d quarantine list` tells what there is")
    if file.suffix.lower() == ".json":
        import json

        file.write_text(json.dumps(rows, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    else:
        write_table(text_table(rows), file)
    if as_json:
        print_json({"file": str(file), "rows": len(rows)})
    else:
        print_line(f"{_rows(len(rows))} written to {file}; corrected, it goes in by `res3d quarantine retry --from`.")


@app.command()
def retry(
    corrected: Annotated[
        Path | None, typer.Option("--from", help="A corrected file of `export`.", exists=True, dir_okay=False)
    ] = None,
    source: SourceOption = None,
    reason: ReasonOption = None,
    actor: ActorOption = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Take invalid outlines repaired where that is offered; they are marked.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try open rows again, as they came or as a file has them corrected, under what is in force now."""
    from ingest.quarantine import QuarantineFilter
    from ingest.quarantine_retry import retry as try_again
    from ingest.quarantine_retry import retry_corrected

    if corrected is not None and (source or reason):
        raise typer.BadParameter("it says which rows are meant: leave out --source and --reason", param_hint="--from")
    who = actor or getpass.getuser()
    with opened_workspace(workspace) as opened:
        parts = (opened.workspace, opened.ledger, opened.schema)
        if corrected is None:
            done = try_again(*parts, QuarantineFilter("open", source, reason), actor=who, repair=repair)
        else:
            _check_kind(corrected, "--from")
            done = retry_corrected(*parts, _read(corrected), corrected.name, actor=who, repair=repair)
        _show_retried(done, as_json=as_json)
        if done.taken:
            keep_up_after_commit(opened)


@app.command()
def waive(
    note: Annotated[str, typer.Option("--note", "--reason-text", help="Why they are put aside.", show_default=False)],
    actor: Annotated[str, typer.Option("--actor", help="Who says so.", show_default=False)],
    row_source: Annotated[
        str | None, typer.Argument(metavar="SOURCE", help="The source of one row.", show_default=False)
    ] = None,
    name: Annotated[
        str | None, typer.Argument(metavar="KEY_OR_POSITION", help="Its key or place.", show_default=False)
    ] = None,
    source: SourceOption = None,
    reason: ReasonOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put one row aside for good, or all open ones of a source or reason: they are not tried again."""
    from ingest.quarantine import QuarantineFilter
    from ingest.quarantine import waive as put_aside

    by_filter = bool(source or reason)
    if by_filter == bool(row_source) or bool(row_source) != bool(name):
        raise typer.BadParameter("name one row by SOURCE and KEY_OR_POSITION, or several by --source and --reason")
    wanted = (row_source, name) if row_source and name else QuarantineFilter("open", source, reason)
    with opened_workspace(workspace) as opened:
        rows = put_aside(opened.ledger, wanted, actor=actor, note=note)
        transaction = opened.ledger.position().number
    if as_json:
        told = rows.select("source", "delivery", "position", "key", "reason").to_dicts()
        print_json({"waived": told, "transaction": transaction})
    else:
        print_line(f"{_rows(rows.height)} waived; `res3d quarantine list --state waived` tells of them.")


def _rows(number: int) -> str:
    return f"{number:,} row" if number == 1 else f"{number:,} rows"


def _check_kind(file: Path, option: str) -> None:
    if file.suffix.lower() not in _TABLES:
        raise typer.BadParameter(f"{file.name!r} is none of {', '.join(_TABLES)}", param_hint=option)


def _read(file: Path) -> list[dict[str, object]]:
    from api.tables import read_table
    from ingest.quarantine_table import read_rows

    if file.suffix.lower() == ".json":
        return read_rows(file.read_text(encoding="utf-8-sig"), file.name)
    return read_table(file).to_dicts()


def _show_row(row: dict[str, Any]) -> None:
    content = row["content"]
    facts = [(name, row[name]) for name in ("source", "delivery", "position", "key", "reason", "detail", "hint")]
    facts += [("state", row["state"]), ("since (UTC)", row["time"][:19]), ("by", row["actor"]), ("note", row["note"])]
    for shape in content.get("@geometries") or ():
        words = (f"{shape['dimension'] or '?'}D", content.get("@crs"), shape["problem"])
        facts.append(("geometry", ", ".join(str(word) for word in words if word)))
    print_facts((name, value) for name, value in facts if value is not None)
    print_heading("The row")
    print_facts((name, value) for name, value in content.items() if name not in {"@crs", "@geometries"})


def _show_retried(done: Retried, *, as_json: bool) -> None:
    if as_json:
        print_json(done.as_json())
        return
    print_line(
        f"{_rows(done.tried)} tried = {done.taken:,} taken + {done.unchanged:,} unchanged + "
        f"{done.quarantined:,} still in quarantine."
    )
    if done.repaired:
        print_line(f"{done.repaired:,} of them taken repaired, and marked so.")
    if done.reasons:
        print_table(("still in quarantine because of", "rows"), list(done.reasons.items()))
    for why, number in done.left_out.items():
        notice(f"{_rows(number)} not tried: {why}")
    if done.changeset is not None:
        print_line(f"Committed as changeset {done.changeset}.")
    else:
        print_line("Nothing was written.")
