"""`res3d ingest`: its answer, its exit codes, and what it says of bad input."""

import json
from pathlib import Path

import pytest

from ingest import sample
from kg.ledger import LedgerLocked
from kg.workspace import open_workspace

from .conftest import Run

PARCELS = Path(str(sample.__file__)).parent / "registration" / "parcels.geojson"
UNITS = PARCELS.with_name("units.csv")

pytestmark = pytest.mark.usefixtures("without_views")

SHAPE = {
    "path", "format", "mapping", "rows", "taken", "changed", "unchanged", "merged", "quarantined", "reasons", "warnings"
}  # fmt: skip


def test_the_answer_accounts_for_every_row(run: Run, workspace: Path) -> None:
    answer = run("ingest", PARCELS, UNITS, "--workspace", workspace, "--json")
    assert answer.code == 0
    assert set(answer.json) == {"files", "transaction"}
    assert answer.json["transaction"] == 3
    for file in answer.json["files"]:
        assert set(file) >= SHAPE
        parts = ("taken", "changed", "unchanged", "merged", "quarantined")
        assert file["rows"] == sum(file[part] for part in parts)
    assert [file["rows"] for file in answer.json["files"]] == [4, 5]


def test_attributes_that_the_mapping_does_not_read_are_named(run: Run, workspace: Path, tmp_path: Path) -> None:
    table = tmp_path / "units.csv"
    head, *lines = UNITS.read_text("utf-8").splitlines()
    wider = [f"{head},colour,<b>shape</b>", *(f"{line},red,round" for line in lines)]
    table.write_text("\n".join(wider), encoding="utf-8")
    page = tmp_path / "report.html"
    answer = run("ingest", table, "--workspace", workspace, "--dry-run", "--json", "--report", page)
    told = answer.json["files"][0]["attributes"]
    assert told["source"] == len(head.split(",")) + 2 == told["mapped"] + told["kept"]
    assert told["not_mapped"][-2:] == ["colour", "<b>shape</b>"]
    assert "colour, &lt;b&gt;shape&lt;/b&gt;" in page.read_text("utf-8")
    answer = run("ingest", table, "--workspace", workspace)
    line = next(line for line in answer.out.splitlines() if "<b>shape</b>" in line)
    assert f"{told['mapped']} of {told['source']}" in line
    assert "colour, <b>shape</b>" in line


def test_the_same_file_again_commits_nothing(run: Run, workspace: Path) -> None:
    run("ingest", PARCELS, "--workspace", workspace)
    answer = run("ingest", PARCELS, "--workspace", workspace, "--json")
    assert answer.code == 0
    assert answer.json["transaction"] is None
    assert answer.json["files"][0]["unchanged"] == 4


def test_people_read_a_table_and_the_changeset(run: Run, workspace: Path) -> None:
    answer = run("ingest", PARCELS, "--workspace", workspace)
    assert "parcels.geojson" in answer.out
    assert "Committed as changeset 2." in answer.out


def test_quarantine_is_part_of_a_normal_day_but_not_of_a_strict_one(run: Run, workspace: Path) -> None:
    assert run("ingest", UNITS, "--workspace", workspace).code == 0
    answer = run("ingest", UNITS, "--workspace", workspace, "--strict")
    assert answer.code == 1
    assert "wrong_code" in answer.out


def test_a_file_that_fails_does_not_keep_the_others_out(run: Run, workspace: Path, tmp_path: Path) -> None:
    answer = run("ingest", tmp_path / "no.geojson", PARCELS, "--workspace", workspace, "--json")
    assert answer.code == 1
    missing, parcels = answer.json["files"]
    assert "there is no such file" in missing["error"]
    assert missing["rows"] == 0
    assert parcels["taken"] == 4


def _truncated(folder: Path) -> Path:
    path = folder / "half.geojson"
    path.write_bytes(PARCELS.read_bytes()[:1500])
    return path


def _other_content(folder: Path) -> Path:
    path = folder / "town.geojson"
    path.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(200))
    return path


def _unknown_columns(folder: Path) -> Path:
    path = folder / "list.csv"
    path.write_text("colour,taste\nred,sweet\n", encoding="utf-8")
    return path


def _without_crs(folder: Path) -> Path:
    document = json.loads(PARCELS.read_text("utf-8"))
    document["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
    path = folder / "elsewhere.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("make", "problem", "next_step"),
    [
        (_truncated, "half.geojson", "Get the file again"),
        (_other_content, "no reader knows its content", "Check that the name fits the content"),
        (_unknown_columns, "colour, taste", "--mapping"),
        (_without_crs, "No operation of known accuracy leads from EPSG:28992", "[[datum.allow]]"),
    ],
)
def test_a_bad_file_is_explained_with_the_next_step(
    make: object, problem: str, next_step: str, run: Run, workspace: Path, tmp_path: Path
) -> None:
    assert callable(make)
    answer = run("ingest", make(tmp_path), "--workspace", workspace)
    assert answer.code == 1
    assert problem in answer.err
    assert next_step in answer.err
    assert "Traceback" not in answer.err
    with_nothing = open_workspace(workspace).ledger()
    assert with_nothing.position().number == 1
    with_nothing.close()


MAPPING = """
prefixes: {{res: "https://res3d.example/ontology#"}}
res3d: {{source: mine, title: Mine, licence: free, geometry: optional}}
mappings:
  unit:
    s: record/mine/$(BDCDYH)
    po:
      - [a, res:{class_}]
      - [res:{property_}, $(SJCS)]
    {key}
"""


@pytest.mark.parametrize(
    ("class_", "property_", "key", "problem"),
    [
        ("BuildingUnit", "storeyNumber", "graph: x", "graph"),
        ("Castel", "storeyNumber", "", "has no class"),
        ("BuildingUnit", "storyNumber", "", "did you mean storeyNumber"),
    ],
)
def test_a_bad_mapping_is_explained(
    class_: str, property_: str, key: str, problem: str, run: Run, workspace: Path, tmp_path: Path
) -> None:
    mapping = tmp_path / "mine.yml"
    mapping.write_text(MAPPING.format(class_=class_, property_=property_, key=key), encoding="utf-8")
    answer = run("ingest", UNITS, "--mapping", mapping, "--workspace", workspace)
    assert answer.code == 1
    assert "mine.yml" in answer.err
    assert problem in answer.err


def test_a_day_that_is_none_is_wrong_use(run: Run, workspace: Path) -> None:
    answer = run("ingest", PARCELS, "--at", "last May", "--workspace", workspace)
    assert answer.code == 2
    assert "YYYY-MM-DD" in answer.err


def test_another_writer_is_named_as_the_reason(run: Run, workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: object, **__: object) -> None:
        raise LedgerLocked("Another process is writing to the ledger (waited 5 s): try again when it has finished")

    monkeypatch.setattr("ingest.pipeline.ingest_file", locked)
    answer = run("ingest", PARCELS, "--workspace", workspace)
    assert answer.code == 1
    assert "Another process is writing" in answer.err


def test_a_directory_that_is_no_workspace_is_named(run: Run, tmp_path: Path) -> None:
    answer = run("ingest", PARCELS, "--workspace", tmp_path)
    assert answer.code == 1
    assert "is no workspace" in answer.err
    assert "res3d init" in answer.err
