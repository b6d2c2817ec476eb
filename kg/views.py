"""The two views follow the ledger: caught up after every commit, rebuilt at will, never ahead.

Only the holder of the projection lock updates them: the running service, else the command that changed the ledger.
"""

import fcntl
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import neo4j
import polars as pl
from sqlalchemy import select

from ontology import Schema

from . import graph
from .facts import Facts, Projection, Standing, all_facts, changed_facts, joined
from .ledger import Ledger
from .ledger import tables as t
from .rdf import load as rdf_load
from .rdf import store as rdf_store
from .rdf import update as rdf_update
from .workspace import Workspace

View = Literal["rdf", "graph"]
Report = Callable[[str], None]
OnDelta = Callable[[rdf_update.Delta | None], None]

SMALL_GRAPH = 10_000
"""So many nodes are loaded over Bolt in less time than a bulk import takes to stop and start Neo4j."""


@dataclass(frozen=True, slots=True)
class GraphPlace:
    """Where the property graph lives: another server (`target`), or the workspace's own Neo4j run by some Java."""

    target: graph.Neo4jTarget | None = None
    java: str | None = None


@contextmanager
def projection_lock(workspace: Workspace) -> Iterator[bool]:
    """Try to become the one process that updates the views; gives False when another one is."""
    with workspace.projection_lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def graph_driver(workspace: Workspace, place: GraphPlace) -> Iterator[neo4j.Driver]:
    """A driver to the property graph; the workspace's own Neo4j is started if need be and goes on running."""
    if place.target is not None:
        with graph.connect(place.target) as driver:
            yield driver
    else:
        with graph.managed(workspace.graph, java=place.java) as driver:
            yield driver


def catch_up(
    workspace: Workspace,
    ledger: Ledger,
    schema: Schema,
    place: GraphPlace,
    *,
    views: tuple[View, ...] = ("rdf", "graph"),
    rebuild: bool = False,
    report: Report = lambda _: None,
    on_delta: OnDelta = lambda _: None,
) -> Standing:
    """Bring the views to where the ledger stands; gives that. The caller holds the projection lock.

    A view that shows an earlier state gets the nodes touched since; one that shows none, or another ontology, or a
    ledger that is not this one, is loaded anew - as every view is with `rebuild`. `on_delta` learns what changed in
    RDF (None: load it again).
    """
    position = ledger.position()
    standing = Standing(position.number, position.digest, schema.version)
    starts: dict[View, int | None] = {}
    if "rdf" in views:
        starts["rdf"] = None if rebuild else _usable(ledger, rdf_store.position(workspace.rdf), standing)
    if "graph" in views:
        starts["graph"] = None if rebuild else _usable(ledger, _graph_standing(workspace, place), standing)
    behind = {view: start for view, start in starts.items() if rebuild or start != standing.changeset}
    with TemporaryDirectory(prefix="res3d-facts-") as folder, ThreadPoolExecutor(max_workers=2) as pool:
        made = {start: _facts_since(ledger, schema, start, Path(folder)) for start in set(behind.values())}
        tasks: list[Callable[[], None]] = []
        if "rdf" in behind:
            of_rdf = made[behind["rdf"]]
            tasks.append(lambda: on_delta(_project_rdf(workspace, schema, of_rdf, report)))
        if "graph" in behind:
            of_graph = made[behind["graph"]]
            tasks.append(lambda: _project_graph(workspace, schema, place, of_graph, report))
        # Both loads wait for other processes most of the time: side by side they take as long as the slower one.
        for future in [pool.submit(task) for task in tasks]:
            future.result()
    return standing


def _facts_since(ledger: Ledger, schema: Schema, start: int | None, folder: Path) -> Projection:
    own = folder / str(start)
    own.mkdir()
    if start is None:
        return all_facts(ledger, schema, folder=own)
    return changed_facts(ledger, schema, start, folder=own)


def standings(workspace: Workspace, place: GraphPlace) -> dict[View, Standing | None]:
    """What each view shows now; a Neo4j that does not run is not started for this."""
    running = place.target is not None or graph.find_running(workspace.graph) is not None
    return {
        "rdf": rdf_store.position(workspace.rdf),
        "graph": _graph_standing(workspace, place) if running else None,
    }


class _Adapted:
    """Parts of facts, each as a view wants it, made anew each time that they are gone through."""

    def __init__(self, parts: Iterable[Facts], adapt: Callable[[Facts], Facts]) -> None:
        self._parts = parts
        self._adapt = adapt

    def __iter__(self) -> Iterator[Facts]:
        return map(self._adapt, self._parts)


