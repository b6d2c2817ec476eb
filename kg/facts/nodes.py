"""Nodes of each kind with their values and edges, made from whole tables of the ledger.

The views' vocabulary is not spelled here: every class and property is found by the ledger table or column that it
shows (`Schema.with_ledger_table`, `Schema.with_ledger_column`).
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from ontology import Schema

from ..ledger.canonical import json_value
from .attributes import attribute_values, shown_attributes
from .frames import Facts
from .keys import code_key, entity_key, geometry_key, record_key, source_key
from .shapes import grid_cells, wkt_literals

ENTITY = ["id", "class", "state", "valid_from", "valid_to"]
ASSERTED = "asserted"
_PAIR = ["source", "key"]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of the ledger that nodes are made of; columns as `build` reads them."""

    entities: pl.DataFrame
    members: pl.DataFrame
    records: pl.DataFrame
    codes: pl.DataFrame
    relations: pl.DataFrame
    lineage: pl.DataFrame
    geometries: pl.DataFrame
    sources: pl.DataFrame

    def with_codes(self, codes: pl.DataFrame) -> "Rows":
        """The same rows with other codes."""
        return replace(self, codes=codes)


def entity_facts(rows: Rows, schema: Schema, today: str) -> Facts:
    """Entities: class, codes, relations, position, and of each attribute the value that wins."""
    entities = rows.entities.with_columns(
        entity_key(pl.col("id")).alias("node"), (_lasts(today) & (pl.col("state") == "active")).alias("current")
    )
    ids = entities.select("id", "node")
    ranks = rows.sources.select(pl.col("id").alias("source"), "rank")
    placed = rows.members.join(rows.records.select(*_PAIR, "fid", "lod"), on=_PAIR).join(ranks, on="source", how="left")
    stated = attribute_values(rows.records, schema)
    shown = shown_attributes(stated, placed.select(*_PAIR, "entity", "rank", "lod", "fid"))
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
    measured = _column_values(positions, schema, place)
    # What a source states of a thing's heights goes before what was measured on its geometry.
    measured = measured.join(shown.select("key", "property"), on=["key", "property"], how="anti")
    values = pl.concat([_column_values(entities, schema, own), measured, shown]).unique(maintain_order=True)
    bearers = rows.codes.join(ids, left_on="entity", right_on="id").select(
        pl.col("node").alias("subject"), code_key().alias("object"), _lasts(today).alias("current"), *_TIMES
    )
    edges = [
        _edges(bearers, schema.with_ledger_column("code.bearer").name),
        _relation_edges(rows.relations, ids, today),
        _succession(rows.lineage, ids, schema),
        _geometry_edges(rows, ids, schema),
    ]
    return Facts(_nodes(entities, schema), values, _one_each(pl.concat(edges)), _none_removed())


def record_facts(rows: Rows, schema: Schema, today: str, only: pl.DataFrame | None = None) -> Facts:
    """Records: what one source says, whom it describes, and why we think so."""
    records = rows.records if only is None else rows.records.join(only.unique(), on=_PAIR, how="semi")
    named = records.join(rows.members, on=_PAIR, how="left").with_columns(
        record_key().alias("node"),
        (pl.lit("source/") + pl.col("source")).alias("graph"),
        _lasts(today).alias("current"),
        pl.when(pl.col("unmapped") != "{}").then(pl.col("unmapped")).alias("unmapped"),
        pl.when(pl.col("verdict") != "machine").then(pl.col("verdict")).alias("verdict"),  # the usual goes unsaid
    )
    columns = {
        f"record.{name}": name
        for name in ("key", "class", "scale_level", "dimension", "lod", "unmapped", "valid_from", "valid_to")
    } | {f"membership.{name}": name for name in ("confidence", "evidence", "verdict")}
    stated = attribute_values(records, schema).join(named.select(*_PAIR, "node"), on=_PAIR)
    values = [
        _column_values(named, schema, columns),
        stated.select(pl.col("node").alias("key"), "property", "value", "datatype", "language"),
    ]
    plain = named.select(
        pl.col("node").alias("subject"), "source", "entity", "graph", pl.lit(value=True).alias("current")
    )
    described = plain.drop_nulls("entity").with_columns(entity_key(pl.col("entity")).alias("object"))
    geometries = rows.geometries.join(named.select(*_PAIR, pl.col("node").alias("subject"), "graph"), on=_PAIR)
    edges = [
        _edges(plain.with_columns(source_key().alias("object")), schema.with_ledger_column("record.source").name),
        _edges(described, schema.with_ledger_column("membership.entity").name),
        _edges(
            geometries.with_columns(geometry_key().alias("object"), pl.lit(value=True).alias("current")),
            schema.with_ledger_column("geometry.record").name,
        ),
    ]
    nodes = named.with_columns(pl.lit(schema.with_ledger_table("record").name).alias("class"))
    values_once = pl.concat(values).unique(maintain_order=True)
    return Facts(_nodes(nodes, schema), values_once, _one_each(pl.concat(edges)), _none_removed())


