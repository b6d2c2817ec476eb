"""Files that break off: each ends in a `ReaderError`, in a full result, or in a result with a warning."""

import base64
import gzip
import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import polars as pl
import pyogrio
import pytest
from pyogrio.raw import write

from ingest.readers import Batch, FileDamaged, ReaderError, read

from .hostile import LIMITS
from .suite import all_batches, read_here

_COLUMNS = ["gid", "year", "code", "status"]
_FORMATS = {
    "geojson": "GeoJSON",
    "gpkg": "GPKG",
    "shp": "ESRI Shapefile",
    "fgb": "FlatGeobuf",
    "gml": "GML",
}


@pytest.fixture(scope="module")
def wholes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same 80 buildings in every format, by suffix."""
    folder = tmp_path_factory.mktemp("wholes")
    sample = Path(str(files("ingest.sample"))) / "delft" / "bag_pand.geojson"
    _, _, shapes, fields = pyogrio.raw.read(sample, max_features=80)
    for suffix, driver in _FORMATS.items():
        kind = "Polygon" if suffix == "shp" else "MultiPolygon"
        path = folder / suffix / f"town.{suffix}"
        path.parent.mkdir()
        write(path, shapes, fields[:4], _COLUMNS, driver=driver, geometry_type=kind, crs="EPSG:28992")
    return {suffix: folder / suffix / f"town.{suffix}" for suffix in _FORMATS}


def cut(whole: Path, suffix: str, percent: int, into: Path) -> Path:
    """A copy of all parts of a file, of which one is only so long."""
    folder = into / f"{suffix}{percent}"
    shutil.copytree(whole.parent, folder, ignore=shutil.ignore_patterns("*.gfs"))
    part = folder / f"{whole.stem}.{suffix}"
    content = part.read_bytes()
    part.write_bytes(content[: len(content) * percent // 100])
    return folder / whole.name


def is_honest(path: Path, expected: Batch) -> bool:
    """Whether the file is refused, is read whole, or is read with a warning.

    A refusal in this process is one in a child, too; what GDAL only mutters is heard there alone.
    """
    try:
        _, batches = read_here("vector", path)
        if batches and is_equal(all_batches(batches), expected):
            return True
        with read(path, limits=LIMITS) as reading:
            list(reading.batches)
    except ReaderError:
        return True
    return any("CRS" not in warning for warning in reading.info.warnings)


def is_equal(batch: Batch, expected: Batch) -> bool:
    """Whether all rows are there with all their values, and each geometry is the same or is said to be bad."""
    columns = ["@row", *_COLUMNS]
    if not set(columns) <= set(batch.features.columns):
        return False
    both = batch.geometries.join(expected.geometries, on="@row", suffix="_expected")
    is_same = (pl.col("@geometry") == pl.col("@geometry_expected")) | pl.col("@problem").is_not_null()
    return batch.features.select(columns).equals(expected.features.select(columns)) and (
        both.filter(is_same).height == expected.geometries.height
    )


def dishonest(whole: Path, suffix: str, percents: range, into: Path) -> list[int]:
    """At how many percent a file is cut without anybody hearing of it; two are read at a time."""
    expected = all_batches(read_here("vector", whole)[1])
    with ThreadPoolExecutor(2) as pool:
        honest = pool.map(lambda percent: is_honest(cut(whole, suffix, percent, into), expected), percents)
        return [percent for percent, is_fine in zip(percents, honest, strict=True) if not is_fine]


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp", "gml", "fgb"])
def test_a_file_that_breaks_off_never_passes_for_a_whole_one(
    wholes: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    monkeypatch.setenv("GML_DOWNLOAD_SCHEMA", "NO")
    assert dishonest(wholes[suffix], suffix, range(5, 100, 5), tmp_path) == []


@pytest.mark.parametrize("suffix", ["dbf", "shx", "prj"])
def test_a_shapefile_of_which_another_part_breaks_off_does_not_pass(
    wholes: dict[str, Path], tmp_path: Path, suffix: str
) -> None:
    assert dishonest(wholes["shp"], suffix, range(10, 100, 30), tmp_path) == []


@pytest.mark.parametrize("how", ["absent", "empty", "cut within its header"])
def test_a_shapefile_without_its_attributes_is_said_to_be(wholes: dict[str, Path], tmp_path: Path, how: str) -> None:
    path = cut(wholes["shp"], "dbf", 1 if how.startswith("cut") else 0, tmp_path)
    if how == "absent":
        path.with_suffix(".dbf").unlink()
    assert is_honest(path, all_batches(read_here("vector", wholes["shp"])[1]))


@pytest.mark.soak
@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        ("geojson", 1),
        ("gpkg", 1),
        ("shp", 1),
        ("dbf", 2),  # cut within its header it is as good as absent: see above
        ("shx", 1),
        ("prj", 3),  # an empty one is none, which is allowed
        ("gml", 1),
        ("fgb", 1),
    ],
)
def test_a_file_that_breaks_off_anywhere_never_passes_for_a_whole_one(
    wholes: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, start: int
) -> None:
    monkeypatch.setenv("GML_DOWNLOAD_SCHEMA", "NO")
    whole = wholes.get(suffix, wholes["shp"])
    assert dishonest(whole, suffix, range(start, 100), tmp_path) == []


@pytest.mark.parametrize(
    ("reader", "head"),
    [
        ("cityjson", b'{"type":"CityJSON","version":"2.0","vertices":[],"CityObjects":{},"x":"'),
        ("jsonfg", b'{"type":"FeatureCollection","coordRefSys":"x","features":[],"x":"'),
        ("citygml", b'<CityModel xmlns="http://www.opengis.net/citygml/2.0"><name>'),
        ("ifc", b"ISO-10303-21;HEADER;FILE_SCHEMA(('IFC4'));ENDSEC;DATA;/*"),
        ("vct", b"HeadBegin\nDatamark:CNSDTF-VCT\nVersion:3.0\nHeadEnd\n"),
        ("mesh", b"v 0 0 0\n"),
        ("vector", b'{"type":"FeatureCollection","features":[],"x":"'),
    ],
)
def test_broken_packing_is_said_by_every_reader(tmp_path: Path, reader: str, head: bytes) -> None:
    path = tmp_path / "town.gz"
    packed = gzip.compress(head + base64.encodebytes(random.Random(1).randbytes(300_000)))
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(FileDamaged), read(path, format=reader) as reading:
        list(reading.batches)
