"""Facts of entities: class, codes, relations, position, and of each attribute the value that wins.

The views' vocabulary is not spelled here nor in the modules beside it: every class and property is found by the ledger
table or column that it shows (`Schema.with_ledger_table`, `Schema.with_ledger_column`).
"""

import polars as pl

from ontology import Schema

from .attributes import shown_attributes
from .frames import Facts
from .keys import code_key, entity_key, geometry_key
from .parts import ASSERTED, PAIR, TIMES, column_values, edge_frame, lasts, node_frame, none_removed, one_each
from .records import plane_geometries
from .relations import told_relations
from .rows import Rows
from .shapes import grid_cells


def entity_facts(rows: Rows, stated: pl.DataFrame, schema: Schema, today: str) -> Facts:
    """Entities; `stated` are the attribute values of their records."""
    entities = rows.entities.with_columns(
        entity_key(pl.col("id")).alias("node"), (lasts(today) & (pl.col("state") == "active")).alias("current")
    )
    ids = entities.select("id", "node")
    ranks = rows.sources.select(pl.col("id").alias("source"), "rank")
    placed = rows.members.join(rows.records.select(*PAIR, "fid", "lod"), on=PAIR).join(ranks, on="source", how="left")
    shown = shown_attributes(stated, placed.select(*PAIR, "entity", "rank", "lod", "fid"))
    shown = shown.join(ids, left_on="entity", right_on="id").select(
        pl.col("node").alias("key"), "property", "value", "datatype", "language"
    )
    positions = _positions(rows, ids)
    own = {
        "entity.id": "id", "entity.state": "state", "entity.valid_from": "valid_from", "entity.valid_to": "valid_to",
        "entity.current": "current",
    }  # fmt: skip
    place = {
        "entity.west": "west", "entity.south": "south", "entity.east": "east", "entity.north": "north",
        "entity.lowest_height": "lowest", "entity.highest_height": "highest", "entity.grid_cell": "grid_cell",
    }  # fmt: skip
    measured = column_values(positions, schema, place)
    # What a source states of a thing's heights goes before what was measured on its geometry.
    measured = measured.join(shown.select("key", "property"), on=["key", "property"], how="anti")
    values = pl.concat([column_values(entities, schema, own), measured, shown]).unique(maintain_order=True)
    bearers = rows.codes.join(ids, left_on="entity", right_on="id").select(
        pl.col("node").alias("subject"), code_key().alias("object"), lasts(today).alias("current"), *TIMES
    )
    edges = [
        edge_frame(bearers, schema.with_ledger_column("code.bearer").name),
        _relation_edges(rows.relations, ids, today),
        _succession(rows.lineage, ids, schema),
        _geometry_edges(rows, ids, schema),
    ]
    return Facts(node_frame(entities, schema), values, one_each(pl.concat(edges)), none_removed())


def _relation_edges(relations: pl.DataFrame, ids: pl.DataFrame, today: str) -> pl.DataFrame:
    named = relations.join(told_relations(relations).unique(), on=relations.columns, how="left", nulls_equal=True)
    known = named.filter(pl.col("object").is_not_null()).join(ids, left_on="subject", right_on="id", suffix="_of")
    return known.select(
        pl.col("node_of").alias("subject"),
        "predicate",
        entity_key(pl.col("object")).alias("object"),
        pl.col("node").alias("relation"),
        *TIMES,
        lasts(today).alias("current"),
        pl.lit(ASSERTED).alias("graph"),
    )


def _succession(lineage: pl.DataFrame, ids: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    pairs = lineage.filter(pl.col("successor").is_not_null()).join(ids, left_on="predecessor", right_on="id")
    rows = pairs.select(
        pl.col("node").alias("subject"),
        entity_key(pl.col("successor")).alias("object"),
        pl.lit(value=True).alias("current"),
        pl.col("date").alias("valid_from"),
        pl.lit(None, dtype=pl.String).alias("valid_to"),
    )
    return edge_frame(rows, schema.with_ledger_column("lineage.succession").name)


def _geometry_edges(rows: Rows, ids: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """To the geometry of every record, and to the one that goes before the others."""
    ranks = rows.sources.select(pl.col("id").alias("source"), "rank")
    placed = plane_geometries(rows.geometries).join(rows.members.select(*PAIR, "entity"), on=PAIR)
    edges = (
        placed.join(ids, left_on="entity", right_on="id")
        .join(ranks, on="source", how="left")
        .sort("rank", "dimension", *PAIR)
        .select(pl.col("node").alias("subject"), geometry_key().alias("object"), pl.lit(value=True).alias("current"))
    )
    first = edges.unique("subject", keep="first", maintain_order=True)
    return pl.concat(
        [
            edge_frame(edges, schema.with_ledger_column("geometry.entity").name),
            edge_frame(first, schema.with_ledger_column("geometry.default").name),
        ]
    )


def _positions(rows: Rows, ids: pl.DataFrame) -> pl.DataFrame:
    """Box, height range and grid cell of each entity that has a geometry; the plane geometry gives the cell."""
    ranks = rows.sources.select(pl.col("id").alias("source"), "rank")
    placed = rows.geometries.drop("geometry").join(rows.members.select(*PAIR, "entity"), on=PAIR)
    placed = placed.join(ids, left_on="entity", right_on="id").join(ranks, on="source", how="left")
    ordered = placed.sort("rank", "dimension", "lod", *PAIR, descending=[False, False, True, False, False])
    found = ordered.group_by("node", maintain_order=True).agg(
        pl.col("west").min(), pl.col("south").min(), pl.col("east").max(), pl.col("north").max(),
        pl.col("lowest").min(), pl.col("highest").max(),
        pl.col("x").first(), pl.col("y").first(), pl.col("accuracy_m").first(), pl.col("crs").first(),
    )  # fmt: skip
    return found.with_columns(grid_cells(found).alias("grid_cell"))
