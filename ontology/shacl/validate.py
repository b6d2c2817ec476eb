"""Validation: every shape on all its nodes at once, as joins and column expressions, with one line for each result."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from .. import vocabulary as v
from .data import Data
from .paths import reached
from .sets import SET_COMPONENTS, failing_sets
from .shapes import Constraint, Shape, Shapes, Target
from .values import VALUE_COMPONENTS, Values, failing_values

RESULTS = {"node": pl.String, "focus": pl.String, "predicate": pl.String, "value": pl.String, "component": pl.String,
           "shape": pl.String, "constraint": pl.Int64}  # fmt: skip
"""node: that was validated; focus, value: of the result; predicate: of a closed shape, else null; component: without
`ConstraintComponent`; shape: id of the source shape; constraint: its place in the shape."""


def validate(shapes: Shapes, data: Data, *, beside: Shapes | None = None) -> pl.DataFrame:
    """The results of all shapes on the nodes that their targets name; columns as in `RESULTS`, without `node`.

    `beside`: where the shapes are that these refer to, when they are not among them.
    """
    run = Run(beside or shapes, data)
    parts = [pl.DataFrame(schema=RESULTS)]
    for shape in shapes.values():
        if shape.targets:
            parts.append(run.results(shape, targeted(shape.targets, data)))
    return sorted_results(pl.concat(parts).drop("node"))


def sorted_results(results: pl.DataFrame) -> pl.DataFrame:
    """Results in a fixed order, whatever order the data came in."""
    return results.sort("shape", "constraint", "focus", "value", "predicate")


def targeted(targets: Iterable[Target], data: Data) -> pl.Series:
    """The nodes that targets name, each once."""
    parts = [pl.Series("node", [], dtype=pl.String)]
    for target in targets:
        if target.kind == "class":
            parts.append(data.instances(target.iri).alias("node"))
        elif target.kind == "node":
            parts.append(pl.Series("node", [target.iri]))
        else:
            column = "node" if target.kind == "subjectsOf" else "value"
            parts.append(data.pairs(target.iri)[column].alias("node"))
    return pl.concat(parts).unique(maintain_order=True)


class Run:
    """Shapes on one set of data."""

    def __init__(self, shapes: Shapes, data: Data) -> None:
        self.shapes = shapes
        self.data = data

    def results(self, shape: Shape, nodes: pl.Series) -> pl.DataFrame:
        """What keeps nodes from conforming to a shape, a line for each result."""
        pairs = (
            pl.DataFrame({"node": nodes, "value": nodes}, schema={"node": pl.String, "value": pl.String})
            if shape.path is None
            else reached(self.data, shape.path, nodes)
        )
        values = Values(pairs)
        parts = [pl.DataFrame(schema=RESULTS)]
        for place, constraint in enumerate(shape.constraints):
            if constraint.component == "Property":
                parts.append(self._nested(constraint, values))
                continue
            broken = self._broken(constraint, nodes, values)
            if not broken.is_empty():
                parts.append(_as_results(broken, constraint, shape, place))
        return pl.concat(parts)

    def failing(self, shape_id: str, nodes: pl.Series) -> pl.Series:
        """The nodes that do not conform to a shape."""
        return self.results(self.shapes[shape_id], nodes)["node"].unique(maintain_order=True)

    def _nested(self, constraint: Constraint, values: Values) -> pl.DataFrame:
        inner = self.results(self.shapes[constraint.shapes[0]], values.distinct).rename({"node": "inner"})
        joined = values.pairs.rename({"value": "inner"}).join(inner, on="inner", maintain_order="left")
        return joined.select(list(RESULTS))

    def _broken(self, constraint: Constraint, nodes: pl.Series, values: Values) -> pl.DataFrame:
        component = constraint.component
        if component in VALUE_COMPONENTS:
            return values.pairs.filter(failing_values(constraint, values, self.data))
        if component in SET_COMPONENTS:
            return failing_sets(constraint, nodes, values, self.data)
        if component in {"QualifiedMinCount", "QualifiedMaxCount"}:
            return self._qualified(constraint, nodes, values)
        failing = [self.failing(each, values.distinct) for each in constraint.shapes]
        number = pl.sum_horizontal(pl.col("value").is_in(each.implode()).cast(pl.Int64) for each in failing)
        of = len(failing)
        broken = {
            "Node": number > 0, "And": number > 0, "Not": number == 0, "Or": number == of, "Xone": number != of - 1,
        }  # fmt: skip
        return values.pairs.filter(broken[component])

    def _qualified(self, constraint: Constraint, nodes: pl.Series, values: Values) -> pl.DataFrame:
        wanted, *siblings = constraint.shapes
        fits = ~pl.col("value").is_in(self.failing(wanted, values.distinct).implode())
        for sibling in siblings:
            fits &= pl.col("value").is_in(self.failing(sibling, values.distinct).implode())
        counted = values.pairs.filter(fits).group_by("node").len()
        all_counted = nodes.alias("node").to_frame().join(counted, on="node", how="left", maintain_order="left")
        number = pl.col("len").fill_null(0).cast(pl.Int64)
        is_min = constraint.component == "QualifiedMinCount"
        broken = number < constraint.number if is_min else number > constraint.number
        return all_counted.filter(broken).select("node", pl.lit(None, dtype=pl.String).alias("value"))


def _as_results(broken: pl.DataFrame, constraint: Constraint, shape: Shape, place: int) -> pl.DataFrame:
    has_predicate = "predicate" in broken.columns
    return broken.select(
        "node",
        pl.col("node").alias("focus"),
        (pl.col("predicate") if has_predicate else pl.lit(None, dtype=pl.String)).alias("predicate"),
        "value",
        pl.lit(constraint.component).alias("component"),
        pl.lit(shape.id).alias("shape"),
        pl.lit(place, dtype=pl.Int64).alias("constraint"),
    )


def component_iri(component: str) -> str:
    """IRI of a constraint component.

    >>> component_iri("MinCount")
    'http://www.w3.org/ns/shacl#MinCountConstraintComponent'
    """
    return f"{v.SHACL}{component}ConstraintComponent"
