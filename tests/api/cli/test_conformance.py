"""`res3d conformance`: a table, JSON, and a page by itself."""

from pathlib import Path

from kg.workspace import Workspace

from .conftest import Run


def test_all_data_sets_are_told(run: Run, registry: Workspace, tmp_path: Path) -> None:
    told = run("conformance", "-w", registry.directory, "--json").json["data_sets"]
    assert {"cn-parcel", "cn-building"} <= {each["source"] for each in told}
    assert all(measure["count"] <= measure["of"] for each in told for measure in each["measures"])
    one = run("conformance", "cn-parcel", "-w", registry.directory)
    assert "temporal quality" in one.out
    assert "cn-building" not in one.out
    assert run("conformance", "nowhere", "-w", registry.directory).code == 1


def test_the_page_stands_by_itself(run: Run, registry: Workspace, tmp_path: Path) -> None:
    page = tmp_path / "quality.html"
    assert run("conformance", "-w", registry.directory, "-o", page).code == 0
    text = page.read_text("utf-8")
    assert "完整性" in text
    assert "http" not in text.replace("http://www.w3.org", "").replace("https://www.w3.org", "")
