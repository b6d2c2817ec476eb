"""`res3d serve`, as a process of its own."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kg.workspace import Workspace

from .conftest import Run


@pytest.fixture(scope="module")
def address(demo_workspace: Workspace) -> Iterator[str]:
    """Where the service of the demo's workspace answers."""
    command = [sys.executable, "-m", "res3d", "serve", "--port", "0", "--workspace", str(demo_workspace.directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+/", process.stdout.readline())
            assert found
            yield found[0]
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0


def test_the_service_says_where_it_answers(address: str) -> None:
    assert httpx.get(f"{address}health").json()["ledger"]["changeset"] == 18


def test_a_taken_port_is_named(address: str, run: Run, demo_workspace: Workspace) -> None:
    port = address.rstrip("/").rpartition(":")[2]
    answer = run("serve", "--port", port, "--workspace", demo_workspace.directory)
    assert answer.code == 1
    assert f"port {port}" in answer.err
    assert "--port" in answer.err


def test_commands_go_on_beside_the_service(address: str, run: Run, demo_workspace: Workspace) -> None:
    at = ("--workspace", demo_workspace.directory)
    assert run("query", "ASK { ?s a :Parcel }", *at).out == "yes\n"
    assert run("cypher", "MATCH (n:Parcel) RETURN count(n) AS n", *at).out.split() == ["n", "4"]


def test_what_is_no_workspace_is_not_served(run: Run, tmp_path: Path) -> None:
    answer = run("serve", "--workspace", tmp_path)
    assert answer.code == 1
    assert "is no workspace" in answer.err
