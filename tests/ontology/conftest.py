"""Fixtures of the ontology's tests."""

import pytest

from ontology import Schema

from .texts import DATA, file_text, with_packaged


@pytest.fixture(scope="session")
def packaged() -> Schema:
    """The packaged model."""
    return with_packaged()


@pytest.fixture(scope="session")
def harbour() -> Schema:
    """The packaged model with a workspace's own harbour terms."""
    return with_packaged(file_text(DATA / "good" / "harbour.ttl"))
