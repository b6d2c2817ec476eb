"""What is wrong with the declared rules of an ontology."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from . import vocabulary as v
from .errors import Finding
from .terms import Terms


def rule_findings(terms: Terms) -> Iterator[Finding]:
    """Findings about spatial rules and link rules: what is missing, undeclared or out of its limits."""
    for iri in terms.rules:
        if v.SPATIAL_RULE in terms.said.nodes(iri, v.TYPE):
            yield from _spatial_rule(terms, iri)
        else:
            yield from _needs_one(terms, iri, v.LINKED_CLASS, terms.classes, "a class")
            yield from _fraction(terms, iri, v.MINIMUM_OVERLAP, needed=True)


def _spatial_rule(terms: Terms, iri: str) -> Iterator[Finding]:
    yield from _needs_one(terms, iri, v.RULE_SUBJECT, terms.classes, "a class")
    yield from _needs_one(terms, iri, v.RULE_OBJECT, terms.classes, "a class")
    yield from _needs_one(terms, iri, v.RULE_PREDICATE, terms.relations, "a relation")
    relation = terms.said.text(iri, v.RULE_RELATION)
    if relation not in v.RULE_RELATIONS:
        allowed = ", ".join(v.RULE_RELATIONS)
        yield terms.error(iri, "bad-rule", f"has the ruleRelation {relation!r}; give one of {allowed}")
    yield from _fraction(terms, iri, v.MINIMUM_SHARE, needed=False)
    length = _number(terms, iri, v.MINIMUM_LENGTH)
    if length is not None and not length >= 0:
        yield terms.error(iri, "bad-rule", "has a minimumLength that is not a number of metres from 0 upwards")
    attributes = frozenset(terms.properties) - terms.relations
    for each in terms.said.nodes(iri, v.SAME_VALUE_OF):
        if each not in attributes:
            yield terms.error(iri, "bad-rule", f"compares {terms.said.short(each)}, which is not an attribute")
    for node in terms.said.nodes(iri, v.SUBJECT_CONDITION, v.OBJECT_CONDITION):
        yield from _needs_one(terms, node, v.CONDITION_PROPERTY, attributes, "an attribute", about=iri)
        if bool(terms.said.texts_of(node, v.VALUE_IS)) == bool(terms.said.texts_of(node, v.VALUE_IS_NOT)):
            yield terms.error(iri, "bad-rule", "has a condition that needs values of either valueIs or valueIsNot")


def _needs_one(
    terms: Terms, iri: str, predicate: str, declared: Collection[str], what: str, about: str | None = None
) -> Iterator[Finding]:
    word = predicate.removeprefix(v.BASE)
    given = terms.said.nodes(iri, predicate)
    if len(given) != 1:
        yield terms.error(about or iri, "bad-rule", f"has {len(given)} values of {word}; give one, {what}")
    for each in given:
        if each not in declared:
            yield terms.error(about or iri, "bad-rule", f"has the {word} {terms.said.short(each)}, not {what}")


def _fraction(terms: Terms, iri: str, predicate: str, *, needed: bool) -> Iterator[Finding]:
    number = _number(terms, iri, predicate)
    if number is None and not needed:
        return
    if number is None or not 0 < number <= 1:
        word = predicate.removeprefix(v.BASE)
        yield terms.error(iri, "bad-rule", f"needs a {word} above 0 and at most 1")


def _number(terms: Terms, iri: str, predicate: str) -> float | None:
    """The number, None when it is not there, not-a-number when it is none."""
    text = terms.said.text(iri, predicate)
    try:
        return None if text is None else float(text)
    except ValueError:
        return float("nan")
