"""Parsers that start before their turn: the next file is opened on one core while the rows of this one are written."""

from pathlib import Path
from types import TracebackType
from typing import Self

from .contract import Limits, Request
from .crs import split_crs
from .parser_process import ParserProcess
from .sandbox import Reading


class Ahead:
    """The parsers of some files that are wanted soon. Each reads a few batches and then waits, without using time.

    >>> sample = Path(__file__).parents[1] / "sample" / "delft" / "bag_pand.geojson"
    >>> with Ahead(None, None, Limits()) as ahead:
    ...     ahead.begin(Request(str(sample)))
    ...     with ahead.read(Request(str(sample))) as reading:
    ...         reading.info.rows
    1529
    """

    def __init__(self, reader_name: str | None, crs: str | None, limits: Limits) -> None:
        if crs is not None:
            split_crs(crs)
        self._reader_name, self._crs, self._limits = reader_name, crs, limits
        self._begun: dict[Request, ParserProcess] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for parser in self._begun.values():
            parser.close()
        self._begun.clear()

    def begin(self, request: Request) -> None:
        """Start the parser of a file that is read soon; nothing is waited for and nothing can fail yet."""
        if request not in self._begun:
            self._begun[request] = self._started(request)

    def read(self, request: Request) -> Reading:
        """As `sandbox.read`, from the parser that was begun where there is one."""
        parser = self._begun.pop(request) if request in self._begun else self._started(request)
        return Reading(parser, self._crs)

    def drop(self, path: Path) -> None:
        """End parsers of a file that turned out not to be wanted."""
        for request in [each for each in self._begun if each.path == str(path)]:
            self._begun.pop(request).close()

    def _started(self, request: Request) -> ParserProcess:
        return ParserProcess(request, self._reader_name, self._limits)
