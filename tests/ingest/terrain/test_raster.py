"""Heights between the cells of a raster: planes are exact, centres are rasterio's own samples."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from ingest.terrain.raster import bilinear, raster_heights

_SLOPES = st.floats(-5, 5)
_TURNED = Affine(0.4330127, 0.25, 84_000, 0.25, -0.4330127, 447_000)
_STRAIGHT = Affine(0.5, 0, 84_000, 0, -0.5, 447_000)


def saved(path: Path, cells: Any, transform: Affine = _STRAIGHT, **profile: Any) -> Path:
    """A GeoTIFF of these cells."""
    with rasterio.open(path, "w", driver="GTiff", height=cells.shape[0], width=cells.shape[1], count=1,
                       dtype=cells.dtype, crs="EPSG:28992", transform=transform, **profile) as data:  # fmt: skip
        data.write(cells, 1)
    return path


@given(_SLOPES, _SLOPES, st.floats(-100, 100), st.integers(2, 30), st.integers(2, 30), st.integers(0, 2**32 - 1))
def test_a_plane_is_exact_between_the_outer_centres(
    right: float, down: float, start: float, width: int, height: int, seed: int
) -> None:
    columns, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    cells = start + right * columns + down * rows
    random = np.random.default_rng(seed)
    x, y = random.uniform(0.5, width - 0.5, 50), random.uniform(0.5, height - 0.5, 50)
    found = bilinear(cells, np.ones_like(cells, dtype=bool), x, y)
    assert found == pytest.approx(start + right * x + down * y, abs=1e-9)


@given(st.integers(0, 2**32 - 1))
def test_a_height_lies_between_those_around_it(seed: int) -> None:
    random = np.random.default_rng(seed)
    cells = random.normal(size=(6, 7))
    there = random.random((6, 7)) < 0.8
    x, y = random.uniform(0, 7, 40), random.uniform(0, 6, 40)
    found = bilinear(cells, there, x, y)
    own = there[np.minimum(y.astype(int), 5), np.minimum(x.astype(int), 6)]
    assert (np.isfinite(found) == own).all()
    if there.any():
        assert np.nanmin(np.r_[found, 0]) >= min(0, cells[there].min()) - 1e-12
        assert np.nanmax(np.r_[found, 0]) <= max(0, cells[there].max()) + 1e-12


@pytest.mark.parametrize("transform", [_STRAIGHT, _TURNED], ids=["straight", "turned"])
@pytest.mark.parametrize("tiled", [False, True])
def test_centres_have_the_values_that_rasterio_samples(tmp_path: Path, transform: Affine, tiled: bool) -> None:
    random = np.random.default_rng(5)
    cells = random.normal(50, 9, (700, 2300)).astype(np.float32)
    cells[random.random(cells.shape) < 0.05] = -9999
    layout = {"tiled": True, "blockxsize": 256, "blockysize": 256} if tiled else {}
    path = saved(tmp_path / "dem.tif", cells, transform, nodata=-9999, compress="deflate", **layout)
    rows, columns = random.integers(0, 700, 500), random.integers(0, 2300, 500)
    with rasterio.open(path) as data:
        x, y = (np.asarray(each) for each in data.xy(rows, columns))
        sampled = np.array([value[0] for value in data.sample(zip(x, y, strict=True))], dtype=np.float64)
    sampled[sampled == -9999] = np.nan
    assert np.isnan(sampled).any()
    np.testing.assert_allclose(raster_heights(path, x, y), sampled, rtol=1e-5, equal_nan=True)


def test_places_between_are_the_mean_by_hand(tmp_path: Path) -> None:
    path = saved(tmp_path / "dem.tif", np.array([[1, 2], [3, 5]], dtype=np.int16))
    x, y = np.array([84_000.5, 84_000.25, 84_000.375]), np.array([446_999.5, 446_999.5, 446_999.75])
    assert raster_heights(path, x, y).tolist() == [2.75, 2.0, 1.25]


def test_the_rim_has_the_height_of_its_cells_and_outside_is_none(tmp_path: Path) -> None:
    path = saved(tmp_path / "dem.tif", np.array([[1, 2], [3, 5]], dtype=np.int16))
    x = np.array([84_000.0, 84_001.0, 83_999.9, 84_000.5, np.nan, np.inf])
    y = np.array([447_000.0, 446_999.0, 446_999.5, 447_000.1, 446_999.5, 0.0])
    np.testing.assert_equal(raster_heights(path, x, y), [1, 5, np.nan, np.nan, np.nan, np.nan])


def test_cells_without_data_have_none_and_leave_their_neighbours_theirs(tmp_path: Path) -> None:
    path = saved(tmp_path / "dem.tif", np.array([[1, -1], [3, 5]], dtype=np.int16), nodata=-1)
    x, y = np.array([84_000.75, 84_000.49, 84_000.51]), np.array([446_999.75, 446_999.75, 446_999.75])
    np.testing.assert_equal(raster_heights(path, x, y), [np.nan, 1.0, np.nan])


def test_cells_that_are_points_lie_where_gdal_puts_them(tmp_path: Path) -> None:
    """RasterPixelIsPoint: the tie point of the file is a centre, and GDAL moves the corner by half a cell."""
    path = saved(tmp_path / "dem.tif", np.array([[1, 2], [3, 5]], dtype=np.int16))
    with rasterio.open(path, "r+") as data:
        data.update_tags(AREA_OR_POINT="Point")
    with rasterio.open(path) as data:
        x, y = data.xy(0, 1)
    assert raster_heights(path, np.array([x]), np.array([y])).tolist() == [2.0]


def test_scaled_cells_are_heights(tmp_path: Path) -> None:
    path = saved(tmp_path / "dem.tif", np.array([[10, 20], [30, 40]], dtype=np.int16))
    with rasterio.open(path, "r+") as data:
        data.scales, data.offsets = (0.1,), (5.0,)
    assert raster_heights(path, np.array([84_000.25]), np.array([446_999.75])) == pytest.approx([6.0])
