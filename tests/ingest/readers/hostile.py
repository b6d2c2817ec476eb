"""What tests with files made to harm share: limits that a test can wait for, and reading under them."""

from pathlib import Path

from ingest.readers import Batch, FileInfo, Limits, read

from .suite import all_batches

LIMITS = Limits(memory_bytes=2**30, seconds=60.0, seconds_without_progress=30.0)


def saved(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def limited(path: Path, limits: Limits = LIMITS) -> tuple[FileInfo, Batch]:
    """The whole file by way of a child process, with limits that a test can wait for."""
    with read(path, limits=limits) as reading:
        batches = list(reading.batches)
        return reading.info, all_batches(batches)