def without_geometries(facts: Facts, schema: Schema) -> Facts:
    """Facts for the property graph: geometry stays out of it, and so do nodes of relation statements, whose content
    its relationships carry as properties.
    """
    left_out = [schema.with_ledger_table(table).name for table in ("geometry", "relation")]
    is_out = pl.col("types").list.eval(pl.element().is_in(left_out)).list.any()
    keys = facts.nodes.filter(is_out)["key"].implode()
    pointing = [schema.with_ledger_column(f"geometry.{side}").name for side in ("entity", "default", "record")]
    return replace(
        facts,
        nodes=facts.nodes.filter(~is_out),
        values=facts.values.filter(~pl.col("key").is_in(keys)),
        edges=facts.edges.filter(~pl.col("predicate").is_in(pointing), ~pl.col("subject").is_in(keys)),
        removed=facts.removed.filter(~facts.removed.str.contains("^(geometry|relation)/")),
    )


def without_boxes(facts: Facts, schema: Schema) -> Facts:
    """Facts for RDF: bounding boxes stay out of it, for there the geometry itself can be asked."""
    sides = [schema.with_ledger_column(f"entity.{side}").name for side in ("west", "south", "east", "north")]
    return replace(facts, values=facts.values.filter(~pl.col("property").is_in(sides)))


def lookups(schema: Schema) -> tuple[graph.Index, ...]:
    """The properties that nodes are looked up by in Neo4j: ids, codes and record keys."""
    found = []
    for table, column in (("code", "code.value"), ("record", "record.key")):
        index = graph.Index(schema.with_ledger_table(table).name, schema.with_ledger_column(column).name)
        found.append(index)
    entity_id = schema.with_ledger_column("entity.id")
    return (*found, *(graph.Index(name, entity_id.name) for name in entity_id.domain))


def _usable(ledger: Ledger, shown: Standing | None, standing: Standing) -> int | None:
    """The changeset from which a view can be caught up; None when it has to be loaded anew."""
    if shown is None or shown.schema != standing.schema or shown.changeset > standing.changeset:
        return None
    query = select(t.changeset.c.digest).where(t.changeset.c.number == shown.changeset)
    digests = ledger.read(query)["digest"].to_list()
    return shown.changeset if digests == [shown.digest] else None


def _graph_standing(workspace: Workspace, place: GraphPlace) -> Standing | None:
    if place.target is None and not workspace.graph.exists():
        return None
    with graph_driver(workspace, place) as driver:
        return graph.read_position(driver)


def _project_rdf(
    workspace: Workspace, schema: Schema, projection: Projection, report: Report
) -> rdf_update.Delta | None:
    standing = Standing(projection.position.number, projection.position.digest, schema.version)
    parts = _Adapted(projection.parts, partial(without_boxes, schema=schema))
    if projection.is_full:
        report("RDF: loading everything")
        rdf_load.full_load(workspace.rdf, parts, schema, workspace.base, standing)
        return None
    facts = joined(list(parts))
    report(f"RDF: {facts.nodes.height:,} nodes to bring up to date")
    return rdf_update.apply_changes(workspace.rdf, facts, schema, workspace.base, standing)


def _is_small(parts: Iterable[Facts]) -> bool:
    """Whether a load over Bolt is faster than a bulk import, for which Neo4j has to stop, and Java to start twice."""
    number = 0
    for part in parts:
        number += part.nodes.height
        if number > SMALL_GRAPH:
            return False
    return True


def _project_graph(
    workspace: Workspace,
    schema: Schema,
    place: GraphPlace,
    projection: Projection,
    report: Report,
) -> None:
    standing = Standing(projection.position.number, projection.position.digest, schema.version)
    parts = _Adapted(projection.parts, partial(without_geometries, schema=schema))
    base, indexes = workspace.base, lookups(schema)
    if projection.is_full and place.target is None and not _is_small(parts):
        report("Neo4j: bulk import of everything")
        graph.load_offline(
            workspace.graph, parts, schema, base=base, position=standing, indexes=indexes, java=place.java
        )
        return
    with graph_driver(workspace, place) as driver:
        if projection.is_full:
            report("Neo4j: loading everything over Bolt")
            graph.load_over_wire(driver, parts, schema, base=base, position=standing, indexes=indexes)
            return
        facts = joined(list(parts))
        report(f"Neo4j: {facts.nodes.height:,} nodes over Bolt")
        graph.update(driver, facts, schema, base=base, position=standing, indexes=indexes)
