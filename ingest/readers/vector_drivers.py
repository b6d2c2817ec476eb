"""What is particular of single drivers of GDAL, and what is worth a warning in what they say."""

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from .contract import Batch
from .errors import FileDamaged
from .files import Sample, open_binary
from .json_geometry import Ints, parts_told

_SRS_NAME = re.compile(rb'srsName="([^"]{1,200})"')
_LARGEST_JSON = 64 * 1024**2  # read whole beside GDAL's own pass; larger files are not looked through


def json_features_have_ids(sample: Sample) -> bool:
    """Whether the first feature of a GeoJSON file has an ``id`` of its own; GDAL numbers them otherwise."""
    text = sample.head.decode(errors="replace")
    start = re.search(r'"features"\s*:\s*\[\s*', text)
    feature = text[start.end() :] if start else text[max(text.find("{"), 0) :]
    try:
        first: Any = json.JSONDecoder().raw_decode(feature)[0]
    except ValueError:  # longer than the sample
        return re.search(r'"id"\s*:', re.split(r'"(?:properties|geometry)"\s*:', feature)[0]) is not None
    return isinstance(first, dict) and first.get("id") is not None


def name_warnings(sample: Sample, driver: str) -> tuple[str, ...]:
    expected = {".csv": "CSV", ".geojson": "GeoJSON", ".gpkg": "GPKG", ".fgb": "FlatGeobuf", ".shp": "ESRI Shapefile"}
    by_name = expected.get(sample.suffix)
    if by_name is None or driver.startswith(by_name):
        return ()
    return (f"named {sample.suffix}, but the content is {driver}; read as {driver}",)


def crs_warnings(sample: Sample, driver: str, crs: str | None) -> tuple[str, ...]:
    if driver.startswith("GeoJSON") and crs in ("EPSG:4326", "EPSG:4979") and not re.search(rb'"crs"\s*:', sample.head):
        return (f"names no CRS; longitude and latitude of WGS 84 ({crs}) assumed, as RFC 7946 says",)
    return ()


def wrong_count(sample: Sample, layer: str) -> tuple[str, ...]:
    """A warning when a GeoPackage keeps another number of features than it has."""
    if sample.is_gzip:
        return ()
    try:
        with closing(sqlite3.connect(f"{sample.path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            kept = connection.execute(
                "SELECT feature_count FROM gpkg_ogr_contents WHERE table_name = ? COLLATE NOCASE", (layer,)
            ).fetchone()
            quoted = '"' + layer.replace('"', '""') + '"'
            there = connection.execute(f"SELECT COUNT(*) FROM {quoted}").fetchone()  # noqa: S608 - quoted above
    except sqlite3.Error:  # no such table, as in files of others; GDAL says what is wrong with a broken one
        return ()
    if kept is None or kept[0] in (None, there[0]):
        return ()
    return (f"says that it has {kept[0]:,} features, but has {there[0]:,}",)


def srs_name(sample: Sample) -> str | None:
    """The reference system that a GML file names where GDAL makes nothing of it, such as those of ALKIS."""
    found = _SRS_NAME.search(sample.head)
    return found[1].decode() if found else None


def with_osm_keys(batch: Batch, layer: str) -> Batch:
    """OpenStreetMap numbers nodes, ways and relations apart, so that only kind and number together are an id."""
    kind = {"points": "node", "lines": "way"}.get(layer, "relation")
    key = pl.format("{}/{}", pl.lit(kind), pl.col("osm_id").cast(pl.String))
    if "osm_way_id" in batch.features.columns:  # areas are made of ways and of relations
        key = pl.coalesce(pl.format("way/{}", pl.col("osm_way_id").cast(pl.String)), key)
    return replace(batch, features=batch.features.with_columns(key.alias("@key")))


def missing_parts(sample: Sample, driver: str) -> tuple[str, ...]:
    """Warnings about what GDAL passes over: attributes of a Shapefile that are not there, entities of XML."""
    found = []
    if driver == "ESRI Shapefile" and sample.suffix == ".shp":
        tables = [sample.path.with_suffix(ending) for ending in (".dbf", ".DBF")]
        there = next((table for table in tables if table.exists()), None)
        if there is None or not _has_columns(there):
            found.append("its attributes are missing: there is no .dbf beside it, or one that is cut off")
    if b"<!ENTITY" in sample.head:
        found.append("declares entities, which are not followed: what refers to them is left out")
    return tuple(found)


def _has_columns(table: Path) -> bool:
    """Whether a dBASE table has at least the whole of its header, which tells its own length."""
    with table.open("rb") as stream:
        head = stream.read(12)
    return len(head) == 12 and table.stat().st_size >= int.from_bytes(head[8:10], "little") > 33


@dataclass(frozen=True, slots=True)
class JsonTold:
    """What a GeoJSON file says that GDAL passes over."""

    left_out: dict[str, int] = field(default_factory=dict)
    """Members that are no features, properties that are no object, by name."""
    parts: Ints | None = None
    """See `parts_told`; None where the file was not looked through."""


def json_told(sample: Sample) -> JsonTold:
    """What a GeoJSON file of up to 64 MB says, read beside GDAL's own pass; larger ones are not looked through."""
    if sample.path.stat().st_size > _LARGEST_JSON:
        return JsonTold()
    try:
        with open_binary(sample.path) as stream:
            document = orjson.loads(stream.read().removeprefix(b"\xef\xbb\xbf"))
    except (orjson.JSONDecodeError, OSError, FileDamaged):
        return JsonTold()  # GDAL says what is wrong with it
    if not isinstance(document, dict):
        return JsonTold()
    members = [document] if document.get("type") == "Feature" else document.get("features")
    if not isinstance(members, list):
        return JsonTold()
    features = [each for each in members if isinstance(each, dict) and str(each.get("type")).lower() == "feature"]
    properties = [each.get("properties") for each in features]
    counts = {
        "member of features that is no Feature": len(members) - len(features),
        "properties that are no object": sum(not isinstance(each, dict | None) and each != [] for each in properties),
    }
    return JsonTold({name: count for name, count in counts.items() if count}, parts_told(features))
