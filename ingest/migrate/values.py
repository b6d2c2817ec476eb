"""Values of one property as values of another, whole columns of lists at once."""

import polars as pl
from polars._typing import PolarsDataType

from kg.ledger.canonical import json_value
from ontology import Property, unit_differs

from ..apply import typed_values

_REFERENCE = r"^(record|code)/[^/]+/."


def converted(values: pl.Series, before: Property, after: Property) -> tuple[pl.Series, pl.Series]:
    """(values of the new property, detail of what does not fit) of a list column of the old property.

    The detail is null where all fits. Numbers, texts and truth values go over where their lexical form is one of the
    new datatype; codes have to be codes of the new scheme.
    """
    if (before.kind, before.datatype, before.code_scheme) == (after.kind, after.datatype, after.code_scheme):
        return values, pl.repeat(None, len(values), dtype=pl.String, eager=True)
    texts = pl.DataFrame({"v": values}).select(pl.col("v").list.eval(_lexical(values.dtype, before, after))).to_series()
    return typed(texts, after)


def typed(texts: pl.Series, after: Property, *, has_language: bool = False) -> tuple[pl.Series, pl.Series]:
    """(values, detail of what does not fit) of a property from lists of lexical forms.

    `has_language`: texts of an rdf:langString come as `text@language`, as they are stored.
    """
    each = pl.DataFrame({"place": pl.int_range(len(texts), eager=True), "text": texts}).explode(
        "text", empty_as_null=False
    )
    each = each.drop_nulls("text")
    text = each["text"]
    if after.datatype == "rdf:langString" and has_language:
        values, is_wrong, expected = text, text.is_null(), text
    else:
        values, is_wrong, expected = typed_values(after, text, None)
    if after.kind == "relation":
        is_wrong = is_wrong | ~text.str.contains(_REFERENCE)
        expected = pl.repeat("expected record/SOURCE/KEY or code/SCHEME/VALUE", len(text), eager=True)
    told = pl.when(is_wrong).then(pl.format("{} is {}: {}", pl.lit(after.name), text, expected))
    grouped = (
        each.select("place", values.alias("value"), told.alias("detail"))
        .group_by("place", maintain_order=True)
        .agg(pl.col("value"), pl.col("detail").drop_nulls().first())
    )
    places = pl.DataFrame({"place": pl.int_range(len(texts), eager=True)})
    joined = places.join(grouped, on="place", how="left", maintain_order="left")
    return joined["value"], joined["detail"]


def misfits(values: pl.Series, before: Property, after: Property) -> pl.Series:
    """What keeps a list column of values from being the new property's: a detail, null where all fits.

    Looked at is only what the edit demands beyond what held before: values allowed, how many, and their unit.
    """
    number = values.list.len().fill_null(0)
    name, details = pl.lit(after.name), []
    if after.allowed:
        odd = values.list.set_difference(list(after.allowed)).list.first().cast(pl.String)
        allowed = pl.lit(", ".join(after.allowed))
        details.append(pl.when(odd.is_not_null()).then(pl.format("{} is {}; allowed are {}", name, odd, allowed)))
    if after.maximum is not None:
        detail = pl.format("{} has {} values; allowed are {}", name, number, pl.lit(after.maximum))
        details.append(pl.when(number > after.maximum).then(detail))
    if unit_differs(before, after):
        detail = pl.lit(f"{after.name} is in {before.unit}; expected {after.unit}")
        details.append(pl.when(number > 0).then(detail))
    if not details:
        return pl.repeat(None, len(values), dtype=pl.String, eager=True)
    return pl.select(pl.coalesce(details)).to_series()


def json_texts(values: pl.Series, *, is_single: bool) -> pl.Series:
    """The canonical JSON text of each list of values, of its only value where there is one; null stays null."""
    shown = values.list.first() if is_single else values
    return pl.DataFrame({"v": shown}).select(json_value(pl.col("v"), shown.dtype)).to_series()


def _lexical(dtype: PolarsDataType, before: Property, after: Property) -> pl.Expr:
    value = pl.element()
    if before.datatype == "rdf:langString" and after.datatype != "rdf:langString":
        return value.str.replace(r"@[A-Za-z0-9-]*$", "")
    inner = dtype.inner if isinstance(dtype, pl.List) else dtype
    return value if inner == pl.String else json_value(value, inner)
