"""`/health`: what is behind, and that only the ledger makes it fail."""

from dataclasses import replace
from pathlib import Path

import httpx

from api.app import create_app
from api.parts import Parts, ViewState
from kg.ledger import Ledger

from .conftest import SETTINGS, asking


def test_all_is_well_when_every_view_is_at_the_ledger(client: httpx.Client) -> None:
    health = client.get("/health").json()
    assert health["status"] == "ok"
    assert {view["state"] for view in health["views"].values()} == {"current"}


def test_a_view_that_lags_shows_how_far_and_the_answer_stays_200(parts: Parts) -> None:
    number = parts.ledger.position().number
    lagging = replace(parts, views=lambda: {"rdf": ViewState(number - 2), "graph": ViewState(None)})
    with asking(create_app(lagging, SETTINGS)) as client:
        answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["views"]["rdf"] == {
        "state": "behind", "changeset": number - 2, "behind": 2, "problem": None,
    }  # fmt: skip
    assert answer.json()["views"]["graph"]["state"] == "missing"


def test_a_failed_view_says_why(viewless: httpx.Client) -> None:
    assert viewless.get("/health").json()["views"]["graph"]["problem"] == "no Java"


def test_a_ledger_that_cannot_be_read_answers_503(parts: Parts, tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path / "ledger.gpkg")
    ledger.close()
    (tmp_path / "ledger.gpkg").write_bytes(b"no database" * 1000)
    with asking(create_app(replace(parts, ledger=ledger), SETTINGS)) as client:
        answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:res3d:problem:ledger-unavailable"
