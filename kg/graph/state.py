"""Up to which changeset of the ledger the graph follows, kept in a node of its own; and the graph's indexes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import neo4j
import polars as pl

from ..standing import Standing
from .connection import session
from .errors import BadFacts
from .frames import RESOURCE, STATE

MOST_INDEXED_BYTES = 8_000
"""Neo4j can't index a longer value: it refuses the write, or makes an index that never answers."""


@dataclass(frozen=True, slots=True)
class Index:
    """A property that nodes of a label are looked up by; names of the ontology."""

    label: str
    property: str


def check_indexed(nodes: pl.DataFrame, values: pl.DataFrame, indexes: Sequence[Index], *, base: str) -> None:
    """Raise BadFacts if a key, or a value that is looked up by an index, is too long to be indexed."""
    too_long = nodes.filter(pl.col("key").str.len_bytes() + len(base.encode()) > MOST_INDEXED_BYTES)
    for index in indexes:
        size = pl.col("texts").list.eval(pl.element().str.len_bytes()).list.sum()
        keys = values.filter(pl.col("property") == index.property, size > MOST_INDEXED_BYTES).select("key")
        labelled = nodes.filter(pl.col("labels").list.contains(index.label))
        too_long = pl.concat([too_long, labelled.join(keys, on="key", how="semi")])
    if len(too_long):
        raise BadFacts(
            f"{len(too_long)} nodes have a key or an indexed value of more than {MOST_INDEXED_BYTES} bytes, such as "
            f"{too_long['key'][0][:100]}; shorten it where it comes from"
        )


def read_position(driver: neo4j.Driver, *, database: str | None = None) -> Standing | None:
    """The position of the graph, or None when it was never loaded whole."""
    with session(driver, database) as opened:
        found = opened.execute_read(lambda tx: tx.run(f"MATCH (n:{STATE}) RETURN properties(n)").value())
    return Standing(**found[0]) if len(found) == 1 else None


def write_position(tx: neo4j.ManagedTransaction, position: Standing) -> None:
    """Set the position within the transaction that makes it true."""
    tx.run(f"MERGE (n:{STATE}) SET n = $position", position=asdict(position)).consume()


def forget_position(driver: neo4j.Driver, *, database: str | None = None) -> None:
    """Make the graph one that was never loaded whole, so that whatever fails from here on is done again."""
    with session(driver, database, write=True) as opened:
        opened.execute_write(lambda tx: tx.run(f"MATCH (n:{STATE}) DELETE n").consume())


def ensure_indexes(driver: neo4j.Driver, indexes: Sequence[Index] = (), *, database: str | None = None) -> None:
    """Create what is missing of the unique key and the indexes, and wait until they answer."""
    statements = [f"CREATE CONSTRAINT resource_iri IF NOT EXISTS FOR (n:{RESOURCE}) REQUIRE n.iri IS UNIQUE"]
    statements += [f"CREATE INDEX IF NOT EXISTS FOR (n:`{index.label}`) ON (n.`{index.property}`)" for index in indexes]
    with session(driver, database, write=True) as opened:
        for statement in statements:
            opened.run(statement).consume()
        opened.run("CALL db.awaitIndexes(600)").consume()
