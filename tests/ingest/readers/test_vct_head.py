"""VCT: reference systems and axes by what the head says."""

from pathlib import Path

import pytest
from pyproj import CRS

from ingest.readers import FileDamaged
from ingest.readers.vct_crs import declared_crs
from ingest.readers.vct_head import Choices

from .vct_samples import SPHEROIDS, changed, head, section, shapes, taken, written


@pytest.mark.parametrize("datum", sorted(SPHEROIDS))
@pytest.mark.parametrize("zone", [*range(13, 24), *range(25, 46)])
def test_each_zone_has_its_code(datum: str, zone: int) -> None:
    code, why = declared_crs(head(SPHEROIDS[datum]), zone * 1e6 + 512_345.678)
    assert (code is None, why) == (False, None)
    crs = CRS.from_user_input(code)
    width = "3-degree " if zone > 23 else ""
    assert crs.name == f"{datum} / {width}Gauss-Kruger zone {zone}"


@pytest.mark.parametrize("datum", sorted(SPHEROIDS))
@pytest.mark.parametrize("meridian", range(75, 136, 3))
def test_each_meridian_has_its_code(datum: str, meridian: int) -> None:
    code, why = declared_crs(head(SPHEROIDS[datum], Parameters=f"{meridian}.0,0,500000"), 512_345.678)
    assert (code is None, why) == (False, None)
    assert CRS.from_user_input(code).name == f"{datum} / 3-degree Gauss-Kruger CM {meridian}E"


@pytest.mark.parametrize(
    ("entries", "easting", "why"),
    [
        ({}, 512_345.0, "neither its head nor its coordinates"),
        ({"Parameters": "120,400000"}, 512_345.0, "false easting is 400000"),
        ({"Parameters": "120,40500000"}, 39_512_345.0, "strips 39 and 40"),
        ({"Parameters": "120,40500000"}, 512_345.0, "no strip before"),
        ({"Parameters": "121,500000"}, 512_345.0, "neither its head"),
        ({"Projection": "Lambert"}, 40_512_345.0, "projection is Lambert"),
        ({"XYUnit": "K"}, 40_512_345.0, "unit of its coordinates is K"),
        ({"Spheroid": "Clarke,6378206"}, 40_512_345.0, "spheroid"),
        ({"CoordinateSystemType": "C"}, 40_512_345.0, "kind of coordinates is C"),
    ],
)
def test_a_head_that_says_too_little_names_no_code(entries: dict[str, str], easting: float, why: str) -> None:
    declared, said = declared_crs(
        head(**{"spheroid": "CGCS2000", **{k.lower(): v for k, v in entries.items()}})
        if "Spheroid" not in entries
        else head(entries["Spheroid"]),
        easting,
    )
    assert not (declared or "").startswith("EPSG")
    assert why in (said or "")


def test_degrees_are_those_of_the_datum() -> None:
    assert declared_crs(head("CGCS2000", CoordinateSystemType="G", XYUnit="D"), 117.0) == ("EPSG:4490", None)


@pytest.mark.parametrize(
    ("first", "second", "pair", "said"),
    [
        ("E", "N", "500006.0,3500003.0", False),
        ("N", "E", "3500003.0,500006.0", False),
        ("北", "东", "3500003.0,500006.0", False),
        ("", "", "500006.0,3500003.0", True),
        ("", "", "3500003.0,40500006.0", True),
    ],
)
def test_the_head_says_which_axis_comes_first(tmp_path: Path, first: str, second: str, pair: str, said: bool) -> None:
    text = section("Point", "1", "T", f"7\n1\n0\n1\n{pair}\n0")
    text = text.replace("XAxisDirection:E", f"XAxisDirection:{first}")
    text = text.replace("YAxisDirection:N", f"YAxisDirection:{second}").replace("Parameters", "Other")
    info, batch = taken(written(tmp_path, text))
    assert (shapes(batch)[0].x % 1e6, shapes(batch)[0].y) == (500_006, 3_500_003)
    assert any("which axis" in warning for warning in info.warnings) == said


def test_axes_to_the_west_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileDamaged, match="axes point to w and n"):
        changed(tmp_path, "XAxisDirection:E", "XAxisDirection:W")


def test_an_offset_is_refused_unless_chosen(tmp_path: Path) -> None:
    text = section("Point", "1", "T", "7\n1\n0\n1\n6,3\n0", head="Offset:500000,3500000\n")
    path = written(tmp_path, text)
    with pytest.raises(FileDamaged, match="whether that is to be added"):
        taken(path)
    assert shapes(taken(path, choices=Choices(offset="add"))[1])[0].wkt == "POINT (500006 3500003)"
    assert shapes(taken(path, choices=Choices(offset="ignore"))[1])[0].wkt == "POINT (6 3)"
