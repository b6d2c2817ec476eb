"""The process that parses one file: ``python -m ingest.readers.child``, started by `ParserProcess` alone.

It limits its own memory, reads, and writes frames of the `wire` format to a pipe. A thread does the writing, so
that the next batch is parsed while the last one is taken. Each line on its standard input orders one layer of the
file, so that a file of many layers is opened by one process.
"""

import gc
import json
import os
import queue
import resource
import sys
import threading
import warnings
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import wire
    from .contract import Reader, Request

_READ_AHEAD_FRAMES = 4  # two batches


def main(arguments: list[str]) -> int:
    """Read the file that the only argument (JSON) tells of. Returns the exit code."""
    order = json.loads(arguments[0])
    # pyogrio (for its frames) and laspy (for clouds at a web address) import these when they are there, which takes
    # longer than reading a town; we use neither.
    sys.modules.update({"geopandas": None, "pandas": None, "requests": None})  # type: ignore[dict-item]  # None: not there
    gc.disable()  # parsed JSON has no cycles, and looking for them takes a fifth of the time
    from . import wire
    from .contract import Request
    from .errors import ReaderError
    from .registry import detect, get_reader

    frames: queue.Queue[wire.Frame | None] = queue.Queue(_READ_AHEAD_FRAMES)
    writer = threading.Thread(target=_write_all, args=(order["pipe"], frames), daemon=True)
    writer.start()
    try:
        path = Path(order["path"])
        with warnings.catch_warnings(record=True) as noticed:
            warnings.simplefilter("always")
            reader: Reader = detect(path) if order["format"] is None else get_reader(order["format"])
        notes = tuple(str(one.message) for one in noticed if one.category is RuntimeWarning)
        _limit_memory(order["memory_bytes"])
        for line in sys.stdin:
            _send(reader, Request(str(path), **json.loads(line)), notes, frames)
            gc.collect()
    except ReaderError as error:
        frames.put(wire.json_frame(wire.ERROR, {"kind": type(error).__name__, **error.to_fields()}))
    except MemoryError:
        frames.put(wire.Frame(wire.OUT_OF_MEMORY, b""))
    frames.put(None)
    writer.join()
    return 0


def _send(
    reader: "Reader", request: "Request", notes: tuple[str, ...], frames: "queue.Queue[wire.Frame | None]"
) -> None:
    """All that the reader gives; at the end, how much the libraries have complained so far."""
    from . import wire
    from .contract import Batch, FileInfo

    for part in reader.read(request):
        if isinstance(part, FileInfo):
            frames.put(wire.json_frame(wire.INFO, asdict(replace(part, warnings=notes + part.warnings))))
        elif isinstance(part, Batch):
            frames.put(wire.table_frame(wire.FEATURES, part.features))
            frames.put(wire.table_frame(wire.GEOMETRIES, part.geometries))
    frames.put(wire.json_frame(wire.END, {"complained": os.fstat(2).st_size}))


def _limit_memory(extra_bytes: int) -> None:
    """Let the address space grow by so much from here on, where the system keeps count of it."""
    statistics = Path("/proc/self/statm")
    if statistics.exists():
        used = int(statistics.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + extra_bytes, resource.RLIM_INFINITY))


def _write_all(pipe: int, frames: "queue.Queue[object]") -> None:
    from .wire import Frame, write_frame

    try:
        while isinstance(frame := frames.get(), Frame):
            write_frame(pipe, frame)
    except BrokenPipeError:  # nobody wants the rest
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
