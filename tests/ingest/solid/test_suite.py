"""The test suite of val3dity: every case gets the code that is expected of it."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely

from ingest.geometry_3d import solid_errors
from ingest.readers import Batch, Request, get_reader
from ingest.solid import Action, Body, Check3D, Kind, check_bodies, check_geometries

from .by_reader import check_read, check_read_features
from .cases import FOLDER, Case, bodies_of, cases

EXPLAINED = {
    "test_valid/two_objects_1.obj": (102,),
    "test_valid/two_objects_2.obj": (102,),
}
"""Called valid by the list, but a face `5 6 7 7` has a point twice in a row."""
UNTOLD = {501, 502, 503, 601}
"""Codes of composite solids and of parts of a building, neither of which JSON-FG has."""
NEEDS_SHELLS = {"303_1", "305_1"}
"""Two cubes in one shell: where only the polygons are known they could be two solids."""


@pytest.fixture(scope="module")
def checked(shared_data: Path) -> list[Case]:
    return list(cases(shared_data))


def test_every_case_has_its_code(checked: list[Case]) -> None:
    wrong = {case.file: case.found for case in checked if not case.is_right}
    assert wrong == EXPLAINED
    assert len(checked) >= 119


def test_what_the_reader_gives_is_enough_for_every_code_that_a_file_can_have(shared_data: Path) -> None:
    """As `res3d ingest --check-3d` sees them: written as CityJSON, read, and checked by what the reader gives."""
    read = list(cases(shared_data, check_read))
    assert {case.file: case.found for case in read if not case.is_right} == EXPLAINED | {
        "test_geometry_generic/101.poly": (),  # `too-few-points` of the reader: there is no shape to be checked
        "test_jsonfg/e103.fg.json": (),  # rings of CityJSON close by themselves
    }
    assert len(read) >= 119


def test_json_fg_tells_enough_for_every_code_but_those_of_composites_and_parts(shared_data: Path) -> None:
    read = list(cases(shared_data, check_read_features))
    wrong = {case.file: case.found for case in read if not case.is_right and not UNTOLD & set(case.expected)}
    assert wrong == EXPLAINED | {
        "test_geometry_generic/101.poly": (),  # there is no shape to be checked
        "test_geometry_generic/303_cs.poly": (),  # a composite surface
        "test_jsonfg/e103.fg.json": (),  # it was written anew with closed rings
    }
    assert len(read) >= 119


@pytest.mark.parametrize("name", ["csol1", "csol5", "csol6", "csol7", "msol1", "msol2", "msol3"])
def test_solids_of_city_gml_are_checked_as_they_are_nested(shared_data: Path, name: str) -> None:
    """Beside a loader of the tests. In `csol6` and `msol3` one of two solids is open: the other is still whole."""
    path = shared_data / FOLDER / "gml" / f"{name}.gml"
    batches = [part for part in get_reader("citygml").read(Request(str(path))) if isinstance(part, Batch)]
    errors = pl.concat(
        solid_errors(batch.features, batch.geometries, None, Check3D(Action.WARN)).errors for batch in batches
    )
    expected = check_bodies(bodies_of(path)[0])
    assert errors.select("code", "text").rows() == expected.select("code", "text").rows()
    shells = pl.concat(batch.geometries for batch in batches)["@shells"].drop_nulls().to_list()
    assert shells == [[[len(shell) for shell in solid] for solid in body.solids] for body in bodies_of(path)[0]]


def test_no_case_with_an_error_is_accepted(checked: list[Case]) -> None:
    broken = [case for case in checked if case.expected]
    assert [case.file for case in broken if not case.found] == []
    assert len(broken) >= 70


def test_all_valid_files_are_checked(checked: list[Case], shared_data: Path) -> None:
    names = {f"test_valid/{path.name}" for path in (shared_data / FOLDER / "test_valid").iterdir()}
    assert names == {case.file for case in checked if case.file.startswith("test_valid/")}
    assert len(names) == 20


def test_flat_polygons_get_the_same_codes(shared_data: Path) -> None:
    """As readers give them: one MultiPolygon Z, and whether it is solid."""
    folder = shared_data / FOLDER / "test_geometry_generic"
    compared = 0
    for path in sorted(folder.glob("*.poly")):
        code = int(path.name[:3]) if path.name[:3].isdigit() else 0
        if not 102 <= code < 400 or "_valid" in path.name or path.stem in ("207_2", "303_cs"):
            continue
        code = 303 if code == 304 else code
        body = bodies_of(path)[0][0]
        found = check_geometries(pl.Series([_wkb(body)]), pl.Series([True]))["code"].unique().to_list()
        assert found == ([] if path.stem in NEEDS_SHELLS else [code]), path.name
        compared += 1
    assert compared >= 30


def test_flat_cavities_are_told_from_solids(shared_data: Path) -> None:
    folder = shared_data / FOLDER
    cube, cavity = (bodies_of(folder / "test_valid" / f"{name}.poly")[0][0] for name in ("basecube", "inner_shell"))
    both = Body(Kind.SOLID, [[cube.solids[0][0], cavity.solids[0][0]]])
    outside = bodies_of(folder / "test_geometry_generic" / "403.poly")[0][0]
    wrong = Body(Kind.SOLID, [[cube.solids[0][0], outside.solids[0][0]]])
    table = check_geometries(pl.Series([_wkb(both), _wkb(wrong)]), pl.Series([True, True]))
    assert table.select("row", "code").rows() == [(1, 403)]


def _wkb(body: Body) -> bytes:
    polygons = [
        shapely.Polygon(_ring(rings[0]), [_ring(ring) for ring in rings[1:]])
        for solid in body.solids
        for shell in solid
        for rings in shell
    ]
    return bytes(shapely.to_wkb(shapely.multipolygons(polygons), output_dimension=3))


def _ring(points: object) -> "np.typing.NDArray[np.float64]":
    return np.asarray(points, dtype=np.float64)
