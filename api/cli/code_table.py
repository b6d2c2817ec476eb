"""`res3d code table`: a column of codes in a CSV or XLSX file, written back with what is known of each."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .common import CommandFailed, JsonOption, WorkspaceOption, opened_workspace
from .output import print_json, print_line
from .progress import progress

if TYPE_CHECKING:
    import polars as pl

_ROWS_AT_ONCE = 20_000


class What(StrEnum):
    """What is added to each row."""

    RESOLVE = "resolve"
    VALIDATE = "validate"


def table(
    file: Annotated[Path, typer.Argument(help="A CSV or XLSX file.", show_default=False)],
    column: Annotated[str | None, typer.Option("--column", "-c", help="The column with the codes.")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to write it, .csv or .xlsx.", show_default=False)
    ] = None,
    what: Annotated[
        What, typer.Option("--add", help="resolve: what is behind each; validate: its form or what is wrong.")
    ] = What.RESOLVE,
    scheme: Annotated[str | None, typer.Option("--scheme", "-s", help="Scheme of the codes.")] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add columns to a table: what is behind the codes of one column, or whether they are well-formed."""

    from api.tables import named_column, read_table, with_answers, write_table

    place = output or file.with_name(f"{file.stem}-{what}{file.suffix}")
    if place.resolve() == file.resolve():
        raise CommandFailed(f"{place} is the table itself: write to another file with --output")
    rows = read_table(file)
    texts = named_column(rows, column)
    found = _validated(texts, scheme) if what is What.VALIDATE else _resolved(texts, scheme, workspace)
    write_table(with_answers(rows, found), place)
    counts = dict(found["state"].fill_null("no code").value_counts().sort("state").iter_rows())
    if as_json:
        print_json({"file": str(place), "rows": rows.height, "states": counts})
    else:
        told = ", ".join(f"{count:,} {state}" for state, count in counts.items())
        print_line(f"{rows.height:,} rows written to {place}: {told or 'none'}.")


def _resolved(texts: pl.Series, scheme: str | None, workspace: Path | None) -> pl.DataFrame:
    import polars as pl

    from kg.resolve import Resolver, resolve_column

    with opened_workspace(workspace) as opened, progress("rows") as advance:
        resolver = Resolver(opened.ledger, opened.schema, opened.workspace.base)
        parts = []
        for start in range(0, max(len(texts), 1), _ROWS_AT_ONCE):
            parts.append(resolve_column(resolver, texts.slice(start, _ROWS_AT_ONCE), scheme))
            advance("resolving", min(start + _ROWS_AT_ONCE, len(texts)), len(texts))
    return pl.concat(parts)


def _validated(texts: pl.Series, scheme: str | None) -> pl.DataFrame:
    import polars as pl

    from coding import validate_column

    if scheme is None:
        raise CommandFailed("Say of which scheme the codes are: --scheme. `res3d code schemes` lists them.")
    checked = validate_column(scheme, texts)
    state = pl.when(pl.col("code").is_not_null()).then(pl.lit("valid"))
    state = state.when(pl.col("error").is_not_null()).then(pl.lit("invalid"))  # type: ignore[assignment]
    return checked.select(state.alias("state"), "code", pl.col("error").alias("problem"))
