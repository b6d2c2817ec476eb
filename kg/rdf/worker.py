"""The process that holds the RDF view for queries: `python -m kg.rdf.worker memory|disk|once STORE CONTROL [...]`.

It has one thread and forks a child for each query, so a query costs a fork and can be killed without harm. A memory
worker holds a copy of the store, which the service keeps up to date between forks; a disk worker lets each child open
the durable store. CONTROL is the file descriptor of a socket to the process that started it: when that closes, or says
so, it ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pyoxigraph as ox

from ..standing import Standing
from .child import DiskSource, Opened, Source, allow_many_files, answer_and_exit
from .errors import RdfError, StoreUnavailable, to_message
from .store import STATE, read_state, reading
from .wire import APPLY, END, ERROR, READY, receive, send_json


class MemorySource:
    """A copy of the durable store in memory, without the view's own state."""

    def __init__(self, path: Path, max_quads: int) -> None:
        self._store = _copy(path, max_quads)
        self._base, self.position = read_state(self._store, path)
        for quad in list(self._store.quads_for_pattern(STATE, None, None)):
            self._store.remove(quad)

    @contextmanager
    def open(self) -> Iterator[Opened]:
        """The copy itself: a forked child has its own."""
        yield Opened(self._store, self._base, has_state=False, needs_files=False)

    def apply(self, before: Standing, after: Standing, delete: str, insert: str) -> None:
        """Follow a change of the durable store; raises `StoreUnavailable` when the copy is not where it started."""
        if before != self.position:
            raise StoreUnavailable(
                f"The copy in memory is at changeset {self.position.changeset}, the change starts at "
                f"{before.changeset}: load the copy again."
            )
        for quad in ox.parse(delete, ox.RdfFormat.N_QUADS):
            self._store.remove(quad)
        self._store.extend(ox.parse(insert, ox.RdfFormat.N_QUADS))
        self.position = after


def serve(source: Source, control: socket.socket, socket_path: str) -> None:
    """Answer queries on a Unix socket until the service says that it is enough; BrokenPipeError when that is gone."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(socket_path)
    listener.listen(128)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children leave no zombies
    send_json(control, READY, _position(source))
    while True:
        ready, _, _ = select.select([listener, control], [], [])
        if control in ready and not _follow(source, control):
            return
        if listener in ready:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                control.close()
                answer_and_exit(connection, source)
            connection.close()


def _follow(source: Source, control: socket.socket) -> bool:
    """Carry out one message of the service; False for the last one. Raises BrokenPipeError when the service is gone."""
    frame = receive(control)
    if frame is None:
        raise BrokenPipeError
    tag, payload = frame
    if tag == END:
        return False
    try:
        if tag == APPLY and isinstance(source, MemorySource):
            change = json.loads(payload)
            before, after = Standing(**change["before"]), Standing(**change["after"])
            source.apply(before, after, change["delete"], change["insert"])
        send_json(control, READY, _position(source))
    except RdfError as error:
        send_json(control, ERROR, to_message(error))
    return True


def _position(source: Source) -> dict[str, object]:
    return asdict(source.position) if isinstance(source, MemorySource) else {}


def _copy(path: Path, max_quads: int) -> ox.Store:
    """The durable store in memory; a child reads it, so that no thread of the disk engine is here when we fork."""
    outlet, inlet = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(outlet)
        os._exit(_dump(path, max_quads, inlet))
    os.close(inlet)
    store = ox.Store()
    with contextlib.suppress(SyntaxError):  # the text is cut off: then the child failed
        # lenient: it comes from a store
        store.bulk_load(path=f"/dev/fd/{outlet}", format=ox.RdfFormat.N_QUADS, lenient=True)
    os.close(outlet)
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise StoreUnavailable(f"The RDF view in {path} was not copied into memory; queries are answered from disk.")
    return store


def _dump(path: Path, max_quads: int, inlet: int) -> int:
    allow_many_files()
    try:
        with reading(path) as opened, os.fdopen(inlet, "wb") as output:
            if len(opened.store) > max_quads:
                return 1
            opened.store.dump(output, ox.RdfFormat.N_QUADS)
    except (RdfError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def main(mode: str, path: str, control_number: str, *rest: str) -> None:
    """Run as the arguments say; a memory worker that can't hold the store tells so and ends."""
    control = socket.socket(fileno=int(control_number))
    if mode == "once":
        answer_and_exit(control, DiskSource(Path(path)))
    try:
        try:
            source = MemorySource(Path(path), int(rest[1])) if mode == "memory" else DiskSource(Path(path))
            serve(source, control, rest[0])
        except RdfError as error:
            send_json(control, ERROR, to_message(error))
    except BrokenPipeError:
        _tidy_up(Path(rest[0]))


def _tidy_up(socket_path: Path) -> None:
    """The service was killed: its last worker removes the folder of the sockets."""
    socket_path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        socket_path.parent.rmdir()


if __name__ == "__main__":
    main(*sys.argv[1:])
