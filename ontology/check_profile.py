"""Where an ontology leaves the profile OWL 2 DL, in which reasoners and Protégé are at home.

Rules and their names are those of the W3C Recommendation "OWL 2 Web Ontology Language: Structural Specification"
(2012), section 11 and, for datatypes, section 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from . import vocabulary as v
from .errors import Finding
from .terms import Terms

_XSD_NAMES = (
    "string normalizedString token language Name NCName NMTOKEN boolean hexBinary base64Binary anyURI decimal "
    "integer nonNegativeInteger nonPositiveInteger positiveInteger negativeInteger long int short byte "
    "unsignedLong unsignedInt unsignedShort unsignedByte double float dateTime dateTimeStamp"
)
_OWL_DATATYPES = frozenset(
    {v.XSD + name for name in _XSD_NAMES.split()}
    | {v.RDF + name for name in ("langString", "PlainLiteral", "XMLLiteral")}
    | {v.RDFS + "Literal", v.OWL + "real", v.OWL + "rational"}
)
_ONLY_SIMPLE = {
    v.FUNCTIONAL: "functional",
    v.OWL + "InverseFunctionalProperty": "inverse functional",
    v.OWL + "IrreflexiveProperty": "irreflexive",
    v.OWL + "AsymmetricProperty": "asymmetric",
}


def profile_findings(terms: Terms) -> Iterator[Finding]:
    """Warnings: the model compiles, but a reasoner may refuse it or pass over what it says."""
    yield from _datatypes(terms)
    yield from _simple(terms)
    yield from _chains(terms)
    yield from _undeclared(terms)
    yield from _several_domains(terms)


def _datatypes(terms: Terms) -> Iterator[Finding]:
    declared = frozenset(terms.said.with_type(frozenset({v.DATATYPE_TYPE})))
    for iri in terms.properties:
        for each in terms.said.nodes(iri, v.RDFS + "range"):
            is_foreign = each in terms.datatypes and each not in _OWL_DATATYPES | declared
            if is_foreign and each.startswith((v.XSD, v.RDF)):
                advice = "OWL 2 has xsd:dateTime, and xsd:string for dates of less precision"
                yield terms.warning(
                    iri, "owl-datatype", f"has the range {terms.said.short(each)}, no datatype of OWL 2; {advice}"
                )


def _simple(terms: Terms) -> Iterator[Finding]:
    """A property that is transitive, has a chain, or has such a one below it is not simple (section 11.1)."""
    complex_ = {
        iri
        for iri in terms.relations
        if v.TRANSITIVE in terms.said.nodes(iri, v.TYPE) or terms.said.nodes(iri, v.CHAIN)
    }
    below = {iri: set(terms.said.nodes(iri, v.SUBPROPERTY_OF)) for iri in terms.relations}
    while more := {above for iri in complex_ for above in below.get(iri, ())} - complex_:
        complex_ |= more
    counted = {
        node
        for subject in terms.said.by_subject
        if terms.said.values(subject, *v.MINIMA, *v.MAXIMA)
        for node in terms.said.nodes(subject, v.ON_PROPERTY)
    }
    for iri in sorted(complex_):
        why = "is transitive or follows from a chain, so it must not be"
        for type_ in terms.said.nodes(iri, v.TYPE):
            if type_ in _ONLY_SIMPLE:
                yield terms.warning(iri, "owl-not-simple", f"{why} {_ONLY_SIMPLE[type_]}; drop one of the two")
        if iri in counted:
            yield terms.warning(iri, "owl-not-simple", f"{why} counted by a cardinality; drop one of the two")


def _chains(terms: Terms) -> Iterator[Finding]:
    """Chains must be regular: what implies a property must not follow from it (section 11.2)."""
    needs: dict[str, set[str]] = {iri: set() for iri in terms.relations}
    for iri in terms.relations:
        for chain in terms.chains(iri):
            inner = chain if chain != (iri, iri) else ()
            if inner and inner[0] == iri:
                inner = inner[1:]
            elif inner and inner[-1] == iri:
                inner = inner[:-1]
            needs[iri] |= set(inner)
        needs[iri] |= {other for other in terms.relations if iri in terms.said.nodes(other, v.SUBPROPERTY_OF)}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        shown = " -> ".join(terms.said.short(iri) for iri in circle)
        yield terms.warning(min(circle), "owl-chain", f"follows by chains from itself: {shown}; break the circle")


def _undeclared(terms: Terms) -> Iterator[Finding]:
    """Words of other vocabularies that annotate our terms have to be declared, else no tool knows what they are."""
    known = frozenset(iri for iri in terms.said.by_subject if terms.said.values(iri, v.TYPE))
    seen: set[str] = set()
    for subject, said in terms.said.by_subject.items():
        for predicate in said:
            is_built_in = predicate.startswith((v.RDF, v.RDFS, v.OWL, v.BASE, v.SHACL))
            if predicate not in known and predicate not in seen and not is_built_in:
                seen.add(predicate)
                short = terms.said.short(predicate)
                message = f"uses {short}, which no text declares; add `{short} a owl:AnnotationProperty .`"
                yield terms.warning(subject, "owl-undeclared", message)


def _several_domains(terms: Terms) -> Iterator[Finding]:
    """In OWL two domains mean things of both classes at once; what is meant is nearly always either of them."""
    for iri in terms.properties:
        for word, predicate in (("domain", v.RDFS + "domain"), ("range", v.RDFS + "range")):
            nodes = terms.said.nodes(iri, predicate)
            if len(nodes) > 1 and (word == "domain" or iri in terms.relations):
                message = f"has {len(nodes)} rdfs:{word}, which in OWL means things of all of them at once"
                yield terms.warning(iri, f"several-{word}s", f"{message}; join them by owl:unionOf")
