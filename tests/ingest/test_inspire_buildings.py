"""INSPIRE buildings of any country, by a small file made after the schema; those of Spain keep their own mapping."""

import json
from pathlib import Path

from sqlalchemy import select

from ingest.pipeline import Options, ingest_files
from ingest.readers import read
from kg.ledger import tables as t
from kg.workspace import AllowedOperation, create_workspace
from ontology import Schema

_FILE = Path(__file__).parent / "data" / "inspire_bu.gml"
_LIST = "http://inspire.ec.europa.eu/codelist"


def test_links_to_code_lists_are_kept() -> None:
    with read(_FILE) as reading:
        features = next(iter(reading.batches)).features
    assert reading.info.crs == "EPSG:3035"
    assert features["conditionOfConstruction_href"].to_list() == [
        f"{_LIST}/ConditionOfConstructionValue/functional",
        f"{_LIST}/ConditionOfConstructionValue/ruin",
    ]
    assert features["currentUse_href"].to_list() == [f"{_LIST}/CurrentUseValue/residential", None]


def test_buildings_of_any_country_and_of_spain_have_their_mappings(
    shared_data: Path, schema: Schema, tmp_path: Path
) -> None:
    allowed = tuple(AllowedOperation(name, "EPSG:4490", "EPSG:4258", 1.0) for name in ("EPSG:3035", "EPSG:32628"))
    workspace = create_workspace(tmp_path / "workspace", allowed=allowed)
    ledger = workspace.ledger()
    spain = shared_data / "es-catastro-tenerife" / "38023.building.gml"
    summaries = ingest_files(workspace, ledger, schema, [_FILE, spain], Options())
    assert [(each.mapping, each.taken, each.quarantined, each.error) for each in summaries] == [
        ("inspire-bu-building.yml", 2, 0, None),
        ("es-catastro-building.yml", 2, 0, None),
    ]
    query = select(t.record.c.key, t.record.c.attributes).where(t.record.c.source == "inspire-bu-building")
    rows = {row["key"]: json.loads(row["attributes"]) for row in ledger.read(query).iter_rows(named=True)}
    assert sorted(rows) == ["XX.TEST.BU/1", "XX.TEST.BU/2"]
    told = json.dumps(rows["XX.TEST.BU/1"])
    assert f"{_LIST}/CurrentUseValue/residential" in told
    assert (rows["XX.TEST.BU/1"]["storeysAboveGround"], rows["XX.TEST.BU/1"]["numberOfUnits"]) == ([4], [9])
    assert "storeysAboveGround" not in rows["XX.TEST.BU/2"]
