"""Rows that could not be taken, kept as they came: content, geometries, the first reason and all details."""

import polars as pl

from kg.ledger import tables as t
from kg.ledger.canonical import json_object
from ontology import Schema

from .context import Context, Progress
from .mapping import Mapping
from .readers import Batch, with_bodies
from .reasons import HINTS
from .repair import OFFERED


def set_aside(context: Context, batch: Batch, problems: pl.DataFrame, progress: Progress) -> None:
    """Keep every row that could not be taken, as it came, with the first reason and all details."""
    features = batch.features
    rows = (
        problems.sort("@row")
        .group_by("@row", maintain_order=True)
        .agg(
            pl.col("key").drop_nulls().first(),
            pl.col("reason").first(),
            pl.col("detail").unique(maintain_order=True),
            pl.col("reason").n_unique().alias("reasons"),
        )
    )
    progress.count("quarantined", rows.height)
    is_offered = (pl.col("reasons") == 1) & pl.col("detail").list.join(" ").str.contains(OFFERED, literal=True)
    progress.count("repairable", rows.filter(is_offered).height)
    progress.reasons.update(dict(rows.group_by("reason").len().rows()))
    came = features.join(rows.select("@row"), on="@row", how="semi")
    # Personal data is not kept, in quarantine neither: what is added to the ledger can't be taken out of it.
    kept = [
        name
        for name in came.columns
        if name != "@row" and name not in personal_columns(context.mapping, context.schema)
    ]
    content = came.select("@row", json_object(came, kept, keep_null=False).alias("content"))
    content = _with_shapes(content, batch.geometries, context.crs)
    rows = rows.join(content, on="@row")
    hints = {str(reason): hint for reason, hint in HINTS.items()}
    wanted = rows.select(
        pl.lit(context.source).alias("source"),
        pl.lit(context.delivery).alias("delivery"),
        pl.col("@row").alias("position"),
        "key",
        "reason",
        pl.col("detail").list.join("; ").alias("detail"),
        pl.col("reason").replace_strict(hints, return_dtype=pl.String).alias("hint"),
        "content",
        pl.lit("open").alias("state"),
        pl.lit(None, dtype=pl.String).alias("actor"),
        pl.lit(None, dtype=pl.String).alias("note"),
    )
    context.changes.add(t.quarantine, wanted)


def _with_shapes(content: pl.DataFrame, geometries: pl.DataFrame, crs: str | None) -> pl.DataFrame:
    """Row contents (@row, content) with their geometries under `@geometries`, so that a row can be tried again."""
    shapes = with_bodies(geometries).select(
        "@row",
        pl.struct(
            pl.col("@dimension").alias("dimension"),
            pl.col("@geometry").bin.encode("hex").alias("geometry"),
            pl.col("@lod").alias("lod"),
            pl.col("@problem").alias("problem"),
            pl.col("@solid").alias("solid"),
            pl.col("@shells").alias("shells"),
            pl.col("@composite").alias("composite"),
            pl.col("@surfaces").alias("surfaces"),
        ).alias("shape"),
    )
    own = shapes.join(content.select("@row"), on="@row", how="semi").group_by("@row").agg("shape")
    joined = content.join(own, on="@row", how="left", maintain_order="left")
    known = pl.struct(pl.lit(crs, dtype=pl.String).alias("@crs"), pl.col("shape").alias("@geometries"))
    head = known.struct.json_encode().str.strip_suffix("}")
    tail = pl.col("content").str.slice(1)
    comma = pl.when(tail == "}").then(pl.lit("")).otherwise(pl.lit(","))
    return joined.select("@row", (head + comma + tail).alias("content"))


def personal_columns(mapping: Mapping, schema: Schema) -> frozenset[str]:
    """The source's columns that a mapping reads as personal data: what is in the ledger can't be taken out of it."""
    parts = [part for rule in mapping.records for part in rule.properties]
    personal = [part for part in parts if schema.property_(part.property).personal]
    return frozenset(name for part in personal for name in part.value.references)
