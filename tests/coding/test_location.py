"""Location codes and GeoSOT against the vectors, and against exact decimals at the borders of cells."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coding import CodeError, get_scheme
from coding.beidou import GridError
from coding.geosot import encode_geosot, geosot_bounds
from coding.location import PLANE_LEVELS, SOLID_LEVELS, decode_location, encode_location, plane_of

from .known_answers import known_answers

LON = st.decimals("-179.999", "179.999", places=8)
LAT = st.decimals("-87.999", "87.999", places=8)


@pytest.mark.parametrize("vector", known_answers("location.csv"), ids=lambda vector: vector["code"])
def test_location_vectors(vector: dict[str, str]) -> None:
    plane = encode_location(vector["lon"], vector["lat"])
    if not vector["height"]:
        assert plane == vector["code"]
        return
    assert encode_location(vector["lon"], vector["lat"], float(vector["height"])) == vector["code"]
    assert plane_of(vector["code"]) == plane


@pytest.mark.parametrize("vector", known_answers("geosot.csv"), ids=lambda vector: vector["code"])
def test_geosot_vectors(vector: dict[str, str]) -> None:
    assert encode_geosot(vector["lon"], vector["lat"], int(vector["level"])) == vector["code"]


def test_the_published_boxes() -> None:
    cell = decode_location("NE104J25253343282311346152", is_solid=False)
    assert (cell.west, cell.south) == pytest.approx((116.3126026746962, 39.993161078559034), abs=1e-12)
    assert (cell.east, cell.north) == pytest.approx((116.31260281032988, 39.99316121419272), abs=1e-12)
    solid = decode_location("NE02002G001040205130343323802031113347614523", is_solid=True)
    assert solid.bottom_m == pytest.approx(25124.986160089, abs=1e-6)


@given(lon=LON, lat=LAT, height=st.floats(-10_000, 200_000))
@settings(deadline=None)
def test_a_position_lies_in_its_box(lon: Decimal, lat: Decimal, height: float) -> None:
    code = encode_location(lon, lat, height)
    cell = decode_location(code, is_solid=True)
    assert cell.west <= lon <= cell.east
    assert cell.south <= lat <= cell.north
    assert cell.bottom_m is not None
    assert cell.top_m is not None
    assert cell.bottom_m - 1e-6 <= height <= cell.top_m + 1e-6
    assert get_scheme("cn.location-3d").validate(code) == code
    west, south, east, north = geosot_bounds(encode_geosot(lon, lat))
    assert west <= lon <= east
    assert south <= lat <= north


@given(lon=LON, lat=LAT, height=st.floats(-10_000, 200_000))
@settings(deadline=None)
def test_coarser_codes_are_prefixes(lon: Decimal, lat: Decimal, height: float) -> None:
    plane, solid = encode_location(lon, lat), encode_location(lon, lat, height)
    for length, level in PLANE_LEVELS.items():
        assert encode_location(lon, lat, level=level) == plane[:length]
    for length, level in SOLID_LEVELS.items():
        assert encode_location(lon, lat, height, level) == solid[:length]


def test_lengths_are_those_of_the_table() -> None:
    assert list(PLANE_LEVELS) == [2, 3, 6, 7, 8, 9, 10, 11, 13, 15, 16, 17, 18, 20, 22, 24, 26]
    assert list(SOLID_LEVELS) == [3, 5, 10, 12, 14, 16, 18, 20, 23, 26, 28, 30, 32, 35, 38, 41, 44]


@pytest.mark.parametrize("lat", ["88", "-88", "89.5", "90"])
def test_the_caps_have_no_location_codes(lat: str) -> None:
    with pytest.raises(GridError, match="beyond 88 degrees"):
        encode_location("10", lat)


@pytest.mark.parametrize("value", ["nan", "inf", "1e9", ""])
def test_what_is_no_coordinate_is_refused(value: str) -> None:
    for encode in (encode_location, encode_geosot):
        with pytest.raises(GridError):
            encode(value, "10")


@pytest.mark.parametrize("level", [-1, 17])
def test_levels_out_of_range(level: int) -> None:
    with pytest.raises(GridError, match="has no level"):
        encode_location("10", "10", level=level)


def test_an_assembled_spatial_identity_code() -> None:
    scheme = get_scheme("cn.sic")
    code = "MA1001NE104J2525334328231134615223010100010000"
    printed = "MA1001-NE104J25253343282311346152.230101.0001-0000"
    assert scheme.validate(printed) == scheme.validate("MA 1001" + code[6:]) == code
    assert scheme.format(code) == printed
    named = {part.name: part for part in scheme.parse(code).parts}
    assert (named["class"].value, named["sequence"].value, named["extension"].value) == ("230101", "0001", "0000")
    for wrong, place in ((code[:32] + "999999" + code[38:], 33), (code[:38] + "0000" + code[42:], 39)):
        with pytest.raises(CodeError) as caught:
            scheme.validate(wrong)
        assert caught.value.position == place
