"""Parsers that start before their turn: the next file is opened on one core while the rows of this one are written.

The layers of one file are read by one parser, one after another.
"""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from .contract import Limits, Request
from .crs import split_crs
from .parser_process import ParserProcess
from .sandbox import Reading


@dataclass(frozen=True, slots=True)
class ReadingTask:
    """What is to be read, and by which reader (None: the one that recognises the content)."""

    request: Request
    reader_name: str | None = None


class Ahead:
    """The parsers of some files that are wanted soon. Each reads a few batches and then waits, without using time.

    >>> sample = Path(__file__).parents[1] / "sample" / "delft" / "bag_pand.geojson"
    >>> task = ReadingTask(Request(str(sample)))
    >>> with Ahead(None, Limits()) as ahead:
    ...     ahead.begin(task)
    ...     with ahead.read(task) as reading:
    ...         reading.info.rows
    1529
    """

    def __init__(self, crs: str | None, limits: Limits) -> None:
        if crs is not None:
            split_crs(crs)
        self._crs, self._limits = crs, limits
        self._begun: dict[ReadingTask, ParserProcess] = {}
        self._last: ParserProcess | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for parser in self._begun.values():
            parser.close()
        self._begun.clear()

    def begin(self, task: ReadingTask) -> None:
        """Start the parser of a file that is read soon; nothing is waited for and nothing can fail yet."""
        if task not in self._begun:
            last, wanted = self._last, (task.request.path, task.reader_name)
            if last is None or (last.path, last.reader_name) != wanted or not last.order(task.request):
                last = self._started(task)
            self._begun[task] = last

    def read(self, task: ReadingTask) -> Reading:
        """As `sandbox.read`, from the parser that was begun where there is one."""
        parser = self._begun.pop(task, None)
        if parser is not None and not parser.is_ready_for(task.request):
            parser.close()
            parser = None
        parser = parser or self._started(task)
        self._last = parser
        return Reading(parser, self._crs)

    def drop(self, path: Path) -> None:
        """End parsers of a file that turned out not to be wanted."""
        for task in [each for each in self._begun if each.request.path == str(path)]:
            self._begun.pop(task).close()

    def _started(self, task: ReadingTask) -> ParserProcess:
        return ParserProcess(task.request, task.reader_name, self._limits)
