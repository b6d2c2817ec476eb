"""What makes a model hard to read or to use though it compiles: words, names and terms that nothing needs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator

from . import vocabulary as v
from .errors import Finding
from .terms import Terms

_SPACING = re.compile(r"^\s|\s$|\s\s|[\t\r\n]")
_CLASS_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
_PROPERTY_NAME = re.compile(r"[a-z][A-Za-z0-9]*")


def style_findings(terms: Terms) -> Iterator[Finding]:
    """Warnings only: nothing of this keeps an ontology from being compiled."""
    for look in _LOOKS:
        yield from look(terms)


def _spacing(terms: Terms) -> Iterator[Finding]:
    for iri in _all(terms):
        for word, predicate in (("label", v.LABEL), ("definition", v.DEFINITION), ("other label", v.ALT_LABEL)):
            for text in terms.said.texts_of(iri, predicate):
                if _SPACING.search(text):
                    message = f"has the {word} {text!r} with spaces at an end, several in a row, or a line break"
                    yield terms.warning(iri, "spacing", f"{message}; write single spaces")


def _definitions(terms: Terms) -> Iterator[Finding]:
    first: dict[tuple[str, str], str] = {}
    for iri in _all(terms):
        count: dict[str, int] = defaultdict(int)
        for value in terms.said.values(iri, v.DEFINITION):
            if isinstance(value, str):
                continue
            language = value.language or "en"
            count[language] += 1
            other = first.setdefault((language, value.value.casefold()), iri)
            if other != iri:
                shown = terms.said.short(other)
                yield terms.warning(
                    iri, "same-definition", f"is defined in the same words as {shown}; say how they differ"
                )
            labels = terms.said.by_language(iri, v.LABEL)
            if value.value.casefold().rstrip("。.") == labels.get(language, "").casefold():
                yield terms.warning(iri, "empty-definition", "is defined by its own label; say what it is")
        for language in (language for language, number in count.items() if number > 1):
            yield terms.warning(iri, "two-definitions", f"has several skos:definition in @{language}; keep one")


def _labels(terms: Terms) -> Iterator[Finding]:
    """Two terms of one kind with one label: nobody who reads a list can tell which is meant."""
    for kind in (terms.classes, terms.properties):
        first: dict[tuple[str, str], str] = {}
        for iri in dict.fromkeys(kind):
            for language, label in terms.said.by_language(iri, v.LABEL).items():
                other = first.setdefault((language, label.casefold()), iri)
                if other != iri:
                    shown = terms.said.short(other)
                    yield terms.warning(
                        iri, "same-label", f'has the label "{label}"@{language} of {shown}; tell them apart'
                    )


def _names(terms: Terms) -> Iterator[Finding]:
    """Names of our namespace: they become labels, keys and relationship types of the property graph."""
    for kind, pattern, example in (
        (terms.classes, _CLASS_NAME, "UpperCamelCase"),
        (terms.properties, _PROPERTY_NAME, "lowerCamelCase"),
    ):
        for iri in dict.fromkeys(kind):
            local = iri.removeprefix(v.BASE)
            if local != iri and not pattern.fullmatch(local):
                yield terms.warning(iri, "name-style", f"is not written in {example}, as the others are")


def _deprecated(terms: Terms) -> Iterator[Finding]:
    gone = frozenset(iri for iri in _all(terms) if terms.said.is_true(iri, v.DEPRECATED))
    uses = (v.SUBCLASS_OF, v.SUBPROPERTY_OF, v.EQUIVALENT_CLASS, v.EQUIVALENT_PROPERTY, v.INVERSE_OF)
    for iri in _all(terms):
        if iri in gone:
            continue
        used = {*terms.said.nodes(iri, *uses), *terms.domain(iri), *terms.range(iri)}
        for other in sorted(used & gone):
            replaced = [terms.said.short(each) for each in terms.said.nodes(other, v.IS_REPLACED_BY)]
            advice = f"use {' or '.join(replaced)}" if replaced else "use another term"
            yield terms.warning(
                iri, "deprecated-term", f"uses {terms.said.short(other)}, which is deprecated; {advice}"
            )


def _unused(terms: Terms) -> Iterator[Finding]:
    """Properties that no class carries and that nothing else mentions."""
    mentioned = {
        value
        for subject, said in terms.said.by_subject.items()
        for values in said.values()
        for value in values
        if isinstance(value, str) and value != subject
    }
    for iri in terms.properties:
        is_shown = terms.said.texts_of(iri, v.LEDGER_COLUMN)
        if iri.startswith(v.BASE) and not terms.domain(iri) and not is_shown and iri not in mentioned:
            yield terms.warning(
                iri, "unused", "has no domain and nothing mentions it; say by schema:domainIncludes where it is used"
            )


def _repeated(terms: Terms) -> Iterator[Finding]:
    """Terms that two texts declare: an edit of one of them would be half an edit."""
    for iri, names in terms.said.declared_in.items():
        if len(names) > 1 and not iri.startswith("_:") and iri != v.BASE.rstrip("#") and _is_term(terms, iri):
            yield terms.warning(iri, "declared-twice", f"is declared in {' and '.join(names)}; declare it once")


def _is_term(terms: Terms, iri: str) -> bool:
    return iri in terms.classes or iri in terms.properties or iri in terms.rules


def _all(terms: Terms) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*terms.classes, *terms.properties, *terms.rules)))


_LOOKS: tuple[Callable[[Terms], Iterator[Finding]], ...] = (
    _spacing,
    _definitions,
    _labels,
    _names,
    _deprecated,
    _unused,
    _repeated,
)
