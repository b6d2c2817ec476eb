"""Point clouds: LAS 1.0 to 1.4, LAZ and COPC, each file one record; E57 and gzip are refused by name."""

from collections.abc import Iterator
from pathlib import Path

from .contract import Batch, FileInfo, Request
from .errors import UnknownFormat
from .files import Sample, is_gzip


class LasReader:
    """Reads a point cloud as one record of its counts, its statistics and the outline of its points."""

    name = "las"

    def recognises(self, sample: Sample) -> bool:
        """Whether the content begins like LAS or LAZ; E57 too, which is known and refused by name."""
        return sample.head.startswith((b"LASF", b"ASTM-E57"))

    def read(self, request: Request) -> Iterator[FileInfo | Batch]:
        """See `Reader.read`. Raises `FileDamaged`, and `UnknownFormat` for E57, gzip and other versions."""
        path = Path(request.path)
        with path.open("rb") as stream:
            is_e57 = stream.read(8) == b"ASTM-E57"
        if is_e57:
            raise UnknownFormat(
                str(path), "is a point cloud in E57, which is not read here",
                "Convert it to LAZ, as by `pdal translate scan.e57 scan.laz`",
            )  # fmt: skip
        if is_gzip(path):
            raise UnknownFormat(
                str(path), "is a point cloud that was packed by gzip", "Unpack it, or make it LAZ, which is smaller"
            )
        # late, because laspy and rasterio take a third of a second, and every reader is loaded to know any file
        from .las_cloud import read_cloud

        yield from read_cloud(path)


READER = LasReader()
