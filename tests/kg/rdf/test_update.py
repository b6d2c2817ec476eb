import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.facts import Facts
from kg.rdf.errors import StoreBusy, StoreMissing, StoreOutdated
from kg.rdf.load import full_load
from kg.rdf.render import render
from kg.rdf.store import STATE, position, reading
from kg.rdf.update import apply_changes
from ontology import Schema

from . import samples
from .samples import BASE, Edge, Value, at, facts

SCHEMA = samples.schema()

# The whole content of a small world: for each living node its graph, values and outgoing edges.
KEYS = ["entity/a", "record/x/1"]
GRAPHS = st.sampled_from(["asserted", "source/x", "source/y"])
VALUES = st.lists(
    st.one_of(
        st.tuples(
            st.just("code"), st.text(st.characters(exclude_categories=["Cs"]), max_size=4), st.just("xsd:string")
        ),
        st.tuples(st.just("floors"), st.sampled_from(["7", "007", "x"]), st.just("xsd:integer")),
    ),
    max_size=2,
)
EDGES = st.lists(
    st.tuples(st.sampled_from(["standsOn", "carries", "nextTo"]), st.sampled_from(KEYS), GRAPHS, st.just(True)),
    max_size=3,
)
OLD_EDGES = st.lists(st.tuples(st.just("standsOn"), st.sampled_from(KEYS), GRAPHS, st.just(False)), max_size=1)
Node = tuple[str, list[tuple[str, str, str]], list[tuple[str, str, str, bool]]]
NODES = st.tuples(GRAPHS, VALUES, st.tuples(EDGES, OLD_EDGES).map(lambda both: both[0] + both[1]))
# mostly one node at a time: then consequences cross from nodes that change to nodes that do not
CHANGES = st.lists(
    st.dictionaries(st.sampled_from(KEYS), st.one_of(NODES, NODES, st.none()), min_size=1, max_size=2),
    min_size=1,
    max_size=10,
)


def world_facts(nodes: dict[str, Node], removed: list[str] | None = None) -> Facts:
    values: list[Value] = [(key, *value, None) for key, (_, of_node, _) in nodes.items() for value in of_node]
    edges: list[Edge] = [(key, *edge) for key, (_, _, of_node) in nodes.items() for edge in of_node]
    return facts({key: graph for key, (graph, _, _) in nodes.items()}, values, edges, removed or [])


def content(path: Path) -> set[ox.Quad]:
    with reading(path) as opened:
        return {quad for quad in opened.store if quad.subject != STATE}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "rdf"
    full_load(path, [facts({})], SCHEMA, BASE, at(0))
    return path


@settings(max_examples=30, deadline=None)
@given(changes=CHANGES)
def test_changes_one_by_one_give_the_store_that_a_full_load_gives(
    empty: Path, changes: list[dict[str, Node | None]]
) -> None:
    world: dict[str, Node] = {}
    copy = ox.Store()
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copytree(empty, Path(folder, "rdf"))
        for number, change in enumerate(changes, start=1):
            touched = {key: node for key, node in change.items() if node is not None}
            gone = [key for key, node in change.items() if node is None]
            world = {key: node for key, node in {**world, **touched}.items() if key not in gone}
            delta = apply_changes(path, world_facts(touched, gone), SCHEMA, BASE, at(number))
            for quad in ox.parse(delta.delete, ox.RdfFormat.N_QUADS):
                copy.remove(quad)
            copy.extend(ox.parse(delta.insert, ox.RdfFormat.N_QUADS))
        whole = ox.Store()
        whole.bulk_load(b"".join(render([world_facts(world)], SCHEMA, BASE)), ox.RdfFormat.N_QUADS)
        assert content(path) == set(whole)
        assert set(copy) == set(whole), "the deltas bring a copy to the same state"
        assert position(path) == at(len(changes))
    triples = [quad.triple for quad in whole]
    assert len(triples) == len(set(triples)), "no triple is in two graphs"


def test_a_consequence_that_is_stated_leaves_the_inferred_graph_and_comes_back(town: Path, schema: Schema) -> None:
    def graphs() -> list[str]:
        found = [quad for quad in content(town) if "plot" in str(quad.subject) and str(quad.object).endswith("h1>")]
        return [str(quad.graph_name).removeprefix(f"<{BASE}graph/").removesuffix(">") for quad in found]

    assert graphs() == ["inferred"]
    stated: list[Edge] = [("entity/plot", "carries", "entity/h1", "source/x", True)]
    apply_changes(town, facts({"entity/plot": "asserted"}, edges=stated), schema, BASE, at(2))
    assert graphs() == ["source/x"]
    apply_changes(town, facts({"entity/plot": "asserted"}), schema, BASE, at(3))
    assert graphs() == ["inferred"]


