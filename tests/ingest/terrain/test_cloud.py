"""Heights out of a point cloud: the same as numpy's over all ground points of the file."""

from pathlib import Path

import laspy
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.terrain.cloud import NEIGHBOURS, cloud_heights, weighted


def by_hand(ground: npt.NDArray[np.float64], x: float, y: float, reach: float) -> float:
    """Shepard's mean of the nearest, straight from its definition."""
    distance = np.hypot(ground[:, 0] - x, ground[:, 1] - y)
    nearest = np.lexsort((np.arange(len(ground)), distance))[:NEIGHBOURS]
    nearest = nearest[distance[nearest] <= reach]
    if not len(nearest):
        return float("nan")
    if distance[nearest[0]] == 0:
        return float(ground[nearest[distance[nearest] == 0], 2].mean())
    share = distance[nearest] ** -2.0
    return float((share * ground[nearest, 2]).sum() / share.sum())


@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.floats(0.5, 40))
def test_heights_are_those_of_the_definition(seed: int, number: int, reach: float) -> None:
    random = np.random.default_rng(seed)
    ground = np.column_stack([random.uniform(0, 30, (number, 2)), random.normal(size=number)])
    places = np.concatenate([random.uniform(-10, 40, (20, 2)), ground[:3, :2]])
    expected = [by_hand(ground, x, y, reach) for x, y in places.tolist()]
    found = weighted(ground, places, reach)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9, equal_nan=True)
    known = found[~np.isnan(found)]
    assert ((known >= ground[:, 2].min() - 1e-9) & (known <= ground[:, 2].max() + 1e-9)).all()


@pytest.mark.parametrize("name", ["nl-delft-bgt/ahn3_cropped_2.laz", "us-autzen-lidar/autzen_trim.laz"])
def test_a_real_cloud_gives_the_heights_of_its_ground_points(shared_data: Path, name: str) -> None:
    cloud = laspy.read(shared_data / name)
    is_ground = np.asarray(cloud.classification) == 2
    ground = np.column_stack([np.asarray(cloud.x), np.asarray(cloud.y), np.asarray(cloud.z)])[is_ground]
    random = np.random.default_rng(1)
    (west, south, _), (east, north, _) = cloud.header.mins.tolist(), cloud.header.maxs.tolist()
    x, y = random.uniform(west - 20, east + 20, 60), random.uniform(south - 20, north + 20, 60)
    x[:3], y[:3] = ground[::9000][:3, 0], ground[::9000][:3, 1]
    found = cloud_heights(shared_data / name, x, y, 6.0)
    expected = [by_hand(ground, *place, 6.0) for place in zip(x.tolist(), y.tolist(), strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-6, equal_nan=True)
    assert np.isnan(found).any()
    alone = [cloud_heights(shared_data / name, x[[place]], y[[place]], 6.0)[0] for place in range(2)]
    np.testing.assert_array_equal(alone, found[:2])


def test_points_that_are_withheld_or_no_ground_do_not_count(tmp_path: Path) -> None:
    cloud = laspy.LasData(laspy.LasHeader(point_format=6))
    cloud.header.scales = np.array([0.01, 0.01, 0.01])
    cloud.x, cloud.y, cloud.z = np.array([0.0, 1, 2]), np.zeros(3), np.array([5.0, 100, 200])
    cloud.classification, cloud.withheld = np.array([2, 6, 2]), np.array([0, 0, 1])
    cloud.write(tmp_path / "cloud.las")
    places = np.array([1.0, 50.0, np.nan])
    np.testing.assert_equal(cloud_heights(tmp_path / "cloud.las", places, np.zeros(3), 3.0), [5.0, np.nan, np.nan])
