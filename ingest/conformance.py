"""How the last delivery of each data set conforms, in the elements of ISO 19157-1: counts, and where the trouble is."""

import json
from collections.abc import Sequence
from typing import Final

import polars as pl
import shapely
from sqlalchemy import select

from kg.ledger import Snapshot, in_force
from kg.ledger import tables as t
from ontology import Schema

from .conformance_measures import areas, position, repaired, times, topology
from .conformance_table import COMPLETENESS, ELEMENTS, NOT_TAKEN, OF_REASONS, Conformance, Layer, Measure, Place
from .datum import to_degrees
from .quarantine import QuarantineError, QuarantineFilter, rows_in, with_content
from .reasons import Reason

_MOST_PLACES: Final = 2_000


def conformance(snapshot: Snapshot, schema: Schema, sources: str | Sequence[str] | None = None) -> list[Conformance]:
    """The conformance of some data sets or of all. Raises QuarantineError for a source that nobody delivered.

    Of each scope of a source - a layer of a file, a tile - the last delivery counts.
    """
    d, s, c = t.delivery, t.source, t.changeset
    query = (
        select(d.c.source, d.c.scope, d.c.name, d.c.summary, s.c.title, c.c.time)
        .join_from(d, s, s.c.id == d.c.source)
        .join(c, c.c.number == d.c.changeset)
        .where(in_force(d), in_force(s))
        .order_by(d.c.fid)
    )
    last = snapshot.read(query).unique(["source", "scope"], keep="last", maintain_order=True)
    if sources is not None:
        wanted = [sources] if isinstance(sources, str) else sources
        unknown = sorted(set(wanted) - set(last["source"]))
        if unknown:
            raise QuarantineError(f"There is no delivery of {unknown[0]!r}: `res3d ingest` takes one")
        last = last.filter(pl.col("source").is_in(list(wanted)))
    waiting = rows_in(snapshot, QuarantineFilter("open"))
    return [
        _of_source(snapshot, schema, group, waiting.filter(pl.col("source") == source))
        for (source,), group in last.sort("source", maintain_order=True).group_by("source", maintain_order=True)
    ]


def delivered(snapshot: Snapshot) -> set[str]:
    """The sources of which there is a delivery."""
    return set(snapshot.read(select(t.delivery.c.source).where(in_force(t.delivery)))["source"])


def _of_source(snapshot: Snapshot, schema: Schema, last: pl.DataFrame, waiting: pl.DataFrame) -> Conformance:
    """last: the last delivery of each scope, in their order."""
    summaries = [json.loads(summary) for summary in last["summary"]]
    rows, lost = (sum(int(summary[name]) for summary in summaries) for name in ("rows", "quarantined"))
    counted: dict[tuple[str, str], int] = {}
    for summary in summaries:
        for reason, number in summary["reasons"].items():
            place = OF_REASONS[Reason(reason)]
            counted[place] = counted.get(place, 0) + number
    newest = last.row(-1, named=True)
    source = newest["source"]
    faults, places = topology(snapshot, schema, source)
    measures = [Measure(COMPLETENESS, NOT_TAKEN, lost, rows)]
    measures += [Measure(element, measure, number, rows) for (element, measure), number in counted.items()]
    measures += [*repaired(snapshot, source), *faults, position(snapshot, source), *areas(snapshot, source)]
    measures += times(snapshot, source)
    return Conformance(
        source=source,
        title=newest["title"] or source,
        delivery=newest["name"],
        time=newest["time"],
        rows=rows,
        taken=rows - lost,
        still_open=waiting.height,
        measures=tuple(sorted(measures, key=lambda each: ELEMENTS.index(each.element))),
        places=(*_places(snapshot, waiting.head(_MOST_PLACES)), *places[:_MOST_PLACES]),
        warnings=tuple(dict.fromkeys(warning for summary in summaries for warning in summary["warnings"])),
        layers=tuple(
            Layer(row["scope"], row["name"], row["time"], summary["rows"], summary["rows"] - summary["quarantined"])
            for row, summary in zip(last.iter_rows(named=True), summaries, strict=True)
        ),
    )


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
