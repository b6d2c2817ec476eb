"""Readers by name: ours, and those of installed plug-ins (entry point group ``res3d.readers``)."""

import warnings
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from .contract import Reader
from .errors import UnknownFormat
from .files import take_sample

ENTRY_POINT_GROUP = "res3d.readers"
_SPECIFIC = {
    "cityjson": "ingest.readers.cityjson",
    "parquet": "ingest.readers.parquet",
    "las": "ingest.readers.las",
    "terrain": "ingest.readers.terrain",
    "citygml": "ingest.readers.citygml",
    "jsonfg": "ingest.readers.jsonfg",
    "vct": "ingest.readers.vct",
    "tiles": "ingest.readers.tiles",
    "gltf": "ingest.readers.gltf",
    "mesh-refused": "ingest.readers.mesh_refused",
    "mesh": "ingest.readers.mesh",
    "ifc": "ingest.readers.ifc",
}
_BY_NAME = {"postgis": "ingest.readers.postgis"}  # never asked: no content of a file calls a server
_GENERAL = {"vector": "ingest.readers.vector"}  # asked last: GDAL opens much that others know better
_OURS = _SPECIFIC | _BY_NAME | _GENERAL


def reader_names() -> tuple[str, ...]:
    """The names of all readers, in the order in which they are asked.

    >>> reader_names()[0], reader_names()[-1]
    ('cityjson', 'vector')
    """
    return (*_SPECIFIC, *(name for name in _plugins() if name not in _OURS), *_BY_NAME, *_GENERAL)


def get_reader(name: str) -> Reader:
    """The reader of that name. Raises `UnknownFormat`, which lists the known ones.

    >>> get_reader("cityjson").name
    'cityjson'
    """
    builtin = _OURS.get(name)
    if builtin is not None:
        reader: Reader = import_module(builtin).READER
        return reader
    plugin = _plugins().get(name)
    if plugin is None:
        raise UnknownFormat(name, "no reader has this name", f"Known are: {', '.join(reader_names())}")
    return _load(plugin)


def detect(path: Path) -> Reader:
    """The first reader that recognises the content of the file.

    Raises `FileMissing`, and `UnknownFormat` when none does.
    """
    sample = take_sample(path)
    for reader in _all_readers():
        if reader.recognises(sample):
            return reader
    what = (
        "it is a directory" if path.is_dir() else "its content is of no known format" if sample.head else "it is empty"
    )
    raise UnknownFormat(
        str(path),
        what,
        f"Give one that a reader knows ({', '.join(reader_names())}), or name the reader by format=",
    )


def _all_readers() -> Iterator[Reader]:
    """One reader after the other in the order of `reader_names`; plug-ins are looked for when no reader of ours has
    known the file.
    """
    yield from map(get_reader, _SPECIFIC)
    for name, plugin in _plugins().items():
        if name in _OURS:
            continue
        try:
            yield _load(plugin)
        except Exception as error:  # noqa: BLE001 - a plug-in may fail in any way; the others must go on
            warnings.warn(f"the reader {name!r} of a plug-in can't be used: {error}", RuntimeWarning, stacklevel=3)
    yield from map(get_reader, _GENERAL)


def _plugins() -> dict[str, EntryPoint]:
    found = entry_points(group=ENTRY_POINT_GROUP)
    return {name: found[name] for name in sorted(found.names)}


def _load(plugin: EntryPoint) -> Reader:
    reader = plugin.load()
    if not isinstance(reader, Reader):
        raise TypeError(f"{plugin.value} is no reader: it needs a name, recognises() and read()")
    return reader
