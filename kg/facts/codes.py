"""Facts of codes and of sources."""

import polars as pl

from ontology import Schema

from .frames import Facts
from .keys import code_key
from .parts import column_values, lasts, no_edges, node_frame, none_removed


def code_facts(statements: pl.DataFrame, schema: Schema, today: str) -> Facts:
    """Codes out of all statements of them: one node for a scheme's value, whoever states it.

    A code is current while one statement of it is.
    """
    end = pl.col("valid_to")
    codes = (
        statements.sort("scheme", "value", "entity")
        .with_columns(lasts(today).alias("lasts"))
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
    return Facts(node_frame(codes, schema), column_values(codes, schema, columns), no_edges(), none_removed())


def source_facts(sources: pl.DataFrame, schema: Schema) -> Facts:
    """Sources: where records come from and under which licence."""
    named = sources.with_columns(
        (pl.lit("source/") + pl.col("id")).alias("node"),
        pl.lit(value=True).alias("current"),
        pl.concat_str(["licence", "credit"], separator="; ", ignore_nulls=True).alias("licence"),
        pl.lit(schema.with_ledger_table("source").name).alias("class"),
    )
    columns = {
        "source.id": "id", "source.title": "title", "source.licence": "licence", "source.crs": "crs_believed",
        "source.epoch": "epoch",
    }  # fmt: skip
    return Facts(node_frame(named, schema), column_values(named, schema, columns), no_edges(), none_removed())
