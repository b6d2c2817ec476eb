"""`res3d conformance`: a table, JSON, and a page by itself."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from kg.workspace import Workspace, create_workspace
from ontology import compile_schema, packaged_texts
from tests.ingest.deliveries import MAPPING, Desk, square, write_squares

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


@pytest.fixture
def parcels(tmp_path: Path) -> tuple[Path, Path]:
    """(a workspace, a file of parcels: two overlap, one has a bow for an outline, two lie beside one another)"""
    made = create_workspace(tmp_path / "land")
    desk = Desk(made, made.ledger(), compile_schema(packaged_texts()))
    desk.mapping("land", text=MAPPING.replace("res:Building", "res:Parcel"))
    west, south = 500_200, 3_500_000
    ring = [[west, south], [west + 10, south + 10], [west + 10, south], [west, south + 10], [west, south]]
    bow = {"type": "Polygon", "coordinates": [ring]}
    rows = [square("a", 0), square("b", 5), square("bow", 200, geometry=bow), square("c", 100), square("d", 110)]
    return made.directory, write_squares(tmp_path / "parcels.geojson", rows)


def test_an_ingest_writes_a_page_with_a_map(
    run: Run, parcels: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at in a browser, wide and narrow: what is drawn is what was counted, and nothing runs out of the page."""
    monkeypatch.setattr("api.cli.ingest.keep_up_after_commit", lambda _: None)
    workspace, file = parcels
    report, quality = tmp_path / "report.html", tmp_path / "quality.html"
    done = run("ingest", file, "--mapping", workspace / "land.yml", "-w", workspace, "--report", report)
    assert done.code == 0
    assert run("conformance", "-w", workspace, "-o", quality).code == 0
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for width in (1280, 390):
            page = chromium.new_page(viewport={"width": width, "height": 900})
            for address in (report, quality):
                page.goto(address.as_uri())
                assert page.locator("svg.map").count() == 1
                assert page.locator("svg .quarantine circle").count() == 1
                assert page.locator("svg .overlap circle").count() == 1
                assert page.locator("svg .around path").count() == 4  # the parcels that were taken
                assert page.locator("svg .overlap title").text_content() == "a / b overlap of 50.0 m2, 3.33 m wide"
                assert page.locator(".spot").count() == 2
                for text in ("拓扑一致性：宗地重叠", "topological consistency: overlaps of parcels"):
                    assert page.get_by_text(text, exact=True).is_visible()
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                box = page.locator("svg .overlap circle").bounding_box()
                assert box is not None
                assert 0 < box["x"] < width
            page.goto(report.as_uri())
            told = page.locator(".files tr:nth-child(2) td").all_text_contents()
            assert [text.strip() for text in told[1:]] == ["5", "4", "0", "0", "0", "1", "0"]
            assert page.locator(".reasons td.code").all_text_contents() == ["invalid_geometry"]
        chromium.close()


def test_a_file_that_fails_is_in_the_report_and_nothing_is_drawn(run: Run, parcels: tuple[Path, Path]) -> None:
    workspace, file = parcels
    file.write_text("nothing")
    report = workspace / "report.html"
    assert run("ingest", file, "-w", workspace, "--report", report).code == 1
    text = report.read_text("utf-8")
    assert "parcels.geojson" in text
    assert "note bad" in text
    assert "<svg" not in text
