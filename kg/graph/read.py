"""Reads the whole property graph back as frames, to compare it with what it should hold."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import neo4j
import polars as pl
import pyarrow as pa

from .connection import session
from .native import float_text

ROWS_PER_FRAME = 20_000

NODES = "MATCH (n) WHERE NOT n:Res3dState"
NODES_OF = "UNWIND $iris AS iri MATCH (n:Resource {iri: iri})"
NODE_COLUMNS = """
WITH n, [property IN keys(n) WHERE property <> 'iri'] AS properties
RETURN coalesce(n.iri, elementId(n)) AS iri, labels(n) AS labels, properties,
  [property IN properties | valueType(n[property])] AS types,
  [property IN properties | CASE
    WHEN valueType(n[property]) STARTS WITH 'LIST' THEN [item IN n[property] | toStringOrNull(item)]
    ELSE [toStringOrNull(n[property])] END] AS texts
"""
EDGE_COLUMNS = """
MATCH (n)-[r]->(m)
RETURN coalesce(n.iri, elementId(n)) AS subject, type(r) AS type, coalesce(m.iri, elementId(m)) AS object,
  toStringOrNull(r.current) AS current, toStringOrNull(r.validFrom) AS validFrom, toStringOrNull(r.validTo) AS validTo
"""

_TEXTS = pa.list_(pa.string())
_NODE_SCHEMA = {
    "iri": pa.string(),
    "labels": _TEXTS,
    "properties": _TEXTS,
    "types": _TEXTS,
    "texts": pa.list_(_TEXTS),
}
_EDGE_SCHEMA = dict.fromkeys(("subject", "type", "object", "current", "validFrom", "validTo"), pa.string())


@dataclass(frozen=True, slots=True)
class Dump:
    """What a property graph holds, in the form that facts take in it.

    nodes: key, labels (sorted); values: key, property, kind, many, texts; edges: subject, type, object, current,
    validFrom, validTo. A key is the IRI below the base; a node without an IRI appears under Neo4j's own id.
    """

    nodes: pl.DataFrame
    values: pl.DataFrame
    edges: pl.DataFrame


def dump(driver: neo4j.Driver, *, base: str, keys: Sequence[str] | None = None, database: str | None = None) -> Dump:
    """The whole graph, or only the nodes of `keys` with their outgoing relationships."""
    parameters = {"iris": [base + key for key in keys] if keys is not None else []}
    match = NODES if keys is None else NODES_OF
    with session(driver, database) as opened:
        nodes = pl.concat(_frames(opened, match + NODE_COLUMNS, parameters, _NODE_SCHEMA))
        edges = pl.concat(_frames(opened, f"{match} WITH n {EDGE_COLUMNS}", parameters, _EDGE_SCHEMA))
    key = pl.col("iri").str.strip_prefix(base).alias("key")
    return Dump(
        nodes=nodes.select(key, pl.col("labels").list.sort()),
        values=_values(nodes.with_columns(key)),
        edges=edges.with_columns(
            pl.col("subject", "object").str.strip_prefix(base),
            pl.col("current").replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean),
        ),
    )


def _frames(
    opened: neo4j.Session, statement: str, parameters: dict[str, list[str]], schema: dict[str, pa.DataType]
) -> Iterator[pl.DataFrame]:
    columns: Iterable[Sequence[object]] = [()] * len(schema)  # so that an empty result has its columns too
    with opened.begin_transaction() as tx:
        rows = iter(tx.run(statement, parameters))
        while columns:
            arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.values(), strict=True)]
            yield pl.DataFrame(pa.table(arrays, list(schema)))  # by Arrow: polars alone takes nested lists row by row
            columns = list(zip(*(record.values() for record in islice(rows, ROWS_PER_FRAME)), strict=True))


def _values(nodes: pl.DataFrame) -> pl.DataFrame:
    columns = ["properties", "types", "texts"]
    rows = nodes.select("key", *columns).explode(*columns, empty_as_null=False)
    item_type = pl.col("types").str.extract("(INTEGER|FLOAT|BOOLEAN|STRING)").str.to_lowercase().fill_null("other")
    floats = pl.col("texts").list.eval(float_text(pl.element().cast(pl.Float64, strict=False)))
    return rows.select(
        "key",
        pl.col("properties").alias("property"),
        item_type.alias("kind"),
        pl.col("types").str.starts_with("LIST").alias("many"),
        pl.when(item_type == "float").then(floats).otherwise(pl.col("texts")).alias("texts"),
    )
