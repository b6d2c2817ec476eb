"""Coordinates change their reference system by an operation of known accuracy, or by one that was allowed by name."""

import numpy as np
import pytest
import shapely

from ingest.datum import DatumError, horizontal_crs, operation
from kg.workspace import AllowedOperation

RD, CGCS2000, ETRS89, GAUSS_KRUGER = "EPSG:28992", "EPSG:4490", "EPSG:4258", "EPSG:4548"
DELFT_CAMPUS = (85_000.0, 446_000.0)  # in RD
THROUGH_ETRS89 = AllowedOperation(RD, CGCS2000, through=ETRS89, uncertainty_m=1.0)


def test_a_projection_on_the_same_datum_is_exact_and_returns() -> None:
    there = operation(GAUSS_KRUGER, CGCS2000, ())
    back = operation(CGCS2000, GAUSS_KRUGER, ())
    start = shapely.points([[509_480.0, 3_508_590.0]])

    moved = there.apply(start)

    assert there.accuracy_m == 0.0
    assert not there.is_ballpark
    assert shapely.get_coordinates(moved)[0] == pytest.approx([117.1, 31.7], abs=1e-4)
    assert shapely.get_coordinates(back.apply(moved)) == pytest.approx(shapely.get_coordinates(start), abs=1e-6)


def test_the_same_reference_system_needs_no_operation() -> None:
    same = operation(CGCS2000, CGCS2000, ())

    assert same.text == "none"
    assert same.accuracy_m == 0.0
    assert same.steps == ()


def test_an_operation_with_a_known_error_keeps_its_accuracy() -> None:
    known = operation(RD, ETRS89, ())

    assert known.accuracy_m is not None
    assert 0 < known.accuracy_m <= 1
    assert not known.is_ballpark


def test_a_ballpark_operation_is_refused_with_what_to_write() -> None:
    with pytest.raises(DatumError, match=r"No operation of known accuracy leads from EPSG:28992 to EPSG:4490") as error:
        operation(RD, CGCS2000, ())
    assert "[[datum.allow]] with source, target, uncertainty_m" in str(error.value)


def test_a_permit_for_other_systems_allows_nothing() -> None:
    other = AllowedOperation("EPSG:2100", CGCS2000, through=None, uncertainty_m=1.0)

    with pytest.raises(DatumError, match="No operation of known accuracy"):
        operation(RD, CGCS2000, (other,))


def test_an_allowed_ballpark_operation_is_marked_with_the_allowed_uncertainty() -> None:
    allowed = operation(RD, CGCS2000, (THROUGH_ETRS89,))

    assert allowed.is_ballpark
    assert allowed.accuracy_m == 1.0
    assert len(allowed.steps) == 2


def test_the_way_through_etrs89_ends_where_etrs89_has_the_point() -> None:
    point = shapely.points([DELFT_CAMPUS])

    moved = operation(RD, CGCS2000, (THROUGH_ETRS89,)).apply(point)

    in_etrs89 = operation(RD, ETRS89, ()).apply(point)
    assert shapely.get_coordinates(moved)[0] == pytest.approx(shapely.get_coordinates(in_etrs89)[0], abs=1e-12)
    assert shapely.get_coordinates(moved)[0] == pytest.approx([4.37, 52.0], abs=0.02)


def test_the_way_without_a_stop_misses_by_many_metres() -> None:
    straight = AllowedOperation(RD, CGCS2000, through=None, uncertainty_m=200.0)
    point = shapely.points([DELFT_CAMPUS])

    by_two_steps = shapely.get_coordinates(operation(RD, CGCS2000, (THROUGH_ETRS89,)).apply(point))[0]
    by_one = shapely.get_coordinates(operation(RD, CGCS2000, (straight,)).apply(point))[0]

    metres = np.hypot((by_one[0] - by_two_steps[0]) * 111_000 * np.cos(np.radians(52)),
                      (by_one[1] - by_two_steps[1]) * 111_000)  # fmt: skip
    assert 50 < metres < 200


def test_a_stop_that_is_no_known_step_away_is_refused() -> None:
    useless = AllowedOperation(RD, CGCS2000, through="EPSG:4555", uncertainty_m=1.0)  # New Beijing

    with pytest.raises(DatumError, match="`through` EPSG:4555 does not help"):
        operation(RD, CGCS2000, (useless,))


def test_a_compound_system_is_moved_by_its_horizontal_part() -> None:
    compound, plane = (operation(name, CGCS2000, (THROUGH_ETRS89,)) for name in ("EPSG:7415", RD))
    solid = shapely.from_wkt("POLYGON Z ((85000 446000 -1.5, 85010 446000 -1.5, 85010 446010 7.25, 85000 446000 -1.5))")

    moved = shapely.get_coordinates(compound.apply(np.array([solid])), include_z=True)

    assert moved[:, 2].tolist() == [-1.5, -1.5, 7.25, -1.5]
    flat = shapely.get_coordinates(plane.apply(np.array([shapely.force_2d(solid)])))
    assert moved[:, :2].tolist() == flat.tolist()


def test_missing_geometries_stay_missing() -> None:
    moved = operation(GAUSS_KRUGER, CGCS2000, ()).apply(np.array([None, shapely.Point(509_480, 3_508_590)]))

    assert moved[0] is None
    assert shapely.get_x(moved)[1] == pytest.approx(117.1, abs=1e-4)


def test_a_name_that_is_no_reference_system_is_refused_by_name() -> None:
    with pytest.raises(DatumError, match=r"'EPSG:0' is no coordinate reference system: give one as EPSG:n"):
        horizontal_crs("EPSG:0")
