"""What is wrong with an ontology, in one list: errors that keep it from being compiled, and warnings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from . import vocabulary as v
from .check_profile import profile_findings
from .check_rules import rule_findings
from .check_style import style_findings
from .errors import Finding, OntologyError
from .read import OntologyText, read
from .reasoner import reasoning_findings
from .schema import upper_snake
from .shacl.read import read_shapes
from .terms import Terms, collect, is_language

_NEEDS_A_DECLARED_TERM = frozenset(
    {
        v.SUBCLASS_OF,
        v.EQUIVALENT_CLASS,
        v.SUBPROPERTY_OF,
        v.EQUIVALENT_PROPERTY,
        v.INVERSE_OF,
        v.ON_PROPERTY,
        v.FIRST,
    }
)


def check(texts: Sequence[OntologyText], schemes: Collection[str] | None = None) -> tuple[Finding, ...]:
    """Every finding about the texts, errors first; with `schemes`, a code scheme outside it is an error too.

    >>> prefixes = "@prefix : <https://res3d.example/ontology#> . @prefix owl: <http://www.w3.org/2002/07/owl#> ."
    >>> [finding.code for finding in check([OntologyText("port.ttl", prefixes + " :Quay a owl:Class .")])]
    ['no-definition', 'no-label', 'no-label']

    The findings about the last few texts are kept, since an edit is checked, planned and applied.
    """
    return _found(tuple(texts), None if schemes is None else frozenset(schemes))


@lru_cache(maxsize=8)
def _found(texts: tuple[OntologyText, ...], schemes: frozenset[str] | None) -> tuple[Finding, ...]:
    try:
        terms = collect(read(texts))
    except OntologyError as error:
        return error.findings
    findings = [*check_statements(terms), *style_findings(terms), *profile_findings(terms)]
    if schemes is not None:
        findings += _unknown_schemes(terms, schemes)
    if not any(found.severity == "error" for found in findings):
        findings += reasoning_findings(terms)  # what is not even well formed has no meaning to reason about
    return tuple(sorted(findings, key=lambda found: (found.severity, found.file, found.line or 0, found.code)))


def check_statements(terms: Terms) -> tuple[Finding, ...]:
    """Every finding about statements that are already read, except those about code schemes."""
    return tuple(finding for look in _LOOKS for finding in look(terms))


def _documentation(terms: Terms) -> Iterator[Finding]:
    for iri in (*terms.classes, *terms.properties, *terms.rules):
        labels = terms.said.by_language(iri, v.LABEL)
        for language in ("zh", "en"):
            if language not in labels:
                yield terms.warning(iri, "no-label", f"has no rdfs:label in @{language}")
        if "en" not in terms.said.by_language(iri, v.DEFINITION):
            yield terms.warning(iri, "no-definition", "has no skos:definition in @en")
        written = Counter(value.language for value in terms.said.values(iri, v.LABEL) if not isinstance(value, str))
        for language in (str(language) for language, count in written.items() if count > 1):
            yield terms.warning(iri, "two-labels", f"has several rdfs:label in @{language}; keep one")


def _names(terms: Terms) -> Iterator[Finding]:
    said = terms.said
    terms_by_name: dict[str, list[str]] = defaultdict(list)
    for iri in dict.fromkeys((*terms.classes, *terms.properties)):
        if not said.has_prefix(iri):
            advice = "its namespace has no prefix of its own; declare one that no other text uses for something else"
            yield terms.error(iri, "no-prefix", advice)
            continue
        if not said.name(iri).isidentifier():
            yield terms.error(iri, "bad-name", "begins with a digit or has no name after its namespace; rename it")
        if said.name(iri) in v.RESERVED_NAMES:
            yield terms.error(iri, "reserved-name", "has a name that the views use for themselves; rename it")
        terms_by_name[said.name(iri)].append(iri)
    for name, iris in terms_by_name.items():
        for iri in iris[1:]:
            yield terms.error(iri, "name-clash", f"gets the name {name}, which {iris[0]} has already")
    types_by_name: dict[str, list[str]] = defaultdict(list)
    for iri in terms.properties:
        types_by_name[upper_snake(said.name(iri))].append(iri)
    for type_, iris in types_by_name.items():
        if len({said.name(iri) for iri in iris}) > 1:
            others = ", ".join(said.short(iri) for iri in iris[:-1])
            yield terms.error(iris[-1], "name-clash", f"gets the relationship type {type_}, as does {others}")


def _kinds(terms: Terms) -> Iterator[Finding]:
    attributes = frozenset(terms.said.with_type(v.ATTRIBUTE_TYPES))
    for iri in terms.properties:
        if iri in terms.classes:
            yield terms.error(
                iri, "two-kinds", "is declared as a class and as a property; give one of them another name"
            )
        if iri in terms.relations and iri in attributes:
            yield terms.error(iri, "two-kinds", "is declared as a relation and as an attribute; keep one")


def _undefined(terms: Terms) -> Iterator[Finding]:
    """Terms that a statement needs but no text declares; for our own namespace in any place."""
    known = frozenset(terms.said.by_subject)
    typed = frozenset(iri for iri in known if terms.said.values(iri, v.TYPE))
    for subject, said in terms.said.by_subject.items():
        for predicate, values in said.items():
            needed = [each for each in values if isinstance(each, str) and not each.startswith("_:")]
            missing = {predicate} if predicate.startswith(v.BASE) and predicate not in typed else set[str]()
            missing |= {each for each in needed if each not in typed and _must_be_declared(predicate, each)}
            for iri in sorted(missing):
                yield terms.undefined(terms.said.named_subject(subject), iri)


def _must_be_declared(predicate: str, value: str) -> bool:
    return not is_language(value) and (predicate in _NEEDS_A_DECLARED_TERM or value.startswith(v.BASE))


def _cycles(terms: Terms) -> Iterator[Finding]:
    classes = {iri: terms.superclasses(iri) for iri in terms.classes}
    properties = {iri: terms.said.nodes(iri, v.SUBPROPERTY_OF) for iri in terms.properties}
    for kind, above in (("class", classes), ("property", properties)):
        graph = {iri: set(higher) for iri, higher in above.items()}
        while cycle := _cycle(graph):
            shown = " -> ".join(terms.said.short(iri) for iri in cycle)
            yield terms.error(min(cycle), "cycle", f"is its own super{kind}: {shown}; drop one of these statements")
            for iri in cycle:
                graph[iri] = set()


def _cycle(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def _domains_and_ranges(terms: Terms) -> Iterator[Finding]:
    classes = frozenset(terms.classes)
    for iri in terms.properties:
        for each in terms.domain(iri):
            if each not in classes:
                yield terms.error(iri, "domain-not-a-class", f"has the domain {terms.said.short(each)}, not a class")
        ranges = terms.range(iri)
        if iri in terms.relations:
            for each in (each for each in ranges if each not in classes):
                yield terms.error(iri, "range-not-a-class", f"has the range {terms.said.short(each)}, not a class")
            continue
        for each in (each for each in ranges if each not in terms.datatypes):
            message = f"has the range {terms.said.short(each)}, not a known datatype such as xsd:string or xsd:double"
            yield terms.error(iri, "unknown-datatype", message)
        if len(ranges) > 1:
            shown = " and ".join(terms.said.short(each) for each in ranges)
            yield terms.error(iri, "two-ranges", f"has the datatypes {shown}; keep one")


def _relations(terms: Terms) -> Iterator[Finding]:
    inverses: dict[str, set[str]] = defaultdict(set)
    for iri in terms.properties:
        for inverse in terms.inverses(iri):
            inverses[iri].add(inverse)
            inverses[inverse].add(iri)
    for iri in terms.properties:
        if len(inverses[iri]) > 1:
            shown = " and ".join(sorted(terms.said.short(each) for each in inverses[iri]))
            yield terms.error(iri, "two-inverses", f"has the inverses {shown}; keep one")
        for step in (step for chain in terms.chains(iri) for step in chain if step not in terms.relations):
            shown = "an anonymous relation" if step.startswith("_:") else terms.said.short(step)
            yield terms.error(iri, "bad-chain", f"has a chain through {shown}, which is not a named relation")


def _annotations(terms: Terms) -> Iterator[Finding]:
    for iri in (*terms.classes, *terms.properties):
        for annotation in v.ONE_VALUE_ANNOTATIONS:
            if len(values := terms.said.texts_of(iri, annotation)) > 1:
                word, shown = annotation.removeprefix(v.BASE), " and ".join(sorted(values))
                yield terms.error(iri, "two-values", f"has {word} {shown}; keep one")
    for iri in terms.classes:
        rank = terms.said.text(iri, v.LADDER_RANK)
        if rank is not None and not rank.isdecimal():
            yield terms.error(iri, "bad-value", f"has the ladder rank {rank!r}; give a whole number")
    for iri in terms.properties:
        subject = terms.said.text(iri, v.CODE_OF)
        if subject not in (None, "entity", "record"):
            yield terms.error(iri, "bad-value", f'has codeOf "{subject}"; give "entity" or "record"')
    yield from _shown_twice(terms, terms.classes, v.LEDGER_TABLE)
    yield from _shown_twice(terms, terms.properties, v.LEDGER_COLUMN)


def _shown_twice(terms: Terms, iris: Iterable[str], annotation: str) -> Iterator[Finding]:
    """Two terms for one table or column: code that asks for the term could not tell which."""
    first: dict[str, str] = {}
    for iri in iris:
        for place in terms.said.texts_of(iri, annotation):
            if first.setdefault(place, iri) != iri:
                yield terms.error(iri, "shown-twice", f"shows {place}, which {terms.said.short(first[place])} shows")


def _unknown_schemes(terms: Terms, schemes: Collection[str]) -> Iterator[Finding]:
    for iri in terms.properties:
        scheme = terms.said.text(iri, v.CODE_SCHEME)
        if scheme is not None and scheme not in schemes:
            message = f"has the unknown code scheme {scheme!r}; known are {', '.join(sorted(schemes))}"
            yield terms.error(iri, "unknown-scheme", message)


def _shapes(terms: Terms) -> Iterator[Finding]:
    yield from read_shapes(terms.said)[1]


_LOOKS: tuple[Callable[[Terms], Iterator[Finding]], ...] = (
    _undefined,
    _names,
    _kinds,
    _cycles,
    _domains_and_ranges,
    _relations,
    _annotations,
    rule_findings,
    _shapes,
    _documentation,
)
