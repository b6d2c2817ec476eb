"""SHACL shapes at ingest: records as columns of terms, and which of them break what."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from kg.facts.attributes import json_type
from kg.ledger.canonical import json_value
from ontology import Edit, Property, Schema
from ontology import vocabulary as v
from ontology.shacl import (
    Data,
    Shape,
    Shapes,
    decided_alone,
    for_classes,
    message,
    properties_of,
    validate,
)

from .suspects import suspects

BROKEN = {"@row": pl.Int64} | dict.fromkeys(("shape", "severity", "said", "detail"), pl.String)


@dataclass(frozen=True, slots=True)
class RecordShapes:
    """The part of a schema's shapes that one record decides, for the schema's classes."""

    schema: Schema
    shapes: Shapes

    def of_class(self, name: str) -> Shapes:
        """The shapes for things of a class."""
        class_ = self.schema.classes[name]
        return for_classes(self.shapes, {self.schema.classes[each].iri for each in (name, *class_.ancestors)})

    def broken(self, records: pl.DataFrame) -> pl.DataFrame:
        """Which records break what: @row, shape (its name), severity, said, detail (what is said, with
        the value) - a line for each result.

        records: @row, class (name; null where there is none), attributes (JSON as in the ledger). What needs more than
        the record itself is left to `res3d ontology validate`.
        """
        names = [name for name in records["class"].unique() if name in self.schema.classes]
        lines = {name: [name, *self.schema.classes[name].ancestors] for name in names}
        above = _iris(self.schema, (each for line in lines.values() for each in line))
        shapes = for_classes(self.shapes, above)
        terms = [self.schema.property_(iri) for iri in sorted(properties_of(shapes))]
        if not terms:
            return pl.DataFrame(schema=BROKEN)
        rows = _wide(records, terms)
        below = {iri: [each for each in names if iri in _iris(self.schema, lines[each])] for iri in above}
        # in one piece: polars 2 crashes where it replaces in what a filter left of several
        rows = rows.filter(suspects(rows, shapes, {term.iri: term.name for term in terms}, below)).rechunk()
        if rows.is_empty():
            return pl.DataFrame(schema=BROKEN)
        results = validate(shapes, _data(rows, terms, self.schema, lines))
        kinds = [(shapes[id_], place) for id_, place in results.select("shape", "constraint").unique().rows()]
        told = pl.DataFrame(
            {
                "shape": [shape.id for shape, _ in kinds],
                "constraint": [place for _, place in kinds],
                "severity": [shape.severity for shape, _ in kinds],
                "said": [_said(shape, place) for shape, place in kinds],
            },
            schema={"shape": pl.String, "constraint": pl.Int64, "severity": pl.String, "said": pl.String},
        )
        given = pl.col("value").str.replace(r'^"((?s:.*))"[^"]*$', "$1")
        return results.join(told, on=["shape", "constraint"], maintain_order="left").select(
            pl.col("focus").str.slice(1, pl.col("focus").str.len_chars() - 2).cast(pl.Int64).alias("@row"),
            pl.col("shape").str.strip_prefix(v.BASE),
            "severity",
            "said",
            pl.when(given.is_null())
            .then("said")
            .otherwise(pl.format("{}; given is {}", "said", given))
            .alias("detail"),
        )


def newly_demanded(edit: Edit) -> tuple[RecordShapes, frozenset[str]]:
    """(shapes that demand something else of records than before, the old classes of such records)."""
    old, new = record_shapes(edit.old), record_shapes(edit.new)
    found: set[str] = set()
    classes: set[str] = set()
    for name in edit.old.classes:
        after = edit.class_after(name)
        if after is None:
            continue
        before = set(map(repr, old.of_class(name).values()))
        fresh = {id_ for id_, shape in new.of_class(after).items() if repr(shape) not in before}
        if fresh:
            classes.add(name)
            found |= new.of_class(after).keys()
    return RecordShapes(edit.new, {id_: new.shapes[id_] for id_ in sorted(found)}), frozenset(classes)


def record_shapes(schema: Schema) -> RecordShapes:
    """The shapes of a schema, as far as one record decides them."""
    stated = {term.iri for term in schema.properties.values() if term.kind != "relation" and term.ledger_column is None}
    return RecordShapes(schema, decided_alone(schema.shapes, stated))


def _said(shape: Shape, place: int) -> str:
    name = "a shape without a name" if shape.id.startswith("_:") else shape.id.removeprefix(v.BASE)
    return f"{message(shape, place)} ({name}, {shape.constraints[place].component})"


def _iris(schema: Schema, names: Iterable[str]) -> frozenset[str]:
    return frozenset(schema.classes[name].iri for name in names)


def _wide(records: pl.DataFrame, terms: list[Property]) -> pl.DataFrame:
    """@row, class and a typed column for each property."""
    dtype = pl.Struct({term.name: json_type(term) for term in terms})
    return records.select("@row", "class", pl.col("attributes").str.json_decode(dtype).alias("said")).unnest("said")


def _data(rows: pl.DataFrame, terms: list[Property], schema: Schema, lines: dict[str, list[str]]) -> Data:
    """Rows as of `_wide` as statements; the focus node of a row is its number in angle brackets."""
    node = pl.format("<{}>", "@row").alias("node")
    iris = {name: f"<{schema.classes[name].iri}>" for name in lines}
    types = rows.select(node, pl.col("class").replace_strict(iris, default=None, return_dtype=pl.String).alias("value"))
    wide = rows.select(node, pl.exclude("@row", "class"))
    found = {v.TYPE: types.drop_nulls("value")}
    for term in terms:
        pairs = wide.select("node", pl.col(term.name).alias("value")).drop_nulls("value")
        pairs = pairs.explode("value") if pairs.schema["value"] == pl.List else pairs
        found[term.iri] = pairs.with_columns(_as_term(term, pairs).alias("value"))
    subclasses: dict[str, set[str]] = {}
    for name, line in lines.items():
        for each in line:
            subclasses.setdefault(schema.classes[each].iri, set()).add(schema.classes[name].iri)
    return Data(found, {iri: frozenset(below) for iri, below in subclasses.items()})


def _as_term(term: Property, rows: pl.DataFrame) -> pl.Expr:
    """Values as literals of N-Triples, of which the escapes are those of JSON."""
    text = json_value(pl.col("value"), rows.schema["value"])
    if term.datatype == "rdf:langString":
        plain = text.str.replace(r'@([A-Za-z0-9-]+)"$', '"@$1')
        return plain.str.replace(r'@"$', '"')
    if rows.schema["value"] == pl.String:
        is_plain = term.kind == "code" or term.datatype in {None, "xsd:string"}
        return text if is_plain else text + f"^^<{_datatype_iri(str(term.datatype))}>"
    return '"' + text + f'"^^<{_datatype_iri(str(term.datatype))}>'


def _datatype_iri(short: str) -> str:
    prefix, _, local = short.partition(":")
    return v.WELL_KNOWN_PREFIXES[prefix] + local if prefix in v.WELL_KNOWN_PREFIXES else short
