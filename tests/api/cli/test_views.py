"""The views after a commit, and `res3d rebuild`."""

from pathlib import Path

import pytest

from kg.views import projection_lock
from kg.workspace import Workspace, open_workspace

from .conftest import Run
from .test_ingest import PARCELS


def test_a_running_service_is_left_to_update_the_views(run: Run, workspace: Path) -> None:
    with projection_lock(open_workspace(workspace)) as is_ours:
        assert is_ours
        answer = run("ingest", PARCELS, "--workspace", workspace)
    assert answer.code == 0
    assert "The running service brings the views up to date" in answer.err


def test_a_running_service_keeps_rebuild_away(run: Run, workspace: Path) -> None:
    with projection_lock(open_workspace(workspace)):
        answer = run("rebuild", "--workspace", workspace)
    assert answer.code == 1
    assert "stop it" in answer.err


def test_without_java_the_ledger_and_rdf_go_on(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RES3D_JAVA", "/no/such/java")
    answer = run("ingest", PARCELS, "--workspace", workspace)
    assert answer.code == 1
    assert "Committed as changeset 2." in answer.out
    assert "/no/such/java" in answer.err
    assert "res3d rebuild graph" in answer.err
    asked = run("query", "SELECT (COUNT(*) AS ?n) { ?s :parcelCode ?c ; :state ?x }", "--workspace", workspace)
    assert asked.out.split() == ["n", "4"]


def test_rebuild_rdf_makes_the_view_anew(run: Run, demo_workspace: Workspace) -> None:
    answer = run("rebuild", "rdf", "--workspace", demo_workspace.directory, "--json")
    assert answer.code == 0
    assert answer.json["views"] == ["rdf"]
    assert answer.json["changeset"] == 18
