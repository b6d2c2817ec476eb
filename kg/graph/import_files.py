"""The CSV files and arguments of Neo4j's bulk import, written as whole columns."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from ontology import Schema

from ..facts import Facts, Standing
from .frames import STATE, check_edge_ends, check_unique, labelled_nodes, typed_edges
from .groups import Column, NodeGroup, node_groups
from .native import native_values
from .state import Index, check_indexed

CSV_TYPES = {"integer": "long", "float": "double", "boolean": "boolean", "string": "string"}
SEPARATORS = [*map(chr, range(0x1F, 0x1B, -1)), *map(chr, range(0xE000, 0xF8FF))]
"""Candidates for what stands between the values of a list: it can't be escaped, so it must occur in none of them."""
LEAST_BUFFER_BYTES = 4 * 2**20


def write_import_files(
    folder: Path,
    parts: Iterable[Facts],
    schema: Schema,
    *,
    base: str,
    position: Standing,
    indexes: Sequence[Index] = (),
) -> list[str]:
    """Write all files into `folder` and give the arguments of `database import full` that name them.

    The parts are gone through twice. The names are relative to the folder, because Neo4j takes a path for a list of
    regular expressions.
    """
    numbers, traits = _look_through(parts)
    options = [
        f"--array-delimiter=U+{ord(traits.separator):04X}",
        f"--multiline-fields={str(traits.has_line_breaks).lower()}",
        f"--read-buffer-size={max(LEAST_BUFFER_BYTES, 4 * traits.longest_node_bytes)}",
        "--id-type=integer",
        "--legacy-style-quoting=false",
        "--trim-strings=false",
        "--ignore-empty-strings=false",
        "--overwrite-destination=true",
        "--report-file=report.txt",
    ]
    for place, facts in enumerate(parts):
        edges = typed_edges(facts, schema)
        check_edge_ends(edges, numbers)
        values = native_values(facts, schema)
        nodes = labelled_nodes(facts, schema)
        check_indexed(nodes, values, indexes, base=base)
        for count, group in enumerate(node_groups(nodes, values)):
            name = f"nodes-{place}-{count}.csv"
            _of_nodes(group, numbers, base, traits.separator).write_csv(folder / name)
            options.append(f"--nodes={':'.join(group.labels)}={name}")
        if not edges.is_empty():
            _of_edges(edges, numbers).write_csv(folder / f"edges-{place}.csv")
            options.append(f"--relationships=edges-{place}.csv")
    _of_position(position, len(numbers)).write_csv(folder / "position.csv")
    options.append(f"--nodes={STATE}=position.csv")
    (folder / "arguments").write_text("".join(f'"{option}"\n' for option in options), encoding="utf-8")
    return ["@arguments"]


@dataclass(frozen=True, slots=True)
class _Traits:
    """What the importer has to be told of all values together."""

    separator: str
    has_line_breaks: bool
    longest_node_bytes: int


def _look_through(parts: Iterable[Facts]) -> tuple[pl.DataFrame, _Traits]:
    """A number for every node (key, number), and the traits of the values; raises BadFacts for a key in two parts."""
    keys = [pl.Series("key", [], dtype=pl.String)]
    separators, has_line_breaks, longest = SEPARATORS, False, 0
    for facts in parts:
        keys.append(facts.nodes["key"])
        texts = facts.values["value"]
        separators = separators[separators.index(unused_separator(texts, separators)) :]
        has_line_breaks = has_line_breaks or bool(texts.str.contains(r"[\r\n]").any())
        longest = max(longest, _longest_node_bytes(facts.values))
    numbers = pl.concat(keys).to_frame().with_row_index("number")
    check_unique(numbers["key"])
    return numbers, _Traits(separators[0], has_line_breaks, longest)


def unused_separator(texts: pl.Series, candidates: Sequence[str] = SEPARATORS) -> str:
    r"""The first character that occurs in none of the texts.

    >>> unused_separator(pl.Series(["a", "b\x1fc"]))
    '\x1e'
    """
    for candidate in candidates:
        if not texts.str.contains(candidate, literal=True).any():
            return candidate
    raise ValueError("the values contain every character that could separate them in a list")


def _longest_node_bytes(values: pl.DataFrame) -> int:
    """The importer's buffer must hold a whole line."""
    longest = values.group_by("key").agg(pl.col("value").str.len_bytes().sum().alias("size"))["size"].max()
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


def _of_position(position: Standing, number: int) -> pl.DataFrame:
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
