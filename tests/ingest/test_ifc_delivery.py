"""IFC models by one command: every thing is taken, the tree is one of parts, and what has no place is not lost."""

from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from pyproj import CRS
from sqlalchemy import select

from ingest.apply import apply_mapping
from ingest.datum import DatumError, operation
from ingest.mappings import known_mappings
from ingest.pipeline import Options, ingest_files
from ingest.readers.ifc_place import local_plane
from ingest.summary import FileSummary
from kg.ledger import tables as t
from kg.workspace import AllowedOperation, Workspace, create_workspace, open_workspace
from ontology import Schema
from tests.ingest.readers.ifc_models import THINGS, write_model
from tests.ingest.readers.suite import all_batches, read_here
from tests.workspaces import allow

SITED = "IFCSITE('0site00000000000000001',$,'Grounds',$,$,#21,$,$,.ELEMENT.,(49,6,0),(8,30,0),110000.,$,$)"
BUILDING_CLASSES = {
    "BuildingProject": 1, "Compound": 1, "Building": 1, "Storey": 1, "Wall": 1, "Opening": 1, "Door": 1,
    "ComponentType": 1, "Zone": 1, "BuildingSystem": 1,
}  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """One that takes coordinates of WGS 84."""
    return open_workspace(allow(create_workspace(tmp_path / "w").directory, "EPSG:4326"))


def deliver(workspace: Workspace, schema: Schema, path: Path, **options: object) -> FileSummary:
    with closing(workspace.ledger()) as ledger:
        (summary,) = ingest_files(workspace, ledger, schema, [path], Options(**options))  # type: ignore[arg-type]
    return summary


def test_a_sited_model_is_taken_with_its_shapes(workspace: Workspace, schema: Schema, tmp_path: Path) -> None:
    summary = deliver(workspace, schema, write_model(tmp_path / "house.ifc", {20: SITED}))
    assert summary.error is None
    assert (summary.mapping, summary.rows, summary.taken, summary.quarantined) == ("ifc.yml", THINGS, THINGS, 0)
    assert summary.classes == BUILDING_CLASSES
    with closing(workspace.ledger()) as ledger:
        shapes = ledger.read(select(t.geometry))
        codes = ledger.read(select(t.code))
    assert dict(zip(shapes["key"], shapes["volume"].round(6), strict=True)) == {
        "0wall00000000000000001": 2.0, "0opening00000000000001": 0.8}  # fmt: skip
    assert shapes["x"].to_list() == pytest.approx([8.5, 8.5], abs=1e-4)
    assert set(codes["scheme"]) == {"ifc"}
    assert codes.height == THINGS


def test_a_model_without_a_place_loses_its_shapes_and_nothing_else(
    workspace: Workspace, schema: Schema, tmp_path: Path
) -> None:
    summary = deliver(workspace, schema, write_model(tmp_path / "house.ifc"))
    assert (summary.taken, summary.quarantined, summary.classes) == (THINGS, 0, BUILDING_CLASSES)
    said = "2 geometries have no place on Earth and were left out: give a CRS with --crs EPSG:n"
    assert said in summary.warnings
    with closing(workspace.ledger()) as ledger:
        assert ledger.read(select(t.geometry)).is_empty()


def test_a_crs_that_is_given_places_such_a_model(workspace: Workspace, schema: Schema, tmp_path: Path) -> None:
    summary = deliver(workspace, schema, write_model(tmp_path / "house.ifc"), crs="EPSG:4548")
    assert (summary.taken, summary.error) == (THINGS, None)
    assert not any("no place on Earth and were left out" in note for note in summary.warnings)
    with closing(workspace.ledger()) as ledger:
        assert ledger.read(select(t.geometry)).height == 2


def test_a_second_version_says_more_of_the_same_things(workspace: Workspace, schema: Schema, tmp_path: Path) -> None:
    deliver(workspace, schema, write_model(tmp_path / "house.ifc"))
    summary = deliver(workspace, schema, write_model(tmp_path / "house2.ifc", {20: SITED}))
    assert (summary.taken, summary.changed + summary.unchanged, summary.ended) == (0, THINGS, 0)


@pytest.mark.process
def test_every_thing_of_the_shared_models_has_a_class(shared_data: Path, schema: Schema, workspace: Workspace) -> None:
    mapping = next(each for each in known_mappings(workspace, schema) if each.name == "ifc.yml")
    for name in ("IfcOpenHouse_IFC4.ifc", "OpenSmartHome_Flat.ifc"):
        features = all_batches(read_here("ifc", shared_data / "ifc-buildings" / name)[1]).features
        mapped = apply_mapping(mapping, features, schema)
        assert mapped.problems.is_empty()
        assert mapped.records.height == features.height
        classes = Counter(mapped.records["class"].to_list())
        assert classes["Wall"] == features["@class"].is_in(["IfcWall", "IfcWallStandardCase"]).sum()
        parts = mapped.claims.filter(mapped.claims["predicate"] == "partOf")
        assert parts.height == features["@parent"].len() - features["@parent"].null_count()


def test_a_permit_for_a_datum_holds_for_planes_of_no_name_on_it() -> None:
    plane = local_plane(49.1, 8.5, CRS("EPSG:4326"))
    permit = AllowedOperation("EPSG:4326", "EPSG:4490", through=None, uncertainty_m=1.0)
    found = operation(plane, "EPSG:4490", (permit,))
    assert (found.is_ballpark, found.accuracy_m) == (True, 1.0)
    with pytest.raises(DatumError, match="No operation of known accuracy"):
        operation(plane, "EPSG:4490", ())
    with pytest.raises(DatumError, match="No operation of known accuracy"):
        operation("EPSG:32632", "EPSG:4490", (permit,))  # a plane with a name wants its own permit
