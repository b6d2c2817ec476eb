"""Elevation rasters: figures against numpy's of the whole array, images and bombs refused, cells without numbers."""

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
import shapely
from affine import Affine
from rasterio.enums import ColorInterp

from ingest.readers import FileDamaged, FileInfo, Limits, ParserLimit, ReaderError, UnknownFormat, detect, read
from ingest.readers.contract import Batch

from .suite import ReaderSuite, all_batches, read_here

_LIMITS = Limits(memory_bytes=2**29, seconds=60.0, seconds_without_progress=30.0)
_NO_DATA = -9999.0


def relief(height: int = 300, width: int = 700) -> Any:  # an array of numpy, which rasterio takes
    """Hills with a corner and a ring of no data."""
    rows, columns = np.mgrid[0:height, 0:width]
    cells = (50 + 10 * np.sin(rows / 31) * np.cos(columns / 17) + columns / 100).astype(np.float32)
    cells[:40, :90] = _NO_DATA
    cells[100:120, 200:260] = _NO_DATA
    return cells


def saved(path: Path, cells: Any, driver: str = "GTiff", **profile: Any) -> Path:
    given = {
        "crs": "EPSG:28992", "transform": Affine(0.5, 0, 84_000, 0, -0.5, 447_000), "nodata": _NO_DATA, **profile,
    }  # fmt: skip
    with rasterio.open(
        path, "w", driver=driver, height=cells.shape[0], width=cells.shape[1], count=1, dtype=cells.dtype, **given
    ) as data:
        data.write(cells, 1)
    return path


def figures(path: Path) -> tuple[FileInfo, dict[str, Any], shapely.Geometry]:
    info, batches = read_here("terrain", path)
    batch = all_batches(batches)
    (row,) = batch.features.to_dicts()
    return info, row, shapely.from_wkb(batch.geometries["@geometry"][0])


class TestTerrain(ReaderSuite):
    """The contract, for a tiled GeoTIFF and an ASCII grid."""

    @pytest.fixture(params=["GTiff", "AAIGrid"])
    def path(self, request: pytest.FixtureRequest, tmp_path: Path) -> Path:
        if request.param == "AAIGrid":
            return saved(tmp_path / "dem.asc", relief(), "AAIGrid")
        return saved(tmp_path / "dem.tif", relief(), tiled=True, blockxsize=128, blockysize=128, compress="deflate")

    @pytest.fixture
    def reader_name(self) -> str:
        return "terrain"

    @pytest.fixture
    def expected_rows(self) -> int:
        return 1

    @pytest.fixture
    def expected_crs(self) -> str:
        return "EPSG:28992"


