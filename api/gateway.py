"""The way from the service to the property graph: one driver, made again when the server was."""

import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from threading import Lock, Thread
from typing import Final

import neo4j
from neo4j.exceptions import DriverError, Neo4jError

from kg import graph
from kg.graph.json_values import Json
from kg.views import GraphPlace
from kg.workspace import Workspace

STUCK_SECONDS: Final = 20
_STUCK: Final = """SHOW TRANSACTIONS YIELD status, elapsedTime
WHERE status STARTS WITH 'Terminated' AND elapsedTime.seconds >= $seconds RETURN count(*)"""
_log = logging.getLogger(__name__)


class CypherGateway:
    """Answers statements that only read, from wherever the property graph of a workspace is."""

    def __init__(self, workspace: Workspace, place: GraphPlace) -> None:
        self._workspace = workspace
        self._place = place
        self._lock = Lock()
        self._driver: neo4j.Driver | None = None

    def __call__(
        self, statement: str, parameters: Mapping[str, Json], *, seconds: float, max_rows: int
    ) -> graph.Answer:
        """Raises what `kg.graph.run` raises; a server that was restarted is found again."""
        try:
            return self._run(statement, parameters, seconds, max_rows)
        except graph.GraphUnavailable:
            self.close()
        return self._run(statement, parameters, seconds, max_rows)

    def close(self) -> None:
        """Let go of the server; the next statement finds it again."""
        with self._lock:
            driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()

    def _run(self, statement: str, parameters: Mapping[str, Json], seconds: float, max_rows: int) -> graph.Answer:
        database = self._place.target.database if self._place.target else graph.DATABASE
        try:
            return graph.run(
                self._connected(), statement, parameters, seconds=seconds, max_rows=max_rows, database=database
            )
        except graph.QueryTooLong as error:
            if error.still_running and self._place.target is None:
                Thread(target=self._end_stuck_server, name="end stuck Neo4j", daemon=True).start()
            raise

    def _connected(self) -> neo4j.Driver:
        with self._lock:
            if self._driver is None:
                self._driver = graph.connect(self._target())
            return self._driver

    def _target(self) -> graph.Neo4jTarget:
        if self._place.target is not None:
            return self._place.target
        running = graph.find_running(self._workspace.graph)
        if running is None:
            raise graph.GraphUnavailable("The Neo4j of this workspace is being started; ask again in a few seconds")
        return running.target

    def _end_stuck_server(self) -> None:
        """Neo4j can't interrupt a loop in one expression. If ours still runs one after a while, it is ended; the
        next check of the follower starts it again.
        """
        time.sleep(STUCK_SECONDS)
        with suppress(graph.GraphError, DriverError, Neo4jError), self._connected().session() as session:
            number = session.run(_STUCK, seconds=STUCK_SECONDS).single(strict=True).value()
            if number:
                _log.warning("A statement can't be interrupted: the Neo4j of this workspace is restarted.")
                graph.stop(self._workspace.graph, seconds=5)
