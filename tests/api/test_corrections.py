"""Identity put right, over HTTP: the old id leads to the one that survived."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import polars as pl
import pytest

from api.app import create_app
from api.parts import OntologyInForce, Parts
from kg.ledger import Ledger
from kg.ledger import tables as t

from .conftest import SETTINGS, asking

OLD = "R3DIRUTX2M4UUIP"  # well-formed, and minted for nothing here


@pytest.fixture
def corrected(parts: Parts, building: str, tmp_path: Path) -> Iterator[httpx.Client]:
    """The service over a copy of the ledger in which one id more turned out to be the building."""
    with parts.ledger.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(parts.workspace.ledger_place, tmp_path / "ledger.gpkg")
    ledger = Ledger.open(tmp_path / "ledger.gpkg")
    row = {"id": OLD, "kind": "merge", "survivor": building, "reason": "one building"}
    with ledger.writing("surveyor", "correction") as changes:
        changes.add(t.correction, pl.DataFrame([row]))
    with asking(create_app(replace(parts, ledger=ledger, ontology=OntologyInForce(ledger)), SETTINGS)) as client:
        yield client
    ledger.close()


@pytest.mark.parametrize("path", ["/entity/{}", "/entities/{}", "/resolve/{}"])
def test_a_corrected_id_answers_308_with_the_same_address_of_the_survivor(
    corrected: httpx.Client, building: str, path: str
) -> None:
    answer = corrected.get(path.format(OLD) + "?lang=en")
    assert answer.status_code == 308
    assert answer.headers["location"] == path.format(building) + "?lang=en"
