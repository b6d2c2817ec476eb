"""`res3d quarantine`: a clerk looks, corrects in a spreadsheet, hands in again, and puts aside."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from api.cli import main
from api.cli.common import Opened
from ingest import mappings, sample
from kg.workspace import create_workspace
from ontology import compile_schema, packaged_texts
from tests.ingest.deliveries import Desk, square

from .conftest import Run

UNITS = Path(str(sample.__file__)).parent / "registration" / "units.csv"
UNIT_MAPPING = Path(str(mappings.__file__)).with_name("cn-unit.yml")
BAD_UNIT, GOOD_UNIT = "340123002004GB00031F0001000", "340123002004GB00031F00010005"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the units of the sample, one of which waits; two more of another file wait for other reasons."""
    folder = tmp_path_factory.mktemp("office")
    more = folder / "more.csv"
    heading, *_ = UNITS.read_text(encoding="utf-8").splitlines()
    number = "340123002004GB00031F0001001"
    rows = [
        f"{number}{digit},6001030140,340123002004GB00031F0001,{storey},3,示例县学府路2号,1,401,41,教育,{area},99,99,1,2024-05-20"
        for digit, storey, area in (("1", "3", "large"), ("2", "4", "small"))
    ]
    more.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    options = ["--mapping", UNIT_MAPPING, "--delivery", "partial", "-w", folder / "workspace"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.cli.ingest.keep_up_after_commit", lambda _: None)
        assert main(["init", str(folder / "workspace")]) == 0
        assert main(["ingest", *map(str, [UNITS, more, *options])]) == 0
    return folder / "workspace"


@pytest.fixture
def office(made: Path, tmp_path: Path) -> Path:
    """A workspace of one's own with what `made` has."""
    return Path(shutil.copytree(made, tmp_path / "workspace"))


@pytest.fixture(autouse=True)
def followed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The workspaces whose views were told to follow; no server is needed."""
    calls: list[Path] = []

    def follow(opened: Opened) -> None:
        calls.append(opened.workspace.directory)

    monkeypatch.setattr("api.cli.quarantine.keep_up_after_commit", follow)
    return calls


def test_the_rows_are_counted_by_source_file_and_reason(run: Run, office: Path) -> None:
    answer = run("quarantine", "list", "-w", office, "--json")
    assert (answer.code, answer.json["rows"], answer.json["state"]) == (0, 3, "open")
    told = [(each["source"], each["file"], each["reason"], each["rows"]) for each in answer.json["counts"]]
    assert sorted(told) == [("cn-unit", "more.csv", "wrong_datatype", 2), ("cn-unit", "units.csv", "wrong_code", 1)]
    people = run("quarantine", "list", "--reason", "wrong_code", "--source", "cn-unit", "-w", office)
    assert people.out.splitlines()[-1] == "1 row open."
    assert "more.csv" not in people.out
    assert run("quarantine", "list", "--state", "waived", "-w", office).out == "No waived row.\n"


def test_a_row_is_shown_with_what_helps(run: Run, office: Path) -> None:
    answer = run("quarantine", "show", "cn-unit", BAD_UNIT, "-w", office)
    assert answer.code == 0
    for text in ("27 significant characters", "Correct the code", "open", "示例县学府路1号一号教学楼302室"):
        assert text in answer.out
    (row,) = run("quarantine", "show", "cn-unit", "5", "-w", office, "--json").json["rows"]
    assert (row["key"], row["content"]["SHBW"], row["note"]) == (BAD_UNIT, "302", None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_corrected_csv_goes_back_in(
    run: Run, office: Path, tmp_path: Path, followed: list[Path], encoding: str
) -> None:
    file = tmp_path / "fix.csv"
    assert run("quarantine", "export", file, "-w", office).code == 0
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig").replace(f",{BAD_UNIT},", f",{GOOD_UNIT},")
    text = text.replace(",0.0,", ",88.5,").replace(",large,", ",95.5,")
    file.write_bytes(text.encode(encoding))
    done = run("quarantine", "retry", "--from", file, "--actor", "clerk", "-w", office, "--json")
    assert done.code == 0
    assert [done.json[name] for name in ("tried", "taken", "unchanged", "quarantined")] == [3, 2, 0, 1]
    assert (done.json["reasons"], done.json["transaction"]) == ({"wrong_datatype": 1}, 4)
    assert followed == [office]
    found = run("code", "resolve", GOOD_UNIT, "-w", office, "--json").json["candidates"]
    assert [each["state"] for each in found] == ["current"]
    (row,) = run("quarantine", "show", "cn-unit", GOOD_UNIT, "-w", office, "--json").json["rows"]
    assert (row["state"], row["actor"], row["note"]) == ("retried", "clerk", "corrected in fix.csv")
    twice = run("quarantine", "retry", "--from", file, "-w", office)
    assert "1 row tried = 0 taken + 0 unchanged + 1 still in quarantine." in twice.out
    assert "2 rows not tried: taken before" in twice.err
    assert followed == [office]


def test_a_corrected_workbook_goes_back_in(run: Run, office: Path, tmp_path: Path) -> None:
    from api.tables import read_table, write_table

    file = tmp_path / "fix.xlsx"
    assert run("quarantine", "export", file, "--reason", "wrong_code", "-w", office).code == 0
    rows = read_table(file)
    assert rows["DJSJ"].to_list() == ["2024-05-20"]
    write_table(rows.with_columns(pl.lit(GOOD_UNIT).alias("BDCDYH"), pl.lit("88.5").alias("SCJZMJ")), file)
    assert run("quarantine", "retry", "--from", file, "-w", office, "--json").json["taken"] == 1


def test_a_corrected_json_goes_back_in(run: Run, office: Path, tmp_path: Path) -> None:
    file = tmp_path / "fix.json"
    assert run("quarantine", "export", file, "-w", office, "--json").json == {"file": str(file), "rows": 3}
    rows = json.loads(file.read_text(encoding="utf-8"))
    fixed = [{**row, "BDCDYH": GOOD_UNIT, "SCJZMJ": 88.5} for row in rows if row["@reason"] == "wrong_code"]
    file.write_text(json.dumps(fixed), encoding="utf-8")
    assert run("quarantine", "retry", "--from", file, "-w", office, "--json").json["taken"] == 1
    assert run("quarantine", "list", "-w", office, "--json").json["rows"] == 2


def test_rows_are_tried_again_under_a_corrected_mapping(run: Run, office: Path, followed: list[Path]) -> None:
    assert "Nothing was written." in run("quarantine", "retry", "-w", office).out
    assert followed == []
    text = UNIT_MAPPING.read_text(encoding="utf-8").replace("      - [res:floorArea, $(SCJZMJ)]\n", "")
    (office / "ontology" / "cn-unit.yml").write_text(text, encoding="utf-8")
    answer = run("quarantine", "retry", "--source", "cn-unit", "-w", office)
    assert answer.out.splitlines()[0] == "3 rows tried = 2 taken + 0 unchanged + 1 still in quarantine."
    assert answer.out.splitlines()[-1] == "Committed as changeset 4."
    assert followed == [office]


def test_waived_rows_are_listed_with_who_and_why_and_not_tried(run: Run, office: Path) -> None:
    one = run("quarantine", "waive", "cn-unit", "5", "--note", "demolished", "--actor", "head", "-w", office, "--json")
    assert ([row["key"] for row in one.json["waived"]], one.json["transaction"]) == ([BAD_UNIT], 4)
    several = run(
        "quarantine", "waive", "--reason", "wrong_datatype", "--reason-text", "old", "--actor", "head", "-w", office
    )
    assert "2 rows waived" in several.out
    listed = run("quarantine", "list", "--state", "waived", "-w", office)
    told = sorted(line.split()[-3:] for line in listed.out.splitlines()[1:3])
    assert told == [["head", "demolished", "1"], ["head", "old", "2"]]
    assert run("quarantine", "retry", "-w", office, "--json").json["tried"] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["list", "--source", "cn-units"], 1, "No row of 'cn-units' is in the quarantine: known are cn-unit"),
        (["list", "--state", "lost"], 2, "open"),
        (["list", "--reason", "bad"], 2, "wrong_code"),
        (["show", "cn-unit", "9"], 1, "key or position '9'"),
        (["export", "rows.txt"], 2, "none of .csv, .xlsx, .json"),
        (["export", "there.csv"], 1, "perhaps with corrections"),
        (["export", "new.csv", "--state", "waived"], 1, "res3d quarantine list"),
        (["retry", "--from", "no.csv"], 2, "no.csv"),
        (["retry", "--from", "there.csv"], 1, "has no column @source"),
        (["retry", "--from", "there.csv", "--source", "cn-unit"], 2, "leave out --source"),
        (["retry", "--from", "there.json"], 1, "is no JSON"),
        (["waive", "cn-unit", "5", "--note", "x"], 2, "--actor"),
        (["waive", "cn-unit", "5", "--actor", "head"], 2, "--note"),
        (["waive", "--actor", "head", "--note", "x"], 2, "KEY_OR_POSITION"),
        (["waive", "cn-unit", "--actor", "head", "--note", "x"], 2, "KEY_OR_POSITION"),
        (["waive", "cn-unit", "5", "--source", "cn-unit", "--actor", "head", "--note", "x"], 2, "KEY_OR_POSITION"),
        (["waive", "cn-unit", "5", "--actor", "head", "--note", " "], 1, "note is blank"),
        (["waive", "--reason", "missing_key", "--actor", "head", "--note", "x"], 1, "no open row"),
    ],
)
def test_wrong_use_is_explained_and_changes_nothing(
    run: Run,
    made: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("there.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    Path("there.json").write_text("{", encoding="utf-8")
    before = run("quarantine", "list", "-w", made, "--json").json
    answer = run("quarantine", *arguments, "-w", made)
    assert answer.code == code
    assert message in " ".join(answer.err.replace("│", " ").split())
    assert run("quarantine", "list", "-w", made, "--json").json == before


def test_an_export_takes_the_place_of_another_when_told_so(run: Run, office: Path, tmp_path: Path) -> None:
    file = tmp_path / "fix.csv"
    file.write_text("old", encoding="utf-8")
    assert run("quarantine", "export", file, "--force", "-w", office).code == 0
    assert pl.read_csv(file).height == 3


def test_every_verb_has_json_and_workspace_and_explains_itself(run: Run) -> None:
    for verb in ("list", "show", "export", "retry", "waive"):
        answer = run("quarantine", verb, "--help")
        assert answer.code == 0
        assert "--json" in answer.out
        assert "--workspace" in answer.out


def test_what_can_be_repaired_is_told_and_taken(run: Run, tmp_path: Path) -> None:
    made = create_workspace(tmp_path / "town")
    desk = Desk(made, made.ledger(), compile_schema(packaged_texts()))
    spike = [[0, 0], [10, 0], [10, 10], [5, 10], [5, 12], [5, 10], [0, 10], [0, 0]]
    outline = {"type": "Polygon", "coordinates": [[[500_000 + x, 3_500_000 + y] for x, y in spike]]}
    desk.hand_in([square("a", 100), square("s", 0, geometry=outline)])
    told = run("quarantine", "list", "-w", made.directory)
    assert "1 row can be taken repaired: `res3d quarantine retry --repair`." in told.out
    done = run("quarantine", "retry", "--repair", "-w", made.directory)
    assert "1 row tried = 1 taken + 0 unchanged + 0 still in quarantine." in done.out
    assert "1 of them taken repaired, and marked so." in done.out
    assert run("quarantine", "list", "-w", made.directory, "--json").json["rows"] == 0
