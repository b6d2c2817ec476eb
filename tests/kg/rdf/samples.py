"""A small ontology with inverse and symmetric relations, and facts about it from short rows."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import polars as pl

from kg.facts import Facts, Standing
from ontology import OntologyText, Schema, compile_schema

BASE = "https://data.example/"
TERM = "https://res3d.example/ontology#"
PREFIXES = f"PREFIX : <{TERM}> PREFIX e: <{BASE}entity/> PREFIX g: <{BASE}graph/> "

ONTOLOGY = """
@prefix : <https://res3d.example/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
:Entity a owl:Class .
:House a owl:Class ; rdfs:subClassOf :Entity .
:Plot a owl:Class ; rdfs:subClassOf :Entity .
:name a owl:DatatypeProperty ; rdfs:range rdf:langString .
:code a owl:DatatypeProperty ; rdfs:range xsd:string .
:floors a owl:DatatypeProperty ; rdfs:range xsd:integer .
:height a owl:DatatypeProperty ; rdfs:range xsd:decimal .
:outline a owl:DatatypeProperty ; rdfs:range geo:wktLiteral .
:standsOn a owl:ObjectProperty ; owl:inverseOf :carries .
:carries a owl:ObjectProperty .
:nextTo a owl:ObjectProperty , owl:SymmetricProperty .
:knows a owl:ObjectProperty .
"""

Value = tuple[str, str, str, str, str | None]
Edge = tuple[str, str, str, str, bool]


def schema() -> Schema:
    """The ontology, compiled."""
    return compile_schema([OntologyText("sample.ttl", ONTOLOGY)])


def at(changeset: int) -> Standing:
    """A position, told apart by its number only."""
    return Standing(changeset, f"digest-{changeset}", "schema-1")


def facts(
    nodes: Mapping[str, str],
    values: Sequence[Value] = (),
    edges: Sequence[Edge] = (),
    removed: Sequence[str] = (),
) -> Facts:
    """Facts from short rows: {key: graph} (all are houses), (key, property, value, datatype, language), and
    (subject, predicate, object, graph, current).
    """
    node_rows = [(key, ["House"], ["Entity"], graph, True) for key, graph in nodes.items()]
    edge_rows = [(s, p, o, None, None, None, current, graph) for s, p, o, graph, current in edges]
    return Facts(
        nodes=pl.DataFrame(node_rows, schema=Facts.SCHEMAS["nodes"], orient="row"),
        values=pl.DataFrame(list(values), schema=Facts.SCHEMAS["values"], orient="row"),
        edges=pl.DataFrame(edge_rows, schema=Facts.SCHEMAS["edges"], orient="row"),
        removed=pl.Series("removed", removed, dtype=pl.String),
    )


def town(houses: int = 3) -> Facts:
    """Houses in a row on one plot; the plot's name has two languages."""
    keys = [f"entity/h{number}" for number in range(houses)]
    values: list[Value] = [(key, "floors", f"{number + 1}", "xsd:integer", None) for number, key in enumerate(keys)]
    values += [
        ("entity/plot", "name", "Plot", "rdf:langString", "en"),
        ("entity/plot", "name", "宗地", "rdf:langString", "zh"),
        ("entity/plot", "code", "007", "xsd:string", None),
    ]
    edges: list[Edge] = [(key, "standsOn", "entity/plot", "asserted", True) for key in keys]
    edges += [(first, "nextTo", second, "asserted", True) for first, second in pairwise(keys)]
    return facts(dict.fromkeys([*keys, "entity/plot"], "asserted"), values, edges)
