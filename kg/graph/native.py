"""What a literal becomes as a property of a node: a number, a boolean or a text, or a list of them.

Loading and comparison both start from here, so they can't disagree about it.
"""

import polars as pl

from ontology import Schema

from ..facts import Facts
from .frames import check_terms

LEFT_OUT = ("geo:wktLiteral",)
INTEGERS = ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "negativeInteger")
FLOATS = ("decimal", "double", "float")
KINDS = {
    **{f"xsd:{name}": "integer" for name in INTEGERS},
    **{f"xsd:{name}": "float" for name in FLOATS},
    "xsd:boolean": "boolean",
}
BOOLEANS = {"true": "true", "1": "true", "false": "false", "0": "false"}
NUMBERS = ("integer", "float")


def native_values(facts: Facts, schema: Schema) -> pl.DataFrame:
    """What each property of each node becomes: key, property, kind, many, texts.

    `kind` is integer, float, boolean or string. A value that is not of its datatype, or too large for 64 bits, stays a
    string; several values of one property become a list of one kind: floats if all are numbers, else strings if the
    kinds differ. `texts` are the distinct values in Neo4j's spelling, in order; `many` tells a list from one value.
    """
    check_terms(set(facts.values["property"].unique()), schema.properties, "property")
    spelled = _spelled(facts.values.filter(~pl.col("datatype").is_in(LEFT_OUT)))
    repeated = pl.struct("key", "property").is_duplicated()
    single = spelled.filter(~repeated).select(
        "key", "property", "kind", pl.lit(False).alias("many"), pl.concat_list("text").alias("texts")
    )
    return pl.concat([single, _lists(spelled.filter(repeated))])


def _spelled(values: pl.DataFrame) -> pl.DataFrame:
    """key, property, value, and the value by its own datatype: kind, text."""
    declared = pl.col("datatype").replace_strict(KINDS, default="string", return_dtype=pl.String)
    value = pl.col("value")
    text = (
        pl.when(declared == "integer")
        .then(value.cast(pl.Int64, strict=False).cast(pl.String))
        .when(declared == "float")
        .then(float_text(value.cast(pl.Float64, strict=False)))
        .when(declared == "boolean")
        .then(value.replace_strict(BOOLEANS, default=None, return_dtype=pl.String))
    )
    return values.select(
        "key",
        "property",
        "value",
        pl.when(text.is_null()).then(pl.lit("string")).otherwise(declared).alias("kind"),
        pl.coalesce(text, value).alias("text"),
    )


def _lists(spelled: pl.DataFrame) -> pl.DataFrame:
    """The rows of native_values for properties with several values: one kind, sorted, each value once."""
    of_property = ["key", "property"]
    is_number = pl.col("kind").is_in(NUMBERS)
    mixed = pl.col("kind").n_unique().over(of_property) > 1
    numbers = is_number.all().over(of_property)
    kind = pl.when(~mixed).then(pl.col("kind")).when(numbers).then(pl.lit("float")).otherwise(pl.lit("string"))
    return (
        spelled.with_columns(kind.alias("common"))
        .with_columns(
            pl.when(pl.col("common") == pl.col("kind"))
            .then(pl.col("text"))
            .when(pl.col("common") == "float")
            .then(float_text(pl.col("text").cast(pl.Float64, strict=False)))
            .otherwise(pl.col("value"))
            .alias("text"),
            pl.when(pl.col("common").is_in(NUMBERS))
            .then(pl.col("text").cast(pl.Float64, strict=False))
            .alias("number"),
        )
        .unique([*of_property, "text"])
        .sort(*of_property, "number", "text")
        .group_by(of_property, maintain_order=True)
        .agg(pl.col("common").first().alias("kind"), (pl.len() > 1).alias("many"), pl.col("text").alias("texts"))
    )


def float_text(number: pl.Expr) -> pl.Expr:
    """A float in the shortest spelling that reads back as the same number; infinities as Java spells them."""
    return number.cast(pl.String).replace({"inf": "Infinity", "-inf": "-Infinity"})
