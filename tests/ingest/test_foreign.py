"""One command for the files of other countries: each layer by its built-in mapping, every row accounted for."""

from pathlib import Path

import pytest

from ingest.pipeline import Options, ingest_files
from ingest.summary import FileSummary
from kg.workspace import open_workspace
from ontology import Schema
from tests.workspaces import european_workspace

# file and layer -> mapping, rows taken, rows in quarantine; counted by hand or by the readme of the data set
EXPECTED = {
    "eu-inspire-cp/cadastralparcels.xml": [("inspire-cp-parcel", 5, 0)],
    "eu-inspire-cp/cadastralzonings.xml": [("inspire-cp-zoning", 2, 0)],
    "eu-inspire-cp/inspire_addresses1.gml": [("inspire-ad-address", 1, 0)],
    "es-catastro-tenerife/parcel.gpkg": [("es-catastro-parcel", 186, 0)],
    "es-catastro-tenerife/38023.building.gml": [("es-catastro-building", 2, 0)],
    "es-catastro-tenerife/buildingpart.gml": [("es-catastro-buildingpart", 25, 0)],
    "es-catastro-tenerife/othercons.gml": [("es-catastro-other", 25, 0)],
    "es-catastro-tenerife/current.osm": [("osm-point", 3, 0), ("osm-line", 2, 0), ("osm-area", 5, 0)],
    "de-alkis-neuwerk/ALKIS_NeuwScharh_0003_noslopes.xml.gz": [
        ("de-alkis-parcel", 137, 0), ("de-alkis-building", 57, 0), ("de-alkis-cover", 8, 0), ("de-alkis-cover", 4, 0),
        ("de-alkis-cover", 10, 0), ("de-alkis-cover", 3, 0), ("de-alkis-cover", 1, 0), ("de-alkis-cover", 1, 0),
        ("de-alkis-cover", 10, 0), ("de-alkis-cover", 9, 0),
    ],
    "at-dkm-cadastre/KA_14168_EPSG25833.gml": [("at-dkm-parcel", 100, 0)],
    "fr-edigeo/25354/edigeo-25354000ZB01.tar.bz2": [
        ("fr-edigeo-section", 1, 0), ("fr-edigeo-parcel", 68, 0), ("fr-edigeo-building", 33, 0),
        ("fr-edigeo-boundary-point", 281, 0),
    ],
    "us-nyc-mappluto/mappluto_17v1_1_greenwich.geojson": [("us-nyc-pluto", 142, 0)],
    "cn-admin-divisions/areas.csv": [("cn-division-county", 2978, 0)],
    "nl-delft-bgt/bgt_wegdeel.sqlite": [("nl-bgt-wegdeel", 151, 0)],
    "nl-delft-bgt/bgt_pand.sqlite": [("nl-bgt-pand", 160, 0)],
    "nl-delft-bgt/bgt_scheiding.sqlite": [("nl-bgt-scheiding", 57, 0)],
}  # fmt: skip
ALLOWED = ("EPSG:4326", "EPSG:28992", "EPSG:2154", "IGNF:RGF93LAMB93")


@pytest.fixture(scope="module")
def taken(shared_data: Path, schema: Schema, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[FileSummary]]:
    """All files tried in a workspace that keeps European coordinates."""
    workspace = open_workspace(european_workspace(tmp_path_factory.mktemp("europe") / "w", *ALLOWED))
    ledger = workspace.ledger()
    found = {
        name: ingest_files(workspace, ledger, schema, [shared_data / name], Options(dry_run=True)) for name in EXPECTED
    }
    ledger.close()
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_a_foreign_file_is_taken_whole(taken: dict[str, list[FileSummary]], name: str) -> None:
    summaries = taken[name]
    assert [summary.error for summary in summaries if summary.error] == []
    done = [summary for summary in summaries if not summary.skipped]
    told = [(str(each.mapping).removesuffix(".yml"), each.taken, each.quarantined) for each in done]
    assert sorted(told) == sorted(EXPECTED[name])
    assert all(summary.skipped for summary in summaries if summary not in done)
