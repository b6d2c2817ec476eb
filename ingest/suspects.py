"""Which records can break a shape at all, told from typed columns: the full check is for these alone.

The full check (`ontology.shacl.validate`) takes values as terms of RDF and costs several times what mapping them does.
Nearly all records of a delivery are fine, and most shapes are simple: a limit on a number, a pattern, a count.
"""

from collections.abc import Callable, Mapping
from functools import reduce

import polars as pl

from ontology.shacl import Constraint, Predicate, Shape, Shapes

_LIMITS: Mapping[str, Callable[[pl.Expr, float], pl.Expr]] = {
    "MinExclusive": lambda value, limit: value > limit,
    "MinInclusive": lambda value, limit: value >= limit,
    "MaxExclusive": lambda value, limit: value < limit,
    "MaxInclusive": lambda value, limit: value <= limit,
}
_ORDERS: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "LessThan": lambda value, other: value < other,
    "LessThanOrEquals": lambda value, other: value <= other,
}
_NOBODY = pl.lit(value=False)
_EVERYBODY = pl.lit(value=True)


def suspects(
    rows: pl.DataFrame, shapes: Shapes, columns: Mapping[str, str], below: Mapping[str, list[str]]
) -> pl.Series:
    """For each row whether it may break a shape: never false for one that does, seldom true for one that does not.

    rows: class (its name) and a column of values for each property; columns: property IRI -> column; below: class IRI
    -> names of the classes that are it or below it.

    >>> from ontology.shacl import Target
    >>> height = Shape("h", Predicate("urn:h"), (), (Constraint("MinInclusive", ('"0"^^<urn:int>',)),), "Violation", ())
    >>> tower = Shape("t", None, (Target("class", "urn:T"),), (Constraint("Property", shapes=("h",)),), "Violation", ())
    >>> rows = pl.DataFrame({"class": ["Tower", "Tower", "Well", "Tower"], "height": [-1, 8, -9, None]})
    >>> suspects(rows, {"h": height, "t": tower}, {"urn:h": "height"}, {"urn:T": ["Tower"]}).to_list()
    [True, False, False, False]
    """
    found = _NOBODY
    for shape in shapes.values():
        if not shape.targets:
            continue
        if all(target.kind == "class" for target in shape.targets):
            names = sorted({name for target in shape.targets for name in below.get(target.iri, ())})
            is_meant = pl.col("class").is_in(names)
        else:
            is_meant = _EVERYBODY
        found |= is_meant & _of_shape(shape, shapes, columns, rows.schema)
    return rows.select((pl.repeat(value=False, n=pl.len()) | found).fill_null(value=True).alias("is_suspect"))[
        "is_suspect"
    ]


def _of_shape(shape: Shape, shapes: Shapes, columns: Mapping[str, str], schema: pl.Schema) -> pl.Expr:
    parts = [_NOBODY]
    for constraint in shape.constraints:
        inner = shapes[constraint.shapes[0]] if constraint.component == "Property" else None
        if inner is None or not isinstance(inner.path, Predicate) or inner.path.iri not in columns:
            return _EVERYBODY
        name = columns[inner.path.iri]
        parts += [_of_constraint(each, name, columns, schema) for each in inner.constraints]
    return reduce(pl.Expr.or_, parts)


def _of_constraint(constraint: Constraint, name: str, columns: Mapping[str, str], schema: pl.Schema) -> pl.Expr:
    """Whether the values of one column may break one constraint; what is not known here suspects every value."""
    column, inner, component = pl.col(name), _inner(schema[name]), constraint.component
    is_list = isinstance(schema[name], pl.List)
    number = (column.list.len() if is_list else column.is_not_null().cast(pl.Int64)).fill_null(0)
    if component == "MaxCount":
        return number > constraint.number
    if component == "UniqueLang":
        return number > 1
    if component in _LIMITS and inner.is_numeric() and (limit := _number(constraint.terms[0])) is not None:
        extreme = _least(column, schema[name]) if component.startswith("Min") else _most(column, schema[name])
        return ~_LIMITS[component](extreme, limit).fill_null(value=True)
    if component in _ORDERS and (other := columns.get(constraint.terms[0][1:-1])):
        if inner.is_numeric() and _inner(schema[other]).is_numeric():
            holds = _ORDERS[component](_most(column, schema[name]), _least(pl.col(other), schema[other]))
            return ~holds.fill_null(value=True)
        return column.is_not_null() & pl.col(other).is_not_null()
    if component == "Pattern" and inner == pl.String and not is_list:
        return ~column.str.contains(constraint.text).fill_null(value=True)
    if component in {"MinCount", "QualifiedMinCount", "HasValue", "Equals", "Closed"}:
        return _EVERYBODY  # what an absent value breaks, too
    return number > 0


def _inner(dtype: pl.DataType) -> pl.DataType:
    return pl.Series([], dtype=dtype.inner).dtype if isinstance(dtype, pl.List) else dtype


def _least(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return column.list.min() if isinstance(dtype, pl.List) else column


def _most(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return column.list.max() if isinstance(dtype, pl.List) else column


def _number(term: str) -> float | None:
    """The value of a literal of a number, None for another."""
    text = term.removeprefix('"').partition('"')[0]
    try:
        return float(text)
    except ValueError:
        return None