_KINDS: dict[str, dict[str, Any]] = {
    "tiles": {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"},
    "strips": {"blockysize": 7},
    "big": {"BIGTIFF": "YES", "compress": "lzw"},
    "whole": {"blockysize": 300},
    "turned": {"transform": Affine(0.4330127, 0.25, 84_000, 0.25, -0.4330127, 447_000)},
}


@pytest.mark.parametrize("kind", _KINDS)
def test_statistics_are_those_of_all_cells_with_data(tmp_path: Path, kind: str) -> None:
    cells = relief()
    info, row, outline = figures(saved(tmp_path / "dem.tif", cells, **_KINDS[kind]))
    there = cells != _NO_DATA
    heights = cells[there].astype(np.float64)
    assert (row["columns"], row["rows"], row["cells_with_height"]) == (700, 300, int(there.sum()))
    assert (row["height_min"], row["height_max"]) == (heights.min(), heights.max())
    assert row["height_mean"] == pytest.approx(heights.mean(), rel=1e-12)
    assert row["height_std"] == pytest.approx(heights.std(), rel=1e-9)
    assert row["no_data_share"] == pytest.approx(1 - there.mean())
    assert row["cell_size"] == pytest.approx(0.5)
    assert (info.format, info.rows, info.warnings) == ("Raster GTiff", 1, ())
    assert shapely.is_valid(outline)
    step = 2  # 700 columns in at most 512 blocks
    blocks = there.reshape(300 // step, step, 700 // step, step).any(axis=(1, 3))
    assert shapely.area(outline) == pytest.approx(blocks.sum() * step * step * 0.25)
    assert row["outline_area_m2"] == pytest.approx(shapely.area(outline))


@pytest.mark.parametrize(("driver", "suffix"), [("AAIGrid", "asc"), ("HFA", "img"), ("GSBG", "grd"), ("GS7BG", "grd")])
def test_other_formats_of_grids_are_read(tmp_path: Path, driver: str, suffix: str) -> None:
    path = tmp_path / f"dem.{suffix}"
    if driver.startswith("GS"):  # their writers take whole files only, and no-data values of their own
        plain = saved(tmp_path / "dem.tif", relief()[50:90, 100:190], nodata=None)
        rasterio.shutil.copy(plain, path, driver=driver)
        expected = relief()[50:90, 100:190]
    else:
        expected = relief()
        saved(path, expected, driver)
    assert detect(path).name == "terrain"
    info, row, _ = figures(path)
    heights = expected[expected != _NO_DATA].astype(np.float64)
    assert (info.format, row["cells_with_height"]) == (f"Raster {driver}", heights.size)
    assert row["height_mean"] == pytest.approx(heights.mean(), abs=1e-3)


def test_an_outline_full_of_holes_is_made_coarser_and_still_holds_all(tmp_path: Path) -> None:
    cells = np.where(np.random.default_rng(2).random((400, 400)) < 0.5, np.float32(5), np.float32(_NO_DATA))
    _, row, outline = figures(saved(tmp_path / "holes.tif", cells))
    assert row["outline_method"] == "cells with heights, in blocks of 2 x 2"
    rows, columns = np.nonzero(cells == 5)
    assert shapely.contains_xy(outline, 84_000.25 + columns / 2, 446_999.75 - rows / 2).all()
    assert shapely.get_num_coordinates(outline) < 50_000


def test_a_name_says_what_srtm_is(tmp_path: Path) -> None:
    path = tmp_path / "N52E004.hgt"
    cells = np.full((1201, 1201), 7, dtype=">i2")
    cells[0, 0] = -32768
    path.write_bytes(cells.tobytes())
    info, row, outline = figures(path)
    assert (info.format, row["height_max"], row["cells_with_height"]) == ("Raster SRTMHGT", 7, 1201 * 1201 - 1)
    assert shapely.bounds(outline).round(2).tolist() == [4, 52, 5, 53]


def test_the_vertical_reference_is_named(tmp_path: Path) -> None:
    info, row, _ = figures(saved(tmp_path / "dem.tif", relief(), crs="EPSG:7415"))
    assert (row["height_crs"], row["height_unit"], row["height_unit_m"]) == ("EPSG:5709", "metre", 1.0)
    with read(tmp_path / "dem.tif") as reading:
        assert (reading.info.crs, reading.info.height_crs) == ("EPSG:28992", "EPSG:5709")
    assert info.warnings == ()


def test_feet_are_named_and_kept(tmp_path: Path) -> None:
    path = saved(tmp_path / "dem.tif", relief())
    with rasterio.open(path, "r+") as data:
        data.units = ("ft",)
    info, row, _ = figures(path)
    assert (row["height_unit"], row["height_unit_m"]) == ("foot", 0.3048)
    assert info.warnings == ("heights are in foot (0.3048 m); they are kept so, and not made metres",)
    assert row["height_max"] == pytest.approx(float(relief().max()))
    info, row, _ = figures(saved(tmp_path / "usa.tif", relief(), crs="EPSG:2225"))
    assert (row["height_unit"], row["height_unit_assumed"]) == (None, "US survey foot")
    assert "the unit of its plane, is assumed" in info.warnings[0]


def test_scaled_cells_are_heights(tmp_path: Path) -> None:
    path = saved(tmp_path / "dem.tif", np.array([[10, 20], [30, 40]], dtype=np.int16), nodata=40)
    with rasterio.open(path, "r+") as data:
        data.scales, data.offsets = (0.1,), (5.0,)
    _, row, _ = figures(path)
    assert [row[f"height_{word}"] for word in ("min", "max", "mean")] == pytest.approx([6, 8, 7])


def test_points_and_areas_are_told_apart_and_overviews_listed(tmp_path: Path) -> None:
    path = saved(tmp_path / "dem.tif", relief())
    with rasterio.open(path, "r+") as data:
        data.update_tags(AREA_OR_POINT="Point")
        data.build_overviews([2, 4])
    _, row, _ = figures(path)
    assert (row["cell_is"], row["overviews"]) == ("point", "[2,4]")


def test_cells_that_are_no_numbers_count_as_without_data_and_are_told(tmp_path: Path) -> None:
    cells = relief()
    cells[200, :3], cells[201, :2] = np.nan, np.inf
    info, row, _ = figures(saved(tmp_path / "dem.tif", cells))
    heights = cells[np.isfinite(cells) & (cells != _NO_DATA)].astype(np.float64)
    assert info.warnings == (
        "3 cells are NaN; they count as without data",
        "2 cells are infinite; they count as without data",
    )
    assert (row["cells_with_height"], row["height_max"]) == (heights.size, heights.max())
    assert figures(saved(tmp_path / "nan.tif", cells, nodata=np.nan))[0].warnings == (
        "2 cells are infinite; they count as without data",
    )


@pytest.mark.parametrize("filling", [np.nan, np.inf, _NO_DATA])
def test_a_raster_without_any_height_is_damaged(tmp_path: Path, filling: float) -> None:
    with pytest.raises(FileDamaged, match=r"none of its 100 cells has a height. Check its no-data value"):
        figures(saved(tmp_path / "dem.tif", np.full((10, 10), filling, dtype=np.float32)))


def test_no_crs_is_left_to_be_asked_for(tmp_path: Path) -> None:
    info, row, _ = figures(saved(tmp_path / "dem.tif", relief(), crs=None))
    assert (info.declared_crs, row["outline_area_m2"], row["height_unit_m"]) == (None, None, None)


# What is refused


@pytest.mark.parametrize("bands", [3, 4])
def test_images_are_refused_by_name(tmp_path: Path, bands: int) -> None:
    path = tmp_path / "photo.tif"
    with rasterio.open(path, "w", driver="GTiff", height=5, width=5, count=bands, dtype="uint8", crs="EPSG:28992",
                       transform=Affine(2, 0, 0, 0, -2, 0), photometric="RGB") as data:  # fmt: skip
        data.write(np.zeros((bands, 5, 5), dtype=np.uint8))
    with pytest.raises(UnknownFormat, match=rf"is an image \({bands} bands: red, green, blue.*; uint8\), not an eleva"):
        figures(path)


def test_images_of_one_band_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "shade.tif", np.zeros((5, 5), dtype=np.uint8), nodata=None)
    with pytest.raises(UnknownFormat, match=r"is an image \(1 bands: gray; uint8\)"):
        figures(path)
    path = saved(tmp_path / "map.tif", np.zeros((5, 5), dtype=np.uint16), nodata=None)
    with rasterio.open(path, "r+") as data:
        data.colorinterp = (ColorInterp.red,)
    with pytest.raises(UnknownFormat, match="is an image"):
        figures(path)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_raster_without_a_place_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "dem.tif", relief(), transform=Affine.identity(), crs=None)
    with pytest.raises(UnknownFormat, match=r"does not say where it lies .* Put its world file"):
        figures(path)


