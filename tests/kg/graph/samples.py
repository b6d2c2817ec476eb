"""A small ontology and facts about it."""

from collections.abc import Sequence

import polars as pl

from kg.facts import Facts, Standing
from ontology import OntologyText, Schema, compile_schema

BASE = "https://data.example/"
POSITION = Standing(changeset=7, digest="d7", schema="s1")

ONTOLOGY = """
@prefix : <https://res3d.example/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
:Entity a owl:Class .
:Construction a owl:Class ; rdfs:subClassOf :Entity .
:House a owl:Class ; rdfs:subClassOf :Construction .
:Plot a owl:Class ; rdfs:subClassOf :Entity .
:name a owl:DatatypeProperty ; rdfs:range xsd:string .
:height a owl:DatatypeProperty ; rdfs:range xsd:double .
:floors a owl:DatatypeProperty ; rdfs:range xsd:integer .
:listed a owl:DatatypeProperty ; rdfs:range xsd:boolean .
:outline a owl:DatatypeProperty ; rdfs:range geo:wktLiteral .
:standsOn a owl:ObjectProperty ; rdfs:range :Plot .
:nextTo a owl:ObjectProperty ; rdfs:range :Entity .
"""

ANCESTORS = {"House": ["Construction", "Entity"], "Plot": ["Entity"], "Entity": [], "Construction": ["Entity"]}

Node = tuple[str, str, bool]
Value = tuple[str, str, str, str]
Edge = tuple[str, str, str]


def schema() -> Schema:
    return compile_schema([OntologyText("sample.ttl", ONTOLOGY)])


def facts(
    nodes: Sequence[Node],
    values: Sequence[Value] = (),
    edges: Sequence[Edge | tuple[str, str, str, str | None, str | None, bool]] = (),
    removed: Sequence[str] = (),
) -> Facts:
    """Facts from short rows: (key, class, current), (key, property, value, datatype), (subject, predicate, object)."""
    node_rows = [(key, [cls], ANCESTORS[cls], "asserted", current) for key, cls, current in nodes]
    edge_rows = [
        (edge[0], edge[1], edge[2], None, *(edge[3:5] or (None, None)), edge[5] if len(edge) > 3 else True, "asserted")
        for edge in edges
    ]
    return Facts(
        nodes=pl.DataFrame(node_rows, schema=Facts.SCHEMAS["nodes"], orient="row"),
        values=pl.DataFrame([(*value, None) for value in values], schema=Facts.SCHEMAS["values"], orient="row"),
        edges=pl.DataFrame(edge_rows, schema=Facts.SCHEMAS["edges"], orient="row"),
        removed=pl.Series("removed", removed, dtype=pl.String),
    )


def town(name: str = "Delft") -> Facts:
    """Two houses on a plot, one of them gone, with values of every kind."""
    return facts(
        [("entity/h1", "House", True), ("entity/h2", "House", False), ("entity/p1", "Plot", True)],
        [
            ("entity/h1", "name", name, "xsd:string"),
            ("entity/h1", "height", "12.5", "xsd:double"),
            ("entity/h1", "floors", "4", "xsd:integer"),
            ("entity/h1", "listed", "true", "xsd:boolean"),
            ("entity/h1", "outline", "POINT (0 0)", "geo:wktLiteral"),
            ("entity/h2", "name", "West", "rdf:langString"),
            ("entity/h2", "name", "东", "rdf:langString"),
            ("entity/h2", "floors", "10", "xsd:integer"),
            ("entity/h2", "floors", "9", "xsd:integer"),
            ("entity/h2", "height", "tall", "xsd:double"),
        ],
        [
            ("entity/h1", "standsOn", "entity/p1"),
            ("entity/h2", "standsOn", "entity/p1", "1950-01-01", "2001-12-31", False),
            ("entity/h1", "nextTo", "entity/h2"),
        ],
    )
