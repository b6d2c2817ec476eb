"""Point clouds: figures against laspy's own reading of the whole file, headers that lie, files that break off."""

import gzip
import json
import shutil
import struct
import zipfile
from pathlib import Path
from typing import Any

import laspy
import numpy as np
import pytest
import shapely
from pyproj import CRS

from ingest.readers import FileDamaged, FileInfo, Limits, ReaderError, Request, UnknownFormat, get_reader, read
from ingest.readers.coverage import is_passing
from ingest.readers.moments import Moments
from ingest.unpack import Given, unpacked

from .suite import ReaderSuite, all_batches, read_here

_LIMITS = Limits(memory_bytes=2**30, seconds=60.0, seconds_without_progress=30.0)
_AUTZEN, _DELFT, _FORMATS = "us-autzen-lidar", "nl-delft-bgt", "us-autzen-lidar/laspy-formats"
# File, and the CRS that it declares in its own way (WKT, GeoTIFF keys, none).
_CRS = {
    f"{_DELFT}/ahn3_cropped_1.laz": None,
    f"{_DELFT}/ahn3_cropped_2.laz": None,
    f"{_AUTZEN}/autzen-thin-srs.las": "NAD_1983_HARN_Lambert_Conformal_Conic",
    f"{_AUTZEN}/autzen_trim.laz": "NAD_1983_HARN_Lambert_Conformal_Conic",
    f"{_FORMATS}/1_4_w_evlr.las": "NAD83(HARN) / New Mexico Central (ftUS)",
    f"{_FORMATS}/1_4_w_evlr.laz": "NAD83(HARN) / New Mexico Central (ftUS)",
    f"{_FORMATS}/append-bug.laz": "RGF93 / Lambert-93",
    f"{_FORMATS}/extrabytes.las": None,
    f"{_FORMATS}/plane.laz": "unnamed",
    f"{_FORMATS}/simple.copc.laz": "NAD83 / Oregon LCC (m) + NAVD88 height (ftUS)",
    f"{_FORMATS}/simple.las": None,
    f"{_FORMATS}/simple.laz": None,
    f"{_FORMATS}/simple1_1.las": None,
    f"{_FORMATS}/simple1_3.las": None,
    f"{_FORMATS}/simple1_4.las": "Geographic Coordinate System",
    f"{_FORMATS}/vegetation_1_3.las": None,
}
_SHORT = ("autzen_trim.laz", "simple.copc.laz", "extrabytes.las", "1_4_w_evlr.laz", "1_4_w_evlr.las")


class TestLas(ReaderSuite):
    """The contract, for one file of each kind of packing and of CRS."""

    @pytest.fixture(params=[f"{_FORMATS}/append-bug.laz", f"{_FORMATS}/extrabytes.las"])
    def path(self, request: pytest.FixtureRequest, shared_data: Path) -> Path:
        return shared_data / str(request.param)

    @pytest.fixture
    def reader_name(self) -> str:
        return "las"

    @pytest.fixture
    def expected_rows(self) -> int:
        return 1

    @pytest.fixture
    def expected_crs(self, path: Path) -> str | None:
        return "EPSG:2154" if path.name == "append-bug.laz" else None


def figures(path: Path) -> tuple[FileInfo, dict[str, Any], shapely.Geometry]:
    info, batches = read_here("las", path)
    batch = all_batches(batches)
    (row,) = batch.features.to_dicts()
    return info, row, shapely.from_wkb(batch.geometries["@geometry"][0])


def test_no_point_cloud_of_the_shared_data_is_forgotten(shared_data: Path) -> None:
    there = [path for path in shared_data.rglob("*") if path.suffix.lower() in (".las", ".laz")]
    assert {path.relative_to(shared_data).as_posix() for path in there} == set(_CRS)


