"""`/codes`: schemes, their rules, and what a code says, with its cell and its mark."""

import httpx
import pytest

from coding import schemes
from coding.grids import grids

P1 = "340123002004GB00011"


def test_all_schemes_are_listed(client: httpx.Client) -> None:
    listed = client.get("/codes").json()
    assert [each["id"] for each in listed] == list(schemes())
    page = client.get("/codes", params={"format": "html", "lang": "zh"}).text
    assert all(f'href="/codes/{scheme}?lang=zh"' in page for scheme in schemes())


@pytest.mark.parametrize("scheme", sorted(schemes()))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_scheme_has_a_page_of_its_rules(client: httpx.Client, scheme: str, language: str) -> None:
    answer = client.get(f"/codes/{scheme}", params={"format": "html", "lang": language})
    assert answer.status_code == 200
    assert schemes()[scheme].labels[language] in answer.text  # type: ignore[literal-required]


def test_the_rules_tell_series_levels_and_codes_in_use(client: httpx.Client) -> None:
    rules = client.get("/codes/cn.bdcdyh").json()
    assert {"prefix": 14, "digits": 5, "what": "a cadastral sub-district and two feature letters"} in rules["series"]
    assert rules["examples"]
    assert client.get("/codes/h3").json()["grid"]["levels"] == list(grids()["h3"].levels)
    assert client.get("/codes/nope").status_code == 404


def test_a_code_is_shown_as_a_mark(client: httpx.Client) -> None:
    answer = client.get(f"/codes/cn.bdcdyh/{P1}", params={"format": "svg"})
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert f"code/cn.bdcdyh/{P1}" in answer.text
    page = client.get(f"/codes/cn.bdcdyh/{P1}", params={"format": "html"}).text
    assert "format=svg" in page
    assert 'class="map"' not in page


@pytest.mark.parametrize("scheme", sorted(grids()))
def test_the_cell_of_a_grid_is_drawn_among_its_neighbours(client: httpx.Client, scheme: str) -> None:
    grid = grids()[scheme]
    code = grid.encode(117.2, 31.8, grid.levels[len(grid.levels) // 2])
    page = client.get(f"/codes/{scheme}/{code}", params={"format": "html"})
    assert page.status_code == 200
    assert 'class="map"' in page.text
