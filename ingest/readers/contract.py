"""What a reader is given and what it hands on: the one vocabulary between foreign formats and our tables.

A reader yields the source's own names plus the structural columns below; it knows no class of ours. Structural
columns start with ``@``, so that they never meet a name of the source.

Features frame (`FEATURE_COLUMNS`), one row per thing of the file, then the source's own attributes as further
columns: whole numbers, floating point numbers, booleans or text; dates are ISO 8601 text, nested values JSON text.
A column that is empty in a whole batch may have the type ``Null``, and its number type may differ between batches:
compare values, not types.

Geometries frame (`GEOMETRY_COLUMNS`), one row per geometry of a thing (none for a thing without any): ISO WKB, x-y
order (east, north), the file's own CRS. Solids and surfaces are a MultiPolygon Z with one polygon per surface.
A geometry with a `Problem` is either null (it could not be built) or as given, but doubtful.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

import polars as pl

from .files import Sample

FEATURE_COLUMNS: Mapping[str, pl.DataType] = {
    "@row": pl.Int64(),  # position in the file, from 1
    "@key": pl.String(),  # the format's own id
    "@parent": pl.String(),  # key of the thing that this one is a part of
    "@class": pl.String(),  # the source's word for the kind of thing
}
GEOMETRY_COLUMNS: Mapping[str, pl.DataType] = {
    "@row": pl.Int64(),
    "@dimension": pl.Int8(),  # 2 or 3, whether the coordinates have heights; null with a null geometry
    "@lod": pl.String(),  # level of detail, as text: "2.2"
    "@geometry": pl.Binary(),  # ISO WKB
    "@surfaces": pl.List(pl.String()),  # the source's word for the meaning of each polygon
    "@solid": pl.Boolean(),  # the surfaces are said to enclose a volume
    "@problem": pl.String(),  # a `Problem`
}
BODY_COLUMNS: Mapping[str, pl.DataType] = {
    "@shells": pl.List(pl.List(pl.Int32())),  # of each solid the polygons in each of its shells, the outer one first
    "@composite": pl.Boolean(),  # its surfaces, or its solids, are said to be one: neighbours share an edge, or a face
}
"""What a reader whose format tells it may add to the geometries: where the shells and solids of a geometry begin.

The counts follow the order of the polygons. Null, or without the column, the shells are found by where they close.
"""


READERS_VERSION = 3
"""To be counted up when a reader gives other rows for a file than before: files taken before are read again then."""
MOST_COLUMNS = 20_000
"""Of one table; a file with more is refused, never cut."""


class Problem(StrEnum):
    """Why a geometry is missing or doubtful."""

    MISSING = "missing"  # the row has none
    EMPTY = "empty"  # no coordinates
    UNREADABLE = "unreadable"  # not built as its format asks: wrong nesting, wrong words, damaged bytes
    UNSUPPORTED_TYPE = "unsupported-type"  # a type of geometry without a counterpart here
    BAD_INDEX = "bad-index"  # refers to a vertex or template that is not there
    BAD_VERTEX = "bad-vertex"  # a vertex is not three numbers
    TOO_FEW_POINTS = "too-few-points"  # a ring of less than three, a line of less than two points
    SELF_CROSSING = "self-crossing"  # kept: a polygon of the plane whose outline crosses or touches itself
    BAD_SEMANTICS = "bad-semantics"  # kept without them: the meanings of its surfaces do not fit its surfaces


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What a file says of itself, and what was noticed while reading it."""

    format: str  # "GeoJSON", "CityJSON"...
    format_version: str | None = None
    crs: str | None = None  # horizontal, or the only one: "EPSG:28992", WKT when it has no EPSG code
    height_crs: str | None = None  # vertical part of a compound one: "EPSG:5709"
    epoch: float | None = None  # of the coordinates, decimal year
    declared_crs: str | None = None  # in the file's own words
    is_local: bool = False  # metres of a frame of the file's own, without any place on Earth
    rows: int | None = None  # features; None while unknown
    layers: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    unsupported: dict[str, int] = field(default_factory=dict)  # what was left out, by the source's word


@dataclass(frozen=True, slots=True)
class Batch:
    """Some features and all their geometries; the columns are described in this module's text."""

    features: pl.DataFrame
    geometries: pl.DataFrame

    def __post_init__(self) -> None:
        discrepancies = [
            f"{frame_name}: column {name} is {frame.schema.get(name, 'absent')}, expected {dtype}"
            for frame_name, frame, columns in (
                ("features", self.features, FEATURE_COLUMNS),
                ("geometries", self.geometries, {**GEOMETRY_COLUMNS, **_those_of(self.geometries, BODY_COLUMNS)}),
            )
            for name, dtype in columns.items()
            if frame.schema.get(name) != dtype
        ]
        if discrepancies:
            raise TypeError("not a batch: " + "; ".join(discrepancies))


def _those_of(frame: pl.DataFrame, columns: Mapping[str, pl.DataType]) -> dict[str, pl.DataType]:
    return {name: dtype for name, dtype in columns.items() if name in frame.columns}


def with_bodies(geometries: pl.DataFrame) -> pl.DataFrame:
    """Geometries with the columns of `BODY_COLUMNS`, null where the reader does not tell them."""
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in BODY_COLUMNS.items() if name not in geometries.columns]
    return geometries.with_columns(absent)


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be read: one layer of one file, in batches of about so many features."""

    path: str
    layer: str | None = None
    batch_rows: int = 20_000

    def __post_init__(self) -> None:
        if self.batch_rows < 1:
            raise ValueError(f"batch_rows is {self.batch_rows}, expected 1 or more")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a parser may take before it is ended.

    Time counts only while somebody waits for the parser, so a slow consumer costs it nothing.
    """

    memory_bytes: int = 4 * 1024**3  # of address space, on top of what its libraries take
    seconds: float = 3600.0  # for the whole file
    seconds_without_progress: float = 300.0  # between two batches


@runtime_checkable
class Reader(Protocol):
    """One foreign format or family of formats."""

    name: str

    def recognises(self, sample: Sample) -> bool:
        """Whether this reader can take the file, judged by its beginning rather than by its name."""
        ...

    def read(self, request: Request) -> Iterator[FileInfo | Batch]:
        """Yield the `FileInfo` as far as it is known, then the batches, at last the complete `FileInfo`.

        Runs in a child process with limits, so it may crash. `FileInfo.declared_crs` is enough: the fields `crs` and
        `height_crs` are made from it.
        """
        ...
