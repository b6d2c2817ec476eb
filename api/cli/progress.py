"""Progress of long work on standard error: a bar in a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from .output import stderr

Advance = Callable[[str, int, int | None], None]
"""Called with what is worked on, how much of it is done, and how much there is (None: unknown)."""

SECONDS_BETWEEN_LINES = 2.0


class _Rate(ProgressColumn):
    """How many per second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="dim")


@contextmanager
def progress(unit: str) -> Iterator[Advance]:
    """Shows how far long work is: done, rate, time left; `unit` says what is counted."""
    console = stderr()
    if not console.is_terminal:
        yield _Lines(unit)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[amount]}"),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        tasks = {}

        def advance(name: str, done: int, total: int | None) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total, amount="")
            bars.update(tasks[name], completed=done, total=total, amount=_amount(done, total, unit))

        yield advance


class _Lines:
    """Progress where nobody can see a bar move: in a log."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._started: dict[str, float] = {}
        self._last = time.monotonic()
        self._next = self._last + SECONDS_BETWEEN_LINES

    def __call__(self, name: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        started = self._started.setdefault(name, self._last)
        self._last = now
        if now < max(self._next, started + SECONDS_BETWEEN_LINES):
            return
        self._next = now + SECONDS_BETWEEN_LINES
        rate = done / (now - started) if now > started else 0.0
        left = f", {(total - done) / rate:,.0f} s left" if total and total > done and rate else ""
        stderr().print(f"{name}: {_amount(done, total, self._unit)}, {rate:,.0f}/s{left}", markup=False)


def _amount(done: int, total: int | None, unit: str) -> str:
    return f"{done:,} of {total:,} {unit}" if total else f"{done:,} {unit}"
