"""What the service is composed of; a test may put anything with the same methods in their place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Literal, Protocol

from sqlalchemy import func, select

from kg.graph.cypher import Answer as CypherAnswer
from kg.graph.json_values import Json
from kg.ledger import Ledger
from kg.ledger import tables as t
from kg.ontologies import schema_in_force
from kg.rdf.answer import Answer as SparqlAnswer
from kg.rdf.query import Query
from kg.resolve import Resolver
from kg.workspace import Workspace
from ontology import Schema


class SparqlSource(Protocol):
    """Answers SPARQL queries within their limits; `kg.rdf.client.QueryWorker` does."""

    def query(self, query: Query) -> SparqlAnswer: ...


class CypherSource(Protocol):
    """Answers Cypher statements that only read."""

    def __call__(
        self, statement: str, parameters: Mapping[str, Json], *, seconds: float, max_rows: int
    ) -> CypherAnswer: ...


@dataclass(frozen=True, slots=True)
class ViewState:
    """What a view shows: the changeset of the ledger (None when it shows none), and what it waits or fails for."""

    changeset: int | None
    problem: str | None = None


ViewName = Literal["rdf", "graph"]
ViewStates = Callable[[], Mapping[ViewName, ViewState]]


class OntologyInForce:
    """The compiled ontology that the ledger holds now, compiled anew only when there is another one."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = Lock()
        self._known: tuple[int, Schema] | None = None

    def __call__(self) -> Schema:
        with self._lock:
            with self._ledger.engine.connect() as connection:
                last = int(connection.execute(select(func.max(t.ontology_version.c.fid))).scalar() or 0)
            if self._known is None or self._known[0] != last:
                self._known = (last, schema_in_force(self._ledger))
            return self._known[1]


@dataclass(frozen=True, slots=True)
class Parts:
    """Workspace, ledger and ontology, and the two views: what can't be asked is None and answers 503."""

    workspace: Workspace
    ledger: Ledger
    ontology: Callable[[], Schema]
    views: ViewStates
    sparql: SparqlSource | None = None
    cypher: CypherSource | None = None

    def resolver(self, at: str | None = None, as_of: str | None = None) -> Resolver:
        """Resolves in the words of the ontology in force, on a date and as far as it was known then.

        Raises `NoSuchMoment`.
        """
        return Resolver(self.ledger, self.ontology(), self.workspace.base).seen(at, as_of)
