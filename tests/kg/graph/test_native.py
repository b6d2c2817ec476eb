from collections.abc import Sequence

import pytest

from kg.graph import BadFacts
from kg.graph.frames import check_edge_ends, labelled_nodes, typed_edges
from kg.graph.groups import node_groups
from kg.graph.native import native_values
from ontology import Schema

from .samples import Value, facts, schema


@pytest.fixture(scope="module")
def terms() -> Schema:
    return schema()


@pytest.mark.parametrize(
    ("given", "kind", "texts"),
    [
        ([("012", "xsd:integer")], "integer", ["12"]),
        ([("12.50", "xsd:decimal")], "float", ["12.5"]),
        ([("-INF", "xsd:double")], "float", ["-Infinity"]),
        ([("NaN", "xsd:double")], "float", ["NaN"]),
        ([("1", "xsd:boolean")], "boolean", ["true"]),
        ([("2024-02-29", "xsd:date")], "string", ["2024-02-29"]),
        ([("9223372036854775808", "xsd:integer")], "string", ["9223372036854775808"]),
        ([("about 12", "xsd:double")], "string", ["about 12"]),
        ([("yes", "xsd:boolean")], "string", ["yes"]),
        ([("", "xsd:string")], "string", [""]),
        ([("10", "xsd:integer"), ("9", "xsd:integer")], "integer", ["9", "10"]),
        ([("10", "xsd:integer"), ("9.5", "xsd:double")], "float", ["9.5", "10.0"]),
        ([("b", "xsd:string"), ("a", "xsd:string")], "string", ["a", "b"]),
        ([("007", "xsd:integer"), ("a", "xsd:string")], "string", ["007", "a"]),
        ([("Delft", "rdf:langString"), ("Delft", "rdf:langString")], "string", ["Delft"]),
    ],
)
def test_literals_become_native_values(
    given: Sequence[tuple[str, str]], kind: str, texts: list[str], terms: Schema
) -> None:
    values: list[Value] = [("entity/h", "name", value, datatype) for value, datatype in given]
    (row,) = native_values(facts([("entity/h", "House", True)], values), terms).to_dicts()
    assert row == {"key": "entity/h", "property": "name", "kind": kind, "many": len(texts) > 1, "texts": texts}


def test_geometry_stays_out(terms: Schema) -> None:
    house = facts([("entity/h", "House", True)], [("entity/h", "outline", "POINT (0 0)", "geo:wktLiteral")])
    assert native_values(house, terms).is_empty()


def test_labels_are_types_superclasses_and_marks(terms: Schema) -> None:
    nodes = labelled_nodes(facts([("entity/a", "House", True), ("entity/b", "Plot", False)]), terms)
    assert nodes.rows() == [
        ("entity/a", ["Construction", "Current", "Entity", "House", "Resource"]),
        ("entity/b", ["Entity", "Plot", "Resource"]),
    ]


def test_nodes_of_one_class_whose_values_differ_in_type_are_different_groups(terms: Schema) -> None:
    town = facts(
        [(f"entity/{number}", "House", True) for number in range(4)],
        [
            ("entity/0", "height", "1.5", "xsd:double"),
            ("entity/1", "height", "tall", "xsd:string"),
            ("entity/2", "height", "1.5", "xsd:double"),
            ("entity/2", "height", "2.5", "xsd:double"),
            ("entity/0", "name", "same type in all", "xsd:string"),
        ],
    )
    groups = list(node_groups(labelled_nodes(town, terms), native_values(town, terms)))
    assert sorted(group.native().height for group in groups) == [1, 1, 1, 1]
    rows = [row for group in groups for row in group.native().to_dicts()]
    assert sorted(rows, key=lambda row: str(row["key"])) == [
        {"key": "entity/0", "height": 1.5, "name": "same type in all"},
        {"key": "entity/1", "height": "tall"},
        {"key": "entity/2", "height": [1.5, 2.5]},
        {"key": "entity/3"},
    ]


def test_facts_that_contradict_themselves_or_the_ontology_are_refused(terms: Schema) -> None:
    house = ("entity/h", "House", True)
    with pytest.raises(BadFacts, match="1 nodes come more than once, such as entity/h"):
        labelled_nodes(facts([house, house]), terms)
    with pytest.raises(BadFacts, match="the ontology has no property colour"):
        native_values(facts([house], [("entity/h", "colour", "red", "xsd:string")]), terms)
    with pytest.raises(BadFacts, match="the ontology has no property madeUp"):
        typed_edges(facts([house], edges=[("entity/h", "madeUp", "entity/h")]), terms)
    stray = facts([house], [("entity/x", "name", "red", "xsd:string")])
    with pytest.raises(BadFacts, match="1 values belong to no node, such as entity/x"):
        list(node_groups(labelled_nodes(stray, terms), native_values(stray, terms)))
    edges = typed_edges(facts([house], edges=[("entity/h", "nextTo", "entity/gone")]), terms)
    with pytest.raises(BadFacts, match="1 edges have a object that is no node, such as entity/gone; nothing was made"):
        check_edge_ends(edges, labelled_nodes(facts([house]), terms))


def test_a_label_that_is_no_class_is_refused(terms: Schema) -> None:
    house = facts([("entity/h", "House", True)])
    with pytest.raises(BadFacts, match="the ontology has no class Construction, Entity, House"):
        labelled_nodes(house, schema_without_classes())


def schema_without_classes() -> Schema:
    full = schema()
    return Schema(
        version="",
        classes={},
        properties=full.properties,
        spatial_rules={},
        link_rules={},
        prefixes={},
        shapes={},
    )
