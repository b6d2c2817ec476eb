"""Tilesets on the earth and in a frame of their own, and the shared one of Sibbe."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from ingest.readers import Batch, FileInfo, ReaderError

from .gltf_samples import place_on_earth
from .suite import all_batches, read_here

TO_EARTH = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
HERE = {"transform": place_on_earth()}


def sibbe(shared_data: Path) -> Path:
    return shared_data / "nl-3dtiles-sibbe" / "1.1"


def one(path: Path) -> tuple[FileInfo, Batch]:
    info, batches = read_here("tiles", path)
    return info, all_batches(batches)


def earth(batch: Batch, place: int = 0) -> Any:
    """Corners of a geometry, in geocentric metres, without the closing one."""
    shape = shapely.from_wkb(batch.geometries["@geometry"][place])
    corners = shapely.get_coordinates(shape, include_z=True).reshape(-1, 4, 3)[:, :3]
    return np.stack(TO_EARTH.transform(*corners.reshape(-1, 3).T), axis=1).reshape(-1, 3, 3)


def local(batch: Batch, place: int = 0) -> Any:
    """The same as east, north and up of `HERE`."""
    matrix = np.array(place_on_earth()).reshape(4, 4).T
    return (earth(batch, place) - matrix[:3, 3]) @ matrix[:3, :3]


def refusal(path: Path) -> str:
    with pytest.raises(ReaderError) as caught:
        read_here("tiles", path)
    return str(caught.value)
