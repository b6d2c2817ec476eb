"""Reading a file in a process of its own: a parser may crash, eat memory or hang, and all we get is an error."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from .contract import Batch, FileInfo, Limits, Request
from .crs import split_crs
from .parser_process import ParserProcess


class Reading:
    """A file being read: `info` as far as it is known, and the batches.

    `info` is complete after the last batch. Close it (or use it in a ``with`` statement) to end the parser early.
    """

    def __init__(self, parser: ParserProcess, declared: str | None) -> None:
        self._parser, self._turn = parser, parser.turn
        self._given_crs = declared
        self.info = self._complete(self._parser.first_info())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """End the parser, if it still runs and has no other layer to read."""
        self._parser.leave(self._turn)

    @property
    def batches(self) -> Iterator[Batch]:
        """The batches that are still to come."""
        if self._parser.turn != self._turn:
            return
        for part in self._parser.parts():
            if isinstance(part, FileInfo):
                self.info = self._complete(part)
            else:
                yield part
        news = tuple(note for note in self._parser.notes if note not in self.info.warnings)
        if news:
            self.info = replace(self.info, warnings=self.info.warnings + news)

    def _complete(self, info: FileInfo) -> FileInfo:
        """The same with its CRS resolved; a CRS that the caller gave wins over the file's."""
        notes = list(info.warnings)
        if self._given_crs is not None:
            crs, height_crs = split_crs(self._given_crs)
            if info.declared_crs and _resolved(info.declared_crs) != (crs, height_crs):
                notes.append(f"read as {self._given_crs}, although the file declares {info.declared_crs[:60]}")
            return replace(info, crs=crs, height_crs=height_crs, warnings=tuple(notes))
        if info.declared_crs is None:
            return info
        resolved = _resolved(info.declared_crs)
        if resolved is None:
            notes.append(f"its CRS {info.declared_crs[:60]!r} is not known; give one by crs=")
            return replace(info, warnings=tuple(notes))
        return replace(info, crs=resolved[0], height_crs=resolved[1], warnings=tuple(notes))


def read(
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002 - the word of the contract and of the command line
    layer: str | None = None,
    crs: str | None = None,
    batch_rows: int = 20_000,
    limits: Limits | None = None,
) -> Reading:
    """Begin to read a file in a limited child process and wait for what it says of itself.

    ``format`` is the name of a reader (default: detected by content), ``layer`` one of several, ``crs`` what to
    believe instead of the file's own word. Raises `ReaderError`: here for a file that can't be opened, while the
    batches are taken for one that breaks off; ValueError for a ``crs`` that is not known.

    >>> sample = Path(__file__).parents[1] / "sample" / "delft" / "bag_pand.geojson"
    >>> with read(sample) as reading:
    ...     reading.info.format, reading.info.crs, sum(len(batch.features) for batch in reading.batches)
    ('GeoJSON', 'EPSG:28992', 1529)
    """
    if crs is not None:
        split_crs(crs)
    return Reading(ParserProcess(Request(str(path), layer, batch_rows), format, limits or Limits()), crs)


def _resolved(declared: str) -> tuple[str, str | None] | None:
    try:
        return split_crs(declared)
    except ValueError:
        return None
