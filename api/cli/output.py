"""How verbs print: tables that are pleasant in a terminal and plain in a pipe, JSON, and messages on stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

_PIPE_WIDTH = 100_000
"""So wide that no line is broken where nobody looks at it on a screen."""


def stdout() -> Console:
    """Standard output as it is now (a test may have replaced it)."""
    return _console(stderr=False)


def stderr() -> Console:
    """Standard error: progress, notices and errors, so that a pipe gets the answer only."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, width=None if is_terminal else _PIPE_WIDTH, highlight=False)


def print_json(document: object) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n")
    sys.stdout.flush()  # whoever reads a pipe need not wait for more


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str | None = None) -> None:
    """Rows under headings; numbers stand to the right, None shows as nothing."""
    given = [list(row) for row in rows]
    numeric = [
        bool(given) and all(isinstance(row[place], int | float | None) for row in given)
        for place in range(len(columns))
    ]
    cells = [[cell_text(cell) for cell in row] for row in given]
    console = stdout()
    if not console.is_terminal:
        _print_plain([list(columns), *cells], numeric, title)
        return
    table = Table(
        title=escape(title) if title else None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for column, is_number in zip(columns, numeric, strict=True):
        table.add_column(escape(column), justify="right" if is_number else "left", overflow="fold", no_wrap=is_number)
    for row in cells:
        table.add_row(*map(escape, row))
    console.print(table)


def print_facts(facts: Iterable[tuple[str, object]], title: str | None = None) -> None:
    """Names and values, one pair a line."""
    cells = [[name, cell_text(value)] for name, value in facts]
    console = stdout()
    if not console.is_terminal:
        _print_plain(cells, [False, False], title)
        return
    table = Table(
        title=escape(title) if title else None, title_justify="left", title_style="bold", show_header=False, box=None
    )
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for row in cells:
        table.add_row(*map(escape, row))
    console.print(table)


def _print_plain(rows: Sequence[Sequence[str]], numeric: Sequence[bool], title: str | None) -> None:
    """Columns of equal width, whole however wide, without lines or colours: for files and other programs."""
    if title:
        sys.stdout.write(f"{title}\n")
    widths = [max(cell_len(row[place]) for row in rows) for place in range(len(numeric))]
    for row in rows:
        padded = []
        for cell, width, is_number in zip(row, widths, numeric, strict=True):
            space = " " * (width - cell_len(cell))
            padded.append(space + cell if is_number else cell + space)
        sys.stdout.write("  ".join(padded).rstrip() + "\n")


def print_line(text: str = "") -> None:
    """A line of plain text on standard output."""
    stdout().print(text, markup=False)


def print_heading(text: str) -> None:
    """The heading of a part of a long output."""
    console = stdout()
    console.print()
    console.print(text, style="bold cyan", markup=False)


def status(text: str) -> None:
    """What is being done now, on standard error."""
    stderr().print(text, style="dim", markup=False)


_BY_ARGUMENT = re.compile(r"\bby (layer|format|crs)=(?=(\w)?)")


def with_options(text: str) -> str:
    """An advice for programs - to name a layer, a format or a CRS by an argument - as one for the command line.

    >>> with_options("Name one of them by layer=."), with_options("Name a table by layer=schema.table")
    ('Name one of them by --layer.', 'Name a table by --layer schema.table')
    """
    return _BY_ARGUMENT.sub(lambda found: f"by --{found[1]}{' ' if found[2] else ''}", text)


def notice(text: str) -> None:
    """Something worth knowing, on standard error."""
    stderr().print(with_options(text), style="yellow", markup=False)


def complain(text: str) -> None:
    """The reason why a verb failed, on standard error."""
    stderr().print(f"res3d: {with_options(text)}", style="red", markup=False)


def cell_text(value: object) -> str:
    """A value as it stands in a table.

    >>> cell_text(1529), cell_text(None), cell_text(True)
    ('1529', '', 'yes')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
