"""SHACL shapes on what is stored: a SPARQL query for each property that the shapes look at, then joins of columns."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pyoxigraph as ox

from ontology import vocabulary as v
from ontology.shacl import Data, Shapes, properties_of, validate

from .store import reading

_COLUMNS = {"node": pl.String, "value": pl.String}
# Numbers and truth values are bare in this format; everything else begins with one of < " _.
_BARE = (
    (r"^(true|false)$", "boolean"),
    (r"^[+-]?[0-9]+$", "integer"),
    (r"^[+-]?[0-9]*\.[0-9]*$", "decimal"),
    (r"^[+-]?[0-9.]+[eE]", "double"),
)


def validate_view(path: Path, shapes: Shapes) -> pl.DataFrame:
    """Results (`ontology.shacl.RESULTS`) of shapes on the RDF view in `path`.

    Raises `StoreMissing` or `StoreOutdated`; both ask for `res3d rebuild rdf`.
    """
    with reading(path) as opened:
        return validate(shapes, stored_data(opened.store, shapes))


def stored_data(store: ox.Store, shapes: Shapes) -> Data:
    """What shapes look at, from all named graphs of a store."""
    if any(constraint.component == "Closed" for shape in shapes.values() for constraint in shape.constraints):
        rows = store.query("SELECT DISTINCT ?p { GRAPH ?g { ?s ?p ?o } }")
        properties = {str(row["p"].value) for row in rows}  # type: ignore[union-attr]
    else:
        properties = {v.TYPE, v.SUBCLASS_OF, *properties_of(shapes), *_targeted_properties(shapes)}
    # The store lets other threads work while it searches and writes.
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        columns = threads.map(lambda iri: _column(store, iri), sorted(properties))
        return Data(_found(sorted(properties), columns))


def _found(properties: Iterable[str], columns: Iterable[pl.DataFrame]) -> Mapping[str, pl.DataFrame]:
    return {iri: column for iri, column in zip(properties, columns, strict=True) if not column.is_empty()}


def _targeted_properties(shapes: Shapes) -> set[str]:
    targets = (target for shape in shapes.values() for target in shape.targets)
    return {target.iri for target in targets if target.kind in {"subjectsOf", "objectsOf"}}


def _column(store: ox.Store, iri: str) -> pl.DataFrame:
    """node and value of all who have a property, in any named graph; the unnamed one holds the view's own state."""
    property_ = ox.NamedNode(iri)  # refuses what is no IRI
    solutions = store.query(f"SELECT ?node ?value {{ GRAPH ?g {{ ?node {property_} ?value }} }}")
    if not isinstance(solutions, ox.QuerySolutions):
        raise TypeError(type(solutions))
    text = solutions.serialize(format=ox.QueryResultsFormat.TSV) or b""
    rows = pl.read_csv(
        text, separator="\t", quote_char=None, has_header=False, skip_rows=1, new_columns=[*_COLUMNS], schema=_COLUMNS
    )
    value = pl.col("value")
    is_bare = ~value.str.slice(0, 1).is_in(["<", '"', "_"])
    if rows.select(is_bare.any()).item():
        written = value
        for pattern, name in _BARE:
            literal = pl.concat_str(pl.lit('"'), value, pl.lit(f'"^^<{v.XSD}{name}>'))
            written = pl.when(is_bare & value.str.contains(pattern)).then(literal).otherwise(written)
        rows = rows.with_columns(written.alias("value"))
    return rows.unique(maintain_order=True)
