"""Measures of what a source has in the ledger, beyond what became of its rows: position, topology, areas, time."""

from typing import Final

import numpy as np
import polars as pl
import shapely
from sqlalchemy import func, select

from kg.ledger import Snapshot, in_force
from kg.ledger import tables as t
from ontology import Schema

from .conformance_table import (
    AREAS,
    BALLPARK,
    CONSISTENCY,
    ENDS,
    GAPS,
    NO_TIME,
    OVERLAPS,
    POSITION,
    REPAIRED,
    THEME,
    Measure,
    Place,
)
from .conformance_table import TIME as TEMPORAL
from .coverage import LEAST_AREA, LEAST_WIDTH, WIDEST_GAP, faults
from .datum import to_degrees
from .repair import MARK
from .units import declared_areas

_COVERAGES: Final = ("Parcel", "SeaParcel")
"""Classes of which each place has at most one; above and below ground are classes, and layers, of their own."""
_AREA_SHARE: Final = 0.05
_AREA_M2: Final = 5.0  # a small parcel may be off by more than its share


def position(snapshot: Snapshot, source: str) -> Measure:
    """Geometries whose coordinates came by an operation of unknown accuracy."""
    g = t.geometry
    query = select(
        func.count().label("all"), func.sum(g.c.ballpark).label("ballpark"), func.max(g.c.accuracy_m).label("worst")
    ).where(in_force(g), g.c.source == source, ~g.c.withdrawn)
    found = snapshot.connection.execute(query).one()
    detail = "" if found.worst is None else f"coordinate operations are uncertain by up to {found.worst:g} m"
    return Measure(POSITION, BALLPARK, int(found.ballpark or 0), int(found.all), detail)


def repaired(snapshot: Snapshot, source: str) -> list[Measure]:
    """Outlines that were taken repaired; nothing where there is none."""
    g = t.geometry
    query = select(func.count().label("all"), func.sum(g.c.operation.startswith(MARK)).label("repaired"))
    found = snapshot.connection.execute(query.where(in_force(g), g.c.source == source, ~g.c.withdrawn)).one()
    number = int(found.repaired or 0)
    return [Measure(CONSISTENCY, REPAIRED, number, int(found.all), "their given form is kept")] if number else []


def times(snapshot: Snapshot, source: str) -> list[Measure]:
    """Records that end before they begin, and such that say nothing of time."""
    r = t.record
    known = (in_force(r), r.c.source == source)
    count = select(func.count()).select_from(r)
    total, ends, none = (
        int(snapshot.connection.execute(count.where(*known, *more)).scalar_one())
        for more in ((), (r.c.valid_to < r.c.valid_from,), (r.c.valid_from.is_(None),))
    )
    return [Measure(TEMPORAL, ENDS, ends, total), Measure(TEMPORAL, NO_TIME, none, total)]


def topology(snapshot: Snapshot, schema: Schema, source: str) -> tuple[list[Measure], list[Place]]:
    """Overlaps of parcels that share a layer, and slivers between them; nothing for a source without parcels."""
    tops = set(_COVERAGES)
    classes = [name for name, term in schema.classes.items() if tops & {name, *term.ancestors}]
    rows = _plane_rows(snapshot, source, classes)
    if rows.is_empty():
        return [], []
    found = []
    for (_, _, crs), layer in rows.group_by(["class", "scope", "crs"], maintain_order=True):
        bad = faults(layer["key"], shapely.from_wkb(layer["shape"].to_numpy()), str(crs))
        found.append(bad.with_columns(pl.lit(str(crs)).alias("crs")))
    bad = pl.concat(found)
    limits = f"more than {LEAST_WIDTH * 100:g} cm wide and {LEAST_AREA:g} m2"
    measures = []
    for kind, name, told in (("overlap", OVERLAPS, limits), ("gap", GAPS, f"{limits}, below {WIDEST_GAP:g} m")):
        of_kind = bad.filter(pl.col("kind") == kind)
        detail = f"{of_kind['area'].sum():,.1f} m2 in all; counted: {told}" if of_kind.height else f"counted: {told}"
        measures.append(Measure(CONSISTENCY, name, of_kind.height, rows.height, detail))
    return measures, _fault_places(bad)


def areas(snapshot: Snapshot, source: str) -> list[Measure]:
    """Stated areas that differ from those of the geometries; nothing where no record states one."""
    r, g = t.record, t.geometry
    stated = r.c.attributes.contains('"parcelArea"') | r.c.attributes.contains('"footprintArea"')
    records = snapshot.read(select(r.c.key, r.c.attributes).where(in_force(r), r.c.source == source, stated))
    if records.is_empty():
        return []
    query = select(g.c.key, g.c.dimension, g.c.lod, g.c.area)
    shapes = snapshot.read(query.where(in_force(g), g.c.source == source, ~g.c.withdrawn, g.c.area.is_not(None)))
    both = declared_areas(records, shapes)
    if both.is_empty():
        return []
    ratio = both["declared"] / both["measured"]
    difference = (both["declared"] - both["measured"]).to_numpy()
    is_off = (np.abs(ratio.to_numpy() - 1) > _AREA_SHARE) & (np.abs(difference) > _AREA_M2)
    detail = (
        f"by more than {_AREA_SHARE:.0%} and {_AREA_M2:g} m2; root mean square "
        f"{float(np.sqrt(np.mean(difference**2))):,.1f} m2, stated / drawn {float(np.median(ratio)):.4g} in the middle"
    )
    return [Measure(THEME, AREAS, int(is_off.sum()), both.height, detail)]


def _plane_rows(snapshot: Snapshot, source: str, classes: list[str]) -> pl.DataFrame:
    """Plane geometries of records that last, as they were given where that is valid: key, class, scope, shape, crs.

    As given, because straight edges between corners of neighbours do not stay straight when they are moved.
    """
    r, g = t.record, t.geometry
    shape = func.coalesce(g.c.original, g.c.geometry).label("shape")
    crs = g.c.original_crs.label("crs")
    query = (
        select(r.c.key, r.c["class"], r.c.scope, shape, crs)
        .join_from(r, g, (g.c.source == r.c.source) & (g.c.key == r.c.key))
        .where(in_force(r), in_force(g), ~g.c.withdrawn, g.c.dimension == 2)
        .where(r.c.source == source, r.c["class"].in_(classes), r.c.valid_to.is_(None))
    )
    return snapshot.read(query).sort("key").unique("key", keep="first", maintain_order=True)


def _fault_places(bad: pl.DataFrame) -> list[Place]:
    """A point within each fault, the largest first."""
    found = []
    for row in bad.sort("area", descending=True).iter_rows(named=True):
        point = shapely.point_on_surface(shapely.from_wkb(row["geometry"]))
        longitude, latitude = to_degrees(row["crs"]).transform(point.x, point.y)
        between = " / ".join(key for key in (row["first"], row["second"]) if key)
        said = f"{row['kind']} of {row['area']:,.1f} m2, {row['width']:,.2f} m wide"
        found.append(Place(longitude, latitude, said, between, row["kind"]))
    return found