@pytest.mark.parametrize("name", _CRS)
def test_counts_and_statistics_are_those_of_all_points(shared_data: Path, name: str) -> None:
    info, row, outline = figures(shared_data / name)
    cloud = laspy.read(shared_data / name)
    heights = np.asarray(cloud.z)
    classes, numbers = np.unique(np.asarray(cloud.classification), return_counts=True)
    returns, of_returns = np.unique(np.asarray(cloud.return_number), return_counts=True)
    assert row["points"] == len(cloud.points) > 0
    assert {int(key.split()[0]): value for key, value in json.loads(row["points_by_class"]).items()} == dict(
        zip(classes.tolist(), numbers.tolist(), strict=True)
    )
    assert json.loads(row["points_by_return"]) == dict(zip(map(str, returns), of_returns.tolist(), strict=True))
    scale = float(cloud.header.scales[2])
    for word, expected in (("min", heights.min()), ("max", heights.max()), ("mean", heights.mean()),
                           ("std", heights.std())):  # fmt: skip
        assert row[f"height_{word}"] == pytest.approx(float(expected), abs=scale / 1000, rel=1e-12)
    ground = heights[(np.asarray(cloud.classification) == 2) & (np.asarray(cloud.withheld) == 0)]
    assert row["ground_height_mean"] == (pytest.approx(float(ground.mean()), rel=1e-9) if len(ground) else None)
    assert row["ground_height_std"] == (pytest.approx(float(ground.std()), rel=1e-6, abs=1e-6) if len(ground) else None)
    assert (row["las_version"], row["point_format"]) == (str(cloud.header.version), cloud.header.point_format.id)
    assert json.loads(row["dimensions"]) == list(cloud.point_format.dimension_names)
    assert row["scale_z"] == scale
    if "gps_time" in cloud.point_format.dimension_names and np.asarray(cloud.gps_time).any():
        times = np.asarray(cloud.gps_time)
        assert (row["gps_time_first"], row["gps_time_last"]) == (times.min(), times.max())
    step = np.asarray(cloud.header.scales[:2]).max()
    inside = shapely.contains_xy(shapely.buffer(outline, step), np.asarray(cloud.x), np.asarray(cloud.y))
    assert inside.all()
    assert shapely.is_valid(outline)
    assert shapely.area(outline) <= shapely.box(*shapely.bounds(outline)).area * (1 + 1e-12)
    crs = None if info.declared_crs is None else CRS.from_user_input(info.declared_crs).name
    assert crs == _CRS[name]


def test_the_outline_follows_the_points_and_not_their_box(shared_data: Path) -> None:
    """Two far corners of this cloud alone hold points; cells that numpy counts give its area."""
    path = shared_data / _FORMATS / "append-bug.laz"
    _, row, outline = figures(path)
    cloud = laspy.read(path)
    side, header = row["outline_cell"], cloud.header
    columns = np.floor((np.asarray(cloud.x) - header.mins[0]) / side)
    rows = np.floor((np.asarray(cloud.y) - header.mins[1]) / side)
    cells = np.unique(np.column_stack([columns, rows]), axis=0) * side
    within = np.minimum(side, header.maxs[:2] - header.mins[:2] - cells)  # the box of the points cuts the last ones
    assert shapely.area(outline) == pytest.approx(within.prod(axis=1).sum(), rel=0.01)
    assert shapely.area(outline) < 0.05 * shapely.box(*shapely.bounds(outline)).area
    assert row["points_per_m2"] == pytest.approx(row["points"] / shapely.area(outline))


def test_feet_are_named_and_kept(shared_data: Path) -> None:
    info, row, _ = figures(shared_data / _FORMATS / "simple.copc.laz")
    assert (row["height_unit"], row["height_crs"], row["compression"]) == ("US survey foot", "EPSG:6360", "COPC")
    assert info.warnings == ("heights are in US survey foot (0.3048006096 m); they are kept so, and not made metres",)
    info, row, _ = figures(shared_data / _AUTZEN / "autzen_trim.laz")
    assert (row["height_unit"], row["height_unit_assumed"]) == (None, "foot")
    assert "foot, the unit of its plane, is assumed" in info.warnings[0]
    assert row["height_max"] > 500


def test_density_counts_in_square_metres_also_where_the_plane_is_in_feet(shared_data: Path) -> None:
    _, row, outline = figures(shared_data / _AUTZEN / "autzen_trim.laz")
    assert row["points_per_m2"] == pytest.approx(110_000 / (shapely.area(outline) * 0.3048**2))


