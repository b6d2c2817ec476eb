"""Both views follow the ledger, and `verify` tells when any of the three was altered by hand."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from ingest.pipeline import Options, ingest_files
from kg import graph
from kg.ontologies import apply_ontology, schema_in_force
from kg.rdf.answer import query_once
from kg.rdf.query import Query
from kg.rdf.store import current_directory
from kg.verify import verify
from kg.views import GraphPlace, View, catch_up, graph_driver, projection_lock, standings
from kg.workspace import create_workspace
from ontology import Schema
from tests.ingest.deliveries import Desk, square, write_squares

pytestmark = pytest.mark.neo4j
PLACE = GraphPlace()
BAG = [f"NL.IMBAG.Pand.050310000000{number:04d}" for number in range(3)]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, schema: Schema) -> Iterator[Desk]:
    """A desk whose views live in a real store and a real Neo4j, both loaded once by the bulk path."""
    workspace = create_workspace(tmp_path_factory.mktemp("views") / "workspace")
    desk = Desk(workspace, workspace.ledger(), schema)
    desk.hand_in([square("a", 0, bag=BAG[0]), square("b", 20, bag=BAG[1])])
    try:
        follow(desk)
        yield desk
    finally:
        graph.stop(workspace.graph)


def follow(desk: Desk, *, rebuild: bool = False, views: tuple[View, ...] = ("rdf", "graph")) -> None:
    with projection_lock(desk.workspace) as is_ours:
        assert is_ours
        catch_up(desk.workspace, desk.ledger, desk.schema, PLACE, rebuild=rebuild, views=views)


def differences(desk: Desk) -> list[tuple[str, str | None, str]]:
    found = verify(desk.workspace, desk.ledger, desk.schema, PLACE)
    return [(one.where, one.key, one.what) for one in found]


def sparql(desk: Desk, text: str) -> str:
    prefix = "PREFIX res: <https://res3d.example/ontology#>\n"
    return query_once(desk.workspace.rdf, Query(prefix + text, format_name="csv")).read().decode()


def test_a_fresh_load_holds_what_the_ledger_says(town: Desk) -> None:
    assert differences(town) == []


def test_later_deliveries_arrive_by_small_changes(town: Desk) -> None:
    town.hand_in([square("a", 0, bag=BAG[0], year=1700), square("c", 40)], at="2025-05-05", name="second.geojson")
    follow(town)
    assert differences(town) == []
    number = town.ledger.position().number
    assert [one.changeset for one in standings(town.workspace, PLACE).values() if one] == [number, number]


def test_only_one_process_updates_the_views(town: Desk) -> None:
    with projection_lock(town.workspace) as first, projection_lock(town.workspace) as second:
        assert (first, second) == (True, False)


def test_an_alteration_of_rdf_is_named(town: Desk) -> None:
    with current_directory(town.workspace.rdf) as directory:
        store = ox.Store(str(directory))
        state = "GRAPH ?g { ?s <https://res3d.example/ontology#yearOfConstruction> ?year }"
        store.update(f"DELETE {{ {state} }} WHERE {{ {state} }}")
        store.flush()
        del store
    found = differences(town)
    assert {(where, what) for where, _, what in found} == {("rdf", "yearOfConstruction")}
    follow(town, rebuild=True, views=("rdf",))
    assert differences(town) == []


def test_an_alteration_of_neo4j_is_named(town: Desk) -> None:
    with graph_driver(town.workspace, PLACE) as driver:
        driver.execute_query("MATCH (n:Building {entityId: $id}) SET n.state = 'gone'", id=an_entity(town))
        driver.execute_query("MATCH (:Record)-[r:DESCRIBES]->(:Building {entityId: $id}) DELETE r", id=an_entity(town))
    found = differences(town)
    assert ("graph", f"entity/{an_entity(town)}", "value state") in found
    assert any(what == "edge DESCRIBES" for _, _, what in found)
    follow(town, rebuild=True, views=("graph",))
    assert differences(town) == []


def test_an_alteration_of_the_ledger_is_named(town: Desk) -> None:
    path = town.workspace.directory / "ledger.gpkg"
    change = "UPDATE record SET attributes = replace(attributes, '{}', '{}') WHERE key = 'c'"
    with sqlite3.connect(path) as connection:
        connection.execute(change.format("1990", "1991"))
    assert ("ledger", None) in {(where, key) for where, key, _ in differences(town)}
    with sqlite3.connect(path) as connection:
        connection.execute(change.format("1991", "1990"))
    connection.close()
    assert differences(town) == []


def an_entity(desk: Desk) -> str:
    return sparql(desk, "SELECT ?id { ?b a res:Building ; res:entityId ?id } ORDER BY ?id LIMIT 1").split()[1]


TERMS = """
@prefix : <https://town.example/terms#> .
@prefix town: <https://town.example/terms#> .
@prefix res: <https://res3d.example/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:Windmill a owl:Class ; rdfs:subClassOf res:Building ;
    rdfs:label "风车"@zh, "windmill"@en ; skos:definition "A building with sails that the wind turns."@en .
:sails a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:domain :Windmill ; rdfs:range xsd:integer ;
    rdfs:label "叶片数"@zh, "sails"@en ; skos:definition "Number of sails of a windmill."@en .
"""
MILLS = """
prefixes: {town: "https://town.example/terms#"}
res3d: {source: mills, title: windmills, licence: CC0}
mappings:
  mill:
    s: record/mills/$(name)
    po:
      - [a, town:Windmill]
      - [town:sails, $(sails)]
"""


def test_a_class_added_in_turtle_is_ingested_and_found_in_both_views_without_code(town: Desk) -> None:
    (town.workspace.ontology / "town.ttl").write_text(TERMS, encoding="utf-8")
    (town.workspace.ontology / "mills.yml").write_text(MILLS, encoding="utf-8")
    apply_ontology(town.workspace, town.ledger, actor="tester", reason="windmills")
    extended = Desk(town.workspace, town.ledger, schema_in_force(town.ledger))
    path = write_squares(Path(town.workspace.directory / "m.geojson"), [square("mill", 80, sails=4)])
    summary = ingest_files(extended.workspace, extended.ledger, extended.schema, [path], Options(source="mills"))[0]
    assert (summary.taken, summary.error) == (1, None)
    follow(extended)
    town_prefix = "PREFIX town: <https://town.example/terms#> "
    asked = town_prefix + "SELECT ?n { ?m a town:Windmill, res:Building, res:Entity ; town:sails ?n }"
    assert sparql(extended, asked).split() == ["n", "4"]
    with graph_driver(extended.workspace, PLACE) as driver:
        name = extended.schema.class_("https://town.example/terms#Windmill").name
        sails = extended.schema.property_("https://town.example/terms#sails").name
        query = f"MATCH (m:{name}:Building:Entity) RETURN m.{sails} AS sails"
        assert graph.run(driver, query, {}, seconds=5, max_rows=5).values == [[4]]
    assert differences(extended) == []
