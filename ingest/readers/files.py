"""Files as they come: plain or packed by gzip, known by their first bytes rather than by their names."""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from .errors import FileDamaged, FileMissing

_SAMPLE_BYTES = 64 * 1024
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a file (unpacked, without a byte order mark), enough to tell its format."""

    path: Path
    head: bytes
    is_gzip: bool = False

    @property
    def suffix(self) -> str:
        """The last suffix of the name in lower case, without ``.gz``.

        >>> Sample(Path("Town.City.JSON.gz"), b"").suffix
        '.json'
        """
        path = self.path.with_suffix("") if self.path.suffix.lower() == ".gz" else self.path
        return path.suffix.lower()

    @property
    def is_json(self) -> bool:
        """Whether the content begins like a JSON object or list."""
        return self.head.lstrip(b" \t\r\n\x1e")[:1] in (b"{", b"[")


class _Unpacked(gzip.GzipFile):
    """A file being unpacked; broken packing is `FileDamaged`, wherever it shows."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "rb")
        self._path = path

    def read(self, size: int | None = -1) -> bytes:
        with self._as_damage():
            return super().read(size)

    def read1(self, size: int = -1) -> bytes:
        with self._as_damage():
            return super().read1(size)

    def readinto(self, buffer: Any) -> int:
        with self._as_damage():
            return super().readinto(buffer)

    def readline(self, size: int | None = -1) -> bytes:
        with self._as_damage():
            return super().readline(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with self._as_damage():
            return super().seek(offset, whence)

    @contextmanager
    def _as_damage(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            what = f"the gzip packing is broken: {error}"
            raise FileDamaged(str(self._path), what, "Get the file again") from None


def take_sample(path: Path) -> Sample:
    """The sample of a file; of a directory (a file geodatabase is one) an empty sample.

    Raises `FileMissing` when there is nothing to open, `FileDamaged` for a broken packing.
    """
    try:
        if path.is_dir():
            return Sample(path, b"")
        if path.exists() and not path.is_file():
            raise FileMissing(str(path), "it is no file but a device or a pipe", "Write what it gives to a file")
        with open_binary(path) as stream:
            return Sample(path, stream.read(_SAMPLE_BYTES).removeprefix(b"\xef\xbb\xbf"), is_gzip(path))
    except FileNotFoundError:
        raise FileMissing(str(path), "there is no such file", "Check the path") from None
    except PermissionError:
        raise FileMissing(str(path), "the file may not be opened", "Check who may read it") from None


def is_gzip(path: Path) -> bool:
    """Whether the file is packed by gzip, whatever its name."""
    with path.open("rb") as stream:
        return stream.read(2) == _GZIP_MAGIC


def open_binary(path: Path) -> BinaryIO:
    """The file's content as bytes, unpacked when it is packed by gzip.

    Reading raises `FileDamaged` where the packing is broken.
    """
    return cast(BinaryIO, _Unpacked(path)) if is_gzip(path) else path.open("rb")
