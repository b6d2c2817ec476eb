"""Which classes, properties and rules a set of statements declares, before anything is resolved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from . import vocabulary as v
from .errors import Finding, Severity
from .read import Statements


@dataclass(frozen=True, slots=True)
class Terms:
    """IRIs of what is declared, in the order of the texts; the words of the rule language itself are left out."""

    said: Statements
    classes: tuple[str, ...]
    properties: tuple[str, ...]
    relations: frozenset[str]
    datatypes: frozenset[str]
    rules: tuple[str, ...]
    equivalent: Mapping[str, Sequence[str]]
    """Named terms that mean the same as a term, whichever of the two says so."""

    def class_members(self, node: str) -> Iterator[str]:
        """Named classes of a class expression: itself, or the members of a union or intersection."""
        if not node.startswith("_:"):
            yield node
        for head in self.said.nodes(node, v.UNION_OF, v.INTERSECTION_OF):
            for member in self.said.listed(head):
                if isinstance(member, str):
                    yield from self.class_members(member)

    def superclasses(self, class_: str) -> tuple[str, ...]:
        """Named classes that a class is declared to be below."""
        return self._conjuncts(self.said.nodes(class_, v.SUBCLASS_OF))

    def above(self, term: str) -> tuple[str, ...]:
        """Named classes or properties directly above a term, those that mean the same included."""
        parts = self._conjuncts(self.said.nodes(term, v.SUBCLASS_OF, v.SUBPROPERTY_OF, v.EQUIVALENT_CLASS))
        return (*parts, *self.equivalent.get(term, ()))

    def _conjuncts(self, nodes: Iterable[str]) -> tuple[str, ...]:
        """What is true of every member of all nodes: themselves and the parts of intersections, not those of unions."""
        found: dict[str, None] = {}
        for node in nodes:
            if not node.startswith("_:"):
                found[node] = None
            for head in self.said.nodes(node, v.INTERSECTION_OF):
                members = (member for member in self.said.listed(head) if isinstance(member, str))
                found.update(dict.fromkeys(self._conjuncts(members)))
        return tuple(name for name in found if not is_language(name))

    def domain(self, property_: str) -> tuple[str, ...]:
        """Classes that carry a property; empty when it is any class."""
        return self._members(property_, v.DOMAINS)

    def range(self, property_: str) -> tuple[str, ...]:
        """Classes or datatypes of a property's values; an enumeration of literals counts as strings."""
        return self._members(property_, v.RANGES)

    def enumeration(self, property_: str) -> tuple[str, ...]:
        """The literals that a property's range lists by `owl:oneOf`."""
        heads = (head for node in self.said.nodes(property_, *v.RANGES) for head in self.said.nodes(node, v.ONE_OF))
        return tuple(item.value for head in heads for item in self.said.listed(head) if not isinstance(item, str))

    def _members(self, property_: str, predicates: tuple[str, ...]) -> tuple[str, ...]:
        nodes = self.said.nodes(property_, *predicates)
        named = (member for node in nodes for member in self.class_members(node))
        return tuple(dict.fromkeys(name for name in named if name != v.OWL + "Thing"))

    def inverses(self, property_: str) -> tuple[str, ...]:
        """Inverses that a property itself declares."""
        return tuple(node for node in self.said.nodes(property_, v.INVERSE_OF) if not node.startswith("_:"))

    def chains(self, property_: str) -> tuple[tuple[str, ...], ...]:
        """Chains of relations that imply a property."""
        heads = self.said.nodes(property_, v.CHAIN)
        return tuple(tuple(step for step in self.said.listed(head) if isinstance(step, str)) for head in heads)

    def error(self, iri: str, code: str, message: str) -> Finding:
        """A finding about a term that keeps the ontology from being compiled."""
        return self._finding("error", iri, code, message, self.said.place(iri))

    def warning(self, iri: str, code: str, message: str) -> Finding:
        """A finding about a term that does not keep the ontology from being compiled."""
        return self._finding("warning", iri, code, message, self.said.place(iri))

    def undefined(self, user: str, iri: str) -> Finding:
        """The finding that one term uses another which no text declares; it points to where that one is written."""
        message = f"uses {self.said.short(iri)}, which no text declares; declare it or correct its name"
        return self._finding("error", user, "undefined-term", message, self.said.mention(iri))

    def _finding(self, severity: Severity, iri: str, code: str, message: str, place: tuple[str, int | None]) -> Finding:
        file, line = place
        return Finding(severity=severity, code=code, term=self.said.short(iri), file=file, line=line, message=message)


def collect(said: Statements) -> Terms:
    """Sort the subjects of the statements by what they are declared to be."""
    classes = tuple(iri for iri in said.with_type(v.CLASS_TYPES) if iri not in v.RULE_TYPES and not is_language(iri))
    properties = tuple(iri for iri in said.with_type(v.PROPERTY_TYPES | v.RELATION_TYPES) if not is_language(iri))
    named_classes = frozenset(classes)
    attributes = frozenset(said.with_type(v.ATTRIBUTE_TYPES))
    relations = frozenset(said.with_type(v.RELATION_TYPES)) | {
        iri for iri in properties if iri not in attributes and named_classes.intersection(said.nodes(iri, *v.RANGES))
    }
    datatypes = v.DATATYPES | frozenset(said.with_type(frozenset({v.DATATYPE_TYPE})))
    return Terms(said, classes, properties, relations, datatypes, said.with_type(v.RULE_TYPES), _equivalent(said))


def _equivalent(said: Statements) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for subject in said.by_subject:
        for other in said.nodes(subject, v.EQUIVALENT_CLASS, v.EQUIVALENT_PROPERTY):
            if not subject.startswith("_:") and not other.startswith("_:"):
                found[subject].append(other)
                found[other].append(subject)
    return dict(found)


def is_language(iri: str) -> bool:
    """Whether a term belongs to RDF, RDFS, OWL or XSD themselves."""
    return iri.startswith(v.LANGUAGE_NAMESPACES)