def geometry_facts(rows: Rows, schema: Schema, only: pl.DataFrame | None = None) -> Facts:
    """Geometries as GeoSPARQL literals, of solids the footprint: GeoSPARQL 1.1 and every engine of it know the plane
    only (OGC 22-047r1, 8.7). Heights are values of the entity, the surfaces themselves stay in the ledger.
    """
    geometries = rows.geometries if only is None else rows.geometries.join(only.unique(), on=_PAIR, how="semi")
    named = geometries.with_columns(
        geometry_key().alias("node"),
        (pl.lit("source/") + pl.col("source")).alias("graph"),
        pl.lit(value=True).alias("current"),
        pl.lit(schema.with_ledger_table("geometry").name).alias("class"),
        wkt_literals(geometries).alias("wkt"),
        pl.when(pl.col("lod") != "").then(pl.col("lod")).alias("lod"),
    )
    columns = {"geometry.dimension": "dimension", "geometry.lod": "lod", "geometry.wkt": "wkt"}
    return Facts(_nodes(named, schema), _column_values(named, schema, columns), _no_edges(), _none_removed())


def code_facts(rows: Rows, schema: Schema, today: str) -> Facts:
    """Codes: one node for a scheme's value, whoever states it; current while one statement of it is."""
    end = pl.col("valid_to")
    codes = (
        rows.codes.sort("scheme", "value", "entity")
        .with_columns(_lasts(today).alias("lasts"))
        .group_by("scheme", "value", maintain_order=True)
        .agg(
            pl.col("issuer").first(),
            pl.col("state").sort_by(pl.col("state") != "current", maintain_order=True).first(),
            pl.col("valid_from").min(),
            pl.when(end.null_count() == 0).then(end.max()).alias("valid_to"),
            pl.col("lasts").any().alias("current"),
        )
        .with_columns(
            code_key().alias("node"),
            pl.col("current") & (pl.col("state") == "current"),
            pl.lit(schema.with_ledger_table("code").name).alias("class"),
        )
    )  # fmt: skip
    columns = {
        f"code.{name}": name for name in ("scheme", "value", "issuer", "state", "valid_from", "valid_to", "current")
    }
    return Facts(_nodes(codes, schema), _column_values(codes, schema, columns), _no_edges(), _none_removed())


def relation_facts(rows: Rows, schema: Schema, today: str, only: pl.DataFrame | None = None) -> Facts:
    """Statements of relations that have a period or evidence, so that both can be asked for."""
    relations = _stated(rows.relations)
    if only is not None:
        relations = relations.join(_stated(only).select("node"), on="node", how="semi")
    relations = relations.filter(pl.col("object").is_not_null()).with_columns(
        _lasts(today).alias("current"), pl.lit(schema.with_ledger_table("relation").name).alias("class")
    )
    relations = relations.unique("node", maintain_order=True)
    columns = {f"relation.{name}": name for name in ("predicate", "evidence", "valid_from", "valid_to", "current")}
    edges = [
        _edges(
            relations.select(
                pl.col("node").alias("subject"),
                entity_key(pl.col(side)).alias("object"),
                pl.lit(value=True).alias("current"),
            ),
            schema.with_ledger_column(f"relation.{side}").name,
        )
        for side in ("subject", "object")
    ]
    values = _column_values(relations, schema, columns)
    return Facts(_nodes(relations, schema), values, pl.concat(edges), _none_removed())


def source_facts(rows: Rows, schema: Schema) -> Facts:
    """Sources: where records come from and under which licence."""
    named = rows.sources.with_columns(
        (pl.lit("source/") + pl.col("id")).alias("node"),
        pl.lit(value=True).alias("current"),
        pl.concat_str(["licence", "credit"], separator="; ", ignore_nulls=True).alias("licence"),
        pl.lit(schema.with_ledger_table("source").name).alias("class"),
    )
    columns = {
        "source.id": "id", "source.title": "title", "source.licence": "licence", "source.crs": "crs_believed",
        "source.epoch": "epoch",
    }  # fmt: skip
    return Facts(_nodes(named, schema), _column_values(named, schema, columns), _no_edges(), _none_removed())


def geometry_keys(touched: pl.DataFrame) -> pl.Series:
    """Keys of the nodes of geometry rows."""
    return touched.select(geometry_key().alias("key"))["key"]


def relation_keys(touched: pl.DataFrame) -> pl.Series:
    """Keys of the statement nodes of relation rows."""
    return _stated(touched)["node"].alias("key")


_TIMES = ("valid_from", "valid_to")


def _lasts(today: str) -> pl.Expr:
    return pl.col("valid_to").is_null() | (pl.col("valid_to").str.head(10) > today)


def _none_removed() -> pl.Series:
    return pl.Series("removed", [], dtype=pl.String)


def _no_edges() -> pl.DataFrame:
    return pl.DataFrame(schema=Facts.SCHEMAS["edges"])


