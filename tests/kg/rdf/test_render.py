import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.facts import Facts, joined
from kg.rdf.errors import FactsInvalid
from kg.rdf.names import RDF_TYPE, datatype_iri
from kg.rdf.render import render
from ontology import Schema, UnknownTerm

from .samples import BASE, TERM, facts
from .samples import schema as make_schema

SCHEMA = make_schema()
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = st.sampled_from(["entity/R3A", "record/bag/0503%2F1", "record/源/键", "code/ma/MA.156%231"])


def parsed(given_facts: Facts, schema: Schema = SCHEMA) -> list[ox.Quad]:
    return list(ox.parse(b"".join(render([given_facts], schema, BASE)), ox.RdfFormat.N_QUADS))


def short(quads: list[ox.Quad]) -> set[tuple[str, str, str, str]]:
    def name(term: object) -> str:
        return str(getattr(term, "value", term)).removeprefix(TERM).removeprefix(BASE)

    return {(name(q.subject), name(q.predicate), name(q.object), name(q.graph_name)) for q in quads}


@given(KEYS, TEXT)
def test_any_text_comes_back_as_it_was(key: str, text: str) -> None:
    quads = parsed(facts({key: "asserted"}, [(key, "code", text, "xsd:string", None)]))
    assert [q.object for q in quads if q.predicate.value == f"{TERM}code"] == [ox.Literal(text)]


@given(TEXT, st.sampled_from(["xsd:integer", "xsd:decimal", "geo:wktLiteral"]))
def test_any_typed_text_comes_back_with_its_datatype(text: str, datatype: str) -> None:
    quads = parsed(facts({"a": "asserted"}, [("a", "outline", text, datatype, None)]))
    expected = ox.Literal(text, datatype=ox.NamedNode(datatype_iri(datatype)))
    assert [q.object for q in quads if q.predicate.value == f"{TERM}outline"] == [expected]


@given(TEXT, st.sampled_from(["zh", "en", "zh-Hant", "nl"]))
def test_any_text_with_a_language_comes_back_with_it(text: str, language: str) -> None:
    quads = parsed(facts({"a": "asserted"}, [("a", "name", text, "rdf:langString", language)]))
    assert [q.object for q in quads if q.predicate.value == f"{TERM}name"] == [ox.Literal(text, language=language)]


def test_a_node_states_its_class_in_its_graph_and_its_superclass_as_inferred() -> None:
    quads = parsed(facts({"record/bag/1": "source/bag"}))
    assert short(quads) == {
        ("record/bag/1", RDF_TYPE, "House", "graph/source/bag"),
        ("record/bag/1", RDF_TYPE, "Entity", "graph/inferred"),
    }


def test_a_superclass_that_is_stated_too_is_not_inferred_as_well() -> None:
    stated = facts({"a": "asserted"})
    nodes = stated.nodes.with_columns(types=stated.nodes["types"].list.concat(stated.nodes["inferred"]))
    assert short(parsed(Facts(nodes, stated.values, stated.edges, stated.removed))) == {
        ("a", RDF_TYPE, "House", "graph/asserted"),
        ("a", RDF_TYPE, "Entity", "graph/asserted"),
    }


def test_an_edge_that_no_longer_holds_is_no_triple() -> None:
    quads = parsed(facts({"a": "asserted"}, edges=[("a", "knows", "b", "asserted", False)]))
    assert {q.predicate.value for q in quads} == {RDF_TYPE}


@pytest.mark.parametrize(
    ("predicate", "converse"), [("standsOn", "carries"), ("carries", "standsOn"), ("nextTo", "nextTo")]
)
def test_an_edge_implies_its_converse(predicate: str, converse: str) -> None:
    quads = parsed(facts({"a": "asserted"}, edges=[("a", predicate, "b", "asserted", True)]))
    assert ("b", converse, "a", "graph/inferred") in short(quads)


def test_an_edge_without_inverse_implies_nothing() -> None:
    quads = parsed(facts({"a": "asserted"}, edges=[("a", "knows", "b", "asserted", True)]))
    assert not [quad for quad in short(quads) if quad[0] == "b"]


def test_a_converse_that_is_stated_is_not_inferred_as_well() -> None:
    edges = [("a", "standsOn", "b", "asserted", True), ("b", "carries", "a", "source/bag", True)]
    quads = short(parsed(facts({"a": "asserted", "b": "asserted"}, edges=edges)))
    assert {quad for quad in quads if quad[1] in ("standsOn", "carries")} == {
        ("a", "standsOn", "b", "graph/asserted"),
        ("b", "carries", "a", "graph/source/bag"),
    }


def test_a_converse_that_another_part_states_is_not_inferred_as_well() -> None:
    first = facts({"a": "asserted"}, edges=[("a", "standsOn", "b", "asserted", True)])
    second = facts({"b": "asserted"}, edges=[("b", "carries", "a", "asserted", True)])
    both = list(ox.parse(b"".join(render([first, second], SCHEMA, BASE)), ox.RdfFormat.N_QUADS))
    assert sorted(map(str, both)) == sorted(map(str, parsed(joined([first, second]))))
    assert len(both) == len({quad.triple for quad in both})


def test_an_edge_that_two_graphs_state_is_in_the_first_of_them() -> None:
    edges = [("a", "knows", "b", graph, True) for graph in ("source/x", "asserted", "source/bag")]
    quads = short(parsed(facts({"a": "asserted"}, edges=edges)))
    assert [quad[3] for quad in quads if quad[1] == "knows"] == ["graph/asserted"]


@pytest.mark.parametrize("key", ["a b", "a>b", 'a"b', "a\\b", "a\nb", "{a}"])
def test_a_key_that_is_no_iri_is_refused_by_name(key: str) -> None:
    with pytest.raises(FactsInvalid, match="percent-encode"):
        parsed(facts({key: "asserted"}))
    with pytest.raises(FactsInvalid, match="percent-encode"):
        parsed(facts({"a": "asserted"}, edges=[("a", "knows", key, "asserted", True)]))


def test_all_contradictions_of_the_frames_are_named_at_once() -> None:
    wrong = facts(
        {"a": "asserted"},
        [("b", "code", "1", "xsd:string", None), ("a", "name", "x", "rdf:langString", "no tag")],
        [("c", "knows", "a", "asserted", True)],
    )
    with pytest.raises(FactsInvalid, match=r"not in `nodes`: 'b'.*not in `nodes`: 'c'.*no language tag: 'no tag'"):
        parsed(wrong)


def test_an_unknown_term_lists_similar_names() -> None:
    with pytest.raises(UnknownTerm, match="floors"):
        parsed(facts({"a": "asserted"}, [("a", "floor", "1", "xsd:integer", None)]))


def test_no_facts_are_no_quads() -> None:
    assert parsed(facts({})) == []