def test_standard_gps_time_becomes_a_date(shared_data: Path) -> None:
    _, row, _ = figures(shared_data / _FORMATS / "append-bug.laz")
    assert (row["gps_time_kind"], row["time_first"]) == ("adjusted standard GPS time", "2021-06-13T08:56:18")
    _, row, _ = figures(shared_data / _DELFT / "ahn3_cropped_2.laz")
    assert (row["gps_time_kind"], row["time_first"]) == ("seconds of the week", None)


def test_waveforms_are_said_to_be_left_out(shared_data: Path) -> None:
    assert figures(shared_data / _FORMATS / "simple1_3.las")[0].unsupported == {"waveform packet of a point": 999}


def made(path: Path, point_format: int = 3, points: int = 500, version: str | None = None, **fields: Any) -> Path:
    """A cloud of points on a slope; z = 100 + x / 10."""
    header = laspy.LasHeader(point_format=point_format, version=version)
    header.scales, header.offsets = np.array([0.01, 0.01, 0.01]), np.array([1000.0, 2000.0, 0.0])
    cloud = laspy.LasData(header)
    place = np.random.default_rng(7).uniform(0, 100, (points, 2))
    cloud.x, cloud.y, cloud.z = place[:, 0] + 1000, place[:, 1] + 2000, 100 + place[:, 0] / 10
    cloud.return_number = np.ones(points, dtype=np.uint8)
    cloud.classification = np.arange(points) % 4
    for name, value in fields.items():
        cloud[name] = value
    cloud.write(path)
    return path


@pytest.mark.parametrize("suffix", ["las", "laz"])
@pytest.mark.parametrize("point_format", range(11))
def test_every_point_format_is_read(tmp_path: Path, point_format: int, suffix: str) -> None:
    if suffix == "laz" and point_format in (4, 5, 9, 10):
        pytest.skip("laz-rs writes no waveforms")
    info, row, _ = figures(made(tmp_path / f"made.{suffix}", point_format))
    assert (row["points"], row["point_format"], info.rows) == (500, point_format, 1)
    assert (row["ground_points"], row["compression"]) == (125, "LAZ" if suffix == "laz" else None)
    assert info.warnings == ()


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3", "1.4"])
def test_every_version_is_read(tmp_path: Path, version: str) -> None:
    path = made(tmp_path / "made.las", 1, version="1.2" if version in ("1.0", "1.1") else version)
    content = bytearray(path.read_bytes())
    content[25] = int(version[-1])  # laspy writes no older ones, which have the same header
    path.write_bytes(content)
    assert figures(path)[0].format_version == version


@pytest.mark.parametrize(("place", "value", "word"), [(25, 5, "LAS version is 1.5"), (24, 2, "2.2"), (104, 40, "40")])
def test_unknown_versions_and_formats_are_refused(tmp_path: Path, place: int, value: int, word: str) -> None:
    path = made(tmp_path / "made.las")
    content = bytearray(path.read_bytes())
    content[place] = value
    path.write_bytes(content)
    with pytest.raises(UnknownFormat, match=f"{word}.*Convert it"):
        figures(path)


def test_withheld_points_are_counted_and_are_no_ground(tmp_path: Path) -> None:
    withheld = np.arange(500) < 250
    _, row, _ = figures(made(tmp_path / "made.las", 6, withheld=withheld, classification=np.full(500, 2)))
    cloud = laspy.read(tmp_path / "made.las")
    assert (row["withheld_points"], row["ground_points"], row["points"]) == (250, 500, 500)
    assert row["ground_height_mean"] == pytest.approx(np.asarray(cloud.z)[~withheld].mean())


def test_a_cloud_without_points_has_no_outline(tmp_path: Path) -> None:
    _, batches = read_here("las", made(tmp_path / "made.las", points=0))
    batch = all_batches(batches)
    assert batch.geometries["@problem"].to_list() == ["empty"]
    assert (batch.features["points"][0], batch.features["height_min"][0]) == (0, None)


def test_the_files_own_names_of_classes_are_used(tmp_path: Path) -> None:
    path = made(tmp_path / "made.las", 6, classification=np.full(500, 70))
    cloud = laspy.read(path)
    cloud.vlrs.append(laspy.VLR("LASF_Spec", 0, "", bytes([70]) + b"Quay wall".ljust(15, b"\0")))
    cloud.write(path)
    assert json.loads(figures(path)[1]["points_by_class"]) == {"70 Quay wall": 500}


