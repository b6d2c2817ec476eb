"""What the two views hold, as columns: the one definition that RDF, Neo4j and the equality check share."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl


@dataclass(frozen=True, slots=True)
class Facts:
    """Nodes with their values and edges; keys are paths below the data base IRI, percent-encoded.

    nodes: key, types (asserted term names), inferred (superclass names), graph, current
    values: key, property (term name), value (lexical form), datatype (`xsd:...`, `geo:...`, `rdf:...`), language
    edges: subject, predicate (term name), object, relation (key of the statement's node), valid_from, valid_to,
      current, graph
    removed: keys of nodes that are no more

    A full set has all nodes; a partial one the touched nodes, each replaced as a whole with its values and
    outgoing edges. A wrong table can't be constructed: every discrepancy is named.
    """

    nodes: pl.DataFrame
    values: pl.DataFrame
    edges: pl.DataFrame
    removed: pl.Series

    SCHEMAS: ClassVar[dict[str, dict[str, pl.DataType]]] = {
        "nodes": {
            "key": pl.String(),
            "types": pl.List(pl.String()),
            "inferred": pl.List(pl.String()),
            "graph": pl.String(),
            "current": pl.Boolean(),
        },
        "values": dict.fromkeys(("key", "property", "value", "datatype", "language"), pl.String()),
        "edges": {
            **dict.fromkeys(("subject", "predicate", "object", "relation", "valid_from", "valid_to"), pl.String()),
            "current": pl.Boolean(),
            "graph": pl.String(),
        },
    }

    def __post_init__(self) -> None:
        wrong = [
            f"{name} has {dict(getattr(self, name).schema)}, expected {schema}"
            for name, schema in self.SCHEMAS.items()
            if dict(getattr(self, name).schema) != schema
        ]
        if wrong:
            raise ValueError("; ".join(wrong))


def joined(parts: list[Facts]) -> Facts:
    """Several sets of facts as one.

    >>> joined([]).nodes.height
    0
    """
    frames = {
        name: pl.concat([pl.DataFrame(schema=schema), *(getattr(part, name) for part in parts)])
        for name, schema in Facts.SCHEMAS.items()
    }
    removed = pl.concat([pl.Series("removed", [], dtype=pl.String), *(part.removed for part in parts)])
    return Facts(**frames, removed=removed)
