"""Coordinates that can't be what their reference system says."""

import polars as pl
import pytest
import shapely

from ingest.plausible import doubts

from .deliveries import Desk, square


def shapes(*points: tuple[float, float]) -> pl.DataFrame:
    return pl.DataFrame({"@geometry": shapely.to_wkb([shapely.Point(point) for point in points]).tolist()})


@pytest.mark.parametrize(
    ("crs", "point", "said"),
    [
        ("EPSG:28992", (84_000.0, 447_000.0), None),
        ("EPSG:28992", (447_000.0, 84_000.0), "axes of the file seem to be swapped"),
        ("EPSG:28992", (84_000_000.0, 447_000_000.0), "is that the right system"),
        ("EPSG:28992", (4.36, 52.0), "is that the right system"),
        ("EPSG:4490", (117.0, 31.5), None),
        ("EPSG:4490", (31.5, 117.0), "swapped"),
        ("EPSG:4258", (500_000.0, 3_500_000.0), "are no degrees"),
        ("EPSG:4326", (-179.9, -17.0), None),
        ("EPSG:2193", (1_570_000.0, 5_180_000.0), None),  # New Zealand: its area goes over the antimeridian
        ("EPSG:3857", (485_000.0, 6_800_000.0), None),
    ],
)
def test_what_can_not_be_is_said(crs: str, point: tuple[float, float], said: str | None) -> None:
    found = doubts(crs, shapes(point))
    assert found is None if said is None else said in str(found)


def test_nothing_is_said_of_nothing() -> None:
    assert doubts("EPSG:28992", shapes()) is None
    assert doubts("EPSG:28992", pl.DataFrame({"@geometry": [None]}, schema={"@geometry": pl.Binary})) is None


def test_the_summary_warns_and_the_rows_are_taken(desk: Desk) -> None:
    summary = desk.hand_in([square("a", 0)], crs="EPSG:4490")
    assert any("are no degrees" in warning for warning in summary.warnings)
    assert summary.taken == 1
    assert not any("area of use" in warning for warning in desk.hand_in([square("b", 0)]).warnings)
