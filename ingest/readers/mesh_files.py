"""Files that a mesh or tileset names: read only when they lie in its own folder, never elsewhere or by network."""

import re
from pathlib import Path
from urllib.parse import unquote

from .errors import ReaderError
from .files import open_binary

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
MOST_BYTES = 2 * 1024**3
"""Of one file that is read as a whole."""


class Refused(ValueError):
    """A name that may not be followed; the text is the reason, as it is counted."""


def resolve(root: Path, base: Path, uri: str) -> Path:
    """The file that a URI names relative to ``base``, if it lies in the folder ``root``.

    Raises `Refused` for a name with a scheme (``http:``, ``file:``), an absolute one, and one that leaves the folder,
    also by a link.

    >>> resolve(Path("/data/town"), Path("/data/town/tiles"), "a%20b.glb?v=2").as_posix()
    '/data/town/tiles/a b.glb'
    >>> resolve(Path("/data/town"), Path("/data/town"), "../secret.bin")
    Traceback (most recent call last):
    ...
    ingest.readers.mesh_files.Refused: file outside of its folder
    """
    if _SCHEME.match(uri) or uri.startswith("//"):
        raise Refused("file elsewhere than beside it (URI with a scheme)")
    name = unquote(uri.split("#", 1)[0].split("?", 1)[0]).replace("\\", "/")
    if not name or "\0" in name:
        raise Refused("file without a name")
    try:
        path = (base / name).resolve()
        path.is_file()  # raises for a name too long
        is_inside = not name.startswith("/") and path.is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):  # a name too long, links in a circle
        raise Refused("file with a name that can't be") from None
    if not is_inside:
        raise Refused("file outside of its folder")
    return path


def read_whole(path: Path) -> bytes:
    """The bytes of a file, unpacked from gzip. Raises `FileDamaged`, and `ReaderError` beyond 2 GiB."""
    with open_binary(path) as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ReaderError(str(path), "it has more than 2 GiB", "Split it, or make 3D Tiles of it")
    return content