def test_e57_and_gzip_are_refused_by_name(tmp_path: Path) -> None:
    scan = tmp_path / "scan.e57"
    scan.write_bytes(b"ASTM-E57" + bytes(1000))
    with pytest.raises(UnknownFormat, match=r"point cloud in E57, which is not read here. Convert it to LAZ, as by"):
        figures(scan)
    packed = tmp_path / "made.las.gz"
    packed.write_bytes(gzip.compress(made(tmp_path / "made.las").read_bytes()))
    with pytest.raises(UnknownFormat, match=r"packed by gzip. Unpack it"):
        figures(packed)


# Headers that lie


def changed(source: Path, target: Path, *changes: tuple[int, bytes]) -> Path:
    content = bytearray(source.read_bytes())
    for place, value in changes:
        content[place : place + len(value)] = value
    target.write_bytes(content)
    return target


def test_points_that_the_header_leaves_out_are_said_to_be(tmp_path: Path) -> None:
    path = made(tmp_path / "made.las", 1, version="1.2")
    info, row, _ = figures(changed(path, tmp_path / "less.las", (107, struct.pack("<I", 400))))
    assert row["points"] == 400
    assert "counts 400 points; at least 100 more follow" in info.warnings[0]
    assert "[500] points by return" in info.warnings[1]


def test_a_box_that_lies_is_said_to_and_the_outline_is_right_nevertheless(tmp_path: Path) -> None:
    path = made(tmp_path / "made.las", 1, points=3000, version="1.2")
    _, _, right = figures(path)
    for x, y in ((5000.0, 7000.0), (float("nan"), 0.0), (1e300, -1e300)):
        box = struct.pack("<4d", x + 10, x, y + 10, y)
        info, _, outline = figures(changed(path, tmp_path / "moved.las", (179, box)))
        assert "its header gives the box" in info.warnings[0]
        cloud = laspy.read(path)
        assert shapely.contains_xy(shapely.buffer(outline, 0.01), np.asarray(cloud.x), np.asarray(cloud.y)).all()
        assert shapely.area(outline) < 1.5 * shapely.area(right)


