"""The registration fixture of the competency questions, ingested from its files; no view is needed to resolve."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.ontologies import schema_in_force
from kg.resolve import Resolver
from kg.workspace import Workspace, open_workspace

TODAY = "2026-01-01"


@pytest.fixture(scope="session")
def resolver(registry: Workspace) -> Iterator[Resolver]:
    """Resolves in that workspace, on a day that is always the same."""
    ledger = registry.ledger()
    yield Resolver(ledger, schema_in_force(ledger), registry.base, today=lambda: TODAY)
    ledger.close()


@pytest.fixture
def own_resolver(registry: Workspace, tmp_path: Path) -> Iterator[Resolver]:
    """The same over a copy of the ledger that a test may write to."""
    shutil.copytree(registry.directory, tmp_path / "copy")
    workspace = open_workspace(tmp_path / "copy")
    ledger = workspace.ledger()
    yield Resolver(ledger, schema_in_force(ledger), workspace.base, today=lambda: TODAY)
    ledger.close()
