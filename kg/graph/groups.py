"""Nodes in groups of one shape: the same labels, and the same native type of each property. A group is a wide table."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from .errors import BadFacts

NATIVE: dict[str, type[pl.DataType]] = {
    "integer": pl.Int64,
    "float": pl.Float64,
    "boolean": pl.Boolean,
    "string": pl.String,
}


@dataclass(frozen=True, slots=True)
class Column:
    """A property within a group: its native kind, and whether it holds lists."""

    property: str
    kind: str
    many: bool


@dataclass(frozen=True, slots=True)
class NodeGroup:
    """Nodes of one shape. `texts` has `key` and one column per property: list of texts, null where a node has none."""

    labels: tuple[str, ...]
    columns: tuple[Column, ...]
    texts: pl.DataFrame

    def native(self) -> pl.DataFrame:
        """`key` and one column per property with values of their native type, lists where `many`."""
        return self.texts.select("key", *(_native(column) for column in self.columns))


def node_groups(nodes: pl.DataFrame, values: pl.DataFrame) -> Iterator[NodeGroup]:
    """All nodes, each in exactly one group, in the order of their labels.

    `nodes` come from `labelled_nodes`, `values` from `native_values`; a value of no node raises BadFacts.
    """
    labelled = nodes.with_columns(pl.col("labels").list.join(":").alias("label_text"))
    homeless = values.join(labelled, on="key", how="anti")
    if len(homeless):
        raise BadFacts(
            f"{len(homeless)} values belong to no node, such as {homeless['key'][0]}: a bug in what builds them"
        )
    of_labels = values.join(labelled.select("key", "label_text"), on="key")
    shaped = labelled.join(_shapes(of_labels), on="key", how="left").with_columns(pl.col("shape").fill_null(""))
    grouping = ["label_text", "shape"]
    values_of = of_labels.join(shaped.select("key", "shape"), on="key").partition_by(grouping, as_dict=True)
    for group, members in sorted(shaped.partition_by(grouping, as_dict=True).items()):
        columns, texts = _wide(members.select("key"), values_of.get(group))
        yield NodeGroup(tuple(members["labels"][0]), columns, texts)


def _shapes(values: pl.DataFrame) -> pl.DataFrame:
    """Per node what tells it from others of the same labels: the types of those properties whose type varies there."""
    types = values.select("label_text", "property", "kind", "many").unique()
    varying = (
        types.filter(pl.struct("label_text", "property").is_duplicated()).select("label_text", "property").unique()
    )
    return (
        values.join(varying, on=["label_text", "property"], how="semi")
        .sort("key", "property")
        .group_by("key", maintain_order=True)
        .agg(pl.concat_str("property", "kind", pl.col("many").cast(pl.String), separator=" ").alias("parts"))
        .select("key", pl.col("parts").list.join(";").alias("shape"))
    )


def _wide(keys: pl.DataFrame, values: pl.DataFrame | None) -> tuple[tuple[Column, ...], pl.DataFrame]:
    if values is None:
        return (), keys
    columns = values.select("property", "kind", "many").unique().sort("property")
    wide = values.pivot(on="property", index="key", values="texts")
    return tuple(Column(*row) for row in columns.iter_rows()), keys.join(wide, on="key", how="left")


def _native(column: Column) -> pl.Expr:
    texts = pl.col(column.property)
    kind = NATIVE[column.kind]
    if column.kind == "boolean":
        return texts.list.eval(pl.element() == "true") if column.many else texts.list.first() == "true"
    return texts.cast(pl.List(kind)) if column.many else texts.list.first().cast(kind)
