"""Covers of prisms: what is in the prism is in a cell of the cover, and no cell is beside it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from coding.beidou import GridError
from coding.beidou.solid import decode_3d, encode_3d
from coding.grids import cover_solid, solid_schemes
from coding.location import decode_location, encode_location

AREA = box(116.30, 39.98, 116.3003, 39.9803)
LEVEL = {"cn.beidou-3d": 7, "cn.location-3d": 10}


@pytest.mark.parametrize("scheme", solid_schemes())
@given(bottom=st.floats(-400, 5000), size=st.floats(0.01, 60), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_every_position_in_a_prism_is_in_a_cell_of_its_cover(
    scheme: str, bottom: float, size: float, seed: int
) -> None:
    level = LEVEL[scheme]
    cells = cover_solid(scheme, AREA, bottom, bottom + size, level)
    assert len(cells) == len(set(cells)) > 0
    random = np.random.default_rng(seed)
    for x, y, z in random.random((20, 3)):
        lon, lat, height = 116.30 + x * 0.0003, 39.98 + y * 0.0003, bottom + z * size
        encode = encode_3d if scheme == "cn.beidou-3d" else encode_location
        assert encode(lon, lat, height, level) in cells
    for cell in cells:
        solid = decode_3d(cell) if scheme == "cn.beidou-3d" else decode_location(cell, is_solid=True)
        assert solid.bottom_m is not None
        assert solid.top_m is not None
        assert solid.bottom_m <= bottom + size
        assert solid.top_m >= bottom - 1e-9


@pytest.mark.parametrize(
    ("area", "bottom", "top", "level", "message"),
    [
        (AREA, 10.0, 5.0, 7, "the bottom first"),
        (AREA, float("nan"), 5.0, 7, "expected two numbers"),
        (AREA, 0.0, 8000.0, 10, "take a coarser level"),
        (box(0, 88, 1, 89), 0.0, 5.0, 1, "polar cap"),
        (AREA, 0.0, 5.0, 11, "has no level 11"),
    ],
)
def test_what_can_not_be_covered_is_refused(area: object, bottom: float, top: float, level: int, message: str) -> None:
    with pytest.raises(GridError, match=message):
        cover_solid("cn.beidou-3d", area, bottom, top, level)  # type: ignore[arg-type]
    with pytest.raises(GridError, match="no grid of solid cells; such are"):
        cover_solid("h3", AREA, 0, 1, 7)
