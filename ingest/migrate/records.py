"""The records that an edit of the ontology may change, read in parts, so that memory does not grow with the ledger."""

from collections.abc import Iterator

import polars as pl
from sqlalchemy import ColumnElement, LargeBinary, and_, func, or_, select, true

from kg.ledger import Snapshot, in_force
from kg.ledger import tables as t

from .assess import Assessor
from .parked import PARKED_PREFIX

RECORDS_PER_PART = 100_000
COLUMNS = [column.name for column in t.record.columns if column.name not in {"changeset", "superseded"}]
_PAIR = ["source", "key"]
_MOST_CONDITIONS = 40
"""With more conditions than this, reading every record is faster than asking which."""

# Geometry type of ISO WKB -> the ontology's geometry kinds, as `ingest.geometry` counts them.
_KINDS = {1: "point", 2: "line", 3: "polygon", 4: "point", 5: "line", 6: "polygon", 7: "collection"}


def affected(snapshot: Snapshot, rules: Assessor) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """(records in force, kinds of their geometries) that the edit may change, as `Assessor.assess` takes them."""
    r = t.record
    newest = snapshot.read(select(func.max(r.c.fid, type_=r.c.fid.type).label("fid")))["fid"][0] or 0
    query = select(*(r.c[name] for name in COLUMNS)).where(in_force(r), _may_change(rules), r.c.fid <= newest)
    last = 0
    while True:
        part = snapshot.read(query.where(r.c.fid > last).order_by(r.c.fid).limit(RECORDS_PER_PART))
        if part.is_empty():
            return
        yield part, geometry_kinds(snapshot, rules, part)
        last = int(part["fid"][-1])


def geometry_kinds(
    snapshot: Snapshot, rules: Assessor, records: pl.DataFrame, which: ColumnElement[bool] | None = None
) -> pl.DataFrame:
    """source, key, kinds (that it counts as) of each geometry of records whose class loses kinds of geometry.

    `which` rows of the geometry table are meant: those in force when None.
    """
    wanted = records.filter(pl.col("class").is_in(list(rules.narrowed_geometries))).select(_PAIR)
    if wanted.is_empty():
        return pl.DataFrame(schema={"source": pl.String, "key": pl.String, "kinds": pl.List(pl.String)})
    g, keys = t.geometry, snapshot.wanted(wanted)
    head = func.substr(g.c.geometry, 1, 5, type_=LargeBinary).label("head")
    join = and_(*(g.c[name] == keys.c[name] for name in _PAIR))
    query = select(g.c.source, g.c.key, g.c.dimension, head).join_from(keys, g, join)
    found = snapshot.read(query.where(in_force(g) if which is None else which))
    number = pl.col("head").bin.slice(1, 4).bin.reinterpret(dtype=pl.UInt32, endianness="little") % 1000
    kind = number.cast(pl.Int64).replace_strict(_KINDS, default="none", return_dtype=pl.String)
    is_solid = (kind == "polygon") & (pl.col("dimension") == 3)
    kinds = pl.when(is_solid).then(pl.concat_list(kind, pl.lit("solid"))).otherwise(pl.concat_list(kind))
    return found.select(*_PAIR, kinds.alias("kinds"))


def _may_change(rules: Assessor) -> ColumnElement[bool]:
    r = t.record
    classes = {name for name, after in rules.classes_after.items() if after != name} | rules.narrowed_geometries.keys()
    classes |= rules.shaped_classes
    for term in rules.demanded.values():
        carriers = set(rules.carriers(term))
        classes |= {name for name, after in rules.classes_after.items() if after in carriers}
    conditions: list[ColumnElement[bool]] = [r.c.unmapped.startswith(PARKED_PREFIX, autoescape=True)]
    if classes:
        conditions.append(r.c["class"].in_(sorted(classes)))
    conditions += [r.c.attributes.contains(f'"{name}":', autoescape=True) for name in sorted(rules.properties)]
    for pickup in rules.pickups:
        named = (r.c.unmapped.contains(f'"{column}":', autoescape=True) for column in pickup.columns)
        conditions.append(and_(r.c.source == pickup.source, *named))
    return or_(*conditions) if len(conditions) <= _MOST_CONDITIONS else true()
