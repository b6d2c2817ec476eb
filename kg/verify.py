"""One record, two views, one truth: does everything say the same?"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from ontology import Schema

from . import graph
from .facts import Facts, all_facts
from .ledger import Ledger, broken_rows
from .rdf.read import difference as rdf_difference
from .views import GraphPlace, Report, graph_driver, standings, without_boxes, without_geometries
from .workspace import Workspace


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the ledger or a view does not hold what it should; an absent side is None."""

    where: str  # ledger | rdf | graph
    key: str | None
    what: str
    expected: str | None
    actual: str | None


def verify(
    workspace: Workspace,
    ledger: Ledger,
    schema: Schema,
    place: GraphPlace,
    *,
    sample: int | None = None,
    report: Report = lambda _: None,
) -> list[Difference]:
    """Every difference between the ledger's digests, its rows and the two views: keys, types, attributes, relations.

    `sample` looks at that many nodes of the views only, chosen anew each time, and skips the digests.
    """
    found: list[Difference] = []
    if sample is None:
        report("ledger: digests of every row")
        found += [Difference("ledger", None, finding, None, None) for finding in broken_rows(ledger)]
    found += _lagging(workspace, ledger, place)
    facts = all_facts(ledger, schema).facts
    if sample is not None:
        facts = _some(facts, sample)
    report(f"RDF: {facts.nodes.height:,} nodes")
    of_rdf = rdf_difference(
        workspace.rdf, without_boxes(facts, schema), schema, workspace.base, is_whole=sample is None
    )
    found += _rows("rdf", of_rdf)
    of_graph = without_geometries(facts, schema)
    report(f"Neo4j: {of_graph.nodes.height:,} nodes")
    with graph_driver(workspace, place) as driver:
        keys = None if sample is None else of_graph.nodes["key"].to_list()
        actual = graph.dump(driver, base=workspace.base, keys=keys)
    found += _rows("graph", graph.difference(of_graph, actual, schema))
    return found


def _lagging(workspace: Workspace, ledger: Ledger, place: GraphPlace) -> Iterator[Difference]:
    number = ledger.position().number
    for view, standing in standings(workspace, place).items():
        shown = standing.changeset if standing else 0
        if shown != number:
            yield Difference(view, None, "last changeset that it shows", str(number), str(shown))


def _some(facts: Facts, number: int) -> Facts:
    keys = facts.nodes["key"].sample(min(number, facts.nodes.height), seed=random.SystemRandom().getrandbits(32))
    wanted = keys.implode()
    return replace(
        facts,
        nodes=facts.nodes.filter(pl.col("key").is_in(wanted)),
        values=facts.values.filter(pl.col("key").is_in(wanted)),
        edges=facts.edges.filter(pl.col("subject").is_in(wanted)),
    )


def _rows(where: str, frame: pl.DataFrame) -> list[Difference]:
    return [Difference(where, *row) for row in frame.select("key", "what", "expected", "actual").iter_rows()]
