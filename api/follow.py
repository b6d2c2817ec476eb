"""While the service runs, it is the one that keeps the views at the ledger, whoever writes to that."""

import logging
import time
from collections.abc import Callable, Mapping
from threading import Event, Thread
from typing import Final

from kg.ledger import Ledger
from kg.rdf.client import QueryWorker
from kg.rdf.update import Delta
from kg.views import GraphPlace, View, catch_up, projection_lock, standings
from kg.workspace import Workspace
from ontology import Schema

from .parts import ViewState

VIEWS: Final[tuple[View, ...]] = ("rdf", "graph")
_log = logging.getLogger(__name__)


class Follower:
    """Brings each view to every new changeset, in a thread of its own, as long as this process holds the lock.

    Every `check_seconds` it looks at the views themselves, too: a Neo4j that has ended is started again. While another
    process holds the lock, that one updates the views, and here only the answers follow.
    """

    def __init__(
        self,
        workspace: Workspace,
        ledger: Ledger,
        ontology: Callable[[], Schema],
        place: GraphPlace,
        worker: QueryWorker,
        *,
        poll_seconds: float = 0.1,
        check_seconds: float = 10.0,
    ) -> None:
        self._workspace = workspace
        self._ledger = ledger
        self._ontology = ontology
        self._place = place
        self._worker = worker
        self._poll_seconds = poll_seconds
        self._check_seconds = check_seconds
        self._is_closing = Event()
        self._states: dict[View, ViewState] = dict.fromkeys(VIEWS, ViewState(None))
        self._thread = Thread(target=self._run, name="follow the ledger", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def close(self) -> None:
        """Stop; what is being written to a view is finished first."""
        self._is_closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def states(self) -> Mapping[View, ViewState]:
        """What each view shows."""
        return dict(self._states)

    def _run(self) -> None:
        while not self._is_closing.is_set():
            with projection_lock(self._workspace) as is_ours:
                if is_ours:
                    threads = [
                        Thread(target=self._follow, args=(view,), name=f"follow {view}", daemon=True) for view in VIEWS
                    ]
                    for thread in threads:
                        thread.start()
                    for thread in threads:
                        thread.join()
                    return
            self._watch()

    def _follow(self, view: View) -> None:
        shown, next_check = -1, 0.0
        while not self._is_closing.is_set():
            try:
                number = self._ledger.position().number
                if number != shown or time.monotonic() >= next_check:
                    shown = catch_up(
                        self._workspace,
                        self._ledger,
                        self._ontology(),
                        self._place,
                        views=(view,),
                        on_delta=self._on_delta,
                    ).changeset
                    self._states[view] = ViewState(shown)
                    next_check = time.monotonic() + self._check_seconds
            except Exception as error:  # noqa: BLE001 - whatever it is: it shows in /health, and is tried again
                shown = -1
                self._fail(view, error)
            self._is_closing.wait(self._poll_seconds)

    def _fail(self, view: View, error: Exception) -> None:
        before = self._states[view]
        problem = str(error).splitlines()[0] if str(error) else type(error).__name__
        if before.problem != problem:
            _log.warning("The view %s can't follow the ledger: %s", view, error, exc_info=error)
        self._states[view] = ViewState(before.changeset, problem)
        self._is_closing.wait(self._check_seconds / 2)

    def _on_delta(self, delta: Delta | None) -> None:
        if delta is None:
            self._worker.reload()
        else:
            self._worker.apply(delta)

    def _watch(self) -> None:
        """One look at what another process does to the views."""
        try:
            before = self._states["rdf"].changeset
            for view, standing in standings(self._workspace, self._place).items():
                self._states[view] = ViewState(standing.changeset if standing else None)
            if before is not None and before != self._states["rdf"].changeset:
                self._worker.reload()
        except Exception as error:  # noqa: BLE001 - as in `_follow`
            self._fail("graph", error)
        self._is_closing.wait(1.0)
