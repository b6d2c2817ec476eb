"""Constraints that each value must meet by itself: which values do not, as a column of truth."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import polars as pl

from .. import vocabulary as v
from .data import Data
from .literals import LANG_STRING, comparable, is_well_formed, taken_apart
from .shapes import Constraint

_KINDS = {
    "IRI": ("iri",), "BlankNode": ("blank",), "Literal": ("literal",), "BlankNodeOrIRI": ("blank", "iri"),
    "BlankNodeOrLiteral": ("blank", "literal"), "IRIOrLiteral": ("iri", "literal"),
}  # fmt: skip


class Values:
    """The value nodes of some nodes under one shape; what is derived from them is derived once."""

    def __init__(self, pairs: pl.DataFrame) -> None:
        self.pairs = pairs
        """node, value"""

    @cached_property
    def parts(self) -> pl.DataFrame:
        """The values taken apart, row by row."""
        return taken_apart(self.pairs["value"])

    @cached_property
    def keys(self) -> pl.DataFrame:
        """What the values compare by, row by row."""
        return comparable(self.parts)

    @cached_property
    def distinct(self) -> pl.Series:
        """Every value once."""
        return self.pairs["value"].unique(maintain_order=True)


def failing_values(constraint: Constraint, values: Values, data: Data) -> pl.Series:
    """For each row of the pairs whether its value breaks the constraint."""
    return _CHECKS[constraint.component](constraint, values, data)


def _class(constraint: Constraint, values: Values, data: Data) -> pl.Series:
    instances = data.instances(constraint.terms[0][1:-1])
    return ~values.pairs["value"].is_in(instances.implode())


def _datatype(constraint: Constraint, values: Values, _: Data) -> pl.Series:
    datatype = constraint.terms[0][1:-1]
    if datatype == LANG_STRING:
        return values.parts["datatype"].ne_missing(LANG_STRING)
    holds = pl.col("datatype").eq_missing(datatype) & is_well_formed(datatype)
    return ~values.parts.select(holds.fill_null(value=False).alias("holds"))["holds"]


def _node_kind(constraint: Constraint, values: Values, _: Data) -> pl.Series:
    return ~values.parts["kind"].is_in(_KINDS[constraint.terms[0][1:-1].removeprefix(v.SHACL)])


def _limit(holds: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> Callable[[Constraint, Values, Data], pl.Series]:
    def check(constraint: Constraint, values: Values, _: Data) -> pl.Series:
        limit = comparable(taken_apart(pl.Series([constraint.terms[0]]))).row(0, named=True)
        column = "words" if limit["family"] == "string" else "number"
        fits = (pl.col("family") == limit["family"]) & holds(pl.col(column), pl.lit(limit[column]))
        return ~values.keys.select(fits.fill_null(value=False).alias("fits"))["fits"]

    return check


def _length(constraint: Constraint, values: Values, _: Data) -> pl.Series:
    length, number = pl.col("text").str.len_chars(), constraint.number
    fits = length >= number if constraint.component == "MinLength" else length <= number
    return ~values.parts.select(fits.fill_null(value=False).alias("fits"))["fits"]


def _pattern(constraint: Constraint, values: Values, _: Data) -> pl.Series:
    return ~values.parts["text"].str.contains(constraint.text).fill_null(value=False)


def _language_in(constraint: Constraint, values: Values, _: Data) -> pl.Series:
    ranges = [term.removeprefix('"').partition('"')[0].lower() for term in constraint.terms]
    language = pl.col("language").str.to_lowercase()
    fits = pl.any_horizontal(
        language.is_not_null() if each == "*" else (language == each) | language.str.starts_with(f"{each}-")
        for each in ranges
    )
    return ~values.parts.select(fits.fill_null(value=False).alias("fits"))["fits"]


def _in(constraint: Constraint, values: Values, _: Data) -> pl.Series:
    return ~values.pairs["value"].is_in([*constraint.terms])


_CHECKS: dict[str, Callable[[Constraint, Values, Data], pl.Series]] = {
    "Class": _class,
    "Datatype": _datatype,
    "NodeKind": _node_kind,
    "MinExclusive": _limit(lambda value, limit: value > limit),
    "MinInclusive": _limit(lambda value, limit: value >= limit),
    "MaxExclusive": _limit(lambda value, limit: value < limit),
    "MaxInclusive": _limit(lambda value, limit: value <= limit),
    "MinLength": _length,
    "MaxLength": _length,
    "Pattern": _pattern,
    "LanguageIn": _language_in,
    "In": _in,
}
VALUE_COMPONENTS = frozenset(_CHECKS)
