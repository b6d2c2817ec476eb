from dataclasses import replace

import neo4j
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.facts import Facts, Standing
from kg.graph import BadFacts, difference, dump, load_over_wire, read_position, update
from ontology import Schema

from .samples import BASE, POSITION, facts, schema, town

pytestmark = pytest.mark.neo4j
LATER = Standing(changeset=8, digest="d8", schema="s1")


@pytest.fixture(scope="module")
def terms() -> Schema:
    return schema()


def differences(driver: neo4j.Driver, expected: Facts, terms: Schema) -> list[tuple[object, ...]]:
    return difference(expected, dump(driver, base=BASE), terms).rows()


def test_a_loaded_graph_holds_the_facts_and_the_position(empty_graph: neo4j.Driver, terms: Schema) -> None:
    assert read_position(empty_graph) is None
    load_over_wire(empty_graph, [town()], terms, base=BASE, position=POSITION)
    assert differences(empty_graph, town(), terms) == []
    assert read_position(empty_graph) == POSITION
    found = empty_graph.execute_query(
        "MATCH (h:House:Current {name: 'Delft'})-[r:STANDS_ON {current: true}]->(p:Plot) "
        "RETURN h.floors AS floors, h.height AS height, h.listed AS listed, h.outline AS outline, p.iri AS plot"
    ).records
    plot = f"{BASE}entity/p1"
    assert [record.data() for record in found] == [
        {"floors": 4, "height": 12.5, "listed": True, "outline": None, "plot": plot}
    ]


def test_an_update_replaces_touched_nodes_whole_and_leaves_the_others(empty_graph: neo4j.Driver, terms: Schema) -> None:
    load_over_wire(empty_graph, [town()], terms, base=BASE, position=POSITION)
    touched = facts(
        [("entity/h1", "Plot", False), ("entity/h3", "House", True)],
        [("entity/h1", "name", "now a plot", "xsd:string"), ("entity/h3", "floors", "1", "xsd:integer")],
        [("entity/h3", "nextTo", "entity/h2")],
    )
    update(empty_graph, touched, terms, base=BASE, position=LATER)
    others = town()
    expected = replace(
        others,
        nodes=pl.concat([others.nodes.filter(pl.col("key") != "entity/h1"), touched.nodes]),
        values=pl.concat([others.values.filter(pl.col("key") != "entity/h1"), touched.values]),
        edges=pl.concat([others.edges.filter(pl.col("subject") != "entity/h1"), touched.edges]),
    )
    assert differences(empty_graph, expected, terms) == []
    assert read_position(empty_graph) == LATER


def test_the_same_update_twice_is_the_same_graph(empty_graph: neo4j.Driver, terms: Schema) -> None:
    for _ in range(2):
        update(empty_graph, town(), terms, base=BASE, position=POSITION)
    assert differences(empty_graph, town(), terms) == []


def test_removed_nodes_vanish(empty_graph: neo4j.Driver, terms: Schema) -> None:
    load_over_wire(empty_graph, [town()], terms, base=BASE, position=POSITION)
    rest = facts([("entity/h1", "House", True)], removed=["entity/h2", "entity/p1"])
    update(empty_graph, rest, terms, base=BASE, position=LATER)
    assert differences(empty_graph, rest, terms) == []


def test_a_removed_node_that_is_still_pointed_at_is_an_error(empty_graph: neo4j.Driver, terms: Schema) -> None:
    load_over_wire(empty_graph, [town()], terms, base=BASE, position=POSITION)
    with pytest.raises(BadFacts, match=r"to be removed\) that is no node, such as https://data\.example/entity/p1"):
        update(empty_graph, facts([], removed=["entity/p1"]), terms, base=BASE, position=LATER)
    assert differences(empty_graph, town(), terms) == []
    assert read_position(empty_graph) == POSITION


def test_an_edge_to_nowhere_is_an_error_and_changes_nothing(empty_graph: neo4j.Driver, terms: Schema) -> None:
    load_over_wire(empty_graph, [town()], terms, base=BASE, position=POSITION)
    dangling = facts([("entity/h9", "House", True)], edges=[("entity/h9", "standsOn", "entity/nowhere")])
    with pytest.raises(BadFacts, match=r"1 edges have a object that is no node, such as .*entity/nowhere"):
        update(empty_graph, dangling, terms, base=BASE, position=LATER)
    assert differences(empty_graph, town(), terms) == []
    assert read_position(empty_graph) == POSITION


def test_an_edge_from_an_untouched_node_is_an_error(empty_graph: neo4j.Driver, terms: Schema) -> None:
    stray = facts([("entity/h1", "House", True)], edges=[("entity/h2", "nextTo", "entity/h1")])
    with pytest.raises(BadFacts, match="1 edges have a subject that is no node, such as entity/h2"):
        update(empty_graph, stray, terms, base=BASE, position=LATER)


def test_an_update_that_was_broken_off_is_done_again(
    empty_graph: neo4j.Driver, terms: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_over_wire(empty_graph, [town()], terms, base=BASE, position=POSITION)
    monkeypatch.setattr("kg.graph.wire.ROWS_PER_TRANSACTION", 2)

    def break_off(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update(empty_graph, town("Den Haag"), terms, base=BASE, position=LATER, progress=break_off)
    assert read_position(empty_graph) == POSITION
    assert differences(empty_graph, town(), terms) != []
    seen: list[tuple[int, int]] = []
    update(
        empty_graph,
        town("Den Haag"),
        terms,
        base=BASE,
        position=LATER,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(2, 6), (3, 6), (5, 6), (6, 6)]
    assert differences(empty_graph, town("Den Haag"), terms) == []
    assert read_position(empty_graph) == LATER


def test_a_database_with_nodes_of_others_is_not_overwritten(empty_graph: neo4j.Driver, terms: Schema) -> None:
    empty_graph.execute_query("CREATE (:Customer {name: 'theirs'})")
    with pytest.raises(BadFacts, match="holds 1 nodes that are not ours; give res3d an empty database"):
        load_over_wire(empty_graph, [town()], terms, base=BASE, position=POSITION)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_any_text_comes_back_as_it_went_in(texts: list[str], empty_graph: neo4j.Driver, terms: Schema) -> None:
    house = facts([("entity/h", "House", True)], [("entity/h", "name", text, "xsd:string") for text in texts])
    update(empty_graph, house, terms, base=BASE, position=POSITION)
    stored = empty_graph.execute_query("MATCH (n:House) RETURN n.name").records[0].value()
    assert stored == (sorted(set(texts)) if len(set(texts)) > 1 else texts[0])
    assert differences(empty_graph, house, terms) == []
