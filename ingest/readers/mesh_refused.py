"""Mesh formats that are known and not read: each with the way to one that is."""

import re
from pathlib import Path
from typing import NoReturn

from .contract import Request
from .errors import ReaderError
from .files import Sample, take_sample

_OSG_BINARY = bytes.fromhex("a10e916c4545fb1a")  # OpenSceneGraph: OSG_HEADER_LOW, OSG_HEADER_HIGH, little-endian
_OSG_TEXT = b"#Ascii "
_TETGEN = re.compile(rb"(?:#[^\n]*\n|\s)*\d+[ \t]+3[ \t]+\d+[ \t]+\d+[ \t]*\r?\n")
_S3M_SUFFIXES = (".s3mb", ".s3md")  # its tiles have no mark of their own


class RefusedMeshReader:
    """Knows OSGB, S3M and POLY by their marks, and says what to do."""

    name = "mesh-refused"

    def recognises(self, sample: Sample) -> bool:
        """Whether it is one of the formats."""
        return _kind(sample) is not None

    def read(self, request: Request) -> NoReturn:
        """Raises `ReaderError`."""
        kind = _kind(take_sample(Path(request.path)))
        if kind == "S3M":
            what = "S3M (SuperMap) is not read"
            way = "Export the model as 3D Tiles or glTF from SuperMap (iDesktopX: 3D, cache), and give its tileset.json"
        elif kind == "POLY":
            what = "the POLY format of TetGen is not read"
            way = "Convert it to OFF, PLY or OBJ"
        else:
            what = "OSGB (OpenSceneGraph) is not read"
            way = "Convert it to OBJ by `osgconv in.osgb out.obj`, or all its tiles to 3D Tiles (osgb to b3dm)"
        raise ReaderError(request.path, what, way)


READER = RefusedMeshReader()


def _kind(sample: Sample) -> str | None:
    if sample.head.startswith((_OSG_BINARY, _OSG_TEXT)):
        return "OSGB"
    if sample.suffix == ".poly" and _TETGEN.match(sample.head):
        return "POLY"
    is_config = sample.suffix == ".scp" and sample.is_json
    return "S3M" if is_config or (sample.suffix in _S3M_SUFFIXES and sample.head) else None
