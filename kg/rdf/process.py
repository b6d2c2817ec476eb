"""A worker process, from the side of the service that starts it."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any  # JSON

from ..standing import Standing
from .errors import StoreUnavailable, from_message
from .store import Delta, python_module
from .wire import APPLY, END, ERROR, receive, send, send_json


class WorkerProcess:
    """Starts `kg.rdf.worker`; it ends with the control connection, so also when the service is killed."""

    def __init__(self, mode: str, path: Path, folder: Path, *arguments: str) -> None:
        self._socket_path = folder / secrets.token_hex(4)
        self._control, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            command, environment = python_module(
                "kg.rdf.worker", mode, str(path), str(number), str(self._socket_path), *arguments
            )
            # a session of its own: Ctrl-C is for the service, which ends its workers in order
            self._process = subprocess.Popen(
                command, env=environment, pass_fds=[number], stdin=subprocess.DEVNULL, start_new_session=True
            )
        self.position: Standing | None = None

    @property
    def number(self) -> int:
        """The process id."""
        return self._process.pid

    def wait_until_ready(self) -> None:
        """Return when it listens; raises `StoreUnavailable` when it can't serve."""
        content = self._reply()
        self.position = Standing(**content) if content else None

    def is_alive(self) -> bool:
        """It has not ended."""
        return self._process.poll() is None

    def connect(self) -> socket.socket:
        """A connection for one query; OSError when the process is gone."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(self._socket_path))
        except OSError:
            connection.close()
            raise
        return connection

    def apply(self, delta: Delta) -> None:
        """Let the copy in memory follow a change."""
        change = {"before": asdict(delta.before), "after": asdict(delta.after)}
        quads = {"delete": delta.delete.decode(), "insert": delta.insert.decode()}
        send_json(self._control, APPLY, {**change, **quads})
        self.position = Standing(**self._reply())

    def kill(self) -> None:
        """End it at once; whoever waits for it gets `StoreUnavailable`."""
        self._process.kill()

    def close(self) -> None:
        """End it in order; queries that it has begun to answer go on in their own processes."""
        with contextlib.suppress(OSError):  # it is gone already
            send(self._control, END)
        self._control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        self._process.kill()
        self._process.wait()
        self._socket_path.unlink(missing_ok=True)

    def _reply(self) -> dict[str, Any]:
        frame = receive(self._control)
        if frame is None:
            raise StoreUnavailable("The query process ended unexpectedly; the log of the service has its last words.")
        tag, payload = frame
        content = json.loads(payload)
        if tag == ERROR:
            raise from_message(content)
        return dict(content)
