"""3D Tiles 1.0 and 1.1: a tileset with all its tiles, each feature of their metadata a feature, found once.

A feature that has an id of its own is one, however many tiles hold it: pieces of the same level are one geometry,
coarser levels that others replace are geometries of their own. Without such ids only the finest tiles are read.
"""

from collections.abc import Iterator

from .contract import Batch, FileInfo, Request
from .files import Sample

TILES = (b"b3dm", b"i3dm", b"pnts", b"cmpt")
"""How tiles of version 1.0 begin."""


class TilesReader:
    """Reads a tileset in longitude, latitude and height above the ellipsoid (EPSG:4979), by its geocentric coordinates.

    Attributes come from batch tables and property tables. A tileset that does not lie on the earth keeps its own
    coordinates.
    """

    name = "tiles"

    def recognises(self, sample: Sample) -> bool:
        """Whether the content begins like a tileset, or like a tile, which is refused with a word on what to give."""
        if sample.head[:4] in TILES:
            return True
        is_ours = b'"geometricError"' in sample.head and b'"root"' in sample.head
        return sample.is_json and (is_ours or (sample.path.name == "tileset.json" and b'"root"' in sample.head))

    def read(self, request: Request) -> Iterator[FileInfo | Batch]:
        """See `Reader.read`. Raises `ReaderError` for a tile alone, and for damage in any file of the tileset."""
        from .tiles_reading import read_tileset  # late, as every reader is loaded to know any file

        yield from read_tileset(request)


READER = TilesReader()
