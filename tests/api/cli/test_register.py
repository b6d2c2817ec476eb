"""`res3d code issue|split|...`: an office at work, from the command line."""

from pathlib import Path

import polars as pl
import pytest

from .conftest import Run

SUB = "340123002004"
P1, P2, P3 = (f"{SUB}GB{number:05d}" for number in (1, 2, 3))


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.cli.code_register.keep_up_after_commit", lambda _: None)


@pytest.fixture
def office(run: Run, workspace: Path) -> Path:
    """A workspace whose own issuer holds a sub-district."""
    assert run("code", "issuer", "res3d", "--title-en", "the office", "-w", workspace).code == 0
    for scheme in ("cn.bdcdyh", "cn.zrzh"):
        assert run("code", "delegate", "res3d", scheme, SUB, "-w", workspace).code == 0
    return workspace


def test_codes_are_issued_split_and_followed(run: Run, office: Path) -> None:
    issued = run("code", "issue", "--prefix", SUB + "GB", "-w", office, "--date", "2024-01-01", "--json")
    assert (issued.json["state"], issued.json["codes"]) == ("issued", [P1])
    split = run("code", "split", P1, "--date", "2024-06-01", "--legal-reference", "B-7", "-w", office)
    assert split.code == 0
    assert split.out.splitlines()[-2:] == [P2, P3]
    lineage = run("code", "lineage", P1, "-w", office, "--json").json["lineage"]
    assert [(step["code"], step["event"]["legal_reference"]) for step in lineage["successors"]] == [
        (P2, "B-7"),
        (P3, "B-7"),
    ]
    assert run("code", "lineage", P1, "--at", "2024-05-31", "-w", office, "--json").json["lineage"]["successors"] == []
    assert (
        run("code", "resolve", P1, "--at", "2024-05-31", "-w", office, "--json").json["candidates"][0]["state"]
        == "current"
    )
    assert "split" in run("code", "lineage", P3, "-w", office).out


def test_an_application_is_approved_by_another_one(run: Run, office: Path) -> None:
    run("code", "issuer", "res3d", "--title-en", "the office", "--four-eyes", "-w", office)
    filed = run("code", "issue", "--prefix", SUB + "GB", "--apply", "--actor", "clerk", "-w", office, "--json").json
    assert filed["state"] == "applied"
    at_once = run("code", "issue", "--prefix", SUB + "GB", "--actor", "clerk", "-w", office)
    assert (at_once.code, "four eyes" in at_once.err) == (1, True)
    refused = run("code", "approve", filed["id"], "--actor", "clerk", "-w", office)
    assert (refused.code, "four eyes" in refused.err) == (1, True)
    assert run("code", "approve", filed["id"], "--actor", "head", "-w", office).code == 0
    assert run("code", "issue", filed["id"], "--actor", "clerk", "-w", office).code == 0
    listed = run("code", "applications", "--state", "issued", "-w", office, "--json").json["applications"]
    assert [(each["id"], each["applicant"], each["codes"]) for each in listed] == [(filed["id"], "clerk", [P1])]
    assert filed["id"] in run("code", "applications", "-w", office).out


def test_a_code_that_the_thing_outlives_and_one_that_it_does_not(run: Run, office: Path) -> None:
    run("code", "issue", "--prefix", SUB + "GB", "-n", "2", "-w", office)
    assert run("code", "replace", P1, "--same-thing", "--prefix", SUB + "GN", "-w", office).code == 0
    assert run("code", "retire", P2, "-w", office).code == 0
    assert "recode" in run("code", "lineage", P1, "-w", office).out
    assert "nothing came of it" in run("code", "lineage", P2, "-w", office).out
    refused = run("code", "issue", "--prefix", SUB + "GB", "--apply", "-w", office, "--json").json
    assert run("code", "refuse", refused["id"], "--note", "no deed", "-w", office).code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["issue"], 1, "Say where the new codes are numbered"),
        (["issue", "--prefix", "110101001001GB"], 1, "nobody does"),
        (["issue", "--prefix", SUB + "GB", "--issuer", "nobody"], 1, "There is no issuer 'nobody'"),
        (["issue", "--prefix", SUB + "GB", "--date", "soon"], 2, "is no day; expected YYYY-MM-DD"),
        (["split", P1], 1, "is not registered: only a current code can be changed"),
        (["split", P1, "--move", "x"], 2, "expected CODE=N"),
        (["merge", P1], 1, "expected two codes or more, and one new one"),
        (["approve", "res3d-9"], 1, "There is no application"),
        (
            ["delegate", "res3d", "cn.bdcdyh", SUB + "GB", "--first", "9", "--last", "1"],
            1,
            "must not be above the last",
        ),
        (["lineage", P1], 1, ""),
        (["resolve", P1, "--at", "1.2.2024"], 1, "expected YYYY-MM-DD"),
        (["resolve", P1, "--as-of", "now"], 1, "no state of the ledger"),
    ],
)
def test_what_can_not_be_done_is_said_with_the_next_step(
    run: Run, office: Path, arguments: list[str], code: int, message: str
) -> None:
    ran = run("code", *arguments, "-w", office)
    assert ran.code == code
    assert message in ran.err


def test_there_is_nothing_to_decide(run: Run, office: Path) -> None:
    issued = run("code", "issue", "--prefix", SUB + "GB", "-w", office, "--json")
    assert issued.code == 0
    assert run("code", "cases", "-w", office, "--json").json == {"cases": []}
    entity = run("code", "resolve", P1, "-w", office, "--json").json["candidates"][0]["entity"]["id"]
    assert "nothing to decide" in run("code", "decide", P1, "--keep", entity, "-w", office).err
    assert "does not bear" in run("code", "decide", P1, "--keep", "R3DX", "-w", office).err


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_table_comes_back_with_columns(run: Run, office: Path, tmp_path: Path, ending: str) -> None:
    from api.tables import read_table, write_table

    run("code", "issue", "--prefix", SUB + "GB", "-w", office)
    file, out = tmp_path / f"codes.{ending}", tmp_path / f"out.{ending}"
    write_table(pl.DataFrame({"name": ["甲", "乙", "丙"], "code": [P1, P2, "?"]}), file)
    ran = run("code", "table", file, "-c", "code", "-o", out, "-w", office, "--json")
    assert ran.json == {"file": str(out), "rows": 3, "states": {"current": 1, "no code": 1, "unregistered": 1}}
    back = read_table(out)
    assert back["name"].to_list() == ["甲", "乙", "丙"]
    assert back["res3d_code"].to_list()[:2] == [P1, P2]


def test_a_table_is_only_checked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text(f"code\n{P1}\n0\n", encoding="utf-8")
    ran = run("code", "table", tmp_path / "codes.csv", "--add", "validate", "-s", "cn.bdcdyh")
    assert (ran.code, "1 invalid, 1 valid" in ran.out) == (0, True)
    assert (tmp_path / "codes-validate.csv").exists()
    assert "--scheme" in run("code", "table", tmp_path / "codes.csv", "--add", "validate").err
    assert "another file" in run("code", "table", tmp_path / "codes.csv", "-o", tmp_path / "codes.csv").err
    (tmp_path / "broken.xlsx").write_bytes(b"PK no")
    assert "is no XLSX file" in run("code", "table", tmp_path / "broken.xlsx").err
