"""The registration fixture of the competency questions, ingested from its files; no view is needed to resolve."""

import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from ingest.pipeline import Options, ingest_files
from kg.resolve import Resolver
from kg.views import schema_in_force
from kg.workspace import Workspace, create_workspace, open_workspace

TODAY = "2026-01-01"


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The workspace of a registration office; shared, so leave it as it is."""
    workspace = create_workspace(tmp_path_factory.mktemp("registry") / "workspace")
    folder = Path(str(files("ingest.sample"))) / "registration"
    paths = sorted(path for path in folder.iterdir() if path.suffix in {".csv", ".json", ".geojson"})
    ledger = workspace.ledger()
    summaries = ingest_files(workspace, ledger, schema_in_force(ledger), paths, Options())
    ledger.close()
    assert paths
    assert [summary.error for summary in summaries if summary.error] == []
    return workspace


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
