"""Frames between the processes of the RDF view: one byte says what it is, four how long it is, then the payload."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import asdict, fields

from .query import Query

BEGIN, DATA, END, ERROR = b"B", b"D", b"E", b"X"
QUERY, APPLY, READY = b"Q", b"A", b"R"

_HEAD = struct.Struct("!cI")


def send(connection: socket.socket, tag: bytes, payload: bytes = b"") -> None:
    """Send one frame."""
    connection.sendall(_HEAD.pack(tag, len(payload)) + payload)


def send_json(connection: socket.socket, tag: bytes, content: Mapping[str, object]) -> None:
    """Send one frame with a JSON object in it."""
    send(connection, tag, json.dumps(content).encode())


def receive(connection: socket.socket) -> tuple[bytes, bytes] | None:
    """The next frame as (tag, payload); None when the other side is gone, even in the middle of a frame."""
    head = _exactly(connection, _HEAD.size)
    if head is None:
        return None
    tag, length = _HEAD.unpack(head)
    payload = _exactly(connection, length)
    return None if payload is None else (tag, payload)


def query_to_json(query: Query) -> dict[str, object]:
    """A query as plain values; `query_from_json` makes an equal one.

    >>> query = Query("ASK {}", default_graphs=("https://a/g",), seconds=2.5)
    >>> query_from_json(json.dumps(query_to_json(query)).encode()) == query
    True
    """
    return asdict(query)


def query_from_json(payload: bytes) -> Query:
    """The query that `query_to_json` took apart."""
    content = json.loads(payload)
    for name in ("default_graphs", "named_graphs"):
        content[name] = tuple(content[name])
    return Query(**{field.name: content[field.name] for field in fields(Query)})


def _exactly(connection: socket.socket, length: int) -> bytes | None:
    parts: list[bytes] = []
    while length:
        try:
            part = connection.recv(min(length, 1 << 20))
        except ConnectionResetError:
            return None
        if not part:
            return None
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
