"""From what was given - files, folders, patterns, archives - to the files that are read, each under a name of its own.

Archives are unpacked into a folder that lives as long as the work does. No member can leave it, and none makes more of
little: the sizes are counted while they are written, not believed.
"""

import glob
import itertools
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from .companions import Folder, parts_of
from .readers import FileDamaged, FileMissing, ReaderError, UnknownFormat
from .readers.postgis_address import is_address, shown, write_address

_ARCHIVES: Final = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
# What a tileset (3D Tiles) names: it is read by way of its tileset.json, never by itself.
_TILES: Final = frozenset({".b3dm", ".i3dm", ".pnts", ".cmpt", ".glb", ".gltf", ".bin", ".subtree"})
_MOST_MEMBERS: Final = 100_000
_MOST_BYTES: Final = 64 * 1024**3
_MOST_TIMES: Final = 200  # as much as the archive itself has; texts like GML are packed to a fortieth
_SMALL: Final = 100 * 1024**2  # below it no ratio is looked at
_CHUNK: Final = 1024**2


@dataclass(frozen=True, slots=True)
class Given:
    """A file to read: where it is, and how it is called by what was given (`town.zip/parcels/parcels.shp`)."""

    path: Path
    name: str
    was_named: bool
    """Whether it was named itself; of others in a folder or archive some may be no data."""
    reader: str | None = None
    """The only reader that may take it, where the content is not to decide."""


@contextmanager
def unpacked(paths: Iterable[Path]) -> Iterator[list[Given | ReaderError]]:
    """The files to read, in order of their names within each path; an archive that can't be unpacked is its error.

    The URL of a database becomes a file that names it.
    """
    with tempfile.TemporaryDirectory(prefix="res3d-") as place:
        found: list[Given | ReaderError] = []
        for number, path in enumerate(each for given in paths for each in _matching(given)):
            try:
                found += _given(path, Path(place) / str(number))
            except ReaderError as error:
                found.append(error)
        yield found


def _given(path: Path, place: Path) -> list[Given | ReaderError]:
    if is_address(str(path)):
        return [Given(write_address(str(path), place), shown(str(path)), was_named=True, reader="postgis")]
    if _is_pattern(path):  # nothing matches, else it would be what matches
        raise FileMissing(str(path), "no file matches this pattern", "Check the path, and the folder that you are in")
    return _files(path, place)


def _matching(path: Path) -> list[Path]:
    """The paths that a pattern stands for; a path without one, or of a file that has this very name, is itself."""
    if is_address(str(path)) or not _is_pattern(path):
        return [path]
    # not Path.glob: the pattern may begin anywhere, and its folders may be patterns, too
    return [Path(name) for name in sorted(glob.glob(str(path), recursive=True))] or [path]  # noqa: PTH207


def _is_pattern(path: Path) -> bool:
    return glob.has_magic(str(path)) and not path.exists()


def _files(path: Path, place: Path) -> list[Given | ReaderError]:
    if _is_archive(path):
        return _of_archive(Given(path, str(path), was_named=True), place)
    if not path.is_dir() or path.suffix.lower() == ".gdb":
        return [Given(path, str(path), was_named=True)]
    found = _in_folder(path, path, str(path))
    if not found:
        raise FileMissing(str(path), "the folder holds no file to read", "Check the path")
    return [
        each
        for number, given in enumerate(found)
        for each in (_of_archive(given, place / str(number)) if _is_archive(given.path) else [given])
    ]


def _is_archive(path: Path) -> bool:
    return path.is_file() and path.name.lower().endswith(_ARCHIVES)


def _of_archive(archive: Given, place: Path) -> list[Given | ReaderError]:
    """The files of an archive, or why it can't be unpacked; an archive within it is refused by name."""
    try:
        unpack(archive.path, place)
        inside = _in_folder(place, place, archive.name)
        if not inside:
            raise FileDamaged(archive.name, "the archive holds no file", "Get it again")
    except ReaderError as error:
        return [error]
    what = "it is an archive within an archive, and such are not opened"
    return [
        UnknownFormat(each.name, what, "Unpack the outer one and give the files") if _is_archive(each.path) else each
        for each in inside
    ]


