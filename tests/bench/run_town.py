"""One town from its two files to both views, in a process of its own: `python -m tests.bench.run_town FOLDER`.

Prints what every stage and every process took as one JSON object.
"""

import argparse
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import sqlalchemy

import ingest.batch
import ingest.deliver
import ingest.pipeline
import ingest.prepare
import kg.facts.build
import kg.graph.bulk
import kg.ledger.snapshot
import kg.ledger.write
import kg.ontologies
import kg.rdf.load
import kg.views
from ingest.pipeline import Options, ingest_files
from ingest.readers import parser_process, wire
from ingest.summary import FileSummary
from kg import graph
from kg.workspace import AllowedOperation, Workspace, create_workspace
from tests.bench.outcome import TownRun
from tests.bench.processes import Children, Taken, taken_by
from tests.bench.stages import Stages
from tests.bench.town import CITY, FOOTPRINTS

BALLPARK = AllowedOperation("EPSG:28992", "EPSG:4490", "EPSG:4258", 1.5)  # the one that the demo allows
ROLES = {
    "ingest.readers.child": "parser",
    "kg.rdf.bulk": "RDF loader",
    "org.neo4j.cli.AdminTool": "Neo4j import",
}
OTHER, BOTH_LOADS = "other", "both loads, side by side"


def watch_ingest(stages: Stages) -> None:
    """Stop watches on the way from the file into the ledger."""
    stages.wrap(parser_process.ParserProcess, "_next_frame", "wait for the parser")
    stages.wrap(wire, "table_of", "take batches over")
    for name in ("apply_mapping", "_merge_duplicates"):
        stages.wrap(ingest.prepare, name, "map and check")
    for name in ("geometry_problems", "merge_geometries", "ledger_geometries"):
        stages.wrap(ingest.prepare, name, "geometry")
    stages.wrap(ingest.prepare, "_with_hash", "content hash")
    stages.wrap(ingest.batch, "_members", "matching")
    for name in ("finish_links", "end_missing"):
        stages.wrap(ingest.deliver, name, "relations, entities")
    stages.wrap(ingest.pipeline, "refresh_layers", "GeoPackage layers")


def watch_ledger(stages: Stages) -> None:
    """Stop watches on the ledger."""
    stages.wrap(kg.ledger.snapshot.Snapshot, "read", "ledger: read")
    stages.wrap(kg.ledger.snapshot.Snapshot, "matching", "ledger: read")
    stages.wrap(kg.ledger.write, "digest_lines", "ledger: digest")
    stages.wrap(kg.ledger.write, "insert_rows", "ledger: write")
    stages.wrap(kg.ledger.write.Changes, "supersede", "ledger: write")
    stages.wrap(sqlalchemy.Connection, "commit", "ledger: write")


def watch_views(stages: Stages) -> None:
    """Stop watches on the way from the ledger to the views."""
    stages.wrap(kg.views, "all_facts", "facts")
    stages.wrap_iterator(kg.rdf.load, "render", "RDF render")
    stages.wrap(kg.rdf.load, "full_load", "RDF load")
    stages.wrap(kg.graph.bulk, "write_import_files", "Neo4j CSV")
    stages.wrap(kg.graph.bulk, "run_admin_tool", "Neo4j import")
    for name in ("start", "ensure_indexes"):
        stages.wrap(kg.graph.bulk, name, "Neo4j start, index")


def run(folder: Path) -> TownRun:
    """Take both files of the folder into a new workspace there and fill both views; what that took."""
    stages = Stages()
    watch_ingest(stages)
    watch_ledger(stages)
    watch_views(stages)
    workspace = create_workspace(folder / "workspace", allowed=(BALLPARK,))
    ledger = workspace.ledger()
    schema = kg.ontologies.schema_in_force(ledger)
    own = taken_by(os.getpid())
    with Children(ROLES) as children:
        started = time.perf_counter()
        with stages.stage(OTHER):
            summaries = ingest_files(workspace, ledger, schema, [folder / FOOTPRINTS, folder / CITY], Options())
        into_ledger = time.perf_counter() - started
        ingest_spent = stages.take()
        after_ingest = taken_by(os.getpid())
        place = kg.views.GraphPlace()
        with stages.stage(BOTH_LOADS):
            kg.views.catch_up(workspace, ledger, schema, place)
        end_to_end = time.perf_counter() - started
        views_spent = stages.take()
    after_views = taken_by(os.getpid())
    server = _server(workspace)
    check(summaries)
    ingest_cpu, both_cpu = after_ingest.cpu - own.cpu, after_views.cpu - own.cpu
    return TownRun(
        buildings=summaries[0].rows,
        ingest_seconds=into_ledger,
        end_to_end_seconds=end_to_end,
        ingest_stages=ingest_spent,
        view_stages=views_spent,
        processes={
            "ingest": replace(after_ingest, cpu=ingest_cpu),
            "ingest, then projection": replace(after_views, cpu=both_cpu),
            **children.by_role(),
            "Neo4j server": server,
        },
        ledger_bytes=Path(workspace.ledger_place).stat().st_size,
    )


def check(summaries: list[FileSummary]) -> None:
    """A rate counts only when everything was taken and linked."""
    footprints, city = summaries
    rows = footprints.rows
    if any(summary.error for summary in summaries) or not rows == footprints.taken == city.taken == city.linked:
        raise AssertionError(f"Not every building was taken from both files and linked: {summaries}")


def _server(workspace: Workspace) -> Taken:
    server = graph.find_running(workspace.graph)
    if server is None:
        raise AssertionError("Neo4j does not run after the bulk import")
    taken = taken_by(server.pid)
    graph.stop(workspace.graph)
    return taken


def main() -> None:
    """Run on the files that `tests.bench.town` wrote into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    sys.stdout.write(run(parser.parse_args().folder).to_json())


if __name__ == "__main__":
    main()
