"""`res3d measures`: what buildings measure, held against what 3DBAG says of them and against a known house."""

import gzip
import json
from pathlib import Path

import polars as pl
import pytest

from api.cli.demo import sample_files
from tests.workspaces import allow

from .conftest import Run

TILE = next(path for path in sample_files() if "3dbag" in path.name)
_CUBE = [[[0, 2, 3, 1]], [[0, 1, 5, 4]], [[1, 3, 7, 5]], [[3, 2, 6, 7]], [[2, 0, 4, 6]], [[4, 5, 7, 6]]]
"""Corners numbered by x, then y, then z; the ground first, the roof last."""
_FIGURES = ("volume", "footprint_area", "ground_height", "eaves_height", "ridge_height", "storeys")


@pytest.fixture
def town(run: Run, workspace: Path, without_views: None) -> Path:
    """A workspace with the packaged tile of 3DBAG."""
    allow(workspace, "EPSG:28992", through="EPSG:4258")
    assert run("ingest", TILE, "-w", workspace).code == 0
    return workspace


def test_heights_are_those_that_3dbag_states(run: Run, town: Path) -> None:
    """Its heights of roofs come from the point cloud, ours from the model, so most agree within a few centimetres."""
    found = pl.DataFrame(run("measures", "-w", town, "--json").json["buildings"], infer_schema_length=None)
    objects = json.loads(gzip.decompress(TILE.read_bytes()))["CityObjects"]
    stated = [{"key": key, **one["attributes"]} for key, one in objects.items() if one["type"] == "Building"]
    rows = found.join(pl.DataFrame(stated, infer_schema_length=None), on="key")
    assert rows.height == len(stated) == found.height
    known = rows.drop_nulls("ground_height")
    assert known.height > 0.99 * rows.height
    assert (known["ground_height"] - known["h_maaiveld"]).abs().max() < 0.002  # type: ignore[operator]  # a number
    for figure, name in (("eaves_height", "h_dak_min"), ("ridge_height", "h_dak_max")):
        apart = (known[figure] - known[name]).abs()
        assert float(apart.median()) < 0.1, figure  # type: ignore[arg-type]
    assert (known["eaves_height"] <= known["ridge_height"]).all()
    for figure in _FIGURES:
        assert (found[figure].is_null() == found[f"{figure}_method"].is_null()).all(), figure


def test_the_table_says_by_which_methods(run: Run, town: Path) -> None:
    told = run("measures", "nl-3dbag", "--rows", 3, "-w", town)
    assert told.code == 0
    assert "ground height: lowest corner of the ground surfaces" in told.out
    assert "volume: closed solid" in told.out
    assert "--rows" in told.err


def test_a_source_without_buildings_is_an_error_with_the_next_step(run: Run, town: Path) -> None:
    failed = run("measures", "nowhere", "-w", town)
    assert failed.code == 1
    assert "No building of the source 'nowhere' is known" in failed.err
    assert "res3d ingest" in failed.err


def _town(parts: int, *, meanings: bool, lid: bool = True) -> str:
    """A building of so many cubes of 3 m, one beside the other, each a part of it; without a lid none is closed."""
    faces = _CUBE if lid else _CUBE[:-1]
    vertices = [[84_000 + 3 * (x + part), 447_000 + 3 * y, 3 * z] for part in range(parts)
                for z in (0, 1) for y in (0, 1) for x in (0, 1)]  # fmt: skip
    objects: dict[str, object] = {
        "b": {"type": "Building", "children": [f"p{n}" for n in range(parts)], "attributes": {"height": 3}}
    }
    for part in range(parts):
        shell = [[[8 * part + corner for corner in ring] for ring in face] for face in faces]
        geometry: dict[str, object] = {"type": "Solid", "lod": "2", "boundaries": [shell]}
        if meanings:
            kinds = [{"type": "GroundSurface"}, {"type": "WallSurface"}, {"type": "RoofSurface"}]
            levels = [{corner // 4 for ring in face for corner in ring} for face in faces]
            values = [0 if level == {0} else 2 if level == {1} else 1 for level in levels]
            geometry["semantics"] = {"surfaces": kinds, "values": [values]}
        objects[f"p{part}"] = {"type": "BuildingPart", "parents": ["b"], "geometry": [geometry]}
    return json.dumps({
        "type": "CityJSON", "version": "2.0", "CityObjects": objects, "vertices": vertices,
        "transform": {"scale": [1, 1, 1], "translate": [0, 0, 0]},
        "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/7415"},
    })  # fmt: skip


@pytest.mark.parametrize(("meanings", "lid"), [(True, True), (False, True), (True, False)])
def test_a_building_of_parts_measures_what_they_do(
    run: Run, workspace: Path, tmp_path: Path, without_views: None, meanings: bool, lid: bool
) -> None:
    allow(workspace, "EPSG:28992", through="EPSG:4258")
    (tmp_path / "town.city.json").write_text(_town(2, meanings=meanings, lid=lid), encoding="utf-8")
    assert run("ingest", tmp_path / "town.city.json", "-w", workspace).code == 0
    (one,) = run("measures", "-w", workspace, "--json").json["buildings"]
    assert (one["ground_height"], one["ridge_height"]) == (0, 3)
    assert one["footprint_area"] == pytest.approx(18)
    if lid:
        assert (one["volume"], one["volume_method"]) == (pytest.approx(54), "sum of 2 closed parts")
    else:
        assert (one["volume"], one["volume_method"]) == (None, None)
    roof = meanings and lid
    assert (one["eaves_height"] is not None) == roof
    assert one["ridge_height_method"] == ("highest corner of the roof surfaces" if roof else "highest corner")
    assert one["storeys"] == (1 if roof else None)
