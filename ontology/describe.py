"""One term, or all of them, as RDF in the forms that programs read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import pyoxigraph as ox

from . import vocabulary as v
from .read import OntologyText

RdfForm = Literal["turtle", "jsonld", "ntriples", "rdfxml"]
_FORMATS: Mapping[RdfForm, ox.RdfFormat] = {
    "turtle": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
}


def rdf_of(texts: Sequence[OntologyText], form: RdfForm, iri: str | None = None) -> str | None:
    """All statements, or those about one term with the blank nodes that they lead to; None when there are none.

    >>> text = OntologyText("a.ttl", "@prefix : <https://res3d.example/ontology#> . :A :b [ :c 1 ] . :D :e :f .")
    >>> print(rdf_of([text], "ntriples", v.BASE + "D"), end="")
    <https://res3d.example/ontology#D> <https://res3d.example/ontology#e> <https://res3d.example/ontology#f> .
    """
    said = ox.Dataset()
    prefixes: dict[str, str] = {}
    for text in texts:
        reader = ox.parse(text.text, format=ox.RdfFormat.TURTLE, base_iri=v.BASE.rstrip("#"), rename_blank_nodes=True)
        for quad in reader:
            said.add(quad)
        prefixes.update({prefix: space for prefix, space in reader.prefixes.items() if prefix not in prefixes})
    quads = list(said) if iri is None else _about(said, iri)
    if not quads:
        return None
    # One prefix a namespace: our own stands under two, of which the empty one is shorter.
    short = {space: prefix for prefix, space in sorted(prefixes.items(), reverse=True)}
    chosen = {prefix: space for space, prefix in short.items()}
    in_order = sorted(quads, key=lambda quad: (str(quad.subject), quad.predicate.value != v.TYPE, str(quad)))
    answer = ox.serialize((quad.triple for quad in in_order), format=_FORMATS[form], prefixes=chosen)
    return (answer or b"").decode()


def _about(said: ox.Dataset, iri: str) -> list[ox.Quad]:
    """The concise bounded description of a term (W3C member submission CBD, 2005)."""
    found: list[ox.Quad] = []
    waiting: list[ox.NamedNode | ox.BlankNode] = [ox.NamedNode(iri)]
    seen: set[ox.NamedNode | ox.BlankNode] = set(waiting)
    while waiting:
        for quad in said.quads_for_subject(waiting.pop()):
            found.append(quad)
            if isinstance(quad.object, ox.BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                waiting.append(quad.object)
    return found