def test_a_packed_raster_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "dem.tif.gz"
    path.write_bytes(gzip.compress(saved(tmp_path / "dem.tif", relief()).read_bytes()))
    with pytest.raises(UnknownFormat, match=r"packed by gzip\. Unpack it"):
        figures(path)


# Files made to harm


def limited(path: Path, limits: Limits = _LIMITS) -> Batch:
    with read(path, limits=limits) as reading:
        return all_batches(list(reading.batches))


def tiff_tag(path: Path, tag: int) -> int:
    """Where the entry of a tag begins in a little-endian TIFF."""
    content = path.read_bytes()
    start = int(struct.unpack_from("<I", content, 4)[0])
    count = int(struct.unpack_from("<H", content, start)[0])
    places = [start + 2 + 12 * number for number in range(count)]
    return next(place for place in places if struct.unpack_from("<H", content, place)[0] == tag)


@pytest.mark.process
def test_a_raster_that_declares_more_than_it_has_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vast.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=2_000_000, width=2_000_000, count=1, dtype="float32", crs="EPSG:28992",
        transform=Affine(2, 0, 0, 0, -2, 0), tiled=True, blockxsize=16_384, blockysize=16_384, SPARSE_OK=True,
        BIGTIFF="YES",
    ):  # fmt: skip
        pass
    with pytest.raises(FileDamaged, match=r"declares 4,000,000,000,000 cells .* in [\d,]+ bytes"):
        limited(path)


