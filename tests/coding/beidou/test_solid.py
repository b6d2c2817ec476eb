"""3D codes: both published height modes, both readings below the ellipsoid, whole columns."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coding import CodeError, WrongCharacter, detect, get_scheme
from coding.beidou import (
    BelowEllipsoid,
    GridError,
    HeightMode,
    decode_3d,
    encode,
    encode_3d,
    encode_3d_column,
    encode_height,
    layer_bounds,
)

from ..known_answers import known_answers

modes = st.sampled_from(HeightMode)
readings = st.sampled_from(BelowEllipsoid)
levels = st.integers(1, 10)
heights = st.one_of(st.floats(-6_302_106, 528_680_171), st.floats(-200, 9_000), st.just(0.0))


@pytest.mark.parametrize("mode", HeightMode)
@pytest.mark.parametrize("row", known_answers("beidou_height.csv"), ids=lambda row: row["height_m"])
def test_known_height_has_its_layer(row: dict[str, str], mode: HeightMode) -> None:
    assert encode_height(float(row["height_m"]), 10, mode) == row[mode]


@pytest.mark.parametrize("row", known_answers("beidou_solid.csv"), ids=lambda row: row["code"])
def test_known_position_has_its_3d_code(row: dict[str, str]) -> None:
    mode = HeightMode(row["mode"])
    code = encode_3d(row["lon"], row["lat"], float(row["height_m"]), int(row["level"]), mode)
    assert code == row["code"]
    cell = decode_3d(code, mode)
    assert cell.flat.code == encode(row["lon"], row["lat"], int(row["level"]))
    assert cell.bottom_m <= float(row["height_m"]) < cell.top_m


def test_zero_height_of_the_standard() -> None:
    cell = decode_3d("N036J0093000780B3010010520430140")
    assert cell.flat.code == "N36J93078B3101524314"
    assert cell.bottom_m == 0


@pytest.mark.parametrize(
    ("layer", "bottom", "top"),
    [
        ("000000006414", 49.994735, 50.009703),
        ("0000000064", 49.815112, 50.773099),
        ("00000D9077", 25124.460201, 25125.421954),
    ],
)
def test_published_layer_bounds(layer: str, bottom: float, top: float) -> None:
    assert layer_bounds(layer) == pytest.approx((bottom, top), abs=6e-7)


@pytest.mark.parametrize(("height", "layer"), [(-0.01, 0), (-12.5, 1503), (-154.31, 104105)])
def test_mirrored_reading_below_the_ellipsoid(height: float, layer: int) -> None:
    assert encode_height(height, below=BelowEllipsoid.MIRROR) == f"1{layer:011d}"


@given(heights, levels, modes, readings)
def test_height_lies_in_its_layer(height: float, level: int, mode: HeightMode, below: BelowEllipsoid) -> None:
    layer = encode_height(height, level, mode, below)
    bottom, top = layer_bounds(layer, mode, below)
    assert bottom < top
    assert bottom <= height <= top
    assert encode_height(height, 10, mode, below).startswith(layer)


@given(heights, modes)
def test_bottom_of_a_layer_belongs_to_it(height: float, mode: HeightMode) -> None:
    layer = encode_height(height, 10, mode)
    bottom, top = layer_bounds(layer, mode)
    assert encode_height(bottom, 10, mode) == layer
    assert encode_height(math.nextafter(top, -math.inf), 10, mode) == layer
    assert encode_height(top, 10, mode) != layer


@pytest.mark.parametrize("height", [math.nan, math.inf, -math.inf, -6_302_107.0, 528_680_172.0])
def test_height_without_a_layer_is_refused(height: float) -> None:
    with pytest.raises(GridError, match="expected ellipsoidal metres"):
        encode_height(height)


def test_deepest_height_is_the_published_one() -> None:
    assert encode_height(-6_302_106.722423752)[0] == "1"
    with pytest.raises(GridError):
        encode_height(-6_302_106.722423753 - 1e-8)


def test_polar_caps_have_no_3d_cells() -> None:
    with pytest.raises(GridError, match="polar cap"):
        encode_3d("10", "89", 0.0, 2)
    with pytest.raises(CodeError, match="The caps have no 3D cells"):
        get_scheme("cn.beidou-3d").validate("N000000")
    assert encode_3d_column(np.array([10.0]), np.array([89.0]), np.array([0.0]), 2).to_list() == [None]


@given(
    st.lists(st.tuples(st.floats(-180, 180), st.floats(-87.9, 87.9), heights | st.just(math.nan)), max_size=5),
    levels,
    modes,
    readings,
)
def test_column_says_the_same_as_the_single_call(
    points: list[tuple[float, float, float]], level: int, mode: HeightMode, below: BelowEllipsoid
) -> None:
    lon, lat, height_m = np.array(points, dtype=np.float64).reshape(-1, 3).T
    expected = [None if math.isnan(point[2]) else encode_3d(*point, level, mode, below) for point in points]
    assert encode_3d_column(lon, lat, height_m, level, mode, below).to_list() == expected


def test_digit_of_the_binary_mode_is_refused_by_name_in_the_mixed_one() -> None:
    code = encode_3d("116.3", "39.9", 1855.324846, 10, HeightMode.ANNEX_C_BINARY)
    with pytest.raises(WrongCharacter, match="annex_c_binary") as caught:
        get_scheme("cn.beidou-3d").validate(code)
    assert caught.value.position == 18
    assert decode_3d(code, HeightMode.ANNEX_C_BINARY).bottom_m == pytest.approx(1855.32, abs=0.02)


def test_zero_below_is_written_above_except_in_the_mirrored_reading() -> None:
    below = encode_3d("116.3", "39.9", -0.01, below=BelowEllipsoid.MIRROR)
    above = encode_3d("116.3", "39.9", 0.0)
    assert get_scheme("cn.beidou-3d").validate(below) == above
    assert decode_3d(below).bottom_m == 0
    assert decode_3d(below, below=BelowEllipsoid.MIRROR).top_m == 0


def test_flat_and_solid_codes_of_one_length_are_told_apart() -> None:
    assert [found.scheme for found in detect("N50J475")] == ["cn.beidou"]
    assert [found.scheme for found in detect("N050J00")] == ["cn.beidou-3d"]
