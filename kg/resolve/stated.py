"""The attributes of an entity: what it shows, and what else its records state."""

from collections.abc import Sequence

import polars as pl
from sqlalchemy import RowMapping

from ..facts.attributes import attribute_values, shown_attributes
from .entity_view import Attribute, StatedValue
from .iris import record_iri
from .resolver import Resolver
from .terms import property_term

_VALUE = ["property", "value", "datatype", "language"]


def stated_attributes(
    resolver: Resolver, members: Sequence[RowMapping], records: pl.DataFrame
) -> tuple[Attribute, ...]:
    """What the records with these memberships state, codes left out; of each attribute what is shown comes first."""
    schema = resolver.schema
    codes = [name for name, term in schema.properties.items() if term.kind == "code"]
    stated = attribute_values(records, schema).filter(~pl.col("property").is_in(codes))
    ranks = pl.DataFrame(
        {name: [member[name] for member in members] for name in ("source", "key", "entity", "rank")},
        schema={"source": pl.String, "key": pl.String, "entity": pl.String, "rank": pl.Int64},
    )
    placed = records.select("source", "key", "fid", "lod").join(ranks, on=["source", "key"])
    shown = shown_attributes(stated, placed).select(*_VALUE, pl.lit(value=True).alias("is_shown")).unique()
    grouped = (
        stated.join(ranks, on=["source", "key"])
        .sort("rank", "source", "key", "value")
        .group_by(_VALUE, maintain_order=True)
        .agg("source", "key")
        .join(shown, on=_VALUE, how="left", nulls_equal=True, maintain_order="left")
        .with_columns(pl.col("is_shown").fill_null(value=False))
        .sort("property", "is_shown", descending=[False, True], maintain_order=True)
    )
    values: dict[str, list[StatedValue]] = {}
    for row in grouped.iter_rows(named=True):
        stating = [record_iri(resolver.base, *pair) for pair in zip(row["source"], row["key"], strict=True)]
        value = StatedValue(
            value=row["value"],
            datatype=row["datatype"],
            language=row["language"],
            is_shown=row["is_shown"],
            records=tuple(stating),
            sources=tuple(dict.fromkeys(row["source"])),
        )
        values.setdefault(row["property"], []).append(value)
    return tuple(Attribute(property_term(schema, name), tuple(each)) for name, each in values.items())
