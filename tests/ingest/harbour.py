"""A harbour whose ontology is edited: a workspace with its own terms, mapping and delivery, and what became of it."""

import re
from collections.abc import Sequence
from pathlib import Path

import polars as pl
from sqlalchemy import Table, select

from ingest.pipeline import Options, ingest_files
from ingest.summary import FileSummary
from kg.ledger import Ledger, broken_rows, in_force
from kg.ledger import tables as t
from kg.ontologies import apply_ontology, schema_in_force
from kg.workspace import Workspace, create_workspace

HEAD = """
@prefix : <https://res3d.example/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
TERMS = """
:Quay a owl:Class ; rdfs:subClassOf :Construction ; :geometryKind "polygon" .
:Crane a owl:Class ; rdfs:subClassOf :Construction ; :geometryKind "polygon" .
:quayDepth a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:domain :Quay ; rdfs:range xsd:double ; :unit "m" .
:surface a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:domain :Construction ;
    rdfs:range [ a rdfs:Datatype ; owl:oneOf ( "stone" "wood" "steel" ) ] .
:ships a owl:DatatypeProperty ; rdfs:domain :Quay ; rdfs:range xsd:string .
:moored a owl:ObjectProperty ; rdfs:domain :Crane ; rdfs:range :Quay .
:berthNumber a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:domain :Quay ;
    :codeScheme "nl.bag" ; rdfs:range xsd:string .
"""
MAPPING = """
prefixes: {res: "https://res3d.example/ontology#"}
res3d: {source: harbour, title: Harbour, licence: CC0, geometry: optional, delivery: partial, crs: "EPSG:4490"}
mappings:
  quay:
    s: record/harbour/$(number)
    condition: {function: equal, parameters: [[value, $(kind)], [expected, quay]]}
    po:
      - [a, res:Quay]
      - [res:quayDepth, $(depth)]
      - [res:surface, $(surface)]
      - [res:ships, [$(first), $(second)]]
      - [res:berthNumber, $(bag)]
  crane:
    s: record/harbour/$(number)
    po:
      - [a, res:Crane]
      - [res:surface, $(surface)]
      - [res:moored, record/harbour/$(at)]
"""
ROWS = """number,kind,depth,surface,first,second,bag,at,colour
Q1,quay,8.5,stone,Anna,Berta,0503100000000001,,red
Q2,quay,11,wood,Carla,,0503100000000002,,blue
Q3,quay,9,steel,,,,,
C1,crane,,steel,,,,Q1,green
C2,crane,,wood,,,,Q2,
"""


class Harbour:
    """A workspace whose ontology can be edited, with one delivery of quays and cranes in its ledger."""

    def __init__(self, directory: Path, terms: str = TERMS) -> None:
        self.workspace: Workspace = create_workspace(directory)
        self.ledger: Ledger = self.workspace.ledger()
        self.write(terms)
        self.write_mapping(MAPPING)
        apply_ontology(self.workspace, self.ledger, reason="harbour")

    def write(self, terms: str) -> None:
        """The workspace's own terms, in place of those before."""
        (self.workspace.ontology / "harbour.ttl").write_text(HEAD + terms, encoding="utf-8")

    def write_mapping(self, text: str) -> None:
        (self.workspace.ontology / "harbour.yml").write_text(text, encoding="utf-8")

    def edit(self, *replaced: tuple[str, str], terms: str = TERMS, more: str = "") -> None:
        """The terms with some pieces replaced; each has to be there."""
        for before, after in replaced:
            assert before in terms, before
            terms = terms.replace(before, after)
        self.write(terms + more)

    def hand_in(self, rows: str = ROWS, name: str = "harbour.csv") -> FileSummary:
        """A delivery under the ontology in force."""
        path = self.workspace.directory / name
        path.write_text(rows, encoding="utf-8")
        schema = schema_in_force(self.ledger)
        return ingest_files(self.workspace, self.ledger, schema, [path], Options(source="harbour"))[0]

    def rows(self, table: Table, columns: Sequence[str]) -> list[tuple[object, ...]]:
        """Rows in force, sorted."""
        return sorted(self.ledger.read(select(*(table.c[name] for name in columns)).where(in_force(table))).rows())

    def pairs(self, table: Table, first: str, second: str) -> dict[object, object]:
        """One column of rows in force by another."""
        return {row[0]: row[1] for row in self.rows(table, (first, second))}

    def frame(self, table: Table) -> pl.DataFrame:
        return self.ledger.read(select(table).where(in_force(table)))

    def state(self) -> dict[str, object]:
        """All that anybody can read in the ledger now, by table."""
        return {
            "position": self.ledger.position(),
            "broken": list(broken_rows(self.ledger)),
            **{table.name: self.frame(table).sort("fid").rows() for table in t.VERSIONED},
        }


def removed(name: str, terms: str = TERMS) -> str:
    """The terms without the declaration of one of them."""
    without = re.sub(rf"^:{name} .*?\.\n(?=:|\Z)", "", terms, flags=re.MULTILINE | re.DOTALL)
    assert without != terms, name
    return without
