"""Small graphs and shapes made at random: our results equal those of pySHACL.

Left out are sh:lessThan and truth values: pySHACL orders IRIs, moments with and without a time zone, and truth values
with numbers, which SPARQL does not. So limits meet numbers only.
"""

from collections import Counter
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import Graph

from ontology import OntologyText
from ontology.read import read
from ontology.shacl import Data, read_shapes, validate

from .suite import expected, ours, pyshacl_report, root

PREFIXES = """
@prefix : <urn:x:> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
NODES = [":a", ":b", ":c", ":d"]
LITERALS = [
    '"x"', '"xyz"', '"x y"@en', '"x"@zh', '"x"@zh-Hans', "1", "2", "2.5", '"3.0"^^xsd:double', '"a\\"b\\n"',
    '"2024-01-01"^^xsd:date', '"2024-02-30"^^xsd:date', '"many"^^xsd:integer',
    '"2024-01-01T10:00:00+00:00"^^xsd:dateTime',
    '"2024-01-01T09:00:00+02:00"^^xsd:dateTime', '"2024-01-01T10:00:00"^^xsd:dateTime', '"300"^^xsd:byte',
]  # fmt: skip
PROPERTIES = [":p", ":q"]
CLASSES = [":C", ":D"]
PATHS = [
    ":p", ":q", "[ sh:inversePath :p ]", "( :p :q )", "[ sh:alternativePath ( :p :q ) ]", "[ sh:zeroOrMorePath :p ]",
    "[ sh:oneOrMorePath :q ]", "[ sh:zeroOrOnePath :p ]",
]  # fmt: skip
VALUE_CONSTRAINTS = [
    "sh:class :C", "sh:class :D", "sh:datatype xsd:integer", "sh:datatype xsd:string", "sh:datatype xsd:date",
    "sh:nodeKind sh:IRI", "sh:nodeKind sh:BlankNodeOrLiteral",
    "sh:minLength 2", "sh:maxLength 2",
    'sh:pattern "^x"', 'sh:pattern "X" ; sh:flags "i"', 'sh:languageIn ( "zh" "en" )', 'sh:in ( :a "x" 1 )',
    "sh:hasValue :b", 'sh:hasValue "x"', "sh:equals :q", "sh:disjoint :p", "sh:not [ sh:class :C ]",
    "sh:or ( [ sh:datatype xsd:integer ] [ sh:class :D ] )", "sh:and ( [ sh:nodeKind sh:IRI ] [ sh:class :C ] )",
    "sh:xone ( [ sh:nodeKind sh:IRI ] [ sh:class :C ] )", "sh:node [ sh:property [ sh:path :q ; sh:minCount 1 ] ]",
    "sh:property [ sh:path :q ; sh:maxCount 1 ]",
]  # fmt: skip
NUMBERS = ["1", "2", "2.5", '"3.0"^^xsd:double', '"-7"^^xsd:byte']
LIMITS = ["sh:minInclusive 2", "sh:maxExclusive 2.5", "sh:minExclusive 1", "sh:maxInclusive 2.0", "sh:minInclusive -7"]
PATH_CONSTRAINTS = [
    "sh:minCount 1", "sh:minCount 2", "sh:maxCount 1", "sh:maxCount 0", "sh:uniqueLang true",
    "sh:qualifiedValueShape [ sh:class :C ] ; sh:qualifiedMinCount 1",
    "sh:qualifiedValueShape [ sh:nodeKind sh:Literal ] ; sh:qualifiedMaxCount 1",
]  # fmt: skip
TARGETS = [
    "sh:targetClass :C",
    "sh:targetNode :a",
    "sh:targetSubjectsOf :p",
    "sh:targetObjectsOf :p",
    'sh:targetNode "x"',
]


@dataclass(frozen=True)
class Example:
    """A data graph and a shapes graph in Turtle."""

    data: str
    shapes: str


@st.composite
def examples(draw: st.DrawFn) -> Example:
    """Few nodes, so that paths meet; one shape of each kind."""
    literals, of_values = draw(st.sampled_from([(LITERALS, VALUE_CONSTRAINTS), (NUMBERS, LIMITS)]))
    subject, value = st.sampled_from(NODES), st.sampled_from([*NODES, *literals])
    statements = draw(st.lists(st.tuples(subject, st.sampled_from(PROPERTIES), value), max_size=10))
    types = draw(st.lists(st.tuples(subject, st.just("a"), st.sampled_from(CLASSES)), max_size=4))
    below = draw(st.sampled_from(["", ":D rdfs:subClassOf :C ."]))
    data = "\n".join(f"{s} {p} {o} ." for s, p, o in [*statements, *types])
    target, path = draw(st.sampled_from(TARGETS)), draw(st.sampled_from(PATHS))
    on_path = draw(
        st.lists(
            st.sampled_from(of_values + PATH_CONSTRAINTS),
            min_size=1,
            max_size=2,
            unique_by=lambda constraint: constraint.split()[0],
        )
    )
    on_node = draw(st.lists(st.sampled_from(of_values), max_size=1))
    closed = draw(st.sampled_from([[], ["sh:closed true ; sh:ignoredProperties ( :q )"]]))
    shapes = f":S a sh:NodeShape ; {' ; '.join([target, *on_node, *closed])} ; sh:property :P .\n"
    shapes += f":P a sh:PropertyShape ; sh:path {path} ; {' ; '.join(on_path)} ."
    return Example(data + below, shapes)


@given(examples())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_equals_pyshacl(example: Example) -> None:
    shapes, findings = read_shapes(read([OntologyText("shapes.ttl", PREFIXES + example.shapes)]))
    assert not findings
    results = validate(shapes, Data.of_text(PREFIXES + example.data))
    data, graph = (Graph().parse(data=PREFIXES + text, format="turtle") for text in (example.data, example.shapes))
    said = read([OntologyText("report", pyshacl_report(data, graph))])
    found = Counter(ours(row, shapes) for row in results.iter_rows(named=True))
    assert found == expected(said, root(said))
