"""JSON-FG (OGC Features and Geometries JSON): GeoJSON with a ``place`` in any reference system, solids and times.

``place`` is the geometry where there is one; ``geometry``, a copy of it in degrees, is taken only without it. Positions
of a place follow the axes of their reference system and are turned to x-y order here. ``featureType`` is ``@class``;
``time`` becomes the columns ``time`` (a date or moment), ``time_start`` and ``time_end``, empty where unbounded.

GDAL reads such files in part: not those with a polyhedron, which pyogrio can't hand on.
"""

import re
from collections.abc import Iterator
from typing import Final

from .contract import Batch, FileInfo, Request
from .files import Sample

_JSON_FG: Final = re.compile(
    rb'"coordRefSys"\s*:|json-fg|"place"\s*:\s*\{\s*"(?:type|coordinates|geometries|base|prisms)"\s*:'
)
_GEOJSON: Final = re.compile(rb'"type"\s*:\s*"Feature(?:Collection)?"')


class JsonFgReader:
    """Reads one file whole."""

    name = "jsonfg"

    def recognises(self, sample: Sample) -> bool:
        """Whether it is a GeoJSON with a member that only JSON-FG has."""
        return sample.is_json and _GEOJSON.search(sample.head) is not None and _JSON_FG.search(sample.head) is not None

    def read(self, request: Request) -> Iterator[FileInfo | Batch]:
        """See `Reader.read`. Raises `FileDamaged` for what is no JSON or no features."""
        from .jsonfg_reading import read_features  # late, as every reader is loaded to know any file

        yield from read_features(request)


READER = JsonFgReader()
