"""The CSV files and arguments of Neo4j's bulk import, written as whole columns."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import polars as pl

from ontology import Schema

from ..facts import Facts
from .frames import STATE, check_edge_ends, labelled_nodes, typed_edges
from .groups import Column, NodeGroup, node_groups
from .native import native_values
from .state import Index, Position, check_indexed

CSV_TYPES = {"integer": "long", "float": "double", "boolean": "boolean", "string": "string"}
SEPARATORS = [*map(chr, range(0x1F, 0x1B, -1)), *map(chr, range(0xE000, 0xF8FF))]
"""Candidates for what stands between the values of a list: it can't be escaped, so it must occur in none of them."""
LEAST_BUFFER_BYTES = 4 * 2**20


def write_import_files(
    folder: Path, facts: Facts, schema: Schema, *, base: str, position: Position, indexes: Sequence[Index] = ()
) -> list[str]:
    """Write all files into `folder` and give the arguments of `database import full` that name them.

    The names are relative to the folder, because Neo4j takes a path for a list of regular expressions.
    """
    numbers = facts.nodes.select("key").with_row_index("number")
    edges = typed_edges(facts, schema)
    check_edge_ends(edges, numbers)
    values = native_values(facts, schema)
    nodes = labelled_nodes(facts, schema)
    check_indexed(nodes, values, indexes, base=base)
    texts = values["texts"].explode(empty_as_null=False)
    separator = unused_separator(values.filter("many")["texts"].explode(empty_as_null=False))
    has_line_breaks = texts.str.contains(r"[\r\n]").any()
    options = [
        f"--array-delimiter=U+{ord(separator):04X}",
        f"--multiline-fields={str(has_line_breaks).lower()}",
        f"--read-buffer-size={max(LEAST_BUFFER_BYTES, 4 * _longest_node_bytes(values))}",
        "--id-type=integer",
        "--legacy-style-quoting=false",
        "--trim-strings=false",
        "--ignore-empty-strings=false",
        "--overwrite-destination=true",
        "--report-file=report.txt",
    ]
    for count, group in enumerate(node_groups(nodes, values)):
        name = f"nodes-{count}.csv"
        _of_nodes(group, numbers, base, separator).write_csv(folder / name)
        options.append(f"--nodes={':'.join(group.labels)}={name}")
    _of_position(position, len(numbers)).write_csv(folder / "position.csv")
    options.append(f"--nodes={STATE}=position.csv")
    _of_edges(edges, numbers).write_csv(folder / "edges.csv")
    options.append("--relationships=edges.csv")
    (folder / "arguments").write_text("".join(f'"{option}"\n' for option in options), encoding="utf-8")
    return ["@arguments"]


def unused_separator(texts: pl.Series) -> str:
    r"""A character that occurs in none of the texts.

    >>> unused_separator(pl.Series(["a", "b\x1fc"]))
    '\x1e'
    """
    for candidate in SEPARATORS:
        if not texts.str.contains(candidate, literal=True).any():
            return candidate
    raise ValueError("the texts of lists contain every character that could separate them")


def _longest_node_bytes(values: pl.DataFrame) -> int:
    """The importer's buffer must hold a whole line."""
    size = pl.col("texts").list.eval(pl.element().str.len_bytes()).list.sum()
    longest = values.group_by("key").agg(size.sum().alias("size"))["size"].max()
    return int(str(longest or 0))


def _of_nodes(group: NodeGroup, numbers: pl.DataFrame, base: str, separator: str) -> pl.DataFrame:
    return group.texts.join(numbers, on="key", how="left").select(
        pl.col("number").alias(":ID"),
        (pl.lit(base) + pl.col("key")).alias("iri:string"),
        *(_of_column(column, separator) for column in group.columns),
    )


def _of_column(column: Column, separator: str) -> pl.Expr:
    suffix = "[]" if column.many else ""
    texts = pl.col(column.property)
    cells = texts.list.join(separator) if column.many else texts.list.first()
    return cells.alias(f"{column.property}:{CSV_TYPES[column.kind]}{suffix}")


def _of_position(position: Position, number: int) -> pl.DataFrame:
    header = {"changeset": "changeset:long", "digest": "digest:string", "schema": "schema:string"}
    return pl.DataFrame([{":ID": number, **asdict(position)}]).rename(header)


def _of_edges(edges: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    ends = {"subject": ":START_ID", "object": ":END_ID"}
    for end, header in ends.items():
        edges = edges.join(numbers.rename({"key": end, "number": header}), on=end, how="left", maintain_order="left")
    return edges.select(
        *ends.values(),
        pl.col("type").alias(":TYPE"),
        pl.col("current").alias("current:boolean"),
        pl.col("validFrom").alias("validFrom:string"),
        pl.col("validTo").alias("validTo:string"),
    )
