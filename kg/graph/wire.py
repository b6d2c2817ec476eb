"""Changes over the wire: touched nodes are replaced as a whole, with their outgoing relationships."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import neo4j
import polars as pl

from ontology import Schema

from ..facts import Facts, Standing
from .connection import session
from .errors import BadFacts
from .frames import check_edge_ends, dangling_edges, labelled_nodes, typed_edges
from .groups import node_groups
from .native import native_values
from .state import Index, check_indexed, ensure_indexes, forget_position, write_position

ROWS_PER_TRANSACTION = 10_000

REPLACE_NODES = """
UNWIND $rows AS row
MERGE (n:Resource {iri: row.iri})
SET n = row.properties
WITH n, row.labels AS labels, [label IN labels(n) WHERE NOT label IN row.labels] AS outdated
REMOVE n:$(outdated)
SET n:$(labels)
WITH n
MATCH (n)-[r]->()
DELETE r
"""
DROP_OUTGOING = "UNWIND $rows AS row MATCH (:Resource {iri: row.iri})-[r]->() DELETE r"
REMOVE_NODES = """
UNWIND $rows AS row
MATCH (n:Resource {iri: row.iri})
WITH n, n.iri AS iri, COUNT { (n)<--() } AS pointing
DETACH DELETE n
WITH iri, pointing WHERE pointing > 0
RETURN iri
"""
CREATE_EDGES = """
UNWIND $rows AS row
MATCH (a:Resource {iri: row.subject})
MATCH (b:Resource {iri: row.object})
CREATE (a)-[r:$(row.type)]->(b)
SET r = row.properties
"""
MISSING_OBJECTS = """
UNWIND $rows AS row
OPTIONAL MATCH (b:Resource {iri: row.object})
WITH row, b WHERE b IS NULL
RETURN row.object
"""
DELETE_SOME = "MATCH (n:Resource) WITH n LIMIT $count DETACH DELETE n RETURN count(*)"
COUNT_FOREIGN = "MATCH (n) WHERE NOT n:Resource AND NOT n:Res3dState RETURN count(*)"

Row = dict[str, object]
Work = Callable[[neo4j.ManagedTransaction, list[Row]], None]
Piece = tuple[Work, list[Row]]
Progress = Callable[[int, int], None]
"""Called with (rows done, rows in total)."""


def update(
    driver: neo4j.Driver,
    facts: Facts,
    schema: Schema,
    *,
    base: str,
    position: Standing,
    indexes: Sequence[Index] = (),
    database: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Replace the nodes of the facts, remove the removed ones, and set the position.

    Up to 10,000 rows are one transaction. More are several, with the position in the last: after a crash in the middle
    the graph still has the old position, and doing the same update again gives the same graph. Raises BadFacts when an
    edge ends nowhere or a removed node is still pointed at; the transaction that found it is undone.
    """
    writing = _Writing([facts], schema, base, indexes)
    total = writing.check()
    ensure_indexes(driver, indexes, database=database)
    with session(driver, database, write=True) as opened:
        _write(opened, writing, total, position, progress)


def load_over_wire(
    driver: neo4j.Driver,
    parts: Iterable[Facts],
    schema: Schema,
    *,
    base: str,
    position: Standing,
    indexes: Sequence[Index] = (),
    database: str | None = None,
    progress: Progress | None = None,
) -> None:
    """Replace everything in a graph whose server is not ours by the facts, which are gone through several times.

    The database must be for us alone: BadFacts when it holds nodes that we did not make.
    """
    writing = _Writing(parts, schema, base, indexes)
    total = writing.check()
    with session(driver, database, write=True) as opened:
        foreign = opened.execute_read(lambda tx: tx.run(COUNT_FOREIGN).single(strict=True)[0])
        if foreign:
            raise BadFacts(
                f"the Neo4j database holds {foreign} nodes that are not ours; give res3d an empty database of its own"
            )
        forget_position(driver, database=database)
        while opened.execute_write(lambda tx: tx.run(DELETE_SOME, count=ROWS_PER_TRANSACTION).single(strict=True)[0]):
            pass
        ensure_indexes(driver, indexes, database=database)
        _write(opened, writing, total, position, progress)


