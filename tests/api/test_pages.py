"""The pages: both languages, everything escaped, nothing from elsewhere."""

import re
from importlib.resources import files
from pathlib import Path

import httpx
import pytest

from api.pages.render import words

TEMPLATES = Path(str(files("api.pages"))) / "templates"
HTML = {"accept": "text/html"}
PATHS = [
    "/",
    "/docs",
    "/sparql",
    "/resolve/340123002004GB00011",
    "/resolve/340123002004GB00031F00010009",
    "/resolve/210000",
    "/resolve/N50J47539B8",
    "/resolve/nothing",
    "/codes/cn.bdcdyh/340123002004GB00031F00010002",
    "/sources/nl-bag",
    "/entities/nobody",
]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_every_page_comes_in_both_languages(client: httpx.Client, path: str, language: str) -> None:
    answer = client.get(f"{path}?lang={language}", headers=HTML)
    assert answer.headers["content-type"].startswith("text/html")
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["content-language"] == language


@pytest.mark.parametrize("path", PATHS)
def test_no_page_loads_anything_from_elsewhere_or_runs_a_script(client: httpx.Client, path: str) -> None:
    page = client.get(path, headers=HTML).text
    assert "<script" not in page
    assert " style=" not in page
    loaded = re.findall(r'<(?:link|img|iframe|source)[^>]*?(?:href|src)="([^"]+)"', page)
    assert loaded
    assert all(each.startswith("/") for each in loaded)


def test_the_browser_says_which_language_it_wants(client: httpx.Client) -> None:
    english = client.get("/", headers={**HTML, "accept-language": "de-DE, en-GB;q=0.8, zh;q=0.2"})
    assert '<html lang="en">' in english.text
    assert '<html lang="zh">' in client.get("/", headers={**HTML, "accept-language": "de"}).text


def test_every_word_that_a_template_uses_is_there_in_both_languages() -> None:
    used = {
        word for path in TEMPLATES.glob("*.html") for word in re.findall(r"""\bt\(["']([^"']+)["']""", path.read_text())
    }
    assert len(used) > 50
    assert all(
        any(known.startswith(word) for known in words()) if word.endswith("_") else word in words() for word in used
    )
    assert all(set(each) == {"zh", "en"} for each in words().values())


def test_an_entity_page_shows_codes_records_evidence_attributes_relations_and_a_map(
    client: httpx.Client, building: str
) -> None:
    page = client.get(f"/entities/{building}?lang=en", headers=HTML).text
    for shown in (
        "340123002004GB00031F0001",
        "一号教学楼",
        "2D footprint",
        "3D footprint",
        '<svg class="map"',
        "LOD 1.3",
        "stands on",
        "floor area",
        "first record",
        "?format=turtle",
        'class="ladder"',
    ):
        assert shown in page


def test_a_retired_parcel_page_shows_its_successors(client: httpx.Client, retired: str) -> None:
    page = client.get(f"/entities/{retired}?lang=zh", headers=HTML).text
    assert "已注销" in page
    assert "340123002004GB00032" in page
    assert "B2024-17" in page


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}"])
def test_what_was_looked_up_is_escaped(client: httpx.Client, text: str) -> None:
    page = client.get("/resolve/" + text.replace("/", "%2F"), headers=HTML).text
    assert text not in page.replace("{{ 7*7 }}", "{{ 7*7 }} ") or text.startswith("{{")
    assert "<script>" not in page
    assert "<img src=x" not in page


def test_the_documentation_names_every_address(client: httpx.Client) -> None:
    page = client.get("/docs").text
    for path in client.get("/openapi.json").json()["paths"]:
        assert f"<code>{path}</code>" in page
