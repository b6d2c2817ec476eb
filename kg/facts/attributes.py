"""Attributes of records as long columns, and which of them an entity shows."""

import polars as pl
from polars._typing import PolarsDataType

from ontology import Property, Schema

from ..ledger.canonical import json_value

_LONG = dict.fromkeys(("source", "key", "property", "value", "datatype", "language"), pl.String())


def attribute_values(records: pl.DataFrame, schema: Schema) -> pl.DataFrame:
    """What records say, a line per value: source, key, property, value, datatype, language.

    Values come in their lexical form; relations are no attributes and are left out.
    """
    names = attribute_names(records["attributes"])
    stated = [term for term in schema.properties.values() if term.name in names and term.kind != "relation"]
    parts = [pl.DataFrame(schema=_LONG)]
    if stated:
        dtype = pl.Struct({term.name: json_type(term) for term in stated})
        wide = records.select("source", "key", pl.col("attributes").str.json_decode(dtype).alias("said")).unnest("said")
        parts += [_long(wide, term) for term in stated]
    return pl.concat(parts)


def shown_attributes(stated: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Of all values that an entity's records state the ones that it shows: entity, property, value, ...

    Per property one record wins: lowest source rank, then highest LOD, then newest. Of codes all are shown: they
    name, they do not describe. members: source, key, entity, rank, lod, fid.
    """
    placed = stated.join(members, on=["source", "key"])
    order = placed.select("entity", "property", "rank", "lod", "fid", "source", "key").unique(
        ["entity", "property", "source", "key"], maintain_order=True
    )
    winners = order.sort("rank", "lod", "fid", descending=[False, True, True], nulls_last=True).unique(
        ["entity", "property"], keep="first", maintain_order=True
    )
    shown = placed.join(
        winners.select("entity", "property", "source", "key"), on=["entity", "property", "source", "key"]
    )
    return shown.select("entity", "property", "value", "datatype", "language")


def attribute_names(attributes: pl.Series) -> frozenset[str]:
    """Every member name that occurs at the top of the JSON objects."""
    keys = attributes.unique().str.extract_all(r'[{,]"([A-Za-z_][^"\\]*)":').explode(empty_as_null=False).drop_nulls()
    return frozenset(keys.str.slice(2).str.strip_suffix('":').unique())


def json_type(term: Property) -> PolarsDataType:
    """The type in which values of a property are stored: a scalar where the ontology allows one, else a list."""
    scalar: PolarsDataType = pl.String()
    if term.kind == "attribute" and term.datatype == "xsd:integer":
        scalar = pl.Int64()
    elif term.kind == "attribute" and term.datatype in {"xsd:decimal", "xsd:double", "xsd:float"}:
        scalar = pl.Float64()
    elif term.kind == "attribute" and term.datatype == "xsd:boolean":
        scalar = pl.Boolean()
    return scalar if term.maximum == 1 else pl.List(scalar)


def _long(wide: pl.DataFrame, term: Property) -> pl.DataFrame:
    rows = wide.select("source", "key", pl.col(term.name).alias("value")).drop_nulls("value")
    if rows.schema["value"] == pl.List:
        rows = rows.explode("value")
    if rows.schema["value"] != pl.String:
        rows = rows.with_columns(json_value(pl.col("value"), rows.schema["value"]))
    language = pl.lit(None, dtype=pl.String)
    value = pl.col("value")
    if term.datatype == "rdf:langString":
        # Stored as text@language, so that one column holds both; text without a language ends in a bare @.
        language = value.str.extract(r"@([A-Za-z0-9-]+)$", 1)
        value = value.str.replace(r"@[A-Za-z0-9-]*$", "")
    datatype = pl.when(language.is_null()).then(pl.lit(_plain(term))).otherwise(pl.lit("rdf:langString"))
    return rows.select(
        "source",
        "key",
        pl.lit(term.name).alias("property"),
        value.alias("value"),
        datatype.alias("datatype"),
        language.alias("language"),
    )


def _plain(term: Property) -> str:
    if term.kind == "code" or term.datatype in {None, "rdf:langString"}:
        return "xsd:string"
    return str(term.datatype)
