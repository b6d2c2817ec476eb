"""Pieces that facts of every kind are put together from: nodes, values and edges out of rows of the ledger."""

from collections.abc import Mapping

import polars as pl

from ontology import Schema

from ..ledger.canonical import json_value
from .frames import Facts

ASSERTED = "asserted"
PAIR = ["source", "key"]
TIMES = ("valid_from", "valid_to")


def lasts(today: str) -> pl.Expr:
    return pl.col("valid_to").is_null() | (pl.col("valid_to").str.head(10) > today)


def none_removed() -> pl.Series:
    return pl.Series("removed", [], dtype=pl.String)


def no_edges() -> pl.DataFrame:
    return pl.DataFrame(schema=Facts.SCHEMAS["edges"])


def node_frame(rows: pl.DataFrame, schema: Schema) -> pl.DataFrame:
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


def column_values(rows: pl.DataFrame, schema: Schema, columns: Mapping[str, str]) -> pl.DataFrame:
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


def edge_frame(rows: pl.DataFrame, predicate: str) -> pl.DataFrame:
    """Rows with subject, object, current (and times, graph, relation) as edges of one predicate."""
    absent = [name for name in ("relation", *TIMES) if name not in rows.columns]
    complete = rows.with_columns(
        pl.lit(predicate).alias("predicate"), *(pl.lit(None, dtype=pl.String).alias(name) for name in absent)
    )
    if "graph" not in rows.columns:
        complete = complete.with_columns(pl.lit(ASSERTED).alias("graph"))
    return complete.select(list(Facts.SCHEMAS["edges"]))


def one_each(edges: pl.DataFrame) -> pl.DataFrame:
    """An edge once, however many records state it: a current one before an ended one."""
    ordered = edges.sort("current", "relation", descending=[True, False], nulls_last=True, maintain_order=True)
    return ordered.unique(
        ["subject", "predicate", "object", "valid_from", "valid_to"], keep="first", maintain_order=True
    )
