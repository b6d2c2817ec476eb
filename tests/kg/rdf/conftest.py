"""What the tests of the RDF view share."""

import shutil
from pathlib import Path

import pytest

from kg.rdf.load import full_load
from ontology import Schema

from . import samples


@pytest.fixture(scope="session")
def schema() -> Schema:
    return samples.schema()


@pytest.fixture(scope="session")
def untouched_town(tmp_path_factory: pytest.TempPathFactory, schema: Schema) -> Path:
    """A store with three houses on one plot, at changeset 1; for reading only."""
    path = tmp_path_factory.mktemp("town") / "rdf"
    full_load(path, [samples.town()], schema, samples.BASE, samples.at(1))
    return path


@pytest.fixture
def town(tmp_path: Path, untouched_town: Path) -> Path:
    """The same, for one test to change."""
    return shutil.copytree(untouched_town, tmp_path / "rdf")
