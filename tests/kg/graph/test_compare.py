import neo4j
import pytest

from kg.graph import difference, dump, load_over_wire
from ontology import Schema

from .samples import BASE, POSITION, facts, schema, town

pytestmark = pytest.mark.neo4j
HOUSE = "Construction:Current:Entity:House:Resource"


@pytest.fixture(scope="module")
def terms() -> Schema:
    return schema()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("SET h.name = 'Delf'", [("entity/h1", "value name", '"Delft"', '"Delf"')]),
        ("SET h.floors = '4'", [("entity/h1", "value floors", "4", '"4"')]),
        ("SET h.floors = 4.0", []),
        ("SET h.floors = [4]", [("entity/h1", "value floors", "4", "[4]")]),
        ("REMOVE h.listed", [("entity/h1", "value listed", "true", None)]),
        ("SET h.extra = date('2024-01-01')", [("entity/h1", "value extra", None, "2024-01-01")]),
        (
            "REMOVE h:Current SET h:Plot",
            [("entity/h1", "labels", HOUSE, "Construction:Entity:House:Plot:Resource")],
        ),
        (
            "WITH h MATCH (h)-[r:STANDS_ON]->() DELETE r",
            [("entity/h1", "edge STANDS_ON", "entity/p1 current .. x 1", None)],
        ),
        (
            "WITH h MATCH (h)-[:STANDS_ON]->(p) CREATE (h)-[:STANDS_ON {current: true}]->(p)",
            [("entity/h1", "edge STANDS_ON", "entity/p1 current .. x 1", "entity/p1 current .. x 2")],
        ),
        (
            "WITH h MATCH (h)-[r:STANDS_ON]->() SET r.current = 'perhaps', r.validTo = 5",
            [
                ("entity/h1", "edge STANDS_ON", None, "entity/p1 no mark of time ..5 x 1"),
                ("entity/h1", "edge STANDS_ON", "entity/p1 current .. x 1", None),
            ],
        ),
        (
            "DETACH DELETE h",
            [("entity/h1", "node", HOUSE, None)],
        ),
        ("SET h.iri = 'https://elsewhere.example/x'", [
            ("entity/h1", "node", HOUSE, None),
            ("https://elsewhere.example/x", "node", None, HOUSE),
        ]),
    ],
)  # fmt: skip
def test_every_alteration_by_hand_is_named(
    change: str, found: list[tuple[str, str, str | None, str | None]], empty_graph: neo4j.Driver, terms: Schema
) -> None:
    load_over_wire(empty_graph, [town()], terms, base=BASE, position=POSITION)
    empty_graph.execute_query(f"MATCH (h {{iri: '{BASE}entity/h1'}}) {change}")
    assert difference(town(), dump(empty_graph, base=BASE), terms).rows() == found


def test_a_node_that_somebody_added_is_named(empty_graph: neo4j.Driver, terms: Schema) -> None:
    load_over_wire(empty_graph, [town()], terms, base=BASE, position=POSITION)
    empty_graph.execute_query("CREATE (:House {name: 'by hand'})")
    ((_, what, expected, actual),) = difference(town(), dump(empty_graph, base=BASE), terms).rows()
    assert (what, expected, actual) == ("node", None, "House")


def test_a_sample_of_keys_is_compared_alone(empty_graph: neo4j.Driver, terms: Schema) -> None:
    load_over_wire(empty_graph, [town()], terms, base=BASE, position=POSITION)
    sample = facts([("entity/p1", "Plot", True)])
    assert difference(sample, dump(empty_graph, base=BASE, keys=["entity/p1"]), terms).is_empty()


def test_an_empty_graph_has_empty_frames(empty_graph: neo4j.Driver) -> None:
    empty = dump(empty_graph, base=BASE)
    assert (len(empty.nodes), len(empty.values), len(empty.edges)) == (0, 0, 0)
    assert empty.edges.columns == ["subject", "type", "object", "current", "validFrom", "validTo"]
