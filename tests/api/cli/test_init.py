"""`res3d init`."""

from pathlib import Path

from .conftest import Run


def test_a_new_workspace_has_settings_ledger_and_a_folder_for_terms(run: Run, tmp_path: Path) -> None:
    answer = run("init", tmp_path / "mine", "--base", "https://data.example/", "--issuer", "Hefei", "--json")
    assert answer.code == 0
    assert answer.json["base"] == "https://data.example/"
    assert {path.name for path in (tmp_path / "mine").iterdir()} >= {"workspace.toml", "ledger.gpkg", "ontology"}


def test_the_ontology_in_force_is_the_first_changeset(run: Run, workspace: Path) -> None:
    (version,) = run("ontology", "log", "--workspace", workspace, "--json").json
    assert version["changeset"] == 1
    assert "core.ttl" in version["files"]


def test_a_workspace_is_not_overwritten(run: Run, workspace: Path) -> None:
    answer = run("init", workspace)
    assert answer.code == 1
    assert "is a workspace already" in answer.err


def test_a_base_that_is_no_iri_is_refused(run: Run, tmp_path: Path) -> None:
    answer = run("init", tmp_path / "mine", "--base", "data.example")
    assert answer.code == 1
    assert "expected an http(s) IRI that ends in /" in answer.err
