"""CityGML through to the graph: mappings are chosen by the file, nothing said is lost, SPARQL finds it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from lxml import etree

from ingest.pipeline import Options, ingest_files
from ingest.summary import FileSummary
from kg.views import GraphPlace, catch_up
from kg.workspace import Workspace, open_workspace
from ontology import Schema, compile_schema, packaged_texts
from tests.workspaces import european_workspace

Town = tuple[Workspace, dict[str, FileSummary]]
PLATEAU = "jp-plateau-samples"
MELBOURNE = (
    "citygml-spec-examples/citygml3/Transportation/Real-world examples/"
    "CityGML_3.0_transportation_data_from_Open_Data_Portal_Melbourne/citygml3_individual_section_1carriageway.gml"
)
ALLOWED = ("EPSG:6668", "EPSG:28992", "EPSG:31466", "EPSG:32755")
EXPECTED = {
    f"{PLATEAU}/yokosuka-shi/udx/bldg/52397519_bldg_6697_op.gml": ("jp-plateau-building.yml", 24),
    f"{PLATEAU}/yokosuka-shi/udx/dem/523965_dem_6697_05_op.gml": ("citygml.yml", 4),
    f"{PLATEAU}/numazu-shi/udx/luse/523836_luse_6668_op.gml": ("citygml.yml", 225),
    f"{PLATEAU}/numazu-shi/udx/fld/52385721_fld_6697_l1_op.gml": ("citygml.yml", 3),
    f"{PLATEAU}/tokyo23-ku/udx/urf/533957_urf_6668_op.gml": ("jp-plateau-planning.yml", 38),
    "de-fzk-haus/FZK-Haus-LoD-all_nofurniture.gml.gz": ("citygml.yml", 105),
    "bad-val3dity/gml/dh_1.gml": ("citygml.yml", 59),
    MELBOURNE: ("citygml.yml", 78),
    "citygml-spec-examples/citygml2/ade/noise-ade/road_example.gml": ("citygml.yml", 3),
}


@pytest.fixture(scope="module")
def schema() -> Schema:
    return compile_schema(packaged_texts())


@pytest.fixture(scope="module")
def town(shared_data: Path, schema: Schema, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """All files of the table in one workspace, with its RDF view."""
    place = european_workspace(tmp_path_factory.mktemp("citygml") / "w", *ALLOWED, uncertainty_m=5.0)
    workspace = open_workspace(place)
    ledger = workspace.ledger()
    found = {}
    for name in EXPECTED:
        options = Options(batch_rows=20 if "bldg" in name else 10_000)
        (found[name],) = ingest_files(workspace, ledger, schema, [shared_data / name], options)
    catch_up(workspace, ledger, schema, GraphPlace(), views=("rdf",), report=lambda *_: None)
    ledger.close()
    return workspace, found


@pytest.fixture(scope="module")
def ask(town: Town) -> Any:
    """The rows that SPARQL gives, as texts."""
    store = ox.Store.read_only(str(next(town[0].rdf.rglob("CURRENT")).parent))

    def call(pattern: str) -> list[list[str]]:
        prefix = "PREFIX res: <https://res3d.example/ontology#>\n"
        rows = store.query(prefix + pattern, use_default_graph_as_union=True)
        return [[str(getattr(value, "value", value)) for value in row] for row in rows]  # type: ignore[union-attr]

    return call


@pytest.mark.process
@pytest.mark.parametrize("name", EXPECTED)
def test_every_row_is_taken_by_the_mapping_of_its_kind(town: Town, name: str) -> None:
    summary = town[1][name]
    assert summary.error is None
    mapping, rows = EXPECTED[name]
    assert (summary.mapping, summary.rows, summary.taken, summary.quarantined) == (mapping, rows, rows, 0)


@pytest.mark.process
@pytest.mark.parametrize("name", [name for name in EXPECTED if name.startswith(PLATEAU)])
def test_every_word_of_i_ur_is_found_after_ingest(shared_data: Path, ask: Any, name: str) -> None:
    said: dict[str, str] = {}
    query = "SELECT ?key ?p ?o { ?r res:recordKey ?key ; ?p ?o . FILTER(isLiteral(?o)) }"
    for key, _, value in ask(query):
        said[key] = f"{said.get(key, '')} {value}"
    compared = 0
    for element in etree.parse(str(shared_data / name)).iter():
        namespace = etree.QName(element).namespace if isinstance(element.tag, str) else ""
        text = (element.text or "").strip()
        if "/iur/" not in (namespace or "") or len(element) or not text:
            continue
        owner = next(above for above in element.iterancestors() if above.get("{http://www.opengis.net/gml}id"))
        if element.get("uom") is not None:  # a number, and numbers are written without needless zeros
            text = repr(float(text)).removesuffix(".0")
        assert text in said[str(owner.get("{http://www.opengis.net/gml}id"))], (element.tag, text)
        compared += 1
    assert compared > 0 or "/dem/" in name


@pytest.mark.process
def test_a_building_is_found_by_its_registry_number(ask: Any) -> None:
    is_it = "FILTER(CONTAINS(STR(?said), '14201-bldg-110968'))"
    query = f"SELECT ?key {{ ?r res:recordKey ?key ; res:unmapped ?said . {is_it} }}"
    assert ask(query) == [["bldg_787d830e-2534-410a-8a2a-a531efeb2533"]]


@pytest.mark.process
def test_rooms_doors_and_walls_are_parts_of_the_house(ask: Any) -> None:
    query = """SELECT ?class (COUNT(DISTINCT ?part) AS ?n) { ?part a ?class ; res:partOf+ ?house .
        ?house a res:Building ; res:yearOfConstruction 2020 .
        VALUES ?class { res:Room res:Door res:Window res:InteriorWallSurface } }
        GROUP BY ?class ORDER BY ?class"""
    found = {name.rpartition("#")[2]: int(count) for name, count in ask(query)}
    assert found == {"Room": 7, "Door": 10, "Window": 22, "InteriorWallSurface": 27}


@pytest.mark.process
def test_levels_of_detail_are_geometries_of_one_record(town: Town) -> None:
    with closing(sqlite3.connect(town[0].directory / "ledger.gpkg")) as ledger:
        query = "SELECT lod FROM geometry WHERE key = 'UUID_d281adfc-4901-0f52-540b-4cc1a9325f82'"
        lods = sorted(lod for (lod,) in ledger.execute(query))
    assert lods == ["0", "0", "1", "2", "3", "4"]
