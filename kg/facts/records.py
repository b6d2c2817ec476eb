"""Facts of records and of their geometries."""

import polars as pl

from ontology import Schema

from .frames import Facts
from .keys import entity_key, geometry_key, record_key, source_key
from .parts import PAIR, column_values, edge_frame, lasts, no_edges, node_frame, none_removed, one_each
from .rows import Rows
from .shapes import wkt_literals


def record_facts(
    rows: Rows, stated: pl.DataFrame, schema: Schema, today: str, only: pl.DataFrame | None = None
) -> Facts:
    """Records: what one source says (`stated`: their attribute values), whom it describes, and why we think so."""
    records = rows.records if only is None else rows.records.join(only.unique(), on=PAIR, how="semi")
    named = records.join(rows.members, on=PAIR, how="left").with_columns(
        record_key().alias("node"),
        (pl.lit("source/") + pl.col("source")).alias("graph"),
        lasts(today).alias("current"),
        pl.when(pl.col("unmapped") != "{}").then(pl.col("unmapped")).alias("unmapped"),
        pl.when(pl.col("verdict") != "machine").then(pl.col("verdict")).alias("verdict"),  # the usual goes unsaid
    )
    columns = {
        f"record.{name}": name
        for name in ("key", "class", "scale_level", "dimension", "lod", "unmapped", "valid_from", "valid_to")
    } | {f"membership.{name}": name for name in ("confidence", "evidence", "verdict")}
    said = stated.join(named.select(*PAIR, "node"), on=PAIR)
    planes = plane_geometries(rows.geometries).join(named.select(*PAIR, "node", "graph"), on=PAIR)
    operation = {f"geometry.{name}": name for name in ("original_crs", "operation", "accuracy_m")}
    values = [
        column_values(named, schema, columns),
        column_values(planes, schema, operation),
        said.select(pl.col("node").alias("key"), "property", "value", "datatype", "language"),
    ]
    plain = named.select(
        pl.col("node").alias("subject"), "source", "entity", "graph", pl.lit(value=True).alias("current")
    )
    described = plain.drop_nulls("entity").with_columns(entity_key(pl.col("entity")).alias("object"))
    edges = [
        edge_frame(plain.with_columns(source_key().alias("object")), schema.with_ledger_column("record.source").name),
        edge_frame(described, schema.with_ledger_column("membership.entity").name),
        edge_frame(
            planes.with_columns(
                pl.col("node").alias("subject"), geometry_key().alias("object"), pl.lit(value=True).alias("current")
            ),
            schema.with_ledger_column("geometry.record").name,
        ),
    ]
    nodes = named.with_columns(pl.lit(schema.with_ledger_table("record").name).alias("class"))
    values_once = pl.concat(values).unique(maintain_order=True)
    return Facts(node_frame(nodes, schema), values_once, one_each(pl.concat(edges)), none_removed())


def geometry_facts(rows: Rows, schema: Schema, only: pl.DataFrame | None = None) -> Facts:
    """Geometries as GeoSPARQL literals, one for each record: GeoSPARQL 1.1 and every engine of it know the plane only
    (OGC 22-047r1, 8.7). Heights are values of the entity; levels of detail and surfaces stay in the ledger.
    """
    geometries = plane_geometries(rows.geometries)
    if only is not None:
        geometries = geometries.join(only.unique(), on=PAIR, how="semi")
    named = geometries.with_columns(
        geometry_key().alias("node"),
        (pl.lit("source/") + pl.col("source")).alias("graph"),
        pl.lit(value=True).alias("current"),
        pl.lit(schema.with_ledger_table("geometry").name).alias("class"),
        wkt_literals(geometries).alias("wkt"),
    )
    values = column_values(named, schema, {"geometry.wkt": "wkt"})
    return Facts(node_frame(named, schema), values, no_edges(), none_removed())


def plane_geometries(geometries: pl.DataFrame) -> pl.DataFrame:
    """Of each record the geometry row that shows it in the plane; none for a record that has no plane form.

    One that was surveyed in the plane, else level of detail 0, which is the outline itself (CityGML 3.0, 7.2.3), else
    the ground that the highest level covers.
    """
    is_outline = pl.col("lod").str.starts_with("0")
    return (
        geometries.drop_nulls("geometry")
        .sort(*PAIR, "dimension", is_outline, "lod", descending=[False, False, False, True, True])
        .unique(PAIR, keep="first", maintain_order=True)
    )


def geometry_keys(touched: pl.DataFrame) -> pl.Series:
    """Keys of the geometry nodes of some records."""
    return touched.select(geometry_key().alias("key"))["key"]
