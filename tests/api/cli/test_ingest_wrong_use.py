"""`res3d ingest` by a new user: whatever is wrong ends with what was given, what was expected, and the right code."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.deliver import Options, OptionsError
from kg.workspace import create_workspace

from .conftest import Run


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty workspace, which stays empty here."""
    return create_workspace(tmp_path_factory.mktemp("wrong") / "workspace").directory


TOWN = '{"type": "FeatureCollection", "features": []}'


def _missing(_: Path) -> str:
    return "missing.geojson"


def _empty_file(folder: Path) -> str:
    (folder / "empty.geojson").touch()
    return "empty.geojson"


def _empty_folder(folder: Path) -> str:
    (folder / "nothing").mkdir()
    return "nothing"


def _pattern(_: Path) -> str:
    return "none*.geojson"


def _zip_that_leaves(folder: Path) -> str:
    with zipfile.ZipFile(folder / "bad.zip", "w") as archive:
        archive.writestr("../evil.txt", "x")
    return "bad.zip"


def _zip_in_zip(folder: Path) -> str:
    with zipfile.ZipFile(folder / "inner.zip", "w") as archive:
        archive.writestr("a.geojson", TOWN)
    with zipfile.ZipFile(folder / "outer.zip", "w") as archive:
        archive.write(folder / "inner.zip", "inner.zip")
    return "outer.zip"


def _empty_zip(folder: Path) -> str:
    zipfile.ZipFile(folder / "none.zip", "w").close()
    return "none.zip"


def _no_zip(folder: Path) -> str:
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    return "broken.zip"


def _pipe(folder: Path) -> str:
    os.mkfifo(folder / "pipe")
    return "pipe"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_missing, "missing.geojson: there is no such file. Check the path."),
        (_empty_file, "empty.geojson: it is empty."),
        (_empty_folder, "nothing: the folder holds no file to read. Check the path."),
        (_pattern, "none*.geojson: no file matches this pattern."),
        (_zip_that_leaves, "its member '../evil.txt' would leave the folder"),
        (_zip_in_zip, "outer.zip/inner.zip: it is an archive within an archive, and such are not opened."),
        (_empty_zip, "none.zip: the archive holds no file."),
        (_no_zip, "broken.zip: the archive can't be unpacked: it is none of the kind that its name says, or cut off."),
        (_pipe, "pipe: it is no file but a device or a pipe."),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_what_can_not_be_read_fails_with_its_reason(
    run: Run,
    workspace: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Path], str],
    told: str,
    form: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = run("ingest", make(tmp_path), "-w", workspace, *form)
    assert outcome.code == 1
    assert told in outcome.err
    assert outcome.err.count("\n") == 1
    if form:
        (summary,) = outcome.json["files"]
        assert told in summary["error"]


def test_an_advice_names_the_options_of_the_command_line(run: Run, workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "scan.bin").write_bytes(bytes(range(200, 256)) * 10)
    outcome = run("ingest", tmp_path / "scan.bin", "-w", workspace)
    assert (outcome.code, "or name the reader by --format." in outcome.err) == (1, True)


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--source", "a/b", "'a/b' is no name of a data set; expected lower-case letters, digits, dots and hyphens"),
        ("--source", "", "'' is no name of a data set"),
        ("--source", "$(x)", "'$(x)' is no name of a data set"),
        ("--crs", "EPSG:nonsense", "'EPSG:nonsense' names no known coordinate reference system"),
        ("--format", "docx", "no reader is called 'docx'; known are cityjson"),
        ("--delivery", "some", "'some' is not one of 'snapshot', 'partial'"),
        ("--at", "tomorrow", "'tomorrow' is no day; expected YYYY-MM-DD"),
        ("--mapping", "none.yml", "'none.yml' does not exist"),
        ("--report", "nowhere/page.html", "there is no folder 'nowhere' to write page.html to"),
        ("--report", ".", "'.' is a directory"),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_an_option_that_can_not_be_meant_is_wrong_use_and_reads_nothing(
    run: Run,
    workspace: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    option: str,
    value: str,
    told: str,
    form: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "town.geojson").write_text(TOWN)
    outcome = run("ingest", "town.geojson", "-w", workspace, option, value, *form)
    assert outcome.code == 2
    said = " ".join(outcome.err.replace("│", " ").split())
    assert told in said
    assert option in said
    assert outcome.out == ""


def test_nothing_given_is_wrong_use(run: Run, workspace: Path) -> None:
    outcome = run("ingest", "-w", workspace)
    assert (outcome.code, "Missing argument" in outcome.err) == (2, True)


def test_a_broken_archive_in_a_folder_does_not_keep_the_other_files_out(
    run: Run, workspace: Path, tmp_path: Path
) -> None:
    town = tmp_path / "town"
    town.mkdir()
    _no_zip(town)
    (town / "empty.geojson").write_text(TOWN)
    outcome = run("ingest", town, "-w", workspace, "--json")
    assert outcome.code == 1
    assert [(Path(each["path"]).name, "error" in each, each.get("skipped")) for each in outcome.json["files"]] == [
        ("broken.zip", True, None),
        ("empty.geojson", False, "it has no rows"),
    ]


@pytest.mark.parametrize("name", ["建筑物.geojson", "two words.geojson", "-leads.geojson"])
def test_a_file_may_have_any_name(
    run: Run, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(TOWN, encoding="utf-8")
    outcome = run("ingest", "-w", workspace, "--json", "--dry-run", "--repair", "--", name)
    assert f"{name} has no rows" in outcome.json["files"][0]["error"]


def test_options_name_what_is_wrong_with_them() -> None:
    with pytest.raises(OptionsError, match="source: 'A B' is no name of a data set") as caught:
        Options(source="A B")
    assert caught.value.option == "source"
