"""Readers by name, and names of reference systems."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.readers import FileDamaged, UnknownFormat, detect, get_reader, reader_names
from ingest.readers.columns import series_of
from ingest.readers.crs import split_crs


def test_every_named_reader_can_be_had() -> None:
    assert [get_reader(name).name for name in reader_names()] == list(reader_names())


def test_an_unknown_reader_lists_the_known_ones() -> None:
    known = ", ".join(reader_names())
    with pytest.raises(UnknownFormat, match=rf"gml42: no reader has this name\. Known are: {known}"):
        get_reader("gml42")


@pytest.mark.parametrize(
    ("folder", "expected"),
    [("bad-cityjson-cjval", "cityjson"), ("bad-geojson", "vector"), ("cz-bubenec", "vector")],
)
def test_files_are_told_apart_by_content(shared_data: Path, folder: str, expected: str) -> None:
    suffixes = (".json", ".jsonl", ".geojson", ".gpkg")
    paths = [path for path in sorted((shared_data / folder).rglob("*")) if path.suffix in suffixes]
    paths = [path for path in paths if not path.name.endswith(".ext.json") and path.stat().st_size]
    assert paths
    assert {detect(path).name for path in paths} == {expected}


@pytest.mark.parametrize(
    "declared",
    [
        "EPSG:7415",
        "epsg:7415",
        "7415",
        "urn:ogc:def:crs:EPSG::7415",
        "urn:ogc:def:crs:EPSG:9.9.1:7415",
        "http://www.opengis.net/def/crs/EPSG/0/7415",
        "https://www.opengis.net/def/crs/EPSG/0/7415",
        "https://www.opengis.net/def/crs/EPSG/9.9.1/7415",
        "http://www.opengis.net/gml/srs/epsg.xml#7415",
        "urn:ogc:def:crs,crs:EPSG::28992,crs:EPSG::5709",
        "urn:ogc:def:crs,crs:EPSG:6.12:28992,crs:EPSG:6.12:5709",
        "https://www.opengis.net/def/crs-compound?1=http://www.opengis.net/def/crs/EPSG/0/28992"
        "&2=http://www.opengis.net/def/crs/EPSG/0/5709",
    ],
)
def test_every_published_spelling_of_a_crs_is_understood(declared: str) -> None:
    assert split_crs(declared) == ("EPSG:28992", "EPSG:5709")


@pytest.mark.parametrize("declared", ["", "EPSG:0", "EPSG:999999", "urn:ogc:def:crs:EPSG::", "Amsterdam"])
def test_a_crs_that_does_not_exist_is_refused(declared: str) -> None:
    with pytest.raises(ValueError, match="names no known coordinate reference system; expected EPSG:n or WKT"):
        split_crs(declared)


def test_a_crs_without_a_code_stays_wkt() -> None:
    from pyproj import CRS

    own = CRS.from_proj4("+proj=tmerc +lat_0=1 +lon_0=2 +k=0.9 +ellps=bessel +units=m +type=crs").to_wkt()
    assert split_crs(own) == (own, None)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, None, 3], [1, None, 3]),
        ([1, 2.5], [1.0, 2.5]),
        ([True, None], [True, None]),
        ([True, 1], ["true", "1"]),
        ([2**63, 1], [str(2**63), "1"]),
        ([None, None], [None, None]),
        (["a", 1, 1.5, [1], {"b": None}], ["a", "1", "1.5", "[1]", '{"b":null}']),
    ],
)
def test_mixed_values_become_text_and_nothing_is_lost(values: list[object], expected: list[object]) -> None:
    column = series_of("a", values).to_list()
    assert column == expected
    assert list(map(type, column)) == list(map(type, expected))


def test_errors_survive_the_way_between_processes() -> None:
    error = FileDamaged("a.json", "it is broken", "Get it again", place="line 1", detail="what the parser wrote")
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(copy), str(copy), copy.place, copy.detail) == (type(error), str(error), error.place, error.detail)


def test_knowing_a_file_loads_no_library_of_another_format(tmp_path: Path) -> None:
    """Each parser process starts by asking the readers, so that what they import costs every file."""
    path = tmp_path / "town.geojson"
    path.write_text('{"type":"FeatureCollection","features":[]}', encoding="utf-8")
    heavy = ("laspy", "rasterio", "psycopg", "DracoPy", "lxml", "ifcopenshell", "trimesh")
    program = (
        "import sys; from pathlib import Path; from ingest.readers import detect\n"
        f"assert detect(Path({str(path)!r})).name == 'vector'\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
