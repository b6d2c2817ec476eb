"""`/codes` and `/sources`: what a code says by itself, and where records come from."""

import httpx
import pytest


def test_a_code_says_its_parts_in_both_languages(client: httpx.Client) -> None:
    answer = client.get("/codes/cn.bdcdyh/340123 002004 gb00031 f00010002")
    said = answer.json()
    assert said["code"] == "340123002004GB00031F00010002"
    assert said["printed"] == "340123 002004 GB00031 F00010002"
    assert "".join(part["value"] for part in said["parts"]) == said["code"]
    assert all(part["meaning"]["zh"] and part["meaning"]["en"] for part in said["parts"])


def test_what_is_no_code_of_the_scheme_answers_400_with_the_place(client: httpx.Client) -> None:
    answer = client.get("/codes/cn.zrzh/340123002004GB00031X0001")
    assert answer.status_code == 400
    assert answer.json()["position"] == 20


@pytest.mark.parametrize("path", ["/codes/nope/1", "/code/nope/1"])
def test_an_unknown_scheme_answers_404(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_source_tells_its_licence_and_its_deliveries(client: httpx.Client) -> None:
    assert client.get("/source/nl-bag").headers["location"] == "/sources/nl-bag"
    source = client.get("/sources/nl-bag").json()
    assert source["licence"]
    assert source["records"] > 1_000
    assert source["deliveries"]


@pytest.mark.parametrize("path", ["/sources/nope", "/record/nope/1", "/geometry/nope/1"])
def test_unknown_sources_and_records_answer_404(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404
