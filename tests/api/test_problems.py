"""Errors: one table, problem documents, and no text of unexpected errors."""

import logging
from dataclasses import replace

import httpx
import pytest

from api.app import create_app
from api.parts import Parts
from api.problems import PROBLEMS, kind_of
from kg.graph import GraphUnavailable, WrongPassword
from kg.ledger import LedgerLocked
from kg.rdf.errors import StoreBusy

from .conftest import SETTINGS, asking


def test_every_kind_of_error_has_one_status_and_words() -> None:
    for kind in PROBLEMS.values():
        assert 400 <= kind.status < 600
        assert kind.word
        assert kind.title


@pytest.mark.parametrize("error", [GraphUnavailable("x"), WrongPassword("x"), LedgerLocked("x"), StoreBusy("x")])
def test_a_subclass_has_the_status_of_its_family(error: Exception) -> None:
    assert kind_of(error).status == 503


def test_a_problem_has_the_members_of_rfc_9457(client: httpx.Client) -> None:
    answer = client.get("/entities/nobody")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json().keys() == {"type", "title", "status", "detail", "instance"}
    assert answer.json()["status"] == answer.status_code == 404
    assert answer.json()["instance"] == "/entities/nobody"


def test_an_address_that_is_none_is_a_problem_too(client: httpx.Client) -> None:
    answer = client.get("/no/such/address")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_people_see_a_problem_as_a_page(client: httpx.Client) -> None:
    answer = client.get("/entities/nobody", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_an_unexpected_error_shows_a_reference_that_is_in_the_log(
    parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> dict[str, object]:
        raise RuntimeError("the password is swordfish")

    app = create_app(replace(parts, views=broken), SETTINGS)  # type: ignore[arg-type]  # broken on purpose
    with caplog.at_level(logging.ERROR), asking(app) as client:
        answer = client.get("/health")
    assert answer.status_code == 500
    assert "swordfish" not in answer.text
    assert answer.json()["reference"] in caplog.text
    assert "swordfish" in caplog.text