def _nodes(rows: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """Rows with `node`, `class`, `current` (and `graph`) as nodes."""
    inferred = {name: list(term.ancestors) for name, term in schema.classes.items()}
    graph = pl.col("graph") if "graph" in rows.columns else pl.lit(ASSERTED)
    return rows.select(
        pl.col("node").alias("key"),
        pl.concat_list(pl.col("class")).alias("types"),
        pl.col("class").replace_strict(inferred, default=[], return_dtype=pl.List(pl.String)).alias("inferred"),
        graph.alias("graph"),
        "current",
    )


def _column_values(rows: pl.DataFrame, schema: Schema, columns: Mapping[str, str]) -> pl.DataFrame:
    """Ledger columns of rows with `node` as values; `columns` maps `table.column` to the column in `rows`."""
    parts = [pl.DataFrame(schema=Facts.SCHEMAS["values"])]
    for ledger_column, name in columns.items():
        term = schema.with_ledger_column(ledger_column)
        present = rows.select(pl.col("node").alias("key"), pl.col(name).alias("value")).drop_nulls("value")
        kind = present.schema["value"]
        text = pl.col("value") if kind == pl.String else json_value(pl.col("value"), kind)
        parts.append(
            present.select(
                "key",
                pl.lit(term.name).alias("property"),
                text.alias("value"),
                pl.lit(term.datatype or "xsd:string").alias("datatype"),
                pl.lit(None, dtype=pl.String).alias("language"),
            )
        )
    return pl.concat(parts)


def _edges(rows: pl.DataFrame, predicate: str) -> pl.DataFrame:
    """Rows with subject, object, current (and times, graph, relation) as edges of one predicate."""
    absent = [name for name in ("relation", *_TIMES) if name not in rows.columns]
    complete = rows.with_columns(
        pl.lit(predicate).alias("predicate"), *(pl.lit(None, dtype=pl.String).alias(name) for name in absent)
    )
    if "graph" not in rows.columns:
        complete = complete.with_columns(pl.lit(ASSERTED).alias("graph"))
    return complete.select(list(Facts.SCHEMAS["edges"]))


def _one_each(edges: pl.DataFrame) -> pl.DataFrame:
    """An edge once, however many records state it: a current one before an ended one."""
    ordered = edges.sort("current", "relation", descending=[True, False], nulls_last=True, maintain_order=True)
    return ordered.unique(
        ["subject", "predicate", "object", "valid_from", "valid_to"], keep="first", maintain_order=True
    )


def _stated(relations: pl.DataFrame) -> pl.DataFrame:
    """Relations that get a statement node, with its key `node`: those with a period or with evidence."""
    told = relations.filter(
        pl.col("valid_from").is_not_null() | pl.col("valid_to").is_not_null() | (pl.col("evidence") != "{}")
    )
    text = told.select(
        pl.concat_str("subject", "predicate", "reference", "origin", pl.col("valid_from").fill_null(""), separator="\n")
    ).to_series()
    # Hashing is the work here; polars has no hash that is the same in every version.
    names = [f"relation/{hashlib.sha256(line.encode()).hexdigest()[:24]}" for line in text]
    return told.with_columns(pl.Series("node", names, dtype=pl.String))


def _relation_edges(relations: pl.DataFrame, ids: pl.DataFrame, today: str) -> pl.DataFrame:
    named = relations.join(_stated(relations).unique(), on=relations.columns, how="left", nulls_equal=True)
    known = named.filter(pl.col("object").is_not_null()).join(ids, left_on="subject", right_on="id", suffix="_of")
    return known.select(
        pl.col("node_of").alias("subject"),
        "predicate",
        entity_key(pl.col("object")).alias("object"),
        pl.col("node").alias("relation"),
        *_TIMES,
        _lasts(today).alias("current"),
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
    return _edges(rows, schema.with_ledger_column("lineage.succession").name)


def _geometry_edges(rows: Rows, ids: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    placed = rows.geometries.join(rows.members.select(*_PAIR, "entity"), on=_PAIR)
    edges = placed.join(ids, left_on="entity", right_on="id").select(
        pl.col("node").alias("subject"), geometry_key().alias("object"), pl.lit(value=True).alias("current")
    )
    return _edges(edges, schema.with_ledger_column("geometry.entity").name)


def _positions(rows: Rows, ids: pl.DataFrame) -> pl.DataFrame:
    """Box, height range and grid cell of each entity that has a geometry; the plane geometry gives the cell."""
    ranks = rows.sources.select(pl.col("id").alias("source"), "rank")
    placed = rows.geometries.drop("geometry").join(rows.members.select(*_PAIR, "entity"), on=_PAIR)
    placed = placed.join(ids, left_on="entity", right_on="id").join(ranks, on="source", how="left")
    ordered = placed.sort("rank", "dimension", "lod", *_PAIR, descending=[False, False, True, False, False])
    found = ordered.group_by("node", maintain_order=True).agg(
        pl.col("west").min(), pl.col("south").min(), pl.col("east").max(), pl.col("north").max(),
        pl.col("lowest").min(), pl.col("highest").max(),
        pl.col("x").first(), pl.col("y").first(), pl.col("accuracy_m").first(), pl.col("crs").first(),
    )  # fmt: skip
    return found.with_columns(grid_cells(found).alias("grid_cell"))
