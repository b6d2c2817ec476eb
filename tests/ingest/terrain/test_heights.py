"""Heights from the coverages of a workspace: which coverage answers, reference systems, files that went away."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine

from ingest.datum import DatumError
from ingest.pipeline import Options, ingest_files
from ingest.terrain import (
    TerrainCoverage,
    TerrainError,
    coverages_in,
    height_at,
    heights_at,
    held_against_terrain,
)
from kg.ledger import Ledger
from kg.workspace import AllowedOperation, Workspace, create_workspace
from ontology import Schema, compile_schema, packaged_texts

_RD = AllowedOperation("EPSG:28992", "EPSG:4490", "EPSG:4258", 1.0)


def raster(path: Path, cells: Any, west: float, north: float, side: float, crs: str = "EPSG:28992") -> Path:
    with rasterio.open(path, "w", driver="GTiff", height=cells.shape[0], width=cells.shape[1], count=1,
                       dtype=cells.dtype, crs=crs, nodata=-9999,
                       transform=Affine(side, 0, west, 0, -side, north)) as data:  # fmt: skip
        data.write(cells, 1)
    return path


def coverage(path: Path, outline: shapely.Geometry, **changes: Any) -> TerrainCoverage:
    plain = TerrainCoverage(
        "dem", path.name, False, str(path), path.stat().st_size, "EPSG:28992", None, 1.0, 1.0, outline
    )
    return replace(plain, **changes)


@pytest.fixture
def coarse(tmp_path: Path) -> TerrainCoverage:
    """A flat raster of 100 m x 100 m at 10 m height, cells of 5 m."""
    path = raster(tmp_path / "coarse.tif", np.full((20, 20), 10, dtype=np.float32), 84_000, 447_100, 5)
    return coverage(path, shapely.box(84_000, 447_000, 84_100, 447_100), spacing=5.0)


@pytest.fixture
def fine(tmp_path: Path) -> TerrainCoverage:
    """A raster of 50 m x 50 m at 20 m height in the west of it, the eastern half without data."""
    cells = np.full((50, 50), 20, dtype=np.float32)
    cells[:, 25:] = -9999
    path = raster(tmp_path / "fine.tif", cells, 84_000, 447_100, 1)
    return coverage(path, shapely.box(84_000, 447_050, 84_025, 447_100))


def test_the_first_that_knows_a_place_answers(fine: TerrainCoverage, coarse: TerrainCoverage) -> None:
    x, y = [84_010.0, 84_040.0, 84_090.0, 84_200.0], [447_080.0, 447_080.0, 447_010.0, 447_010.0]
    found = heights_at([fine, coarse], x, y, "EPSG:28992")
    np.testing.assert_equal(found.metres, [20, 10, 10, np.nan])
    assert found.of.tolist() == [0, 1, 1, -1]
    assert height_at([fine, coarse], 84_010, 447_080, "EPSG:28992") == 20.0
    assert height_at([fine, coarse], 84_200, 447_080, "EPSG:28992") is None
    assert height_at([], 84_200, 447_080, "EPSG:28992") is None


def test_feet_become_metres(coarse: TerrainCoverage) -> None:
    assert height_at([replace(coarse, metres=0.3048)], 84_010, 447_080, "EPSG:28992") == pytest.approx(3.048)


def test_places_may_be_in_another_reference_system(coarse: TerrainCoverage) -> None:
    from pyproj import Transformer

    to_wgs84 = Transformer.from_crs("EPSG:28992", "EPSG:4258", always_xy=True)
    longitude, latitude = to_wgs84.transform(84_050, 447_050)
    assert height_at([coarse], longitude, latitude, "EPSG:4258") == 10.0
    with pytest.raises(DatumError, match="No operation of known accuracy"):
        height_at([coarse], longitude, latitude, "EPSG:4490")
    assert height_at([coarse], longitude, latitude, "EPSG:4490", allowed=(_RD,)) == 10.0


def test_a_file_that_went_away_or_changed_is_said_to_have(coarse: TerrainCoverage) -> None:
    path = Path(str(coarse.path))
    with pytest.raises(TerrainError, match=r"coarse.tif has changed since it was ingested \([\d,]+ bytes, then 1\)"):
        height_at([replace(coarse, size=1)], 84_010, 447_080, "EPSG:28992")
    with pytest.raises(TerrainError, match=r"dem/coarse.tif came out of an archive: unpack that, then ingest it again"):
        height_at([replace(coarse, path=None)], 84_010, 447_080, "EPSG:28992")
    path.unlink()
    with pytest.raises(TerrainError, match=r"lay at .*coarse.tif, and is not there: put it back, or ingest it again"):
        height_at([coarse], 84_010, 447_080, "EPSG:28992")
    assert height_at([coarse], 90_000, 447_080, "EPSG:28992") is None  # it is not needed there


def test_a_file_that_was_replaced_by_rubbish_can_not_be_read(coarse: TerrainCoverage) -> None:
    Path(str(coarse.path)).write_bytes(b"II*\0" + bytes(coarse.size - 4))
    with pytest.raises(TerrainError, match=r"dem/coarse.tif can't be read any more"):
        height_at([coarse], 84_010, 447_080, "EPSG:28992")


# From file to answer


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> tuple[Workspace, Ledger, Schema]:
    """Delft: two tiles of a point cloud without CRS, and the buildings of 3DBAG on them."""
    workspace = create_workspace(tmp_path_factory.mktemp("terrain") / "workspace")
    workspace = replace(workspace, allowed_operations=(_RD,))
    ledger, schema = workspace.ledger(), compile_schema(packaged_texts())
    folder = shared_data / "nl-delft-bgt"
    clouds = ingest_files(workspace, ledger, schema, sorted(folder.glob("*.laz")), Options(crs="EPSG:7415"))
    assert [(each.error, each.taken, each.classes) for each in clouds] == [(None, 1, {"PointCloud": 1})] * 2
    (bag,) = ingest_files(workspace, ledger, schema, [folder / "3dbag_delft_noise_ext.city.jsonl"], Options())
    assert bag.error is None
    return workspace, ledger, schema


@pytest.mark.process
def test_records_keep_what_heights_need(town: tuple[Workspace, Ledger, Schema], shared_data: Path) -> None:
    _, ledger, schema = town
    with ledger.reading() as snapshot:
        found = coverages_in(snapshot, schema)
    assert {each.key for each in found} == {"ahn3_cropped_1.laz", "ahn3_cropped_2.laz"}
    assert all(each.is_cloud and each.metres == 1.0 and each.height_reference == "EPSG:5709" for each in found)
    assert {each.path for each in found} == {
        str((shared_data / "nl-delft-bgt" / name).absolute()) for name in ("ahn3_cropped_1.laz", "ahn3_cropped_2.laz")
    }
    assert all(0.1 < each.spacing < 1 for each in found)


@pytest.mark.process
def test_the_ground_of_a_real_town_fits_its_buildings(town: tuple[Workspace, Ledger, Schema]) -> None:
    """3DBAG states the ground of each building from the same laser scanning: it is the terrain within decimetres."""
    workspace, ledger, schema = town
    with ledger.reading() as snapshot:
        found = coverages_in(snapshot, schema)
        held = held_against_terrain(
            snapshot, schema, found, "nl-3dbag", tolerance_m=1.0, allowed=workspace.allowed_operations
        )
        strict = held_against_terrain(
            snapshot, schema, found, "nl-3dbag", tolerance_m=0.0, allowed=workspace.allowed_operations
        )
        with pytest.raises(TerrainError, match="'las' has nothing to compare"):
            held_against_terrain(snapshot, schema, found, "las", tolerance_m=1.0)
    assert held.compared > 40
    assert held.median is not None
    assert abs(held.median) < 0.5
    assert held.beyond == ()
    assert len(strict.beyond) == strict.compared == held.compared
    apart = [abs(each.difference) for each in strict.beyond]
    assert apart == sorted(apart, reverse=True)
    one = strict.beyond[0]
    assert one.difference == pytest.approx(one.height - one.terrain)
    assert one.entity


@pytest.mark.process
def test_buildings_above_a_ground_that_lies_too_low_are_found(
    town: tuple[Workspace, Ledger, Schema], tmp_path: Path
) -> None:
    workspace, ledger, schema = town
    path = raster(tmp_path / "low.tif", np.full((300, 300), -5, dtype=np.float32), 84_750, 447_700, 1)
    low = coverage(path, shapely.box(84_750, 447_400, 85_050, 447_700))
    allowed = workspace.allowed_operations
    with ledger.reading() as snapshot:
        held = held_against_terrain(snapshot, schema, [low], "nl-3dbag", tolerance_m=3.0, allowed=allowed)
        none = held_against_terrain(snapshot, schema, [low], "nl-3dbag", tolerance_m=30.0, allowed=allowed)
    assert held.compared == len(held.beyond) > 30
    assert {each.terrain for each in held.beyond} == {-5.0}
    assert all(each.difference == pytest.approx(each.height + 5) for each in held.beyond)
    assert {each.class_ for each in held.beyond} == {"Building", "BuildingPart"}
    assert {each.is_stated for each in held.beyond} == {True, False}
    assert (none.compared, none.beyond) == (held.compared, ())


@pytest.mark.process
def test_a_raster_is_taken_whole_and_once(tmp_path: Path, town: tuple[Workspace, Ledger, Schema]) -> None:
    workspace = replace(create_workspace(tmp_path / "workspace"), allowed_operations=(_RD,))
    ledger, schema = workspace.ledger(), town[2]
    cells = np.arange(10_000, dtype=np.float32).reshape(100, 100) / 100
    path = raster(tmp_path / "dem.tif", cells, 84_000, 447_000, 2, "EPSG:7415")
    (first,) = ingest_files(workspace, ledger, schema, [path], Options())
    assert (first.error, first.taken, first.mapping) == (None, 1, "terrain.yml")
    with ledger.reading() as snapshot:
        (only,) = coverages_in(snapshot, schema)
    assert (only.spacing, only.height_reference, only.is_cloud) == (2.0, "EPSG:5709", False)
    rows, columns = np.divmod(np.arange(0, 10_000, 37), 100)
    x, y = 84_000 + 2 * columns + 1.0, 447_000 - 2 * rows - 1.0
    assert heights_at([only], x, y, "EPSG:28992").metres == pytest.approx(cells[rows, columns].astype(np.float64))
    raster(path, cells[:50], 84_000, 447_000, 2, "EPSG:7415")
    (again,) = ingest_files(workspace, ledger, schema, [path], Options())
    assert (again.taken, again.changed, again.ended) == (0, 1, 0)
    with ledger.reading() as snapshot:
        (only,) = coverages_in(snapshot, schema)
    assert height_at([only], 84_100, 446_850, "EPSG:28992") is None


@pytest.mark.process
def test_a_cloud_without_crs_is_asked_for_one(tmp_path: Path, shared_data: Path) -> None:
    workspace = create_workspace(tmp_path / "workspace")
    path = shared_data / "nl-delft-bgt" / "ahn3_cropped_2.laz"
    (summary,) = ingest_files(workspace, workspace.ledger(), compile_schema(packaged_texts()), [path], Options())
    assert "ahn3_cropped_2.laz names no coordinate reference system: give one with --crs EPSG:n" in str(summary.error)
