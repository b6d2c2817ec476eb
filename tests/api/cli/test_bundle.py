"""`res3d code bundle` and answers from it; `res3d code mark`."""

import re
import sqlite3
from pathlib import Path

import numpy as np
import pytest
import zxingcpp

from kg.workspace import Workspace

from .conftest import Run

P1, B1 = "340123002004GB00011", "340123002004GB00031F0001"


@pytest.fixture(scope="session")
def bundle(registry: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of the registration fixture."""
    from kg.bundle import write_bundle

    place = tmp_path_factory.mktemp("bundle") / "codes.sqlite"
    ledger = registry.ledger()
    write_bundle(ledger, registry.base, place).ledger.close()
    ledger.close()
    return place


@pytest.mark.parametrize("code", [P1, B1, "340123002004GB00031F00010099", "210000", "N50J47539B8255346152", "nonsense"])
def test_a_bundle_answers_as_the_workspace_does(
    run: Run, registry: Workspace, bundle: Path, code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    whole = run("code", "resolve", code, "-w", registry.directory, "--json")
    monkeypatch.chdir(tmp_path)  # where there is no workspace
    alone = run("code", "resolve", code, "--bundle", bundle, "--json")
    assert alone.code == whole.code
    for candidate in (*whole.json["candidates"], *alone.json["candidates"]):
        for record in candidate["records"]:
            record.pop("lods")
    assert alone.json == whole.json
    assert "changeset" in alone.err


def test_a_bundle_tells_lineage_at_a_date(run: Run, bundle: Path) -> None:
    assert run("code", "lineage", P1, "--bundle", bundle, "--json").json["lineage"]["successors"]
    before = run("code", "lineage", P1, "--bundle", bundle, "--at", "2020-01-01", "--json").json["lineage"]
    assert before["successors"] == []


def test_what_is_related_is_told_from_both(run: Run, registry: Workspace, bundle: Path) -> None:
    whole = run("code", "related", B1, "-w", registry.directory, "--json").json
    assert whole["related"]["whole"]
    assert run("code", "related", B1, "--bundle", bundle, "--json").json == whole
    assert "340123002004" in run("code", "related", B1, "-w", registry.directory).out
    assert run("code", "related", "nonsense", "-w", registry.directory).code == 1


def test_a_bundle_holds_no_outline_and_is_never_written_to(bundle: Path, run: Run) -> None:
    content = bundle.read_bytes()
    run("code", "resolve", P1, "--bundle", bundle)
    assert bundle.read_bytes() == content
    with sqlite3.connect(bundle) as connection:
        assert connection.execute("SELECT sum(length(geometry)) FROM geometry").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM code WHERE superseded IS NOT NULL").fetchone() == (0,)
    connection.close()


def test_what_is_no_bundle_is_refused(run: Run, tmp_path: Path, bundle: Path, registry: Workspace) -> None:
    (tmp_path / "text.sqlite").write_text("no", encoding="utf-8")
    assert "is no bundle of ReS3D" in run("code", "resolve", P1, "--bundle", tmp_path / "text.sqlite").err
    assert "There is no bundle" in run("code", "resolve", P1, "--bundle", tmp_path / "absent").err
    assert "--as-of needs the workspace" in run("code", "resolve", P1, "--bundle", bundle, "--as-of", "1").err
    assert "exists already" in run("code", "bundle", bundle, "-w", registry.directory).err


def test_the_command_writes_one_file(run: Run, registry: Workspace, tmp_path: Path) -> None:
    ran = run("code", "bundle", tmp_path / "one.sqlite", "-w", registry.directory)
    assert (ran.code, "the ledger at changeset" in ran.out) == (0, True)
    assert [path.name for path in tmp_path.iterdir()] == ["one.sqlite"]


def scanned(svg: str) -> tuple[str, str]:
    """What a scanner reads of a drawn mark: text and kind."""
    width, height = (int(each) for each in re.search(r'width="(\d+)" height="(\d+)"', svg).groups())  # type: ignore[union-attr]
    picture = np.full((height, width), 255, dtype=np.uint8)
    for bar in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", svg):
        x, y, wide, high = map(int, bar)
        picture[y : y + high, x : x + wide] = 0
    (found,) = zxingcpp.read_barcodes(picture)
    return found.text, str(found.format)


@pytest.mark.parametrize(("kind", "name"), [("qr", "QR Code"), ("datamatrix", "Data Matrix")])
def test_a_scanner_reads_the_iri_in_a_mark(run: Run, workspace: Path, kind: str, name: str) -> None:
    drawn = run("code", "mark", P1, "-s", "cn.bdcdyh", "--kind", kind, "-w", workspace).out
    assert scanned(drawn) == (f"https://res3d.example/code/cn.bdcdyh/{P1}", name)


def test_a_code_becomes_a_mark(run: Run, workspace: Path, tmp_path: Path) -> None:
    ran = run("code", "mark", P1, "-s", "cn.bdcdyh", "-o", tmp_path / "mark.svg", "-w", workspace)
    assert ran.code == 0
    assert f"https://res3d.example/code/cn.bdcdyh/{P1}" in (tmp_path / "mark.svg").read_text("utf-8")
    assert run("code", "mark", P1, "-s", "cn.bdcdyh", "-w", workspace).out.startswith("<svg")
    assert run("code", "mark", "x", "-s", "cn.bdcdyh", "-w", workspace).code == 1
    assert run("code", "mark", P1, "-s", "cn.bdcdyh", "--kind", "stripes", "-w", workspace).code == 2