@pytest.mark.parametrize("name", _SHORT)
def test_a_file_that_breaks_off_anywhere_is_damaged(shared_data: Path, tmp_path: Path, name: str) -> None:
    (whole,) = shared_data.rglob(name)
    content = whole.read_bytes()
    reader = get_reader("las")
    path = tmp_path / name
    for twentieth in range(20):
        path.write_bytes(content[: len(content) * twentieth // 20])
        with pytest.raises(FileDamaged):
            read_here(reader.name, path)


_LIES = {
    "four billion points": ((107, struct.pack("<I", 2**32 - 1)),),
    "a million records": ((100, struct.pack("<I", 1_000_000)),),
    "points beyond the end": ((96, struct.pack("<I", 2**32 - 1)),),
    "a header without end": ((94, struct.pack("<H", 65_535)),),
    "points of one byte": ((105, struct.pack("<H", 1)),),
    "a record longer than the file": ((227 + 20, struct.pack("<H", 65_535)),),
    "scales that are no numbers": ((131, struct.pack("<d", float("nan"))),),
    "offsets without end": ((155, struct.pack("<d", float("inf"))),),
    "a scale of nothing": ((131, struct.pack("<d", 0.0)),),
}


@pytest.mark.parametrize("lie", _LIES)
@pytest.mark.parametrize("name", ["autzen_trim.laz", "autzen-thin-srs.las"])
def test_a_header_that_lies_costs_nothing(shared_data: Path, tmp_path: Path, name: str, lie: str) -> None:
    path = changed(shared_data / _AUTZEN / name, tmp_path / name, *_LIES[lie])
    with pytest.raises(FileDamaged):
        read_here("las", path)


def test_a_count_that_no_chunk_holds_is_found_before_anything_is_unpacked(shared_data: Path, tmp_path: Path) -> None:
    whole = shared_data / _AUTZEN / "autzen_trim.laz"
    path = changed(whole, tmp_path / "lie.laz", *_LIES["four billion points"])
    what = "its header counts 4,294,967,295 points, but its 3 chunks hold 150,000 at most"
    with pytest.raises(FileDamaged, match=what):
        next(get_reader("las").read(Request(str(path))))


def chunk_table(path: Path) -> int:
    content = path.read_bytes()
    return int(struct.unpack_from("<q", content, struct.unpack_from("<I", content, 96)[0])[0])


@pytest.mark.process
@pytest.mark.parametrize("lie", ["place", "before", "count", "sizes", "chunk"])
def test_a_table_of_chunks_that_lies_ends_within_the_limits(shared_data: Path, tmp_path: Path, lie: str) -> None:
    whole = shared_data / _AUTZEN / "autzen_trim.laz"
    table, first = chunk_table(whole), struct.unpack_from("<I", whole.read_bytes(), 96)[0]
    changes = {
        "place": (first, struct.pack("<q", 2**62)),
        "before": (first, struct.pack("<q", 17)),
        "count": (table + 4, struct.pack("<I", 2**32 - 1)),
        "sizes": (table + 8, b"\xff" * 8),
        "chunk": (first + 2000, b"\x00\xff" * 4000),
    }
    path = changed(whole, tmp_path / "lie.laz", changes[lie])
    try:
        with read(path, limits=_LIMITS) as reading:
            (batch,) = reading.batches
            assert batch.features["points"].to_list() == [110_000]  # garbage of the right length reads as points
            assert lie == "chunk"
            assert reading.info.warnings
    except ReaderError as error:
        assert "lie.laz" in str(error)  # noqa: PT017 - either end is right


@pytest.mark.soak
@pytest.mark.process
@pytest.mark.parametrize("seed", range(40))
def test_bytes_changed_at_random_end_in_an_error_or_a_result(shared_data: Path, tmp_path: Path, seed: int) -> None:
    names = ("autzen_trim.laz", "laspy-formats/simple.copc.laz", "laspy-formats/extrabytes.las")
    whole = shared_data / _AUTZEN / names[seed % len(names)]
    random = np.random.default_rng(seed)
    reach = 1000 if seed % 2 else whole.stat().st_size
    places = random.integers(4, reach, 6).tolist()
    path = changed(whole, tmp_path / "odd.laz", *((place, random.bytes(1)) for place in places))
    try:
        with read(path, limits=_LIMITS) as reading:
            assert sum(batch.features.height for batch in reading.batches) == 1
    except ReaderError as error:
        assert "odd.laz" in str(error)  # noqa: PT017 - either end is right


@pytest.mark.soak
@pytest.mark.process
def test_memory_is_that_of_a_chunk(tmp_path: Path) -> None:
    """Twelve million points are 408 MB, more than the parser may take."""
    path = tmp_path / "many.las"
    part = laspy.read(made(tmp_path / "made.las", 3, points=1_000_000))
    with laspy.open(path, mode="w", header=part.header) as writer:
        for _ in range(12):
            writer.write_points(part.points)
    with read(path, limits=Limits(memory_bytes=300 * 2**20, seconds=300.0)) as reading:
        (batch,) = reading.batches
    assert batch.features["points"].to_list() == [12_000_000]


def test_figures_in_parts_are_those_of_the_whole() -> None:
    values = np.random.default_rng(3).normal(1e6, 0.01, 10_001)
    seen = Moments()
    for part in np.array_split(values, [1, 7, 5000]):
        seen.add(part)
    assert (seen.least, seen.greatest) == (values.min(), values.max())
    assert seen.mean == pytest.approx(values.mean(), abs=1e-9)
    assert seen.deviation == pytest.approx(values.std(), rel=1e-6)


def test_a_file_out_of_an_archive_has_no_place(tmp_path: Path) -> None:
    path = tmp_path / "made.laz"
    made(path)
    assert figures(path)[1]["file_path"] == str(path)
    with zipfile.ZipFile(tmp_path / "tiles.zip", "w") as archive:
        archive.write(path, "made.laz")
    with unpacked([tmp_path / "tiles.zip"]) as found:
        (given,) = found
        assert isinstance(given, Given)
        assert is_passing(given.path)
        with read(given.path) as reading:
            (batch,) = reading.batches
        assert batch.features["file_path"].to_list() == [None]
    shutil.rmtree(tmp_path, ignore_errors=True)
