"""What a VCT file says before its data: the head, the kinds of features, the columns of the tables.

After GB/T 17798 (2007) and the "3.0" profiles for land data, as public writers and readers agree on them. Where these
leave something open, `Choices` says what is taken, so that it can be taken otherwise.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from .errors import FileDamaged, ReaderError, UnknownFormat

_VERSIONS: Final = ("2.", "3.")
_DATA_MARKS: Final = ("LANDUSE-VCT", "CNSDTF-VCT")
_EAST: Final = ("e", "东")
_NORTH: Final = ("n", "北")
_COLON: Final = re.compile("[:：]")


@dataclass(frozen=True, slots=True)
class Choices:
    """What is taken where the format leaves it open. For others, a plug-in of three lines names a reader of its own:
    ``READER = VctReader(Choices(axes="north"))`` with a ``name`` (docs/formats.md).
    """

    axes: Literal["head", "east", "north"] = "head"
    """Which axis the first coordinate is on, whatever the head says."""
    axes_unsaid: Literal["east", "north"] = "east"
    """The same, of a head that says nothing. A number with a zone before it is an easting in any case."""
    offset: Literal["refuse", "add", "ignore"] = "refuse"
    """What becomes of an ``Offset`` that is not 0: no public file says whether it is to be added."""
    turned_lines: Literal["accept", "refuse"] = "accept"
    """What becomes of a ring whose lines only meet when some are turned against their signs."""


@dataclass(frozen=True, slots=True)
class Head:
    """The entries of the head, by name in lower case."""

    entries: dict[str, str]
    version: str
    separator: str
    has_heights: bool

    def get(self, name: str) -> str:
        """The entry of that name, empty when there is none."""
        return self.entries.get(name.lower(), "")

    def first_axis(self) -> Literal["east", "north", ""]:
        """Which axis the first coordinate of each pair is on; empty when the head says nothing.

        Raises ValueError for axes that are not an east and a north one.
        """
        first, second = (self.get(name).strip().lower() for name in ("XAxisDirection", "YAxisDirection"))
        if not first and not second:
            return ""
        for word, here, there in (("east", _EAST, _NORTH), ("north", _NORTH, _EAST)):
            if (not first or first.startswith(here)) and (not second or second.startswith(there)):
                return "east" if word == "east" else "north"
        raise ValueError(f"its axes point to {first or 'nowhere'} and {second or 'nowhere'}")


@dataclass(frozen=True, slots=True)
class FeatureKind:
    """One line of FeatureCode: a code, its name, the section of its geometries, the table of its attributes."""

    code: str
    name: str
    geometry: str
    table: str


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table and its type in lower case, such as ``char`` or ``float``."""

    name: str
    type: str


def head_of(lines: Iterable[tuple[int, str]], path: str) -> Head:
    """The head. Raises `UnknownFormat` for other data and versions, `FileDamaged` for entries that can't be."""
    entries = {}
    for _, line in lines:
        name, _, value = _COLON.sub(":", line, count=1).partition(":")
        entries[name.strip().lower()] = value.strip()
    mark, version = entries.get("datamark", ""), entries.get("version", "")
    if not mark.upper().startswith(_DATA_MARKS):
        what = f"its head names the data {mark or 'not at all'}, expected Datamark:{' or '.join(_DATA_MARKS)}"
        raise UnknownFormat(path, what, "Give a VCT file")
    if not version.startswith(_VERSIONS):
        what = f"its VCT version is {version or 'not named'}"
        raise UnknownFormat(path, what, "Save it as VCT 2.0 or 3.0")
    dimension = entries.get("dim", "2") or "2"
    if dimension not in ("2", "3"):
        raise FileDamaged(path, f"its head says Dim:{dimension}, expected 2 or 3", "Get the file again")
    separator = entries.get("separator", "") or ","
    if len(separator) != 1 or separator.isalnum() or separator in "+-.":
        raise FileDamaged(path, f"its separator {separator[:20]!r} can't part values", "Get the file again")
    return Head(entries, version, separator, dimension == "3")


def feature_kinds_of(lines: Iterable[tuple[int, str]], head: Head, path: str) -> tuple[FeatureKind, ...]:
    """The lines of FeatureCode. Raises `FileDamaged` for one with less than four values."""
    kinds = []
    for number, line in lines:
        values = [value.strip() for value in line.split(head.separator)]
        if len(values) < 4 or not values[0] or not values[3]:
            raise _bad_line(path, number, line, "a code, a name, a kind of geometry and a table")
        kinds.append(FeatureKind(values[0], values[1], values[2].capitalize(), values[3]))
    return tuple(kinds)


def tables_of(
    lines: Iterable[tuple[int, str]], head: Head, path: str
) -> tuple[dict[str, tuple[Field, ...]], tuple[str, ...]]:
    """The columns of each table, and warnings about numbers of columns that are not those that follow.

    A line of a name and a number begins a table, one of a name and a word is a column, ``0`` ends a table or all.
    """
    tables: dict[str, list[Field]] = {}
    said: dict[str, int] = {}
    current: list[Field] | None = None
    for number, line in lines:
        if line == "0":
            continue
        values = [value.strip() for value in line.split(head.separator)]
        if len(values) >= 2 and values[1].isdecimal():
            current = tables.setdefault(values[0], [])
            said[values[0]] = int(values[1][:9])
        elif current is None or len(values) < 2 or not values[0]:
            raise _bad_line(path, number, line, "a table and its number of columns, or a column and its type")
        else:
            current.append(Field(values[0], values[1].lower()))
    warnings = tuple(
        f"says that the table {name} has {said[name]} columns, {len(fields)} are described"
        for name, fields in tables.items()
        if len(fields) != said[name]
    )
    return {name: tuple(fields) for name, fields in tables.items()}, warnings


def _bad_line(path: str, number: int, line: str, expected: str) -> ReaderError:
    return FileDamaged(path, f"{line[:60]!r} is not {expected}", "Get the file again", place=f"line {number}")
