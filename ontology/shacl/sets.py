"""Constraints on all values of a node together: who breaks them, and by which value."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from .data import Data
from .literals import comparable, taken_apart
from .shapes import Constraint
from .values import Values

_NO_VALUE = pl.lit(None, dtype=pl.String).alias("value")


def failing_sets(constraint: Constraint, nodes: pl.Series, values: Values, data: Data) -> pl.DataFrame:
    """node and value (null where it is the number or absence of values) of every break of the constraint.

    `Closed` also tells the predicate.
    """
    return _CHECKS[constraint.component](constraint, nodes, values, data)


def _min_count(constraint: Constraint, nodes: pl.Series, values: Values, _: Data) -> pl.DataFrame:
    all_nodes = nodes.alias("node").to_frame()
    if constraint.number <= 0:
        return all_nodes.clear().select("node", _NO_VALUE)
    if constraint.number == 1:
        return all_nodes.join(values.pairs, on="node", how="anti", maintain_order="left").select("node", _NO_VALUE)
    counted = values.pairs.group_by("node").len()
    enough = counted.filter(pl.col("len") >= constraint.number)
    return all_nodes.join(enough, on="node", how="anti", maintain_order="left").select("node", _NO_VALUE)


def _max_count(constraint: Constraint, _: pl.Series, values: Values, __: Data) -> pl.DataFrame:
    if constraint.number == 1:  # the usual case: one look at repeated nodes is faster than counting all
        many = values.pairs.filter(pl.col("node").is_duplicated()).unique("node", maintain_order=True)
        return many.select("node", _NO_VALUE)
    counted = values.pairs.group_by("node", maintain_order=True).len()
    return counted.filter(pl.col("len") > constraint.number).select("node", _NO_VALUE)


def _unique_lang(_: Constraint, __: pl.Series, values: Values, ___: Data) -> pl.DataFrame:
    language = pl.col("language").str.to_lowercase()
    rows = values.pairs.hstack(values.parts.select("language")).drop_nulls("language")
    counted = rows.group_by("node", language, maintain_order=True).len()
    return counted.filter(pl.col("len") > 1).select("node", _NO_VALUE)


def _has_value(constraint: Constraint, nodes: pl.Series, values: Values, _: Data) -> pl.DataFrame:
    having = values.pairs.filter(pl.col("value") == constraint.terms[0])
    return (
        nodes.alias("node")
        .to_frame()
        .join(having, on="node", how="anti", maintain_order="left")
        .select("node", _NO_VALUE)
    )


def _other(constraint: Constraint, nodes: pl.Series, data: Data) -> pl.DataFrame:
    wanted = nodes.alias("node").to_frame()
    return data.pairs(constraint.terms[0][1:-1]).join(wanted, on="node", how="semi", maintain_order="left")


def _equals(constraint: Constraint, nodes: pl.Series, values: Values, data: Data) -> pl.DataFrame:
    other, both = _other(constraint, nodes, data), ["node", "value"]
    return pl.concat([values.pairs.join(other, on=both, how="anti"), other.join(values.pairs, on=both, how="anti")])


def _disjoint(constraint: Constraint, nodes: pl.Series, values: Values, data: Data) -> pl.DataFrame:
    return values.pairs.join(_other(constraint, nodes, data), on=["node", "value"], how="semi")


def _less(constraint: Constraint, nodes: pl.Series, values: Values, data: Data) -> pl.DataFrame:
    """A line for each pair that is not in order or can't be compared."""
    other = _other(constraint, nodes, data)
    there = other.select("node").hstack(comparable(taken_apart(other["value"])))
    joined = values.pairs.hstack(values.keys).join(there, on="node", suffix="_other", maintain_order="left")
    is_strict = constraint.component == "LessThan"
    number, words = (
        pl.col(name) < pl.col(f"{name}_other") if is_strict else pl.col(name) <= pl.col(f"{name}_other")
        for name in ("number", "words")
    )
    fits = (pl.col("family") == pl.col("family_other")) & pl.coalesce(number, words)
    return joined.filter(~fits.fill_null(value=False)).select("node", "value")


def _closed(constraint: Constraint, _: pl.Series, values: Values, data: Data) -> pl.DataFrame:
    about = data.everything_about(values.distinct)
    odd = about.filter(~pl.col("predicate").is_in([*constraint.terms]))
    owners = values.pairs.rename({"node": "owner", "value": "node"})
    joined = odd.join(owners, on="node", maintain_order="left")
    return joined.select(pl.col("owner").alias("node"), "predicate", "value")


_CHECKS: dict[str, Callable[[Constraint, pl.Series, Values, Data], pl.DataFrame]] = {
    "MinCount": _min_count,
    "MaxCount": _max_count,
    "UniqueLang": _unique_lang,
    "HasValue": _has_value,
    "Equals": _equals,
    "Disjoint": _disjoint,
    "LessThan": _less,
    "LessThanOrEquals": _less,
    "Closed": _closed,
}
SET_COMPONENTS = frozenset(_CHECKS)
