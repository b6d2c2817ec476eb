"""What SHACL Core does not have is refused by name, with the place; nothing is passed over."""

import pytest

from ontology import OntologyText, check
from ontology.read import read
from ontology.shacl import Data, Shapes, decided_alone, read_shapes, validate

PREFIXES = """@prefix : <https://res3d.example/ontology#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def shapes_of(turtle: str) -> Shapes:
    shapes, findings = read_shapes(read([OntologyText("mine.ttl", PREFIXES + turtle)]))
    assert not findings
    return shapes


def broken(turtle: str, data: str) -> list[tuple[str, str]]:
    results = validate(shapes_of(turtle), Data.of_text(PREFIXES + data))
    return [(row["focus"].rpartition("#")[2][:-1], row["component"]) for row in results.iter_rows(named=True)]


@pytest.mark.parametrize(
    ("turtle", "message"),
    [
        (":S sh:targetClass :C ; sh:sparql [ sh:select 'SELECT ?x {}' ] .", "uses sh:sparql, which is not supported"),
        (":S sh:targetClass :C ; sh:js [] .", "uses sh:js, which is not supported"),
        (":S a sh:NodeShape ; sh:target [ ] .", "uses sh:target, which is not supported"),
        (":S sh:targetClass :C ; sh:rule [ ] .", "uses sh:rule, which is not supported"),
        (":K a sh:ConstraintComponent .", "is a sh:ConstraintComponent, which is not SHACL Core"),
        ("<urn:graph> sh:entailment <urn:rdfs> .", "asks for sh:entailment"),
        (":S sh:targetClass :C ; sh:minCount 1 .", "has sh:minCount, which needs a sh:path"),
        (":S sh:path :p ; sh:minCount 'two' .", "give a whole number"),
        (":S sh:path :p ; sh:minCount 1, 2 .", "has 2 values of sh:minCount; give one"),
        (":S sh:path :p ; sh:in 3 .", "has a value of sh:in that is not a list"),
        (":S sh:path ( :p ) .", "has a sequence path of 1 members; give two or more"),
        (":S sh:path [ :step :p ] .", "has a path that is no property and no property path"),
        (":S sh:path 'p' .", "as a path; give a property or a property path"),
        (":S sh:path :p ; sh:pattern '(' .", "can't be matched: unclosed group"),
        (":S sh:path :p ; sh:pattern 'a(?=b)' .", "can't be matched: look-around"),
        (":S sh:path :p ; sh:pattern 'a' ; sh:flags 'iy' .", "known are i, s, m, x and q, not y"),
        (":S sh:targetClass :C ; sh:node :T . :T sh:not :S .", "refers to itself"),
    ],
)
def test_refused_by_name(turtle: str, message: str) -> None:
    shapes, findings = read_shapes(read([OntologyText("mine.ttl", PREFIXES + turtle)]))
    assert shapes == {}
    assert [(found.code, found.file, found.line) for found in findings] == [("bad-shape", "mine.ttl", 5)]
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(findings[0].message)


def test_a_bad_shape_is_an_error_of_the_check() -> None:
    text = PREFIXES + ":S sh:targetClass :C ; sh:sparql [] ."
    assert "bad-shape" in {found.code for found in check([OntologyText("mine.ttl", text)]) if found.severity == "error"}


def test_the_same_shapes_in_another_order_are_the_same() -> None:
    one = shapes_of(
        ":S sh:targetClass :C ; sh:property [ sh:path :p ; sh:minCount 1 ], [ sh:path :q ; sh:maxCount 2 ] ."
    )
    other = shapes_of(
        ":S sh:property [ sh:maxCount 2 ; sh:path :q ], [ sh:minCount 1 ; sh:path :p ] ; sh:targetClass :C ."
    )
    assert one == other
    assert len(one) == 3


def test_what_is_ill_typed_or_can_not_be_compared_is_within_no_limit() -> None:
    shape = ":S sh:targetNode :a ; sh:property [ sh:path :p ; sh:minInclusive -1000 ] ."
    for value in ('"many"^^xsd:integer', '"300"^^xsd:byte', "true", '"5"', ":b", '"2024-01-01"^^xsd:date', '"5"@en'):
        assert broken(shape, f":a :p {value} .") == [("a", "MinInclusive")]
    for value in ("5", "-2.5", '"1e3"^^xsd:double', '"INF"^^xsd:float', '"7"^^xsd:unsignedByte'):
        assert broken(shape, f":a :p {value} .") == []


@pytest.mark.parametrize(
    ("first", "second", "is_less"),
    [
        ("1", "2.5", True), ("2", "2", False), ('"a"', '"b"', True), ('"b"', '"a"', False), ("1", '"2"', False),
        ('"2024-01-01"^^xsd:date', '"2024-02-01"^^xsd:date', True),
        ('"2024-01-01T23:00:00-05:00"^^xsd:dateTime', '"2024-01-02T03:00:00Z"^^xsd:dateTime', False),
        ('"2024-01-01T21:00:00-05:00"^^xsd:dateTime', '"2024-01-02T03:00:00Z"^^xsd:dateTime', True),
        ('"2024-01-01T00:00:00"^^xsd:dateTime', '"2024-06-01T00:00:00Z"^^xsd:dateTime', False),
        (":a", ":b", False),
    ],
)  # fmt: skip
def test_order(first: str, second: str, is_less: bool) -> None:
    shape = ":S sh:targetNode :a ; sh:property [ sh:path :p ; sh:lessThan :q ] ."
    assert (broken(shape, f":a :p {first} ; :q {second} .") == []) == is_less


@pytest.mark.parametrize(
    ("datatype", "good", "bad"),
    [
        ("byte", ["-128", "127", "+5", "007"], ["128", "-129", "1.0", "", " 1"]),
        ("unsignedLong", ["0", "18446744073709551615"], ["-1", "18446744073709551616", "9" * 60]),
        ("nonNegativeInteger", ["0", "9" * 60], ["-1", "-" + "9" * 60]),
        ("negativeInteger", ["-1", "-" + "9" * 60], ["0", "9" * 60]),
        ("decimal", ["1.", ".5", "-0.0"], ["1e3", "INF", "."]),
        ("double", ["1e3", "NaN", "-INF"], ["inf", "1e", "0x1"]),
        ("boolean", ["true", "0"], ["TRUE", "yes"]),
        ("date", ["2024-02-29", "2023-01-01Z", "-0044-03-15"], ["2023-02-29", "2024-1-1", "20240101"]),
        ("dateTime", ["2024-01-01T00:00:00", "2024-01-01T00:00:00.5+08:00"], ["2024-01-01", "2024-13-01T00:00:00"]),
        ("gYear", ["1906", "-0500"], ["06", "1906-01"]),
        ("string", ["", "anything"], []),
    ],
)
def test_lexical_forms(datatype: str, good: list[str], bad: list[str]) -> None:
    shape = f":S sh:targetNode :a ; sh:property [ sh:path :p ; sh:datatype xsd:{datatype} ] ."
    values = [f'"{text}"^^xsd:{datatype}' for text in (*good, *bad)]
    found = validate(shapes_of(shape), Data.of_text(f"{PREFIXES} :a :p {', '.join(values)} ."))
    texts = {value.partition('"')[2].partition('"')[0] for value in found["value"]}
    assert texts == set(bad)


def test_a_record_alone_decides_no_presence_and_no_relation() -> None:
    turtle = """
    :S sh:targetClass :C ; sh:property :P, :Q, :R ;
        sh:or ( [ sh:path :p ; sh:minCount 1 ] [ sh:path :q ; sh:in ( 1 ) ] ) ;
        sh:and ( [ sh:path :p ; sh:maxCount 3 ] ) .
    :P sh:path :p ; sh:minCount 1 ; sh:maxCount 2 ; sh:lessThan :q, :far .
    :Q sh:path [ sh:inversePath :p ] ; sh:maxCount 1 .
    :R sh:path :r ; sh:maxCount 1 .
    """
    base = "https://res3d.example/ontology#"
    part = decided_alone(shapes_of(turtle), {base + "p", base + "q"})
    kept = {id_.removeprefix(base): sorted(each.component for each in shape.constraints) for id_, shape in part.items()}
    assert kept["S"] == ["And", "Property"]
    assert kept["P"] == ["LessThan", "MaxCount"]
    assert not {"Q", "R"} & kept.keys()
