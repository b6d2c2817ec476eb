"""The records of the sections Point, Line and Polygon of a VCT file, as columns.

A record is an id, a feature code, a style, a type, then what the type asks for, and ``0``. Lines with the separator are
coordinates or lists of ids, all others are single words; which is which is told for whole pieces at once.

One that does not hold together costs that feature its geometry: reading goes on behind the next ``0``. Of one whose
first four lines are not there nobody can say what it is, so that ends the file.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import repeat
from operator import contains
from typing import Final

import numpy as np

from .contract import Problem
from .errors import FileDamaged

_MOST_LINES: Final = 500_000  # of coordinates or lists in one batch
_DIRECT, _INDIRECT = 1, 100
_POLYLINE, _BY_LINES = 11, 21
_SINGLE_POINT, _DIRECTED_POINT, _CLUSTER = (1, 2), 3, 4
_END: Final = b"0"


@dataclass(slots=True)
class Records:
    """Some records of one section.

    Parts are points, pieces of lines or rings, each with the number of the record and of its coordinate lines; refs are
    the lines that rings are made of, each with the numbers of its record and ring, and whether it is turned.
    """

    ids: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    problems: list[str | None] = field(default_factory=list)
    coordinates: list[bytes] = field(default_factory=list)
    part_record: list[int] = field(default_factory=list)
    part_size: list[int] = field(default_factory=list)
    ref_record: list[int] = field(default_factory=list)
    ref_ring: list[int] = field(default_factory=list)
    ref_id: list[str] = field(default_factory=list)
    ref_turned: list[bool] = field(default_factory=list)
    rings: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)

    def add_part(self, run: list[bytes]) -> None:
        """One part of the record that is being read."""
        self.part_record.append(len(self.ids) - 1)
        self.part_size.append(len(run))
        self.coordinates += run

    def add_ring(self, refs: list[str]) -> None:
        """One ring of signed ids, which may be empty and then is none."""
        self.ref_record += repeat(len(self.ids) - 1, len(refs))
        self.ref_ring += repeat(self.rings, len(refs))
        self.ref_id += [ref.removeprefix("-") for ref in refs]
        self.ref_turned += [ref.startswith("-") for ref in refs]
        self.rings += 1

    @property
    def weight(self) -> int:
        """Lines of coordinates, and references."""
        return len(self.coordinates) + len(self.ref_id)


class _Broken(Exception):
    """What follows is not what the record's type asks for."""


class _Unsupported(Exception):
    """The record is of a type that is not read; the word for it is its argument."""


def records_of(
    pieces: Iterable[tuple[int, list[bytes]]], section: str, separator: str, path: str, most_records: int
) -> Iterator[Records]:
    """The records of a section in batches. Raises `FileDamaged` where a record has no beginning."""
    tokens = _Tokens(pieces, separator.encode())
    read = {"Point": _point, "Line": _line, "Polygon": _polygon}[section]
    records = Records()
    while (name := tokens.begin()) is not None:
        try:
            code, _ = tokens.word(), tokens.any_line()
            kind = tokens.number()
        except _Broken:
            what = f"the record of {section} {name[:40].decode(errors='replace')!r} has no code, style and type"
            raise FileDamaged(path, what, "Get the file again", place=f"before line {tokens.line}") from None
        records.ids.append(name.decode(errors="replace"))
        records.codes.append(code.decode(errors="replace"))
        records.problems.append(None)
        before = len(records.part_record), len(records.coordinates), len(records.ref_id)
        try:
            read(tokens, records, kind)
            tokens.end()
        except (_Broken, _Unsupported) as error:
            _forget(records, *before)
            if isinstance(error, _Unsupported):
                records.left_out[str(error)] += 1
            records.problems[-1] = str(
                Problem.UNSUPPORTED_TYPE if isinstance(error, _Unsupported) else Problem.UNREADABLE
            )
            tokens.skip_record()
        if len(records.ids) >= most_records or records.weight >= _MOST_LINES:
            yield records
            records = Records()
    if records.ids:
        yield records


def _forget(records: Records, parts: int, coordinates: int, refs: int) -> None:
    del records.part_record[parts:], records.part_size[parts:], records.coordinates[coordinates:]
    for column in (records.ref_record, records.ref_ring, records.ref_id, records.ref_turned):
        del column[refs:]


def _point(tokens: "_Tokens", records: Records, kind: int) -> None:
    if kind not in (*_SINGLE_POINT, _DIRECTED_POINT, _CLUSTER):
        raise _Unsupported(f"point of type {kind}")
    count = None if tokens.is_run() else tokens.kind()
    run = tokens.run()
    if (count is not None and count != len(run)) or (kind in _SINGLE_POINT and len(run) != 1):
        raise _Broken
    records.add_part(run[:1] if kind == _DIRECTED_POINT else run)  # a second one says where it looks


