"""What the processes of a run take: peak memory, and the computing of children that are gone when it is asked for."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import psutil

_SECONDS_BETWEEN_LOOKS = 0.2


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of computing and the largest resident memory in bytes; of several processes the sum and the maximum."""

    cpu: float
    peak: int


def taken_by(pid: int) -> Taken:
    """What a running process took so far; raises `psutil.NoSuchProcess`."""
    process = psutil.Process(pid)
    times = process.cpu_times()
    return Taken(times.user + times.system, _peak(process))


def _peak(process: psutil.Process) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return int(process.memory_info().rss)  # no such counter here: what it holds when looked at


@dataclass(slots=True)
class Children:
    """Looks at all child processes now and then while the block runs.

    `roles` names them by a piece of their command line, such as ``{"kg.rdf.bulk": "RDF loader"}``.
    """

    roles: Mapping[str, str]
    _seen: dict[tuple[int, float], tuple[str, Taken]] = field(default_factory=dict)
    _end: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> "Children":
        self._thread = threading.Thread(target=self._watch, name="children", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._end.set()
        if self._thread:
            self._thread.join()

    def by_role(self) -> dict[str, Taken]:
        """What the children of each role took; short by what they did after the last look at them."""
        found: dict[str, Taken] = {}
        for role, taken in self._seen.values():
            before = found.get(role, Taken(0.0, 0))
            found[role] = Taken(before.cpu + taken.cpu, max(before.peak, taken.peak))
        return found

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._end.wait(_SECONDS_BETWEEN_LOOKS):
            with suppress(psutil.Error):
                for child in own.children(recursive=True):
                    self._look_at(child)

    def _look_at(self, child: psutil.Process) -> None:
        with suppress(psutil.Error):  # it may end at any moment
            command = " ".join(child.cmdline())
            role = next((role for piece, role in self.roles.items() if piece in command), None)
            if role is not None:
                taken, before = taken_by(child.pid), self._seen.get((child.pid, child.create_time()))
                if before is None or taken.cpu >= before[1].cpu:  # a process that just ended shows nothing any more
                    self._seen[child.pid, child.create_time()] = role, taken
