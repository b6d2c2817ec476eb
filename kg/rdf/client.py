"""Asking the RDF view from a service with many threads."""

from __future__ import annotations

import logging
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self

from ..standing import Standing
from .answer import Answer, WorkerGone, receive_answer
from .errors import RdfError, StoreBusy, StoreUnavailable
from .process import WorkerProcess
from .query import Query
from .store import Delta, position
from .wire import QUERY, query_to_json, send_json

_WAITS = (0.02, 0.1, 0.5, None)
"""Seconds after which another process is asked when one turns out to be gone."""

_log = logging.getLogger(__name__)


class QueryWorker:
    """Answers queries of many threads: from a copy in memory once it is loaded, from disk until then and otherwise.

    At most `parallel` queries run at once; the others wait as long as they may take. After the durable store has
    changed, hand the change to `apply`, after a full load call `reload`: answers are never older than that.
    """

    def __init__(self, path: Path, *, parallel: int = 4, max_memory_quads: int = 20_000_000) -> None:
        self._path = path
        self._max_memory_quads = max_memory_quads
        self._running = threading.BoundedSemaphore(parallel)
        self._folder = Path(tempfile.mkdtemp(prefix="res3d-rdf-"))  # made with mode 0700
        self._lock = threading.RLock()  # guards all below
        self._disk: WorkerProcess | None = None
        self._memory: WorkerProcess | None = None
        self._being_loaded: WorkerProcess | None = None
        self._loader: threading.Thread | None = None
        self._missed: list[Delta] = []
        self._generation = 0
        self._is_closed = False

    def start(self) -> Self:
        """Start answering (from disk, within a moment), and begin to load the copy in memory."""
        self._disk_process()
        self.reload()
        return self

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_in_memory(self) -> bool:
        """Queries are answered from the copy in memory."""
        return self._memory is not None

    def query(self, query: Query) -> Answer:
        """Ask; returns when the first bytes are there.

        Raises `QueryInvalid`, `QueryTooLong`, `QueryTooHeavy`, `AnswerTooLarge`, `StoreBusy` when no place got free in
        the time that the query may take, and other `StoreUnavailable`.
        """
        return Answer(query.format.media_type, self._ask(query))

    def position(self) -> Standing | None:
        """What the answers show now."""
        memory = self._memory
        return memory.position if memory else position(self._path)

    def apply(self, delta: Delta) -> None:
        """Follow a change that `apply_changes` has made to the durable store."""
        with self._lock:
            if self._memory is None:
                self._missed.append(delta)
                return
            if self._memory.position == delta.after:
                return
            try:
                self._memory.apply(delta)
            except (RdfError, OSError) as error:
                _log.warning("The copy in memory can't follow (%s); it is loaded again.", error)
                self.reload()

    def reload(self) -> None:
        """Answer from disk, load the copy in memory anew in the background, then answer from that."""
        with self._lock:
            self._generation += 1
            self._drop_memory()
            if self._loader is None and not self._is_closed:
                self._loader = threading.Thread(target=self._load, name="load RDF copy", daemon=True)
                self._loader.start()

    def wait_until_loaded(self, seconds: float = 600.0) -> bool:
        """Wait for the end of a load in the background; returns whether answers come from memory."""
        loader = self._loader
        if loader:
            loader.join(seconds)
        return self.is_in_memory

    def close(self) -> None:
        """End the processes and remove their folder; answers that are still read may break off."""
        with self._lock:
            self._is_closed = True
            self._drop_memory()
            if self._being_loaded:
                self._being_loaded.kill()
            if self._disk:
                self._disk.close()
        self.wait_until_loaded()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ask(self, query: Query) -> Iterator[bytes]:
        end = time.monotonic() + query.seconds
        if not self._running.acquire(timeout=query.seconds):
            raise StoreBusy(f"Too many queries run now; none ended within {query.seconds:g} s. Ask again later.")
        try:
            for wait in _WAITS:
                try:
                    yield from self._ask_process(self._memory or self._disk_process(), query, end)
                except WorkerGone:
                    if wait is None:
                        raise
                    time.sleep(wait)
                else:
                    return
        finally:
            self._running.release()

    def _ask_process(self, process: WorkerProcess, query: Query, end: float) -> Iterator[bytes]:
        try:
            with _asked(process, replace(query, seconds=max(end - time.monotonic(), 0.001))) as connection:
                yield from receive_answer(connection, query, end)
        except WorkerGone:
            self._lose(process)
            raise

    def _lose(self, process: WorkerProcess) -> None:
        with self._lock:
            if self._memory is process:
                _log.warning("The process with the copy in memory is gone; it is loaded again.")
                self.reload()

    def _disk_process(self) -> WorkerProcess:
        with self._lock:
            if self._is_closed:
                raise StoreUnavailable("The RDF view has been closed.")
            if self._disk is None or not self._disk.is_alive():
                if self._disk:
                    self._disk.close()
                self._disk = WorkerProcess("disk", self._path, self._folder)
                self._disk.wait_until_ready()
            return self._disk

    def _load(self) -> None:
        while self._load_once():
            pass

    def _load_once(self) -> bool:
        """Load a copy and answer from it; True when it is old before it is used, and the next one has to be loaded."""
        with self._lock:
            generation = self._generation
            self._missed = []
            memory = WorkerProcess("memory", self._path, self._folder, str(self._max_memory_quads))
            self._being_loaded = memory
        try:
            memory.wait_until_ready()
            is_loaded = True
        except RdfError as error:
            _log.info("Queries are answered from disk: %s", error)
            is_loaded = False
        with self._lock:
            self._being_loaded = None
            has_changed = generation != self._generation or (is_loaded and not self._caught_up(memory))
            if is_loaded and not has_changed and not self._is_closed:
                self._memory = memory
            else:
                memory.close()
            is_next = has_changed and not self._is_closed
            if not is_next:
                self._loader = None
            return is_next

    def _caught_up(self, memory: WorkerProcess) -> bool:
        """Whether the changes made during its load bring the copy to where the durable store is."""
        try:
            for delta in self._missed:
                if delta.before == memory.position:
                    memory.apply(delta)
            return memory.position == position(self._path)
        except (RdfError, OSError) as error:
            _log.warning("The copy in memory can't follow: %s", error)
            return False

    def _drop_memory(self) -> None:
        if self._memory:
            self._memory.close()
            self._memory = None


def _asked(process: WorkerProcess, query: Query) -> socket.socket:
    """A connection on which the query has been sent."""
    try:
        connection = process.connect()
        send_json(connection, QUERY, query_to_json(query))
    except OSError as error:
        raise WorkerGone(f"The query process can't be reached: {error}. Ask again.") from error
    return connection
