"""What is validated, as columns: for each property who has which value, terms written as in N-Triples."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl
import pyoxigraph as ox

from .. import vocabulary as v

_PAIRS = {"node": pl.String, "value": pl.String}


@dataclass(frozen=True, slots=True)
class Data:
    """Statements by property: `node` and `value` of each, no pair twice.

    >>> data = Data.of_ntriples(b'<urn:a> <urn:size> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .')
    >>> data.pairs("urn:size").rows()
    [('<urn:a>', '"1"^^<http://www.w3.org/2001/XMLSchema#integer>')]
    """

    by_predicate: Mapping[str, pl.DataFrame]
    subclasses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Known besides the data: the subclasses of a class, by IRI, the class itself included."""

    @classmethod
    def of_ntriples(cls, text: bytes, subclasses: Mapping[str, frozenset[str]] | None = None) -> Data:
        """Statements that are already known to be well-formed N-Triples, one a line."""
        if not text.strip():
            return cls({}, subclasses or {})
        lines = pl.read_csv(
            io.BytesIO(text),
            has_header=False,
            separator="\n",
            quote_char=None,
            new_columns=["line"],
            schema={"line": pl.String},
        )
        parts = pl.col("line").str.splitn(" ", 3).struct.rename_fields(["node", "predicate", "value"])
        rows = lines.select(parts).unnest("line").drop_nulls("value")
        rows = rows.with_columns(pl.col("value").str.strip_suffix(" ."))
        found = rows.unique().partition_by("predicate", as_dict=True, include_key=False)
        return cls({str(key[0])[1:-1]: frame for key, frame in found.items()}, subclasses or {})

    @classmethod
    def of_text(cls, turtle: str, subclasses: Mapping[str, frozenset[str]] | None = None) -> Data:
        """Statements in Turtle; raises SyntaxError."""
        parsed = ox.parse(turtle, format=ox.RdfFormat.TURTLE, base_iri=v.BASE.rstrip("#"))
        text = ox.serialize((quad.triple for quad in parsed), format=ox.RdfFormat.N_TRIPLES)
        return cls.of_ntriples(text or b"", subclasses)

    def pairs(self, predicate: str) -> pl.DataFrame:
        """node and value of all who have a property."""
        return self.by_predicate.get(predicate, pl.DataFrame(schema=_PAIRS))

    def everything_about(self, nodes: pl.Series) -> pl.DataFrame:
        """node, predicate (as a term) and value of all that is said of some nodes."""
        wanted = nodes.alias("node").to_frame()
        parts = [
            frame.join(wanted, on="node", how="semi").select(
                "node", pl.lit(f"<{predicate}>").alias("predicate"), "value"
            )
            for predicate, frame in self.by_predicate.items()
        ]
        return pl.concat([pl.DataFrame(schema={"node": pl.String, "predicate": pl.String, "value": pl.String}), *parts])

    def instances(self, class_: str) -> pl.Series:
        """The nodes that are of a class or of a class below it."""
        classes = {f"<{iri}>" for iri in self.subclasses.get(class_, frozenset({class_}))}
        above = self.pairs(v.SUBCLASS_OF)
        while more := set(above.filter(pl.col("value").is_in(list(classes)))["node"]) - classes:
            classes |= more
        types = self.pairs(v.TYPE)
        return types.filter(pl.col("value").is_in(list(classes)))["node"].unique(maintain_order=True)