_LIES = [(256, 40_000), (257, 3_000_000), (322, 65_520), (273, 2**31), (324, 2**31)]


@pytest.mark.process
@pytest.mark.parametrize(("tag", "value"), _LIES)
def test_a_tag_that_lies_ends_within_the_limits(tmp_path: Path, tag: int, value: int) -> None:
    in_tiles: dict[str, Any] = {"tiled": True, "blockxsize": 64, "blockysize": 64}
    path = saved(tmp_path / "dem.tif", relief(), **(in_tiles if tag in (322, 324) else {"blockysize": 300}))
    content = bytearray(path.read_bytes())
    place = tiff_tag(path, tag)
    content[place + 2 : place + 12] = struct.pack("<HII", 4, struct.unpack_from("<I", content, place + 4)[0], value)
    path.write_bytes(content)
    try:
        with read(path, limits=_LIMITS) as reading:
            assert all_batches(list(reading.batches)).features.height == 1
            assert any("are none of the earth" in warning for warning in reading.info.warnings)
    except (FileDamaged, ParserLimit, UnknownFormat) as error:
        assert "dem.tif" in str(error)  # noqa: PT017 - either end is right


@pytest.mark.process
def test_a_packed_raster_of_nothing_costs_no_more_than_its_limits(tmp_path: Path) -> None:
    path = tmp_path / "flat.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=20_000, width=20_000, count=1, dtype="float64", crs="EPSG:28992",
        transform=Affine(2, 0, 0, 0, -2, 0), compress="deflate", blockysize=20_000, SPARSE_OK=True,
    ):  # fmt: skip
        pass
    content = bytearray(path.read_bytes() + bytes(100_000))
    place = tiff_tag(path, 273)  # one strip of 3.2 GB, said to be here
    content[place + 8 : place + 12] = struct.pack("<I", len(content) - 100_000)
    place = tiff_tag(path, 279)
    content[place + 8 : place + 12] = struct.pack("<I", 100_000)
    path.write_bytes(content)
    with pytest.raises((FileDamaged, ParserLimit)):
        limited(path, Limits(memory_bytes=2**29, seconds=60.0))


@pytest.mark.parametrize("kind", ["tiles", "strips"])
def test_a_file_that_breaks_off_anywhere_is_damaged(tmp_path: Path, kind: str) -> None:
    whole = saved(tmp_path / "whole.tif", relief(), **_KINDS[kind]).read_bytes()
    path = tmp_path / "cut.tif"
    for twentieth in range(1, 20):
        path.write_bytes(whole[: len(whole) * twentieth // 20])
        with pytest.raises((FileDamaged, UnknownFormat)):
            read_here("terrain", path)


def test_a_grid_that_breaks_off_is_damaged(tmp_path: Path) -> None:
    whole = saved(tmp_path / "whole.asc", relief(40, 40), "AAIGrid", nodata=None).read_bytes()
    path = tmp_path / "cut.asc"
    for twentieth in range(3, 20):
        path.write_bytes(whole[: len(whole) * twentieth // 20])
        with pytest.raises(ReaderError):
            read_here("terrain", path)
