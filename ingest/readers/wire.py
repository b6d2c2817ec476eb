"""Frames on the pipe between a parser's process and ours: one byte for the kind, eight for the length, the content."""

import io
import json
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

INFO, FEATURES, GEOMETRIES, END, ERROR, OUT_OF_MEMORY = b"I", b"F", b"G", b"Z", b"E", b"M"
HEADER = struct.Struct("<cQ")


@dataclass(frozen=True, slots=True)
class Frame:
    """One message."""

    kind: bytes
    content: bytes | bytearray | memoryview


def json_frame(kind: bytes, content: Mapping[str, object]) -> Frame:
    """A frame with an object as JSON."""
    return Frame(kind, json.dumps(content).encode())


def table_frame(kind: bytes, table: pl.DataFrame) -> Frame:
    """A frame with a table as an Arrow IPC stream."""
    buffer = io.BytesIO()
    table.write_ipc_stream(buffer, compat_level=pl.CompatLevel.newest())
    return Frame(kind, buffer.getbuffer())


def table_of(frame: Frame) -> pl.DataFrame:
    """The table of a frame.

    >>> table_of(table_frame(FEATURES, pl.DataFrame({"a": [1]}))).to_dicts()
    [{'a': 1}]
    """
    return pl.read_ipc_stream(io.BytesIO(frame.content))


def write_frame(pipe: int, frame: Frame) -> None:
    """Write all of the frame. Raises BrokenPipeError when nobody reads any more."""
    for part in (HEADER.pack(frame.kind, len(frame.content)), frame.content):
        rest = memoryview(part)
        while rest:
            rest = rest[os.write(pipe, rest) :]
