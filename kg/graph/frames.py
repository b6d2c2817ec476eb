"""What the property graph holds for given facts: its labelled nodes and its relationships, as frames."""

from collections.abc import Iterable

import polars as pl

from ontology import Schema

from ..facts import Facts
from .errors import BadFacts

RESOURCE = "Resource"
"""The label of every node of ours; `iri` is unique among them."""
CURRENT = "Current"
STATE = "Res3dState"
"""The label of the one node that tells up to which changeset the graph follows the ledger."""
FIXED_LABELS = frozenset({RESOURCE, CURRENT})


def labelled_nodes(facts: Facts, schema: Schema) -> pl.DataFrame:
    """Each node with its labels: key, labels (sorted list).

    Raises BadFacts for a key that comes twice and for a label that is no class of the schema.
    """
    nodes = facts.nodes
    check_unique(nodes["key"])
    mark = pl.when(pl.col("current")).then(pl.lit([CURRENT, RESOURCE])).otherwise(pl.lit([RESOURCE]))
    labels = pl.concat_list("types", "inferred", mark).list.unique().list.sort()
    labelled = nodes.select("key", labels.alias("labels"))
    used = set(labelled["labels"].explode().drop_nulls().unique())
    check_terms(used - FIXED_LABELS, schema.classes, "class")
    return labelled


def check_unique(keys: pl.Series) -> None:
    """Raise BadFacts if a node comes more than once."""
    repeated = keys.filter(keys.is_duplicated()).unique().sort()
    if len(repeated):
        raise BadFacts(
            f"{len(repeated)} nodes come more than once, such as {_some(repeated)}; expected one row per key"
        )


def typed_edges(facts: Facts, schema: Schema) -> pl.DataFrame:
    """The relationships: subject, type, object (keys), current, validFrom, validTo."""
    predicates = facts.edges["predicate"].unique().to_list()
    check_terms(set(predicates), schema.properties, "property")
    types = {predicate: schema.relationship_type(predicate) for predicate in predicates}
    return facts.edges.select(
        "subject",
        pl.col("predicate").replace_strict(types, return_dtype=pl.String).alias("type"),
        "object",
        "current",
        pl.col("valid_from").cast(pl.String).alias("validFrom"),
        pl.col("valid_to").cast(pl.String).alias("validTo"),
    )


def check_edge_ends(edges: pl.DataFrame, nodes: pl.DataFrame, ends: Iterable[str] = ("subject", "object")) -> None:
    """Raise BadFacts if an edge begins (subject) or ends (object) at a key that is not among the nodes."""
    for end in ends:
        dangling = edges.join(nodes, left_on=end, right_on="key", how="anti")
        if len(dangling):
            raise dangling_edges(len(dangling), dangling[end].unique().sort(), end)


def dangling_edges(count: int, keys: pl.Series, end: str) -> BadFacts:
    """The error for edges whose subject or object is no node."""
    return BadFacts(
        f"{count} edges have a {end} that is no node, such as {_some(keys)}; nothing was made in its place: "
        "this is a bug in what builds the facts"
    )


def check_terms(used: set[str], known: Iterable[str], what: str) -> None:
    """Raise BadFacts for names that the schema does not have: no other text may become a label, type or property."""
    unknown = sorted(used.difference(known))
    if unknown:
        raise BadFacts(
            f"the ontology has no {what} {', '.join(unknown[:5])}; make the facts with the ontology in force"
        )


def _some(keys: pl.Series) -> str:
    return ", ".join(keys.head(3).to_list())
