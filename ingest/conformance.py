"""How the last delivery of each data set conforms, in the elements of ISO 19157-1: counts, and where the trouble is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl
import shapely
from sqlalchemy import func, select

from kg.ledger import Snapshot, in_force
from kg.ledger import tables as t

from .datum import to_degrees
from .quarantine import QuarantineError, Wanted, rows_in, with_content
from .reasons import Reason

_MOST_PLACES: Final = 2_000

COMPLETENESS, CONSISTENCY, POSITION, THEME, TIME = (
    "completeness", "logical consistency", "positional accuracy", "thematic accuracy", "temporal quality",
)  # fmt: skip
_OF_REASONS: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.DUPLICATE_KEY: (COMPLETENESS, "commission: rows with a key that another row has"),
    Reason.NULL_GEOMETRY: (COMPLETENESS, "omission: rows without the geometry that they need"),
    Reason.EMPTY_GEOMETRY: (COMPLETENESS, "omission: rows without the geometry that they need"),
    Reason.MISSING_KEY: (COMPLETENESS, "omission: rows without a key"),
    Reason.MISSING_VALUE: (COMPLETENESS, "omission: rows without a value that they need"),
    Reason.WRONG_DATATYPE: (CONSISTENCY, "domain consistency: values of another datatype"),
    Reason.WRONG_VALUE: (CONSISTENCY, "domain consistency: values outside the list"),
    Reason.WRONG_CODE: (CONSISTENCY, "domain consistency: codes that break their scheme"),
    Reason.BROKEN_SHAPE: (CONSISTENCY, "domain consistency: rows that break a SHACL shape"),
    Reason.UNMAPPED_CLASS: (THEME, "classification correctness: kinds of rows that no mapping knows"),
    Reason.UNKNOWN_CLASS: (THEME, "classification correctness: classes that the ontology has not"),
    Reason.CLASS_CONFLICT: (THEME, "classification correctness: codes of things of another kind"),
    Reason.WRONG_GEOMETRY_TYPE: (CONSISTENCY, "conceptual consistency: kinds of geometry that the class has not"),
    Reason.NO_LONGER_FITS: (CONSISTENCY, "conceptual consistency: rows that no longer fit the ontology"),
    Reason.DAMAGED_GEOMETRY: (CONSISTENCY, "format consistency: geometries that can't be read"),
    Reason.INVALID_SOLID: (CONSISTENCY, "topological consistency: surfaces and solids that break ISO 19107"),
    Reason.INVALID_GEOMETRY: (CONSISTENCY, "topological consistency: outlines that cross or touch themselves"),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A count of rows that fail in one respect, of so many; `detail` says more where numbers do not."""

    element: str
    measure: str
    count: int
    of: int
    detail: str = ""

    @property
    def share(self) -> float:
        """The failing part, from 0 to 1."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row that could not be taken lies, in longitude and latitude, and why it could not."""

    longitude: float
    latitude: float
    reason: str
    key: str | None


@dataclass(frozen=True, slots=True)
class Conformance:
    """What is known of one data set: its last delivery, the measures of it, and where rows lie that failed."""

    source: str
    title: str
    delivery: str
    time: str
    rows: int
    taken: int
    still_open: int
    measures: tuple[Measure, ...]
    places: tuple[Place, ...]
    warnings: tuple[str, ...]


def conformance(snapshot: Snapshot, source: str | None = None) -> list[Conformance]:
    """The conformance of one data set or of all. Raises QuarantineError for a source that nobody delivered."""
    d, s, c = t.delivery, t.source, t.changeset
    query = (
        select(d.c.source, d.c.name, d.c.summary, s.c.title, c.c.time)
        .join_from(d, s, s.c.id == d.c.source)
        .join(c, c.c.number == d.c.changeset)
        .where(in_force(d), in_force(s))
        .order_by(d.c.fid)
    )
    last = snapshot.read(query).unique("source", keep="last", maintain_order=True)
    if source is not None:
        last = last.filter(pl.col("source") == source)
        if last.is_empty():
            raise QuarantineError(f"There is no delivery of {source!r}: `res3d ingest` takes one")
    waiting = rows_in(snapshot, Wanted("open"))
    return [
        _of_delivery(snapshot, row, waiting.filter(pl.col("source") == row["source"]))
        for row in last.sort("source").iter_rows(named=True)
    ]