def _line(tokens: "_Tokens", records: Records, kind: int) -> None:
    if kind != _DIRECT:
        raise _Unsupported(f"line of type {kind}")
    for _ in range(tokens.number()):
        _part(tokens, records, "piece of a line", [tokens.kind(), tokens.kind()])


def _polygon(tokens: "_Tokens", records: Records, kind: int) -> None:
    if kind not in (_DIRECT, _INDIRECT):
        raise _Unsupported(f"polygon of type {kind}")
    if tokens.is_run() and len(tokens.run()) != 1:  # a point for its label, which is not kept
        raise _Broken
    if kind == _INDIRECT:
        _rings_of_lines(tokens, records)
        return
    for _ in range(tokens.number()):
        numbers = [tokens.kind()]
        if not tokens.is_run():
            numbers.append(tokens.kind())
        _part(tokens, records, "ring", numbers if len(numbers) == 2 else [_POLYLINE, *numbers])


def _part(tokens: "_Tokens", records: Records, word: str, numbers: list[int]) -> None:
    kind, count = numbers
    if kind != _POLYLINE:
        raise _Unsupported(f"{word} of kind {kind}")
    run = tokens.run()
    if count != len(run):
        raise _Broken
    records.add_part(run)


def _rings_of_lines(tokens: "_Tokens", records: Records) -> None:
    """Ids on one line or several; their number counts the zeros between rings, or does not: both occur."""
    by = tokens.kind()
    if by != _BY_LINES:
        raise _Unsupported(f"polygon made of kind {by}")
    count = tokens.number()
    refs: list[str] = []
    named = 0
    while named < count and not (len(refs) == count and tokens.is_end()):
        more = tokens.values() if tokens.is_run() else [tokens.word().decode(errors="replace")]
        refs += more
        named += sum(ref != "0" for ref in more)
    if count not in (named, len(refs)):
        raise _Broken
    ring: list[str] = []
    for ref in [*refs, "0"]:
        if ref != "0":
            ring.append(ref)
        elif ring:
            records.add_ring(ring)
            ring = []


class _Tokens:
    """The lines of a section, single words and runs of lines with the separator told apart."""

    def __init__(self, pieces: Iterable[tuple[int, list[bytes]]], separator: bytes) -> None:
        self._pieces = iter(pieces)
        self._separator = separator
        self._lines: list[bytes] = []
        self._run_ends: list[int] = []  # by line, where the run ends that it is in; itself for a word
        self._at = 0
        self.line = 0

    def begin(self) -> bytes | None:
        """The next word that begins a record; None at the end. Raises `_Broken` for coordinates."""
        while self._is_filled():
            if (word := self.any_line()) not in (b"", _END):
                return word
        return None

    def is_run(self) -> bool:
        """Whether coordinates or a list follow."""
        return self._is_filled() and self._run_ends[self._at] > self._at

    def is_end(self) -> bool:
        """Whether the end of a record follows."""
        return not self._is_filled() or self._lines[self._at] == _END

    def any_line(self) -> bytes:
        """The next line, whatever it is."""
        if not self._is_filled():
            raise _Broken
        self._at += 1
        self.line += 1
        return self._lines[self._at - 1]

    def word(self) -> bytes:
        """The next line, which has no separator."""
        if self.is_run():
            raise _Broken
        return self.any_line()

    def end(self) -> None:
        """Take the ``0`` that ends a record."""
        if self.word() != _END:
            raise _Broken

    def kind(self) -> int:
        """The next line as a number above 0; leaves a ``0``, which would be the end of the record."""
        if self.is_end():
            raise _Broken
        return self.number()

    def number(self) -> int:
        """The next line as a whole number, not below 0."""
        word = self.word()
        if not word.isdigit() or len(word) > 9:
            raise _Broken
        return int(word)

    def run(self) -> list[bytes]:
        """All lines with the separator that follow; none is an empty run."""
        lines: list[bytes] = []
        while self.is_run():
            end = self._run_ends[self._at]
            lines += self._lines[self._at : end]
            self.line += end - self._at
            self._at = end
        return lines

    def values(self) -> list[str]:
        """The values of a list, which may go on over several lines."""
        texts = [line.decode(errors="replace").rstrip(self._separator.decode()) for line in self.run()]
        return [value.strip() for text in texts for value in text.split(self._separator.decode())]

    def skip_record(self) -> None:
        """Go behind the next ``0``."""
        while self._is_filled() and self.any_line() != _END:
            pass

    def _is_filled(self) -> bool:
        while self._at >= len(self._lines):
            piece = next(self._pieces, None)
            if piece is None:
                return False
            self.line, self._lines = piece
            self._at = 0
            lines = len(self._lines)
            is_list = np.fromiter(map(contains, self._lines, repeat(self._separator)), dtype=bool, count=lines)
            words = np.where(is_list, lines, np.arange(lines))
            self._run_ends = np.minimum.accumulate(words[::-1])[::-1].tolist()
        return True
