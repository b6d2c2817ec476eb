"""Everything that GDAL opens as vector data: GeoJSON, GeoPackage, Shapefile, FlatGeobuf, CSV, XLSX and many more."""

import re
from collections.abc import Iterator

from .contract import Batch, FileInfo, Request
from .files import Sample

TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".psv", ".txt"})
# Formats that GDAL recognises by more than we look at here; the name of the file is enough to let it try.
_OTHER_SUFFIXES = frozenset(
    {".shp", ".dbf", ".gpkg", ".fgb", ".gml", ".kml", ".gpx", ".tab", ".mif", ".mid", ".dgn", ".dxf", ".gdb", ".zip"}
    | {".pbf", ".osm", ".xlsx", ".ods", ".xml", ".json", ".geojson", ".geojsonl", ".geojsons", ".topojson", ".sqlite"}
    | {".thf", ".edigeo", ".vct"}
)
_MAGIC = (b"SQLite format 3\x00", b"fgb\x03", b"\x00\x00\x27\x0a", b"PK\x03\x04", b"<")
_GEOJSON = re.compile(
    rb'"type"\s*:\s*"(?:FeatureCollection|Feature|Topology|GeometryCollection|(?:Multi)?(?:Point|LineString|Polygon))"'
)


class VectorReader:
    """Reads one layer of a vector file or a table in batches of Arrow columns."""

    name = "vector"

    def recognises(self, sample: Sample) -> bool:
        """Whether GDAL is likely to open it: by its first bytes, else a known name, else it looks like a table."""
        if not sample.head:
            return sample.path.is_dir() and sample.suffix == ".gdb"
        known = sample.head.startswith(_MAGIC) or sample.suffix in _OTHER_SUFFIXES | TABLE_SUFFIXES
        return known or is_geojson(sample) or is_table(sample)

    def read(self, request: Request) -> Iterator[FileInfo | Batch]:
        """See `Reader.read`. Raises `UnknownLayer`, `FileDamaged` and, where GDAL finds no driver, `UnknownFormat`."""
        from .vector_reading import read_layer  # late, as GDAL is slow to import and every reader is loaded

        yield from read_layer(request)


READER = VectorReader()


def is_geojson(sample: Sample) -> bool:
    """Whether it begins like GeoJSON or TopoJSON."""
    return sample.is_json and _GEOJSON.search(sample.head) is not None


def is_table(sample: Sample) -> bool:
    """Whether the first two lines have the same number of one separator, which ends no list of names."""
    if sample.is_json or sample.head.startswith(_MAGIC) or b"\x00" in sample.head:
        return False
    lines = [line for line in sample.head.splitlines() if line.strip()][:2]
    return len(lines) == 2 and any(
        0 < lines[0].count(separator) == lines[1].count(separator) and not lines[0].endswith(separator)
        for separator in (b",", b";", b"\t", b"|")
    )
