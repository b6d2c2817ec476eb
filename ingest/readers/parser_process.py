"""The child process that parses one file, our end of its pipe, and what its end means."""

import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

from . import wire
from .contract import Batch, FileInfo, Limits, Request
from .errors import FileDamaged, ParserDied, ParserLimit, ReaderError, error_from_fields

_DETAIL_BYTES = 16 * 1024
_NOTED = re.compile(r"(?m)^CPLError: (.+)$")
_BREAKING_OFF = re.compile(
    r"(?i)parsing error|parsing of .*failed|unexpected e(?:nd|of)|premature|truncat|corrupt|malformed"
    r"|fread|error.*reading"
)
_MOST_NOTES = 5
_MEMORY_WORDS = ("memory allocation of", "out of memory", "bad_alloc", "cannot allocate memory", "memoryerror")
# GDAL drivers that reach beyond the file: to other files, services or data bases that it names.
_REFUSED_DRIVERS = (
    "OGR_VRT", "GDALG", "GTI", "VRT", "HTTP", "WFS", "OAPIF", "CSW", "Carto", "Elasticsearch", "AmigoCloud", "NGW",
    "PLSCENES", "EEDA", "OGCAPI", "ADBC", "WMS", "WMTS", "WCS", "DAAS", "EEDAI",
)  # fmt: skip
_ENVIRONMENT = {
    "GDAL_SKIP": ",".join(_REFUSED_DRIVERS),
    "GML_DOWNLOAD_SCHEMA": "NO",
    # GDAL ends quietly where some formats break off: it only notes an error, which these lines make it write down.
    "CPL_LOG_ERRORS": "ON",
    "CPL_DEBUG": "CPLError",
    "OGR_XLSX_HEADERS": "FORCE",
    "OGR_ODS_HEADERS": "FORCE",
    "POLARS_MAX_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",  # threads of numpy, which take a start and memory for little to multiply
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # the others reserve address space that the memory limit would count
    "MALLOC_ARENA_MAX": "2",
}


@dataclass(slots=True)
class _Clock:
    """The time spent waiting for a parser; time in which nobody waits costs it nothing."""

    limits: Limits
    waited: float = 0.0
    waited_for_frame: float = 0.0

    def left(self) -> float:
        return min(self.limits.seconds - self.waited, self.limits.seconds_without_progress - self.waited_for_frame)

    def add(self, seconds: float) -> None:
        self.waited += seconds
        self.waited_for_frame += seconds


