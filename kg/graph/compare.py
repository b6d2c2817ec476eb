"""Where a property graph differs from what the ledger says it should hold."""

import polars as pl

from ontology import Schema

from ..facts import Facts
from .frames import labelled_nodes, typed_edges
from .native import NUMBERS, native_values
from .read import Dump


def difference(expected: Facts, actual: Dump, schema: Schema) -> pl.DataFrame:
    """Every difference, one per row: key, what ("node", "labels", "value x", "edge T"), expected, actual.

    Null stands for nothing: expected null is too much in the graph, actual null is missing. Equal numbers are equal
    whether stored as integer or float; relationships are compared with how many of each there are.
    """
    should = Dump(labelled_nodes(expected, schema), native_values(expected, schema), typed_edges(expected, schema))
    nodes = _unequal(_labels(should.nodes), _labels(actual.nodes), ["key"]).with_columns(
        pl.when(pl.col("expected").is_null() | pl.col("actual").is_null())
        .then(pl.lit("node"))
        .otherwise(pl.lit("labels"))
        .alias("what")
    )
    # a node that is missing or too much is one difference, not one for each of its values
    in_both = should.nodes.join(actual.nodes, on="key", how="semi").select("key")
    values = _unequal(_texts(should.values, in_both), _texts(actual.values, in_both), ["key", "what"])
    edges = _unequal(_counted(should.edges, in_both), _counted(actual.edges, in_both), ["key", "what", "detail"])
    columns = ["key", "what", "expected", "actual"]
    return pl.concat([part.select(columns) for part in (nodes, values, edges)]).sort(columns)


def _unequal(should: pl.DataFrame, is_: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    both = should.rename({"text": "expected"}).join(is_.rename({"text": "actual"}), on=on, how="full", coalesce=True)
    return both.filter(pl.col("expected").ne_missing(pl.col("actual")))


def _labels(nodes: pl.DataFrame) -> pl.DataFrame:
    return nodes.select("key", pl.col("labels").list.sort().list.join(":").alias("text"))


def _texts(values: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """key, what, text: texts in quotes, numbers in one spelling, lists in brackets."""
    item = pl.element()
    number = item.str.strip_suffix(".0")
    quoted = pl.format(
        '"{}"', item.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    )
    spelled = (
        pl.when(pl.col("kind").is_in(NUMBERS))
        .then(pl.col("texts").list.eval(number))
        .when(pl.col("kind") == "string")
        .then(pl.col("texts").list.eval(quoted))
        .otherwise(pl.col("texts").list.eval(item.fill_null("(no plain value)")))
        .list.join(", ")
    )
    text = pl.when("many").then(pl.format("[{}]", spelled)).otherwise(spelled).alias("text")
    what = (pl.lit("value ") + pl.col("property")).alias("what")
    return values.join(keys, on="key", how="semi").select("key", what, text)


def _counted(edges: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """key, what, detail, text: equal relationships as one row that says how many there are."""
    period = pl.format("{}..{}", pl.col("validFrom").fill_null(""), pl.col("validTo").fill_null(""))
    current = pl.col("current").replace_strict({True: "current", False: "ended"}, default="no mark of time")
    what = (pl.lit("edge ") + pl.col("type")).alias("what")
    detail = pl.concat_str("object", current, period, separator=" ").alias("detail")
    return (
        edges.join(keys, left_on="subject", right_on="key", how="semi")
        .select(pl.col("subject").alias("key"), what, detail)
        .group_by("key", "what", "detail")
        .len("count")
        .with_columns(pl.format("{} x {}", "detail", "count").alias("text"))
        .drop("count")
    )
