"""Locks between processes: a file that one process at a time may hold."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import Busy


@contextmanager
def exclusive(path: Path, *, seconds: float) -> Iterator[None]:
    """Hold the file `path` as a lock; the operating system releases it when the process dies, however it dies.

    Waits at most `seconds` for another holder, then raises Busy.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, exclusive(Path(folder) / "lock", seconds=1):
    ...     print("ours")
    ours
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + seconds
    with path.open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Busy(
                        f"another process has held {path} for {seconds:g} s; wait until it ends, then try again"
                    ) from None
                time.sleep(0.05)
        yield
