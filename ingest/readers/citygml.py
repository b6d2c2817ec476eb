"""CityGML 1.0, 2.0 and 3.0 and IndoorGML, one top-level thing after the other."""

from collections.abc import Iterator

from .contract import Batch, FileInfo, Request
from .files import Sample


class CityGMLReader:
    """Reads each city object - also one within another, such as a room or a wall surface - as a feature."""

    name = "citygml"

    def recognises(self, sample: Sample) -> bool:
        """Whether the root is of CityGML or IndoorGML, or a collection of GML whose first member is."""
        head = sample.head.lower()
        if sample.head.lstrip()[:1] != b"<" or (b"citygml" not in head and b"indoorgml" not in head):
            return False
        from .citygml_reading import kind_of  # late, as lxml is slow to import and every reader is loaded

        return kind_of(sample) is not None

    def read(self, request: Request) -> Iterator[FileInfo | Batch]:
        """See `Reader.read`. Raises `FileDamaged` and, for other versions, `UnknownFormat`."""
        from .citygml_reading import read_things

        yield from read_things(request)


READER = CityGMLReader()
