"""Facts on disk, part by part, so that a ledger of any size can be projected in bounded memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from .frames import Facts


@dataclass(frozen=True, slots=True)
class Spilled:
    """Parts of facts in a folder, read anew each time that they are gone through."""

    folder: Path
    count: int

    def __iter__(self) -> Iterator[Facts]:
        for number in range(self.count):
            frames = {name: pl.read_ipc(_file(self.folder, number, name)) for name in Facts.SCHEMAS}
            yield Facts(**frames, removed=pl.Series("removed", [], dtype=pl.String))


def spilled(parts: Iterable[Facts], folder: Path) -> Spilled:
    """The parts (of a full set: nothing is removed in them), written into an empty folder."""
    count = 0
    for part in parts:
        for name in Facts.SCHEMAS:
            frame: pl.DataFrame = getattr(part, name)
            frame.write_ipc(_file(folder, count, name), compression="lz4")
        count += 1
    return Spilled(folder, count)


def _file(folder: Path, number: int, name: str) -> Path:
    return folder / f"{number}-{name}.arrow"
