"""What is known of the things that a join looks among: their names, addresses and footprints, by class.

`ended` says of each line that the thing, or the record that says so, has ended.
"""

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely
from sqlalchemy import ColumnElement, and_, case, or_, select

from kg.ledger import Snapshot, in_force
from kg.ledger import tables as t

NAME, ADDRESS = "name", "address"
_PARTS = {"street": "street", "number": "houseNumber", "postcode": "postcode", "locality": "locality"}
"""Part of an address -> the ontology's property."""


def known_names(snapshot: Snapshot, classes: list[str]) -> pl.DataFrame:
    """Names of things in every language: entity, ended, name."""
    rows = _attributes(snapshot, classes, [NAME])
    values = rows.with_columns(_values(pl.col("attributes").str.json_path_match(f'$["{NAME}"]')).alias("name"))
    names = values.select("entity", "ended", "name").explode("name").drop_nulls("name")
    return names.with_columns(pl.col("name").str.replace(r"@[A-Za-z0-9-]*$", "")).unique(maintain_order=True)


def known_addresses(snapshot: Snapshot, classes: list[str]) -> pl.DataFrame:
    """Addresses of things as they stand: entity, ended, address, street, number, postcode, locality."""
    rows = _attributes(snapshot, classes, [ADDRESS, _PARTS["street"], _PARTS["number"]])
    fields = {ADDRESS: ADDRESS, **_PARTS}
    values = [
        _values(pl.col("attributes").str.json_path_match(f'$["{name}"]')).alias(field) for field, name in fields.items()
    ]
    found = rows.select("entity", "ended", *values).explode(ADDRESS)
    return found.with_columns(pl.col(part).list.first() for part in _PARTS).unique(maintain_order=True)


def known_footprints(
    snapshot: Snapshot, classes: list[str], near: npt.NDArray[np.object_]
) -> tuple[pl.DataFrame, npt.NDArray[np.object_]]:
    """Whose each is (entity, ended), and plane shapes in the storage CRS of things in the box of some shapes."""
    e, m, g = t.entity, t.membership, t.geometry
    west, south, east, north = shapely.total_bounds(near)
    plane = case((g.c.dimension == 2, g.c.geometry), else_=g.c.footprint).label("geometry")
    query = (
        select(e.c.id.label("entity"), (e.c.state == "retired").label("ended"), plane)
        .join_from(e, m, m.c.entity == e.c.id)
        .join(g, and_(g.c.source == m.c.source, g.c.key == m.c.key))
        .where(in_force(g), *_wanted(classes))
        .where(g.c.west <= east, g.c.east >= west, g.c.south <= north, g.c.north >= south)
    )
    rows = snapshot.read(query).drop_nulls("geometry").unique(maintain_order=True)
    return rows.select("entity", "ended"), shapely.from_wkb(rows["geometry"].to_numpy())


def _wanted(classes: list[str]) -> list[ColumnElement[bool]]:
    e, m = t.entity, t.membership
    return [in_force(e), in_force(m), e.c["class"].in_(classes)]


def _attributes(snapshot: Snapshot, classes: list[str], members: list[str]) -> pl.DataFrame:
    """Attributes (JSON) of the records of some things, of those that have one of the members at all."""
    e, m, r = t.entity, t.membership, t.record
    has_ended = or_(e.c.state == "retired", r.c.valid_to.is_not(None))
    query = (
        select(e.c.id.label("entity"), has_ended.label("ended"), r.c.attributes)
        .join_from(e, m, m.c.entity == e.c.id)
        .join(r, and_(r.c.source == m.c.source, r.c.key == m.c.key))
        .where(in_force(r), *_wanted(classes))
        .where(or_(*(r.c.attributes.contains(f'"{name}":', autoescape=True) for name in members)))
        .order_by(e.c.id, r.c.fid)
    )
    return snapshot.read(query)


def _values(text: pl.Expr) -> pl.Expr:
    """A JSON value as a list of texts: its items, or itself."""
    items = pl.when(text.str.starts_with("[")).then(text).str.json_decode(pl.List(pl.String))
    return pl.coalesce(items, pl.when(text.is_not_null() & ~text.str.starts_with("[")).then(pl.concat_list(text)))