class ParserProcess:
    """The child process and our end of its pipe. It reads one layer of a file after another, as they are ordered."""

    def __init__(self, request: Request, reader_name: str | None, limits: Limits) -> None:
        self.path, self.reader_name = request.path, reader_name
        self.notes: tuple[str, ...] = ()  # errors that the parser got over, once all is read
        self.turn = 0  # counts the layers; what was read before a turn is no longer to be had
        self._orders: list[Request] = []
        self._is_short = False  # what is left of this layer is parsed already
        self._complained = 0  # bytes of complaints about layers before
        self._clock = _Clock(limits)
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._scratch = tempfile.TemporaryDirectory(
            prefix="res3d-"
        )  # of the child; removed by close(), however it ends
        self._pipe, child_end = os.pipe()
        order = {
            "pipe": child_end,
            "path": request.path,
            "format": reader_name,
            "memory_bytes": limits.memory_bytes,
        }
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "ingest.readers.child", json.dumps(order)],
                stdin=subprocess.PIPE,
                bufsize=0,  # else an order to a process that died would be tried again by close()
                stdout=self._complaints,  # some libraries chat there
                stderr=self._complaints,
                pass_fds=(child_end,),
                # The same modules and plug-ins as here, whatever the working directory.
                env={
                    **os.environ,
                    **_ENVIRONMENT,
                    "TMPDIR": self._scratch.name,
                    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                },
            )
        finally:
            os.close(child_end)
        self._is_open = True
        self.order(request)

    def order(self, request: Request) -> bool:
        """Have one more layer of the file read after those ordered before; False if the process was closed.

        Of a process that died the pipe tells, when its turn is read.
        """
        if not self._is_open or self._process.stdin is None:
            return False
        line = json.dumps({"layer": request.layer, "batch_rows": request.batch_rows})
        with suppress(BrokenPipeError):
            self._process.stdin.write(line.encode() + b"\n")
        self._orders.append(request)
        return True

    def is_ready_for(self, request: Request) -> bool:
        """Whether what comes next in the pipe is what was ordered by it."""
        return self._is_open and self.turn < len(self._orders) and self._orders[self.turn] == request

    def first_info(self) -> FileInfo:
        """What the file says of itself; waits until it is opened."""
        self._clock, self.notes = _Clock(self._clock.limits), ()
        frame = self._next_frame()
        if frame.kind != wire.INFO:
            raise self._died("it began without telling what it reads")
        info = _info_of(frame)
        self._is_short = info.rows is not None and info.rows <= self._orders[self.turn].batch_rows
        return info

    def parts(self) -> Iterator[FileInfo | Batch]:
        """Batches of this turn, and the `FileInfo` whenever it is known better; nothing once it is closed."""
        turn = self.turn
        while self._is_open and self.turn == turn:
            frame = self._next_frame()
            if frame.kind == wire.END:
                self._end_turn(json.loads(bytes(frame.content))["complained"])
            elif frame.kind == wire.INFO:
                yield _info_of(frame)
            else:
                yield Batch(wire.table_of(frame), wire.table_of(self._next_frame()))

    def _end_turn(self, complained: int) -> None:
        noted = list(dict.fromkeys(_NOTED.findall(self._detail(complained))))
        breaks = [note for note in noted if _BREAKING_OFF.search(note)]
        if breaks:
            raise self._broken_off(breaks[0])
        self.notes = tuple(noted[:_MOST_NOTES])
        self._complained = complained
        self.turn += 1
        if self.turn == len(self._orders):
            self.close()

    def leave(self, turn: int) -> None:
        """End the reading of that turn. The process goes on if another layer is ordered and little is left of this."""
        if self.turn != turn or not self._is_open:
            return
        if not self._is_short or self.turn + 1 == len(self._orders):
            self.close()
            return
        with suppress(ReaderError):  # which nobody waits for, and which closes it
            for _ in self.parts():
                pass

    def close(self) -> None:
        """End the process, if it still runs."""
        if self._is_open:
            self._is_open = False
            os.close(self._pipe)
            self._process.kill()
            self._process.wait()
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._complaints.close()
            self._scratch.cleanup()

    def _next_frame(self) -> wire.Frame:
        self._clock.waited_for_frame = 0.0
        kind, length = wire.HEADER.unpack(self._receive(wire.HEADER.size))
        frame = wire.Frame(kind, self._receive(length))
        if frame.kind == wire.ERROR:
            raise self._stopped(frame)
        if frame.kind == wire.OUT_OF_MEMORY:
            raise self._limit("memory")
        return frame

    def _receive(self, length: int) -> bytearray:
        content = bytearray(length)
        view, done = memoryview(content), 0
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        while done < length:
            started = time.monotonic()
            is_ready = poll.poll(max(self._clock.left(), 0.0) * 1000)
            self._clock.add(time.monotonic() - started)
            if not is_ready:
                raise self._limit("time")
            count = os.readv(self._pipe, [view[done:]])
            if count == 0:
                raise self._ended()
            done += count
        return content

    def _stopped(self, frame: wire.Frame) -> ReaderError:
        fields = json.loads(bytes(frame.content))
        kind = fields.pop("kind")
        fields["detail"] = "\n".join(filter(None, [fields["detail"], self._detail()]))
        self.close()
        return error_from_fields(kind, fields)

    def _broken_off(self, noted: str) -> FileDamaged:
        """The error for a file that the parser read to an end of its own, noting only that it broke off."""
        detail = self._detail()
        self.close()
        what = f"the file is damaged or cut off: {noted.rstrip('.')}"
        return FileDamaged(self.path, what, "Get the file again; what was read of it is not complete", detail=detail)

    def _ended(self) -> ReaderError:
        """The error for a process that closed its pipe before it was done."""
        code = self._process.wait()
        detail = self._detail()
        if any(word in detail.lower() for word in _MEMORY_WORDS):
            return self._limit("memory")
        if code < 0:
            return self._died(f"it was ended by {signal.Signals(-code).name}")
        return self._died(f"it ended with exit code {code}")

    def _died(self, what: str) -> ParserDied:
        detail = self._detail()
        self.close()
        return ParserDied(
            self.path,
            f"the parser of the file crashed: {what}",
            "Check the file in another program; if it is sound there, report it with the error's detail",
            detail=detail,
        )

    def _limit(self, which: str) -> ParserLimit:
        detail, limits = self._detail(), self._clock.limits
        self.close()
        if which == "memory":
            what = f"its parser needs more than the {limits.memory_bytes / 2**20:.0f} MiB of memory that it may take"
            next_step = "Split the file, or allow more by Limits(memory_bytes=...)"
        elif limits.seconds <= self._clock.waited:
            what = f"its parser takes longer than the {limits.seconds:g} s that it may"
            next_step = "Split the file, or allow more by Limits(seconds=...)"
        else:
            what = f"its parser made no progress for {limits.seconds_without_progress:g} s"
            next_step = "Check the file, or allow more by Limits(seconds_without_progress=...)"
        return ParserLimit(self.path, what, next_step, detail=detail)

    def _detail(self, end: int | None = None) -> str:
        """The end of what the process wrote to its standard outputs in this turn."""
        if self._complaints.closed:
            return ""
        file = self._complaints.fileno()
        end = os.fstat(file).st_size if end is None else end
        start = max(self._complained, end - _DETAIL_BYTES)
        # Without moving the place where the process writes, which is ours, too.
        return os.pread(file, end - start, start).decode(errors="replace").strip()


def _info_of(frame: wire.Frame) -> FileInfo:
    fields: dict[str, Any] = json.loads(bytes(frame.content))
    return FileInfo(**{**fields, "layers": tuple(fields["layers"]), "warnings": tuple(fields["warnings"])})
