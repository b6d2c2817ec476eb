"""`res3d height` and `res3d heights`, as a table and as JSON."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from tests.workspaces import allow

from .conftest import Run

_TOWN = """{"type":"CityJSON","version":"2.0","metadata":{"referenceSystem":"https://www.opengis.net/def/crs/EPSG/0/7415"},
"CityObjects":{"%s":{"type":"Building","attributes":{"identificatie":"%s","status":"Pand in gebruik",
"oorspronkelijkbouwjaar":1999,"b3_bouwlagen":1},"geometry":[
{"type":"MultiSurface","lod":"1","boundaries":[[[0,1,2,3]],[[4,5,6,7]]]}]}},
"vertices":[[84010,446990,%f],[84020,446990,%f],[84020,446980,%f],[84010,446980,%f],
[84010,446990,19],[84020,446990,19],[84020,446980,19],[84010,446980,19]]}"""


@pytest.fixture
def terrain(run: Run, workspace: Path, tmp_path: Path, without_views: None) -> Path:
    """A workspace with a sloping raster (1 m higher every 10 m to the east) and a building half a metre above it."""
    allow(workspace, "EPSG:28992", through="EPSG:4258")
    cells = np.tile((np.arange(100, dtype=np.float32) + 0.5) / 10, (100, 1))
    with rasterio.open(tmp_path / "dem.tif", "w", driver="GTiff", height=100, width=100, count=1, dtype="float32",
                       crs="EPSG:7415", transform=Affine(1, 0, 84_000, 0, -1, 447_000)) as data:  # fmt: skip
        data.write(cells, 1)
    key = "NL.IMBAG.Pand.0503100000000001"
    (tmp_path / "town.city.json").write_text(_TOWN % (key, key, 2, 2, 2, 2))
    ran = run("ingest", tmp_path / "dem.tif", tmp_path / "town.city.json", "-w", workspace)
    assert ran.code == 0, ran.err
    return workspace


def test_the_height_of_a_place_is_told(run: Run, terrain: Path) -> None:
    told = run("height", 84_025, 446_950, "--crs", "EPSG:28992", "-w", terrain)
    assert told.code == 0
    assert "2.500 m" in told.out
    assert "terrain/dem.tif" in told.out
    answer = run("height", 84_025, 446_950, "--crs", "EPSG:28992", "-w", terrain, "--json").json
    assert answer["height_m"] == pytest.approx(2.5)
    assert (answer["method"], answer["height_reference"]) == ("bilinear", "EPSG:5709")


def test_no_height_is_none(run: Run, terrain: Path) -> None:
    assert run("height", 4.0, 52.0, "-w", terrain, "--json").json["height_m"] is None
    assert "None of 1 coverages has a height there." in run("height", 4.0, 52.0, "-w", terrain).out


def test_things_above_the_ground_are_listed(run: Run, terrain: Path) -> None:
    found = run("heights", "nl-3dbag", "-t", "0.2", "-w", terrain, "--json").json
    (one,) = found["beyond"]
    assert (found["compared"], found["without_terrain"], one["height"]) == (1, 0, 2.0)
    assert one["difference"] == pytest.approx(2.0 - 1.5, abs=0.01)
    assert one["is_stated"] is False
    told = run("heights", "nl-3dbag", "-w", terrain).out
    assert "1 compared, median difference +0.50 m; 0 lie where no terrain is known; 0 differ by more than 1 m" in told
    assert "lowest corner" in run("heights", "nl-3dbag", "-t", "0.2", "-w", terrain).out


def test_what_can_not_be_told_ends_with_1(run: Run, terrain: Path, tmp_path: Path) -> None:
    wrong = run("heights", "nowhere", "-w", terrain)
    assert (wrong.code, "'nowhere' has nothing to compare" in wrong.err) == (1, True)
    wrong = run("height", 1, 2, "--crs", "EPSG:0", "-w", terrain)
    assert (wrong.code, "no coordinate reference system" in wrong.err) == (1, True)
    (tmp_path / "dem.tif").unlink()
    gone = run("height", 84_025, 446_950, "--crs", "EPSG:28992", "-w", terrain)
    assert (gone.code, "is not there: put it back, or ingest it again" in gone.err) == (1, True)


def test_without_terrain_the_way_to_some_is_named(run: Run, workspace: Path) -> None:
    answer = run("height", 1, 2, "-w", workspace)
    assert (answer.code, "`res3d ingest` takes LAS, LAZ and GeoTIFF" in answer.err) == (1, True)
