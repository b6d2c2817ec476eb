"""The process that answers one query and ends: limited in time, memory and reach."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

import pyoxigraph as ox

from .errors import RdfError, to_message
from .query import Query, evaluate
from .store import reading
from .wire import BEGIN, DATA, END, ERROR, query_from_json, receive, send, send_json

_SECONDS_TO_ASK = 10.0
_FRAME = 64 * 1024


@dataclass(frozen=True, slots=True)
class Opened:
    """A store that a query may read."""

    store: ox.Store
    base: str
    has_state: bool
    needs_files: bool
    """The store opens files while it answers."""


class Source(Protocol):
    """Where a query process finds its store."""

    def open(self) -> AbstractContextManager[Opened]: ...


@dataclass(frozen=True, slots=True)
class DiskSource:
    """The durable store, opened anew for each query: always the newest state."""

    path: Path

    @contextmanager
    def open(self) -> Iterator[Opened]:
        """Open a snapshot for reading."""
        allow_many_files()
        with reading(self.path) as opened:
            yield Opened(opened.store, opened.base, has_state=True, needs_files=True)


def allow_many_files() -> None:
    """The engine keeps every file of a snapshot open only when it may: a writer removes files that it has merged."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def answer_and_exit(connection: socket.socket, source: Source) -> NoReturn:
    """Read one query from the connection, send its answer, end this process.

    The kernel ends the process at the time limit, a thread does when the client hangs up, and a failed allocation does
    beyond the memory limit: in all three cases the client sees the connection close without an END or ERROR frame.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS_TO_ASK)
    frame = receive(connection)
    if frame is None:
        os._exit(0)
    try:
        query = query_from_json(frame[1])
        signal.setitimer(signal.ITIMER_REAL, query.seconds)
        with _exit_when_gone():
            send(connection, BEGIN)
        threading.Thread(target=_exit_on_hang_up, args=(connection,), daemon=True).start()
        with source.open() as opened:
            _limit(query, opened)
            _send_answer(connection, opened, query)
    except RdfError as error:
        with _exit_when_gone():
            send_json(connection, ERROR, to_message(error))
    except BaseException:  # noqa: BLE001  # whatever it is, a forked child must not go on as a second worker
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _send_answer(connection: socket.socket, opened: Opened, query: Query) -> None:
    waiting = bytearray()

    def collect(data: bytes) -> None:
        waiting.extend(data)
        if len(waiting) >= _FRAME:
            flush()

    def flush() -> None:
        with _exit_when_gone():
            send(connection, DATA, bytes(waiting))
        waiting.clear()

    evaluate(opened.store, opened.base, query, collect, has_state=opened.has_state)
    flush()
    with _exit_when_gone():
        send(connection, END)


@contextmanager
def _exit_when_gone() -> Iterator[None]:
    try:
        yield
    except (BrokenPipeError, ConnectionResetError):
        os._exit(0)


def _exit_on_hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(ConnectionResetError):
        connection.recv(1)
    os._exit(0)


def _limit(query: Query, opened: Opened) -> None:
    """Memory relative to what the process has now; no new files and so no sockets where the store needs none."""
    size = Path("/proc/self/statm")
    if size.exists():  # elsewhere the kernel does not enforce this limit anyway
        limit = int(size.read_text().split()[0]) * resource.getpagesize() + query.max_memory
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not opened.needs_files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