def test_a_change_that_is_done_again_changes_nothing(town: Path, schema: Schema) -> None:
    change = facts(
        {"entity/h1": "asserted"}, [("entity/h1", "floors", "9", "xsd:integer", None)], removed=["entity/h0"]
    )
    apply_changes(town, change, schema, BASE, at(2))
    after = content(town)
    again = apply_changes(town, change, schema, BASE, at(2))
    assert (again.delete, again.insert) == (b"", b"")
    assert content(town) == after


def test_a_delta_says_from_where_to_where_it_leads(town: Path, schema: Schema) -> None:
    delta = apply_changes(town, facts({}, removed=["entity/h0"]), schema, BASE, at(2))
    assert (delta.before, delta.after) == (at(1), at(2))
    assert b"entity/h0" in delta.delete
    assert delta.insert == b""


def test_a_blank_node_that_a_hand_put_in_goes_with_its_node(town: Path, schema: Schema) -> None:
    store = ox.Store(str(next(town.glob("store-*"))))
    graph = ox.NamedNode(f"{BASE}graph/asserted")
    store.add(ox.Quad(ox.NamedNode(f"{BASE}entity/h0"), ox.NamedNode("a:b"), ox.BlankNode(), graph))
    del store
    apply_changes(town, facts({}, removed=["entity/h0"]), schema, BASE, at(2))
    assert not [quad for quad in content(town) if "h0" in str(quad)]


def test_a_store_of_another_base_asks_for_a_rebuild(town: Path, schema: Schema) -> None:
    with pytest.raises(StoreOutdated, match="res3d rebuild rdf"):
        apply_changes(town, facts({}), schema, "https://other.example/", at(2))
    assert position(town) == at(1)


def test_a_place_without_store_can_not_be_changed(tmp_path: Path, schema: Schema) -> None:
    with pytest.raises(StoreMissing, match="res3d rebuild rdf"):
        apply_changes(tmp_path, facts({}), schema, BASE, at(2))


def test_a_second_writer_is_told_to_wait(town: Path, schema: Schema) -> None:
    writer = ox.Store(str(next(town.glob("store-*"))))
    with pytest.raises(StoreBusy, match="Try again"):
        apply_changes(town, facts({}), schema, BASE, at(2))
    del writer


# Each change gives every house as many floors as its position says: a store where they differ is torn.
WRITER = """
import sys
from pathlib import Path
from kg.rdf.update import apply_changes
from tests.kg.rdf.samples import BASE, at, facts, schema

compiled = schema()
number = int(sys.argv[2])
while True:
    number += 1
    keys = [f"entity/h{house}" for house in range(20)]
    values = [(key, "floors", str(number), "xsd:integer", None) for key in keys]
    apply_changes(Path(sys.argv[1]), facts(dict.fromkeys(keys, "asserted"), values), compiled, BASE, at(number))
    print(number, flush=True)
"""


def test_a_kill_in_the_middle_of_changes_leaves_a_whole_one(town: Path, schema: Schema) -> None:
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    for round_number in range(3):
        shown = position(town)
        assert shown is not None
        command = [sys.executable, "-c", WRITER, str(town), str(shown.changeset)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, cwd=root) as process:
            assert process.stdout is not None
            told = [int(process.stdout.readline()) for _ in range(3 + 4 * round_number)]
            process.send_signal(signal.SIGKILL)
        shown = position(town)
        assert shown is not None
        assert shown.changeset >= told[-1], "what was reported as done is there"
        floors = {
            getattr(quad.object, "value", None) for quad in content(town) if quad.predicate.value.endswith("floors")
        }
        assert floors == {str(shown.changeset)}


def test_readers_beside_a_writer_see_whole_changes(town: Path) -> None:
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen([sys.executable, "-c", WRITER, str(town), "1"], env=environment, cwd=root) as process:
        try:
            seen = 1
            for _ in range(40):
                with reading(town) as opened:
                    floors = {str(quad.object) for quad in opened.store if quad.predicate.value.endswith("floors")}
                    assert opened.position.changeset >= seen
                    seen = opened.position.changeset
                assert len(floors) == 1 or seen == 1
        finally:
            process.kill()
