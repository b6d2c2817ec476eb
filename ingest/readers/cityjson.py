"""CityJSON 1.0, 1.1 and 2.0: whole files, and sequences of features (CityJSONSeq) with bounded memory."""

import re
from collections.abc import Iterator

from .contract import Batch, FileInfo, Request
from .files import Sample

_TYPE = re.compile(rb'"type"\s*:\s*"CityJSON(?:Feature)?"')


class CityJSONReader:
    """Reads each CityObject as a feature, and each semantic surface of its highest LOD as a component of it."""

    name = "cityjson"

    def recognises(self, sample: Sample) -> bool:
        """Whether the content begins like CityJSON or a sequence of its features."""
        return sample.is_json and (b'"CityObjects"' in sample.head or _TYPE.search(sample.head) is not None)

    def read(self, request: Request) -> Iterator[FileInfo | Batch]:
        """See `Reader.read`. Raises `FileDamaged` and, for other versions, `UnknownFormat`."""
        from .cityjson_reading import read_objects  # late, as every reader is loaded to know any file

        yield from read_objects(request)


READER = CityJSONReader()
