"""Parquet tables, with the geometries of GeoParquet (1.0 and 1.1, encoding WKB)."""

from collections.abc import Iterator

from .contract import Batch, FileInfo, Request
from .files import Sample


class ParquetReader:
    """Reads one Parquet file in batches of Arrow columns."""

    name = "parquet"

    def recognises(self, sample: Sample) -> bool:
        """Whether it begins with the magic of Parquet."""
        return sample.head.startswith(b"PAR1")

    def read(self, request: Request) -> Iterator[FileInfo | Batch]:
        """See `Reader.read`. Raises `FileDamaged`, `UnknownFormat` for another encoding, `UnknownLayer`."""
        from .parquet_reading import read_rows  # late, as every reader is loaded to know any file

        yield from read_rows(request)


READER = ParquetReader()
