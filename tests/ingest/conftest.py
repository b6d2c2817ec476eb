"""Fixtures of the ingest tests."""

from pathlib import Path

import pytest

from kg.workspace import create_workspace
from ontology import Schema, compile_schema, packaged_texts
from tests.ingest.deliveries import Desk


@pytest.fixture(scope="session")
def schema() -> Schema:
    return compile_schema(packaged_texts())


@pytest.fixture
def desk(tmp_path: Path, schema: Schema) -> Desk:
    workspace = create_workspace(tmp_path / "workspace")
    return Desk(workspace, workspace.ledger(), schema)
