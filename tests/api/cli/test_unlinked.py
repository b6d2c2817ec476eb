"""`res3d unlinked`: what waits is counted, listed and told by reason."""

from pathlib import Path

from ingest.pipeline import Options, ingest_files
from kg.workspace import create_workspace
from ontology import compile_schema, packaged_texts

from .conftest import Run

SAMPLE = Path(__file__).parents[3] / "ingest" / "sample" / "tables"


def test_what_waits_is_counted_and_listed(run: Run, tmp_path: Path) -> None:
    workspace = create_workspace(tmp_path / "workspace")
    ledger, schema = workspace.ledger(), compile_schema(packaged_texts())
    assert "No record waits" in run("unlinked", "-w", workspace.directory).out
    files = [SAMPLE / "addresses.geojson", SAMPLE / "establishments.csv"]
    assert not any(each.error for each in ingest_files(workspace, ledger, schema, files, Options()))
    told = run("unlinked", "-w", workspace.directory, "--json").json
    assert told["unlinked"] == 4 == sum(each["records"] for each in told["counts"])
    assert {each["key"]: each["reason"] for each in told["records"]} == {
        "E3": "ambiguous", "E7": "ambiguous", "E8": "unknown address", "E9": "nothing given"
    }  # fmt: skip
    one = run("unlinked", "table-establishment", "--reason", "ambiguous", "--rows", "1", "-w", workspace.directory)
    assert {"E3", "E8"} & set(one.out.split()) == {"E3"}  # as words: an id of an entity may have E8 in it
    assert "1 more" in one.err
    assert run("unlinked", "nowhere", "-w", workspace.directory).code == 1
