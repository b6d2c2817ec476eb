"""The running service: follows what another process ingests, heals, and ends in order."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import httpx
import pytest

from api.serve import AddressTaken, serve
from api.settings import HttpSettings
from ingest.pipeline import Options, ingest_files
from kg.graph import find_running, stop
from kg.ontologies import schema_in_force
from kg.views import GraphPlace
from kg.workspace import Workspace, create_workspace

pytestmark = pytest.mark.neo4j

SAMPLE = Path(str(files("ingest.sample"))) / "registration"
SERVE = """
import sys
from pathlib import Path
from api.serve import serve
from api.settings import HttpSettings
from kg.views import GraphPlace
from kg.workspace import open_workspace
serve(open_workspace(Path(sys.argv[1])), GraphPlace(), HttpSettings(port=0), lambda text: print(text, flush=True))
"""
COUNT = "SELECT (COUNT(?c) AS ?n) WHERE { ?c a :Code }"


@dataclass
class Running:
    """A service in a process of its own."""

    workspace: Workspace
    process: subprocess.Popen[str]
    client: httpx.Client

    def is_current(self) -> bool:
        return bool(self.client.get("/health").json()["status"] == "ok")

    def codes(self) -> tuple[int, int]:
        """How many codes SPARQL and Cypher know."""
        sparql = self.client.get("/sparql", params={"query": COUNT}).json()["results"]["bindings"][0]["n"]["value"]
        cypher = self.client.post("/cypher", json={"statement": "MATCH (c:Code) RETURN count(c)"}).json()
        return int(sparql), int(cypher["data"]["values"][0][0])


def wait_for(happened: Callable[[], bool], seconds: float) -> None:
    start = time.monotonic()
    while not happened():
        assert time.monotonic() - start < seconds, "it did not happen in time"
        time.sleep(0.05)


def take(workspace: Workspace, *names: str) -> None:
    ledger = workspace.ledger()
    summaries = ingest_files(workspace, ledger, schema_in_force(ledger), [SAMPLE / name for name in names], Options())
    ledger.close()
    assert [summary.error for summary in summaries] == [None] * len(names)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    workspace = create_workspace(tmp_path_factory.mktemp("serve") / "workspace")
    take(workspace, "counties.geojson", "districts.geojson", "subdistricts.geojson")
    command = [sys.executable, "-c", SERVE, str(workspace.directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=sys.stderr, text=True) as process:
        try:
            assert process.stdout
            address = process.stdout.readline().split(" at ")[1].split()[0]
            with httpx.Client(base_url=address, timeout=30) as client:
                service = Running(workspace, process, client)
                wait_for(service.is_current, 90)
                yield service
        finally:
            process.kill()
            stop(workspace.graph)


def test_the_service_shows_what_another_process_ingests(running: Running) -> None:
    take(running.workspace, "offices.csv")  # the first change of all waits for Neo4j to compile its statements
    wait_for(running.is_current, 30)
    for name, codes in (("parcels.geojson", 4), ("buildings.geojson", 1), ("units.csv", 4)):
        before = running.codes()
        assert before[0] == before[1] > 0
        take(running.workspace, name)
        wait_for(lambda: running.codes() == (before[0] + codes, before[1] + codes), 30)  # noqa: B023 - at once
    assert running.client.get("/resolve/340123002004GB00031").status_code == 200


def test_a_neo4j_that_was_killed_is_started_again(running: Running) -> None:
    server = find_running(running.workspace.graph)
    assert server
    os.kill(server.pid, signal.SIGKILL)
    assert running.client.get("/health").status_code == 200
    assert running.client.get("/sparql", params={"query": "ASK {}"}).status_code == 200

    def answers() -> bool:
        answer = running.client.post("/cypher", json={"statement": "RETURN 1"})
        assert answer.status_code in (200, 503)
        return answer.status_code == 200

    wait_for(answers, 90)


@pytest.mark.soak  # Neo4j is given time to stop the statement itself
def test_a_statement_that_neo4j_cannot_interrupt_does_not_burn_a_core_for_ever(running: Running) -> None:
    before = find_running(running.workspace.graph)
    assert before
    endless = "RETURN reduce(a = 0, x IN range(1, 1000000000000) | a + x)"
    answer = running.client.post("/cypher?timeout=1", json={"statement": endless})
    assert answer.status_code == 504
    assert running.client.get("/sparql", params={"query": "ASK {}"}).status_code == 200

    def is_another_one() -> bool:
        now = find_running(running.workspace.graph)
        return now is not None and now.pid != before.pid

    wait_for(is_another_one, 90)
    wait_for(running.is_current, 60)


def test_the_port_that_is_taken_is_named(running: Running) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        before = signal.getsignal(signal.SIGTERM)
        with pytest.raises(AddressTaken, match=f"port {port} can't be listened on"):
            serve(running.workspace, GraphPlace(), HttpSettings(port=port))
        signal.signal(signal.SIGTERM, before)


def test_sigterm_ends_the_service_and_the_neo4j_that_it_started(running: Running) -> None:
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(timeout=60) == 0
    assert find_running(running.workspace.graph) is None