def _of_delivery(snapshot: Snapshot, row: dict[str, str], waiting: pl.DataFrame) -> Conformance:
    summary = json.loads(row["summary"])
    rows, reasons = int(summary["rows"]), dict(summary["reasons"])
    counted: dict[tuple[str, str], int] = {}
    for reason, number in reasons.items():
        place = _OF_REASONS[Reason(reason)]
        counted[place] = counted.get(place, 0) + number
    measures = [Measure(element, measure, number, rows) for (element, measure), number in counted.items()]
    measures.insert(0, Measure(COMPLETENESS, "omission: rows that could not be taken", summary["quarantined"], rows))
    measures += [_position(snapshot, row["source"]), *_time(snapshot, row["source"])]
    order = (COMPLETENESS, CONSISTENCY, POSITION, THEME, TIME)
    return Conformance(
        source=row["source"],
        title=row["title"] or row["source"],
        delivery=row["name"],
        time=row["time"],
        rows=rows,
        taken=rows - int(summary["quarantined"]),
        still_open=waiting.height,
        measures=tuple(sorted(measures, key=lambda each: order.index(each.element))),
        places=_places(snapshot, waiting.head(_MOST_PLACES)),
        warnings=tuple(summary["warnings"]),
    )


def _position(snapshot: Snapshot, source: str) -> Measure:
    """Geometries whose coordinates came by an operation of unknown accuracy."""
    g = t.geometry
    query = select(
        func.count().label("all"), func.sum(g.c.ballpark).label("ballpark"), func.max(g.c.accuracy_m).label("worst")
    ).where(in_force(g), g.c.source == source)
    found = snapshot.connection.execute(query).one()
    detail = "" if found.worst is None else f"coordinate operations are uncertain by up to {found.worst:g} m"
    return Measure(
        POSITION, "absolute accuracy: geometries moved by an operation of unknown accuracy", int(found.ballpark or 0),
        int(found.all), detail,
    )  # fmt: skip


def _time(snapshot: Snapshot, source: str) -> list[Measure]:
    """Records that end before they begin, and such that say nothing of time."""
    r = t.record
    known = (in_force(r), r.c.source == source)
    count = select(func.count()).select_from(r)
    total, ends, none = (
        int(snapshot.connection.execute(count.where(*known, *more)).scalar_one())
        for more in ((), (r.c.valid_to < r.c.valid_from,), (r.c.valid_from.is_(None),))
    )
    return [
        Measure(TIME, "temporal consistency: records that end before they begin", ends, total),
        Measure(TIME, "temporal validity: records that do not say since when they hold", none, total),
    ]


def _places(snapshot: Snapshot, rows: pl.DataFrame) -> tuple[Place, ...]:
    """A point of each row that has a geometry which can be placed."""
    found = []
    for row in with_content(snapshot, rows).iter_rows(named=True):
        content = json.loads(row["content"])
        for shape in content.get("@geometries") or ():
            point = _point(shape.get("geometry"), content.get("@crs"))
            if point is not None:
                found.append(Place(point.x, point.y, row["reason"], row["key"]))
                break
    return tuple(found)


def _point(wkb: str | None, crs: str | None) -> shapely.Point | None:
    shape = shapely.from_wkb(bytes.fromhex(wkb), on_invalid="ignore") if wkb and crs else None
    if shape is None or shape.is_empty or crs is None:
        return None
    west, south, east, north = shape.bounds
    x, y = to_degrees(crs).transform((west + east) / 2, (south + north) / 2)
    point = shapely.Point(x, y)
    return point if shapely.is_valid(point) and abs(x) <= 180 and abs(y) <= 90 else None
