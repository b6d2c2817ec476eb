"""Facts of relation statements: relations that have a period or evidence, so that both can be asked for."""

import hashlib

import polars as pl

from ontology import Schema

from .frames import Facts
from .keys import entity_key
from .parts import column_values, edge_frame, lasts, node_frame, none_removed


def relation_facts(relations: pl.DataFrame, schema: Schema, today: str, only: pl.DataFrame | None = None) -> Facts:
    """Statements; of those in `relations` only the ones that are in `only`, too."""
    relations = told_relations(relations)
    if only is not None:
        relations = relations.join(told_relations(only).select("node"), on="node", how="semi")
    relations = relations.filter(pl.col("object").is_not_null()).with_columns(
        lasts(today).alias("current"), pl.lit(schema.with_ledger_table("relation").name).alias("class")
    )
    relations = relations.unique("node", maintain_order=True)
    columns = {
        f"relation.{name}": name for name in ("predicate", "evidence", "origin", "valid_from", "valid_to", "current")
    }
    edges = [
        edge_frame(
            relations.select(
                pl.col("node").alias("subject"),
                entity_key(pl.col(side)).alias("object"),
                pl.lit(value=True).alias("current"),
            ),
            schema.with_ledger_column(f"relation.{side}").name,
        )
        for side in ("subject", "object")
    ]
    values = column_values(relations, schema, columns)
    return Facts(node_frame(relations, schema), values, pl.concat(edges), none_removed())


def told_relations(relations: pl.DataFrame) -> pl.DataFrame:
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


def relation_keys(touched: pl.DataFrame) -> pl.Series:
    """Keys of the statement nodes of relation rows."""
    return told_relations(touched)["node"].alias("key")