def _in_folder(folder: Path, root: Path, name: str) -> list[Given]:
    """The files of a folder that belong to no other one, those of its sub-folders too; links are not followed."""
    found = []
    tilesets = {path.parent for path in folder.rglob("tileset.json")}
    paths = sorted(folder.rglob("*"))
    folders = {place: Folder(inside) for place, inside in itertools.groupby(sorted(paths, key=_parent), key=_parent)}
    for path in paths:
        inside = path.relative_to(root)
        if any(part.startswith(".") or part.lower().endswith(".gdb") for part in inside.parts[:-1]):
            continue
        is_database = path.is_dir() and path.suffix.lower() == ".gdb"
        is_data = path.is_file() and not path.is_symlink() and not path.name.startswith(".")
        is_data = is_data and not folders[path.parent].has_owner(path)
        if is_database or (is_data and not _is_of_tileset(path, tilesets)):
            found.append(Given(path, f"{name}/{inside.as_posix()}", was_named=False))
    return found


def _parent(path: Path) -> Path:
    return path.parent


def _is_of_tileset(path: Path, tilesets: set[Path]) -> bool:
    """Whether a file is a tile, or a tileset that another one in its folder or above it stands for."""
    if path.name == "tileset.json":
        return any(above in tilesets for above in path.parent.parents)
    if not tilesets.intersection(path.parents):
        return False
    if path.suffix.lower() != ".json":
        return path.suffix.lower() in _TILES
    with path.open("rb") as file:
        return b'"geometricError"' in file.read(_CHUNK)


def files_of(path: Path) -> list[Path]:
    """A file and all that the data set has besides it, or the files of a data set that is a folder; in order of names.

    For a tileset.json they are the tiles and tilesets that may belong to it. A delivery is known by the content of all
    of them: tiles change where the tileset does not. Locks (`.lock` of a file geodatabase) are no content.
    """
    if path.is_dir():
        inside = (each for each in path.rglob("*") if each.is_file() and not each.is_symlink())
        return sorted(each for each in inside if each.suffix.lower() != ".lock")
    if path.name != "tileset.json":
        return [path, *parts_of(path)]
    others = (each for each in path.parent.rglob("*") if each.is_file() and not each.is_symlink())
    return [path, *sorted(each for each in others if each != path and _is_of_tileset(each, {path.parent}))]


def unpack(archive: Path, place: Path) -> None:
    """Unpack a zip or tar archive into a new folder.

    Raises FileDamaged for a broken archive, one with members that would leave the folder, are links or devices, and
    one that unpacks to much more than it has; FileMissing for one that can't be opened.
    """
    place.mkdir(parents=True)
    most = min(_MOST_BYTES, max(_SMALL, _MOST_TIMES * archive.stat().st_size))
    budget = _Budget(str(archive), most)
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as file:
                for member in file.infolist():
                    if not member.is_dir():
                        with file.open(member) as stream:
                            budget.write(stream, place, member.filename)
        else:
            with tarfile.open(archive) as tar:
                for entry in tar:
                    if entry.isdir():
                        continue
                    stream_of = tar.extractfile(entry) if entry.isfile() else None
                    if stream_of is None:
                        what = f"its member {entry.name[:80]!r} is a link or device"
                        raise FileDamaged(str(archive), what, "Unpack it yourself and give the files")
                    with stream_of:
                        budget.write(stream_of, place, entry.name)
    except PermissionError:
        raise FileMissing(str(archive), "the file may not be opened", "Check who may read it") from None
    except tarfile.ReadError:
        what = "the archive can't be unpacked: it is none of the kind that its name says, or cut off"
        raise FileDamaged(str(archive), what, "Get it again") from None
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        raise FileDamaged(str(archive), f"the archive can't be unpacked: {error}", "Get it again") from None


@dataclass(slots=True)
class _Budget:
    """What may still be written of an archive."""

    archive: str
    bytes_left: int
    members_left: int = _MOST_MEMBERS

    def write(self, stream: IO[bytes], place: Path, name: str) -> None:
        """Write one member below the folder."""
        inside = PurePosixPath(name.replace("\\", "/"))
        if inside.is_absolute() or ".." in inside.parts or ":" in inside.parts[0]:
            what = f"its member {name[:80]!r} would leave the folder that it is unpacked to"
            raise FileDamaged(self.archive, what, "Do not trust its sender; unpack it yourself and give the files")
        self.members_left -= 1
        if self.members_left < 0:
            raise FileDamaged(self.archive, f"it has more than {_MOST_MEMBERS:,} members", "Split it")
        target = place / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as out:
            while content := stream.read(_CHUNK):
                self.bytes_left -= len(content)
                if self.bytes_left < 0:
                    shutil.rmtree(place)
                    what = "it unpacks to far more than it has, as a bomb does"
                    raise FileDamaged(self.archive, what, "Unpack it yourself and give the files")
                out.write(content)