@dataclass(frozen=True, slots=True)
class _Writing:
    """What is to be written, in parts: the nodes of all of them go before the relationships."""

    parts: Iterable[Facts]
    schema: Schema
    base: str
    indexes: Sequence[Index]

    def check(self) -> int:
        """The number of rows to write; raises BadFacts for what can't be written, before anything is."""
        total = 0
        for facts in self.parts:
            nodes, edges = labelled_nodes(facts, self.schema), typed_edges(facts, self.schema)
            check_edge_ends(edges, nodes, ["subject"])
            check_indexed(nodes, native_values(facts, self.schema), self.indexes, base=self.base)
            total += len(nodes) + 2 * len(facts.removed) + len(edges)
        return total

    def pieces(self) -> Iterator[Piece]:
        """All rows in the order in which they must be written, each piece with what writes it."""
        for facts in self.parts:
            for group in node_groups(labelled_nodes(facts, self.schema), native_values(facts, self.schema)):
                for rows in group.native().iter_slices(ROWS_PER_TRANSACTION):
                    yield _replace_nodes, _node_rows(rows, group.labels, self.base)
        for facts in self.parts:
            removed = facts.removed.to_frame("iri").select((pl.lit(self.base) + pl.col("iri")).alias("iri"))
            for work in (_drop_outgoing, _remove_nodes):
                for rows in removed.iter_slices(ROWS_PER_TRANSACTION):
                    yield work, rows.to_dicts()
        for facts in self.parts:
            for rows in typed_edges(facts, self.schema).iter_slices(ROWS_PER_TRANSACTION):
                yield _create_edges, _edge_rows(rows, self.base)


def _write(opened: neo4j.Session, writing: _Writing, total: int, position: Standing, progress: Progress | None) -> None:
    done = 0
    for pieces in _transactions(writing.pieces()):
        done += sum(len(rows) for _, rows in pieces)
        opened.execute_write(_perform, pieces, position if done == total else None)
        if progress:
            progress(done, total)


def _node_rows(nodes: pl.DataFrame, labels: tuple[str, ...], base: str) -> list[Row]:
    iri = (pl.lit(base) + pl.col("key")).alias("iri")
    return nodes.select(
        iri, pl.lit(list(labels)).alias("labels"), pl.struct(iri, pl.all().exclude("key")).alias("properties")
    ).to_dicts()


def _edge_rows(edges: pl.DataFrame, base: str) -> list[Row]:
    return edges.select(
        (pl.lit(base) + pl.col("subject")).alias("subject"),
        (pl.lit(base) + pl.col("object")).alias("object"),
        "type",
        pl.struct("current", "validFrom", "validTo").alias("properties"),
    ).to_dicts()


def _transactions(pieces: Iterator[Piece]) -> Iterator[list[Piece]]:
    """Pieces together as long as they are small, so that a small update is one transaction; at least one."""
    together: list[Piece] = []
    size = 0
    for piece in pieces:
        if together and size + len(piece[1]) > ROWS_PER_TRANSACTION:
            yield together
            together, size = [], 0
        together.append(piece)
        size += len(piece[1])
    yield together


def _perform(tx: neo4j.ManagedTransaction, pieces: list[Piece], position: Standing | None) -> None:
    for work, same in groupby(pieces, key=itemgetter(0)):
        work(tx, [row for _, rows in same for row in rows])
    if position:
        write_position(tx, position)


def _replace_nodes(tx: neo4j.ManagedTransaction, rows: list[Row]) -> None:
    tx.run(REPLACE_NODES, rows=rows).consume()


def _drop_outgoing(tx: neo4j.ManagedTransaction, rows: list[Row]) -> None:
    tx.run(DROP_OUTGOING, rows=rows).consume()


def _remove_nodes(tx: neo4j.ManagedTransaction, rows: list[Row]) -> None:
    pointed_at = tx.run(REMOVE_NODES, rows=rows).value()
    if pointed_at:
        raise dangling_edges(len(pointed_at), pl.Series(pointed_at), "object (it was to be removed)")


def _create_edges(tx: neo4j.ManagedTransaction, rows: list[Row]) -> None:
    created = tx.run(CREATE_EDGES, rows=rows).consume().counters.relationships_created
    if created != len(rows):
        missing = tx.run(MISSING_OBJECTS, rows=rows).value()
        raise dangling_edges(len(missing), pl.Series(missing), "object")
