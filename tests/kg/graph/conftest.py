from collections.abc import Iterator

import neo4j
import pytest

from kg.graph import ManagedServer, connect
from tests.real_neo4j import real_neo4j


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ManagedServer]:
    with real_neo4j(tmp_path_factory.mktemp("graph")) as running:
        yield running


@pytest.fixture(scope="module")
def driver(server: ManagedServer) -> Iterator[neo4j.Driver]:
    """Not for the session: a driver waits for the last transaction that it saw, which is gone once a test of another
    module has put another database in its place (by an import, or by a start after one that was cut off)."""
    with connect(server.target) as opened:
        yield opened


@pytest.fixture
def empty_graph(driver: neo4j.Driver) -> neo4j.Driver:
    driver.execute_query("MATCH (n) DETACH DELETE n")
    return driver
