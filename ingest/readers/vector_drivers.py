"""What is particular of single drivers of GDAL, and what is worth a warning in what they say."""

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Any

import polars as pl

from .contract import Batch
from .files import Sample

_SRS_NAME = re.compile(rb'srsName="([^"]{1,200})"')


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
