"""An answer as it comes from a query process, and the one-shot way to get one."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from .errors import QueryTooHeavy, QueryTooLong, RdfError, StoreUnavailable, from_message
from .query import Query
from .store import python_module
from .wire import END, ERROR, QUERY, query_to_json, receive, send_json

_GRACE_SECONDS = 5.0


class Answer:
    """The bytes of an answer as they come, with their media type; iterate once, or `read` them all.

    Errors after the first bytes (time, size, memory) are raised while iterating.
    """

    def __init__(self, media_type: str, chunks: Iterator[bytes]) -> None:
        self.media_type = media_type
        self._chunks = chunks
        self._first = next(chunks, b"")  # an error before the first byte is raised here

    def __iter__(self) -> Iterator[bytes]:
        if self._first:
            yield self._first
        yield from self._chunks

    def read(self) -> bytes:
        """The whole answer."""
        return b"".join(self)


def query_once(path: Path, query: Query) -> Answer:
    """Answer one query from the durable store, in a process of its own with the query's limits."""
    return Answer(query.format.media_type, _ask_once(path, query))


def _ask_once(path: Path, query: Query) -> Iterator[bytes]:
    end = time.monotonic() + query.seconds
    connection, theirs = socket.socketpair()
    with connection:
        with theirs:
            command, environment = python_module("kg.rdf.worker", "once", str(path), str(theirs.fileno()))
            process = subprocess.Popen(command, env=environment, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
        try:
            send_json(connection, QUERY, query_to_json(query))
            yield from receive_answer(connection, query, end)
        finally:
            connection.close()
            process.kill()
            process.wait()


class WorkerGone(StoreUnavailable):
    """The process ended before it began with the query; another one may be asked."""


def receive_answer(connection: socket.socket, query: Query, end: float) -> Iterator[bytes]:
    """The bytes of an answer, or the error that it ended with; `end` is when (monotonic) it is ended."""
    connection.settimeout(max(end - time.monotonic(), 0) + _GRACE_SECONDS)
    has_begun = False
    while True:
        try:
            frame = receive(connection)
        except TimeoutError as error:
            raise StoreUnavailable("The query process does not answer. Ask again.") from error
        if frame is None:
            raise _reason_of_the_end(query, end) if has_begun else WorkerGone("The query process is gone. Ask again.")
        has_begun = True
        tag, payload = frame
        if tag == ERROR:
            raise from_message(json.loads(payload))
        if tag == END:
            return
        if payload:
            yield payload


def _reason_of_the_end(query: Query, end: float) -> RdfError:
    if time.monotonic() >= end:
        return QueryTooLong(
            f"The query was ended after {query.seconds:g} s. Make it more selective (LIMIT, fewer optional "
            "patterns, no products of unconnected patterns) or raise the limit."
        )
    return QueryTooHeavy(
        f"The query needed more than {query.max_memory / 1e6:,.0f} MB of memory, or is nested too deeply, and was "
        "ended. Make it more selective, or sort and group less."
    )
