"""Shapes on a store: asking first who may break one gives what whole columns give."""

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.rdf.candidates import questions
from kg.rdf.validate import stored_data, validate_store
from ontology import OntologyText
from ontology.read import read
from ontology.shacl import Shapes, read_shapes, validate
from tests.ontology.shacl.test_random import PREFIXES, Example, examples

VALUES = [
    ":a", ":b", "_:n", '"x"', '"xyz"', '""', '"x y"@en', "1", "2", "2.5", "3.0E0", "true", '"many"^^xsd:integer',
    '"2024-01-01"^^xsd:date', '"300"^^xsd:byte', '"a\\"b\\n"', '"1e400"^^xsd:double', "100000000000000000001",
]  # fmt: skip
ASKABLE = [
    "sh:minCount 1", "sh:maxCount 1", "sh:maxCount 2", "sh:datatype xsd:integer", "sh:datatype xsd:string",
    "sh:datatype xsd:double", "sh:nodeKind sh:IRI", "sh:nodeKind sh:BlankNodeOrLiteral", "sh:nodeKind sh:IRIOrLiteral",
    "sh:minInclusive 2", "sh:maxExclusive 2.5", "sh:minExclusive 1.0E0", "sh:maxInclusive 2", "sh:minLength 2",
    "sh:maxLength 2", 'sh:pattern "^x"', 'sh:pattern "[\\"\\\\n]"', 'sh:pattern "X" ; sh:flags "i"',
    'sh:in ( :a "x" "a\\"b\\n" )', "sh:class :D", "sh:lessThan :q", "sh:lessThanOrEquals :q",
]  # fmt: skip


def shapes_of(turtle: str) -> Shapes:
    shapes, findings = read_shapes(read([OntologyText("shapes.ttl", PREFIXES + turtle)]))
    assert not findings
    return shapes


def store_of(turtle: str) -> ox.Store:
    """A store in the form of the RDF view: several named graphs, some of the statements in two of them."""
    store = ox.Store()
    quads = list(ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE))
    for number, quad in enumerate(quads):
        for graph in {"urn:one", "urn:two" if number % 2 else "urn:one"}:
            store.add(ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(graph)))
    return store


@st.composite
def askable(draw: st.DrawFn) -> Example:
    """Shapes that can be asked for, and values of every kind."""
    subject, value = st.sampled_from([":a", ":b", ":c"]), st.sampled_from(VALUES)
    statements = draw(st.lists(st.tuples(subject, st.sampled_from([":p", ":q"]), value), max_size=8))
    types = draw(st.lists(st.tuples(subject, st.just("a"), st.sampled_from([":C", ":D"])), min_size=1, max_size=4))
    constraints = draw(
        st.lists(st.sampled_from(ASKABLE), min_size=1, max_size=3, unique_by=lambda text: text.split()[0])
    )
    target = draw(st.sampled_from([":C", ":C, :D"]))
    shapes = f":S a sh:NodeShape ; sh:targetClass {target} ; sh:property :P .\n"
    shapes += f":P a sh:PropertyShape ; sh:path :p ; {' ; '.join(constraints)} ."
    return Example("\n".join(f"{s} {p} {o} ." for s, p, o in [*statements, *types]), shapes)


@given(askable())
@settings(max_examples=150, deadline=None)
def test_few_asked_for_are_those_of_whole_columns(example: Example) -> None:
    shapes, store = shapes_of(example.shapes), store_of(example.data)
    assert questions(shapes, next(shape for shape in shapes.values() if shape.targets)) is not None
    expected = validate(shapes, stored_data(store, shapes))
    assert validate_store(store, shapes).rows() == expected.rows()


@given(examples())
@settings(max_examples=50, deadline=None)
def test_other_shapes_are_held_against_whole_columns(example: Example) -> None:
    shapes, store = shapes_of(example.shapes), store_of(example.data)
    expected = validate(shapes, stored_data(store, shapes))
    assert validate_store(store, shapes).rows() == expected.rows()


@pytest.mark.parametrize(
    "constraint",
    [
        "sh:minCount 2", "sh:uniqueLang true", "sh:languageIn ( 'en' )", "sh:in ( 1 )", "sh:datatype xsd:byte",
        "sh:minInclusive '2024-01-01'^^xsd:date", "sh:or ( [ sh:class :C ] )", "sh:hasValue 1", "sh:equals :q",
    ],
)  # fmt: skip
def test_what_sparql_can_not_tell_is_not_asked(constraint: str) -> None:
    shapes = shapes_of(f":S sh:targetClass :C ; sh:property [ sh:path :p ; {constraint} ] .")
    assert questions(shapes, shapes["urn:x:S"]) is None


def test_an_empty_store_conforms() -> None:
    shapes = shapes_of(":S sh:targetClass :C ; sh:property [ sh:path :p ; sh:minCount 1 ] .")
    assert validate_store(ox.Store(), shapes).is_empty()
