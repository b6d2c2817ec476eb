"""Keys of nodes: the paths of their IRIs below the workspace's base."""

from urllib.parse import quote

import polars as pl

_PLAIN = r"^[A-Za-z0-9._~-]*$"


def encoded(expr: pl.Expr) -> pl.Expr:
    """A text as one path segment of an IRI, percent-encoded; nearly all need no change and cost no Python."""
    rare = pl.when(~expr.str.contains(_PLAIN)).then(expr)
    return pl.coalesce(rare.map_elements(lambda text: quote(text, safe=""), return_dtype=pl.String), expr)


def entity_key(entity: pl.Expr) -> pl.Expr:
    """`entity/{id}`; ids are plain."""
    return pl.lit("entity/") + entity


def record_key() -> pl.Expr:
    """`record/{source}/{key}` from the columns source and key."""
    return pl.concat_str(pl.lit("record"), "source", encoded(pl.col("key")), separator="/")


def code_key() -> pl.Expr:
    """`code/{scheme}/{value}` from the columns scheme and value."""
    return pl.concat_str(pl.lit("code"), "scheme", encoded(pl.col("value")), separator="/")


def source_key() -> pl.Expr:
    """`source/{id}` from the column source."""
    return pl.lit("source/") + pl.col("source")


def geometry_key() -> pl.Expr:
    """`geometry/{source}/{key}` from the columns source and key: the plane form of a record's geometries."""
    return pl.concat_str(pl.lit("geometry"), "source", encoded(pl.col("key")), separator="/")
