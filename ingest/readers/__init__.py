"""Readers: foreign files in, batches of named columns out; parsing happens in limited child processes."""

from .ahead import Ahead, ReadingTask
from .contract import (
    BODY_COLUMNS,
    FEATURE_COLUMNS,
    GEOMETRY_COLUMNS,
    READERS_VERSION,
    Batch,
    FileInfo,
    Limits,
    Problem,
    Reader,
    Request,
    with_bodies,
)
from .errors import (
    FileDamaged,
    FileMissing,
    ParserDied,
    ParserLimit,
    ReaderError,
    UnknownFormat,
    UnknownLayer,
)
from .files import Sample
from .registry import detect, get_reader, reader_names
from .sandbox import Reading, read

__all__ = [
    "BODY_COLUMNS",
    "FEATURE_COLUMNS",
    "GEOMETRY_COLUMNS",
    "READERS_VERSION",
    "Ahead",
    "Batch",
    "FileDamaged",
    "FileInfo",
    "FileMissing",
    "Limits",
    "ParserDied",
    "ParserLimit",
    "Problem",
    "Reader",
    "ReaderError",
    "Reading",
    "ReadingTask",
    "Request",
    "Sample",
    "UnknownFormat",
    "UnknownLayer",
    "detect",
    "get_reader",
    "read",
    "reader_names",
    "with_bodies",
]
