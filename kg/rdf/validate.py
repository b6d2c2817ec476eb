"""SHACL shapes on what is stored: SPARQL tells who may break one, columns of these few are judged exactly."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pyoxigraph as ox

from ontology import vocabulary as v
from ontology.shacl import Data, Shapes, properties_of, sorted_results, validate, with_parts

from .candidates import questions
from .store import reading

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
        return validate_store(opened.store, shapes)


def validate_store(store: ox.Store, shapes: Shapes) -> pl.DataFrame:
    """Results of shapes on all named graphs of a store: first who may break one, then exactly."""
    knows_subclasses = any(True for _ in store.quads_for_pattern(None, ox.NamedNode(v.SUBCLASS_OF), None, None))
    asked: dict[str, tuple[str, ...]] = {}
    for id_, shape in shapes.items():
        found = questions(shapes, shape) if shape.targets and not knows_subclasses else None
        if found is not None:
            asked[id_] = found
    rest = with_parts(shapes, (id_ for id_, shape in shapes.items() if shape.targets and id_ not in asked))
    whole = validate({id_: rest[id_] for id_ in rest if id_ not in asked}, stored_data(store, rest), beside=shapes)
    # The store lets other threads work while it searches and writes.
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        texts = sorted({text for each in asked.values() for text in each}, key=_is_slow, reverse=True)
        answers = threads.map(lambda text: _nodes(store, text), texts)
        nodes = pl.concat([pl.Series("node", [], dtype=pl.String), *answers]).unique()
    if nodes.str.starts_with("_:").any():  # no query can ask for blank nodes again
        return validate(shapes, stored_data(store, shapes))
    judged = {id_: shapes[id_] for id_ in asked}
    few = validate(judged, _data_of(store, shapes, judged, nodes), beside=shapes)
    return sorted_results(pl.concat([whole, few]))


def stored_data(store: ox.Store, shapes: Shapes) -> Data:
    """Whole columns of what shapes look at, from all named graphs of a store."""
    if not any(shape.targets for shape in shapes.values()):
        return Data({})
    if any(constraint.component == "Closed" for shape in shapes.values() for constraint in shape.constraints):
        rows = store.query("SELECT DISTINCT ?p { GRAPH ?g { ?s ?p ?o } }")
        properties = {str(row["p"].value) for row in rows}  # type: ignore[union-attr]
    else:
        properties = {v.TYPE, v.SUBCLASS_OF, *properties_of(shapes), *_targeted_properties(shapes)}
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        columns = threads.map(lambda iri: _column(store, iri), sorted(properties))
        return Data(_found(sorted(properties), columns))


def _data_of(store: ox.Store, shapes: Shapes, judged: Shapes, nodes: pl.Series) -> Data:
    """What shapes look at of some nodes, and the types of these and of their values."""
    if nodes.is_empty():
        return Data({})
    properties = sorted(properties_of(with_parts(shapes, judged)))
    found = dict(_found(properties, (_column(store, iri, nodes) for iri in properties)))
    values = [frame.filter(~pl.col("value").str.starts_with('"'))["value"].rename("node") for frame in found.values()]
    found[v.TYPE] = _column(store, v.TYPE, pl.concat([nodes, *values]).unique())
    return Data(found)


def _is_slow(question: str) -> tuple[bool, bool, str]:
    """What takes longest goes first, so that no thread is left without work at the end."""
    return "GROUP BY" in question, "NOT EXISTS" in question, question


def _nodes(store: ox.Store, question: str) -> pl.Series:
    solutions = store.query(question, use_default_graph_as_union=True)
    return _table(solutions, ["node"])["node"].unique()


def _found(properties: Iterable[str], columns: Iterable[pl.DataFrame]) -> Mapping[str, pl.DataFrame]:
    return {iri: column for iri, column in zip(properties, columns, strict=True) if not column.is_empty()}


def _targeted_properties(shapes: Shapes) -> set[str]:
    targets = (target for shape in shapes.values() for target in shape.targets)
    return {target.iri for target in targets if target.kind in {"subjectsOf", "objectsOf"}}


def _column(store: ox.Store, iri: str, nodes: pl.Series | None = None) -> pl.DataFrame:
    """node and value of all who have a property, or of some; the unnamed graph holds the view's own state."""
    property_ = ox.NamedNode(iri)  # refuses what is no IRI
    wanted = ""
    if nodes is not None:
        named = nodes.filter(nodes.str.starts_with("<"))
        wanted = f"VALUES ?node {{ {' '.join(named)} }} "
    rows = _table(
        store.query(f"SELECT ?node ?value {{ {wanted}GRAPH ?g {{ ?node {property_} ?value }} }}"), ["node", "value"]
    )
    value = pl.col("value")
    is_bare = ~value.str.slice(0, 1).is_in(["<", '"', "_"])
    if rows.select(is_bare.any()).item():
        written = value
        for pattern, name in _BARE:
            literal = pl.concat_str(pl.lit('"'), value, pl.lit(f'"^^<{v.XSD}{name}>'))
            written = pl.when(is_bare & value.str.contains(pattern)).then(literal).otherwise(written)
        rows = rows.with_columns(written.alias("value"))
    return rows.unique()  # the same may stand in several graphs


def _table(solutions: object, columns: list[str]) -> pl.DataFrame:
    if not isinstance(solutions, ox.QuerySolutions):
        raise TypeError(type(solutions))
    text = solutions.serialize(format=ox.QueryResultsFormat.TSV) or b""
    schema = dict.fromkeys(columns, pl.String)
    return pl.read_csv(text, separator="\t", quote_char=None, has_header=False, skip_rows=1, schema=schema)
