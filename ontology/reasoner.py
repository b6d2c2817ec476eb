"""What follows from an ontology: classes that nothing can be of and relations that nothing can have, and why.

The reasoner is rustdl (OWL 2 DL, in process): measured against HermiT on models of this size it finds the same in a
hundredth of the time, so that every `check` can afford it. The tests compare both on the packaged model.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import rustdl

from . import vocabulary as v
from .errors import Finding
from .terms import Terms

_PROBE = "urn:res3d:having:"
_IRI = re.compile(r"<([^<>\s]+)>")


def reasoning_findings(terms: Terms) -> Iterator[Finding]:
    """Errors for contradictions, each with a minimal set of statements that together cause it."""
    with tempfile.TemporaryDirectory(prefix="res3d-owl-") as folder:
        path = Path(folder) / "ontology.owl"
        path.write_bytes(_rdf_xml(terms))
        is_consistent, roots, derived = rustdl.diagnose(str(path))
        if not is_consistent:
            because = _because(terms, rustdl.justify(str(path), ["inconsistent"]))
            yield terms.error(v.BASE.rstrip("#"), "inconsistent", f"contradicts itself: {because}; drop one of these")
            return
        impossible = set(roots) | {iri for iri, _ in derived}
        for iri in sorted(roots):
            because = _because(terms, rustdl.justify(str(path), ["unsat", iri]))
            if not iri.startswith(_PROBE):
                message = f"can have no thing, because {because}; drop one of these statements"
                yield terms.error(iri, "unsatisfiable", message)
            elif not impossible.intersection(_classes_of(terms, iri.removeprefix(_PROBE))):
                message = f"can be said of no thing, because {because}; widen the domain or range"
                yield terms.error(iri.removeprefix(_PROBE), "unusable", message)
        for iri, causes in sorted(derived):
            own = sorted(terms.said.short(cause) for cause in causes if not cause.startswith(_PROBE))
            if not iri.startswith(_PROBE) and own:
                yield terms.error(iri, "unsatisfiable", f"can have no thing, because {', '.join(own)} can have none")


def _rdf_xml(terms: Terms) -> bytes:
    """The axioms of all texts, and for each relation a class of the things that have it."""
    triples = ox.Dataset()
    for text in terms.said.texts:
        parsed = ox.parse(text.text, format=ox.RdfFormat.TURTLE, base_iri=v.BASE.rstrip("#"), rename_blank_nodes=True)
        for quad in parsed:
            triples.add(quad)
    for iri in sorted(terms.relations):
        triples.add(_quad(_PROBE + iri, v.TYPE, v.OWL + "Class"))
        restriction = ox.BlankNode()
        triples.add(ox.Quad(ox.NamedNode(_PROBE + iri), ox.NamedNode(v.SUBCLASS_OF), restriction))
        for predicate, object_ in (
            (v.TYPE, v.OWL + "Restriction"),
            (v.ON_PROPERTY, iri),
            (v.OWL + "someValuesFrom", v.OWL + "Thing"),
        ):
            triples.add(ox.Quad(restriction, ox.NamedNode(predicate), ox.NamedNode(object_)))
    return ox.serialize((quad.triple for quad in triples), format=ox.RdfFormat.RDF_XML) or b""


def _quad(subject: str, predicate: str, object_: str) -> ox.Quad:
    return ox.Quad(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(object_))


def _classes_of(terms: Terms, relation: str) -> set[str]:
    return {*terms.domain(relation), *terms.range(relation)}


def _because(terms: Terms, axioms: list[str]) -> str:
    """Axioms in Manchester syntax with short names; what was added to probe relations is left out."""
    said = sorted(axiom for axiom in axioms if _PROBE not in axiom)
    return "; ".join(_IRI.sub(lambda match: terms.said.short(match[1]), axiom) for axiom in said)
