"""Turtle texts to the compiled `Schema`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Protocol, TypeVar, cast

from . import vocabulary as v
from .check import check_statements
from .errors import OntologyError
from .read import OntologyText, Statements, read
from .schema import Class, CodeSubject, Condition, LinkRule, Property, PropertyKind, RuleRelation, Schema, SpatialRule
from .shacl.read import read_shapes
from .terms import Terms, collect


class _Named(Protocol):
    @property
    def name(self) -> str: ...


Item = TypeVar("Item", bound=_Named)
Found = TypeVar("Found")


def compile_schema(texts: Sequence[OntologyText]) -> Schema:
    """Compile Turtle texts, ours and a workspace's together, into one `Schema`.

    Raises `OntologyError` with every error that `check` finds; what `check` only warns of is compiled.

    >>> compile_schema([OntologyText("mine.ttl", "@prefix : <https://res3d.example/ontology#> . :A a :B , :A")])
    Traceback (most recent call last):
        ...
    ontology.errors.OntologyError: mine.ttl:1:...: error syntax: the text is not Turtle: ...

    The last few schemas are kept: the same texts are asked for again and again while a command or the service runs.
    """
    return _compiled(tuple(texts))


@lru_cache(maxsize=8)
def _compiled(texts: tuple[OntologyText, ...]) -> Schema:
    said = read(texts)
    terms = collect(said)
    errors = [finding for finding in check_statements(terms) if finding.severity == "error"]
    if errors:
        raise OntologyError(errors)
    inverses = _inverses(terms)
    spatial = frozenset(said.with_type(frozenset({v.SPATIAL_RULE})))
    return Schema(
        version=said.version,
        classes=_by_name(_class(terms, iri) for iri in terms.classes),
        properties=_by_name(_property(terms, iri, inverses.get(iri)) for iri in terms.properties),
        spatial_rules=_by_name(_spatial_rule(said, iri) for iri in terms.rules if iri in spatial),
        link_rules=_by_name(_link_rule(said, iri) for iri in terms.rules if iri not in spatial),
        prefixes={**said.prefixes, **v.WELL_KNOWN_PREFIXES},
        shapes=read_shapes(said)[0],
    )


def _by_name(items: Iterable[Item]) -> dict[str, Item]:
    return {item.name: item for item in sorted(items, key=lambda item: item.name)}


def _class(terms: Terms, iri: str) -> Class:
    said = terms.said
    ancestors = _upwards(iri, terms.above)
    line = (iri, *ancestors)
    rank = next((rank for each in line if (rank := said.text(each, v.LADDER_RANK))), None)
    return Class(
        iri=iri,
        name=said.name(iri),
        labels=said.by_language(iri, v.LABEL),
        definition=_definition(said, iri),
        parents=_names(said, terms.superclasses(iri)),
        ancestors=_names(said, ancestors),
        scale_levels=_nearest(said, line, v.AT_SCALE),
        geometry_kinds=_nearest(said, line, v.GEOMETRY_KIND),
        code=said.text(iri, v.CLASS_CODE),
        ladder=int(rank) if rank else None,
        ledger_table=said.text(iri, v.LEDGER_TABLE),
    )


def _property(terms: Terms, iri: str, inverse: str | None) -> Property:
    said = terms.said
    is_relation = iri in terms.relations
    code_scheme = said.text(iri, v.CODE_SCHEME)
    kind: PropertyKind = "relation" if is_relation else "code" if code_scheme else "attribute"
    types = frozenset(said.nodes(iri, v.TYPE))
    minimum, maximum = _cardinality(terms, iri)
    return Property(
        iri=iri,
        name=said.name(iri),
        labels=said.by_language(iri, v.LABEL),
        definition=_definition(said, iri),
        kind=kind,
        datatype=None if is_relation else said.short(next(iter(terms.range(iri)), v.XSD + "string")),
        allowed=terms.enumeration(iri),
        unit=said.text(iri, v.UNIT),
        minimum=minimum,
        maximum=maximum,
        domain=_names(said, terms.domain(iri)),
        range=_names(said, terms.range(iri)) if is_relation else (),
        ancestors=_names(said, _upwards(iri, terms.above)),
        inverse=said.name(inverse) if inverse else None,
        symmetric=v.SYMMETRIC in types,
        transitive=v.TRANSITIVE in types,
        chains=tuple(_names(said, chain) for chain in terms.chains(iri)),
        code_scheme=code_scheme,
        code_subject=cast(CodeSubject, said.text(iri, v.CODE_OF) or "entity"),
        personal=said.is_true(iri, v.PERSONAL),
        ladder=said.is_true(iri, v.LADDER),
        ledger_column=said.text(iri, v.LEDGER_COLUMN),
    )


def _cardinality(terms: Terms, iri: str) -> tuple[int, int | None]:
    """Minimum and maximum: functional means at most one; else what the only domain class restricts."""
    said = terms.said
    domain = terms.domain(iri)
    nodes = said.nodes(domain[0], v.SUBCLASS_OF) if len(domain) == 1 else ()
    own = [node for node in nodes if iri in said.nodes(node, v.ON_PROPERTY)]
    minima = [int(text) for node in own for text in said.texts_of(node, *v.MINIMA)]
    maxima = [int(text) for node in own for text in said.texts_of(node, *v.MAXIMA)]
    if v.FUNCTIONAL in said.nodes(iri, v.TYPE):
        maxima.append(1)
    return max(minima, default=0), min(maxima, default=None)


def _inverses(terms: Terms) -> dict[str, str]:
    """The inverse of each relation, declared on either side."""
    declared = [(iri, inverse) for iri in terms.properties for inverse in terms.inverses(iri)]
    return {**{inverse: iri for iri, inverse in declared}, **dict(declared)}


def _upwards(iri: str, above: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
    """Everything above a term, nearest first, each once."""
    found: dict[str, None] = {}
    level = above(iri)
    while level:
        new = tuple(dict.fromkeys(each for each in level if each not in found and each != iri))
        found.update(dict.fromkeys(new))
        level = tuple(higher for each in new for higher in above(each))
    return tuple(found)


def _nearest(said: Statements, line: Iterable[str], annotation: str) -> tuple[str, ...]:
    return next((values for each in line if (values := said.texts_of(each, annotation))), ())


def _names(said: Statements, iris: Iterable[str]) -> tuple[str, ...]:
    return tuple(said.name(iri) for iri in iris)


def _definition(said: Statements, iri: str) -> str:
    by_language = said.by_language(iri, v.DEFINITION)
    return by_language.get("en") or next(iter(by_language.values()), "")


def _spatial_rule(said: Statements, iri: str) -> SpatialRule:
    return SpatialRule(
        iri=iri,
        name=said.name(iri),
        labels=said.by_language(iri, v.LABEL),
        definition=_definition(said, iri),
        subject=_one_name(said, iri, v.RULE_SUBJECT),
        predicate=_one_name(said, iri, v.RULE_PREDICATE),
        object=_one_name(said, iri, v.RULE_OBJECT),
        relation=cast(RuleRelation, said.text(iri, v.RULE_RELATION)),
        minimum_share=_number(said, iri, v.MINIMUM_SHARE),
        minimum_length=_number(said, iri, v.MINIMUM_LENGTH),
        vertical=said.is_true(iri, v.VERTICAL),
        same_values=_names(said, said.nodes(iri, v.SAME_VALUE_OF)),
        subject_conditions=_conditions(said, iri, v.SUBJECT_CONDITION),
        object_conditions=_conditions(said, iri, v.OBJECT_CONDITION),
    )


def _link_rule(said: Statements, iri: str) -> LinkRule:
    return LinkRule(
        iri=iri,
        name=said.name(iri),
        labels=said.by_language(iri, v.LABEL),
        definition=_definition(said, iri),
        class_=_one_name(said, iri, v.LINKED_CLASS),
        minimum_overlap=float(said.text(iri, v.MINIMUM_OVERLAP) or 0),
        across_sources=said.text(iri, v.ACROSS_SOURCES) not in ("false", "0"),
    )


def _conditions(said: Statements, iri: str, predicate: str) -> tuple[Condition, ...]:
    return tuple(
        Condition(
            property=_one_name(said, node, v.CONDITION_PROPERTY),
            values=said.texts_of(node, v.VALUE_IS) or said.texts_of(node, v.VALUE_IS_NOT),
            excluded=not said.texts_of(node, v.VALUE_IS),
        )
        for node in said.nodes(iri, predicate)
    )


def _one_name(said: Statements, iri: str, predicate: str) -> str:
    return said.name(said.nodes(iri, predicate)[0])


def _number(said: Statements, iri: str, predicate: str) -> float | None:
    text = said.text(iri, predicate)
    return float(text) if text is not None else None
