"""The IRIs that the RDF view itself uses: its graphs, and the few terms of RDF that are no ontology terms."""

from __future__ import annotations

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
XSD_STRING = "xsd:string"

DATATYPE_PREFIXES = {
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "geo": "http://www.opengis.net/ont/geosparql#",
}

INFERRED = "inferred"
"""Name of the graph that holds consequences; queries without inference do not see it."""


def graph_iri(base: str, graph: str) -> str:
    """IRI of a named graph of the view.

    >>> graph_iri("https://res3d.example/", "source/delft-bag")
    'https://res3d.example/graph/source/delft-bag'
    """
    return f"{base}graph/{graph}"


def datatype_iri(datatype: str) -> str:
    """IRI of a datatype written with one of the three known prefixes.

    >>> datatype_iri("geo:wktLiteral")
    'http://www.opengis.net/ont/geosparql#wktLiteral'
    """
    prefix, _, local = datatype.partition(":")
    if prefix not in DATATYPE_PREFIXES or not local:
        known = ", ".join(sorted(DATATYPE_PREFIXES))
        raise ValueError(f"Datatype {datatype!r}: expected prefix:name with one of the prefixes {known}.")
    return DATATYPE_PREFIXES[prefix] + local
