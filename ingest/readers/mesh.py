"""Meshes without metadata: OBJ, PLY, STL and OFF, in coordinates of their own, which say of no place on earth."""

from collections.abc import Iterator

from .contract import Batch, FileInfo, Request
from .files import Sample
from .mesh_kinds import format_of


class MeshReader:
    """Reads objects and groups (OBJ), solids (STL) or the file (PLY, OFF) as features; heights are the third number."""

    name = "mesh"

    def recognises(self, sample: Sample) -> bool:
        """Whether the content begins like one of the formats."""
        return format_of(sample) is not None

    def read(self, request: Request) -> Iterator[FileInfo | Batch]:
        """See `Reader.read`. Raises `FileDamaged` for what is not as its format asks."""
        from .mesh_reading import read_things  # late, as every reader is loaded to know any file

        yield from read_things(request)


READER = MeshReader()
