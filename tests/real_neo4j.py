"""A real Neo4j for tests: `with real_neo4j(folder) as server: connect(server.target)`; six seconds to start."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.graph import ManagedServer, Memory, start, stop

SMALL = Memory(heap="512m", page_cache="64m", transaction="128m")


@contextmanager
def real_neo4j(folder: Path) -> Iterator[ManagedServer]:
    """A managed Neo4j in an empty folder, stopped at the end."""
    home = folder / "neo4j"
    try:
        yield start(home, memory=SMALL)
    finally:
        stop(home)
