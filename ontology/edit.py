"""What an edit of the ontology changes, and whether data made under the old one fits the new one as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Literal, TypeAlias

from . import vocabulary as v
from .errors import Finding
from .schema import Class, LinkRule, Property, Schema, SpatialRule
from .shacl.shapes import Shape

Term: TypeAlias = Class | Property | SpatialRule | LinkRule
TermKind = Literal["class", "property", "spatial rule", "link rule", "shape"]

_WORDS_ONLY = frozenset({"labels", "definition"})


@dataclass(frozen=True, slots=True)
class TermChange:
    """One term that differs between two schemas; `fields` names what differs in one that is in both."""

    kind: TermKind
    name: str
    fields: tuple[str, ...] = ()

    @property
    def is_relabelling(self) -> bool:
        """Whether nothing but the words about the term changed."""
        return bool(self.fields) and _WORDS_ONLY.issuperset(self.fields)


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between two schemas by meaning; each tuple is sorted by kind and name."""

    added: tuple[TermChange, ...]
    removed: tuple[TermChange, ...]
    changed: tuple[TermChange, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    @property
    def relabelled(self) -> tuple[TermChange, ...]:
        """Changed terms of which only labels or definition differ."""
        return tuple(change for change in self.changed if change.is_relabelling)


def changes(old: Schema, new: Schema) -> Changes:
    """What differs between two schemas.

    >>> from ontology import compile_schema, packaged_texts
    >>> schema = compile_schema(packaged_texts())
    >>> bool(changes(schema, schema))
    False
    """
    added: list[TermChange] = []
    removed: list[TermChange] = []
    changed: list[TermChange] = []
    sections: list[tuple[TermKind, Mapping[str, Term | Shape], Mapping[str, Term | Shape]]]
    sections = [*_sections(old, new), ("shape", _named_shapes(old), _named_shapes(new))]
    for kind, before, after in sections:
        added += [TermChange(kind, name) for name in sorted(after.keys() - before.keys())]
        removed += [TermChange(kind, name) for name in sorted(before.keys() - after.keys())]
        for name in sorted(before.keys() & after.keys()):
            if different := _different_fields(before[name], after[name]):
                changed.append(TermChange(kind, name, different))
    return Changes(tuple(added), tuple(removed), tuple(changed))


def additive_problems(old: Schema, new: Schema) -> tuple[Finding, ...]:
    """Why data made under the old schema would not fit the new one as it is; empty when the edit only adds.

    Refused are: a removed term, a lost superclass, a changed IRI, datatype, unit, code scheme or ledger place, anything
    narrowed (domain, range, allowed values, cardinality), a lost inference, and a changed rule.

    >>> from ontology import compile_schema, packaged_texts
    >>> schema = compile_schema(packaged_texts())
    >>> additive_problems(schema, schema)
    ()
    """
    return tuple(_problems(old, new))


def _sections(old: Schema, new: Schema) -> Iterator[tuple[TermKind, Mapping[str, Term], Mapping[str, Term]]]:
    yield "class", old.classes, new.classes
    yield "property", old.properties, new.properties
    yield "spatial rule", old.spatial_rules, new.spatial_rules
    yield "link rule", old.link_rules, new.link_rules


def _named_shapes(schema: Schema) -> dict[str, Shape]:
    """Shapes by name; those without one are part of the named shapes that refer to them."""
    return {id_.removeprefix(v.BASE): shape for id_, shape in schema.shapes.items() if not id_.startswith("_:")}


def _different_fields(before: Term | Shape, after: Term | Shape) -> tuple[str, ...]:
    names = (each.name for each in fields(before))
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _problems(old: Schema, new: Schema) -> Iterator[Finding]:
    for kind, before, after in _sections(old, new):
        for name in sorted(before):
            if name not in after:
                yield _refusal("removed", name, f"({kind}) is no longer there; put it back, data may use it")
            elif before[name].iri != after[name].iri:
                yield _refusal("changed", name, f"had the IRI {before[name].iri}, now {after[name].iri}")
    for name, class_ in old.classes.items():
        if name in new.classes:
            yield from _class_problems(class_, new.classes[name])
    for name, property_ in old.properties.items():
        if name in new.properties:
            yield from _property_problems(property_, new.properties[name], new)
    for rules, new_rules in ((old.spatial_rules, new.spatial_rules), (old.link_rules, new.link_rules)):
        for name, rule in rules.items():
            if name in new_rules:
                yield from _changed_rule(rule, new_rules[name])


def _class_problems(old: Class, new: Class) -> Iterator[Finding]:
    yield from _unlike(old, new, "ledger_table")
    yield from _lost(old.name, "superclass", old.ancestors, new.ancestors)
    yield from _lost(old.name, "geometry kind", old.geometry_kinds, new.geometry_kinds)
    yield from _lost(old.name, "scale level", old.scale_levels, new.scale_levels)


def _property_problems(old: Property, new: Property, schema: Schema) -> Iterator[Finding]:
    name = old.name
    yield from _unlike(old, new, "kind", "datatype", "unit", "code_scheme", "code_subject", "personal", "ledger_column")
    yield from _narrowed(name, "domain", old.domain, new.domain, schema)
    yield from _narrowed(name, "range", old.range, new.range, schema)
    if new.allowed:
        any_value = not old.allowed
        yield from _lost(name, "allowed value", ("any other",) if any_value else old.allowed, new.allowed)
    if new.minimum > old.minimum:
        yield _refusal("narrowed", name, f"needed at least {old.minimum} values, now {new.minimum}")
    if new.maximum is not None and (old.maximum is None or new.maximum < old.maximum):
        before = "any number of values" if old.maximum is None else f"at most {old.maximum}"
        yield _refusal("narrowed", name, f"allowed {before}, now at most {new.maximum}")
    yield from _lost(name, "superproperty", old.ancestors, new.ancestors)
    yield from _lost(name, "chain", map(" o ".join, old.chains), map(" o ".join, new.chains))
    yield from _lost(name, "inverse", filter(None, [old.inverse]), filter(None, [new.inverse]))
    marks: tuple[tuple[str, Callable[[Property], bool]], ...] = (
        ("symmetric", lambda each: each.symmetric),
        ("transitive", lambda each: each.transitive),
        ("ladder", lambda each: each.ladder),
    )
    for word, is_marked in marks:
        yield from _lost(name, "mark", [word] * is_marked(old), [word] * is_marked(new))


def _changed_rule(old: SpatialRule | LinkRule, new: SpatialRule | LinkRule) -> Iterator[Finding]:
    yield from _unlike(old, new, *(name for name in _different_fields(old, new) if name not in _WORDS_ONLY | {"iri"}))


def _unlike(old: Term, new: Term, *names: str) -> Iterator[Finding]:
    for name in names:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield _refusal("changed", old.name, f"had the {name.replace('_', ' ')} {before!r}, now {after!r}")


def _lost(name: str, what: str, before: Iterable[str], after: Iterable[str]) -> Iterator[Finding]:
    kept = frozenset(after)
    for each in before:
        if each not in kept:
            yield _refusal("narrowed", name, f"no longer has the {what} {each}")


def _narrowed(name: str, what: str, before: tuple[str, ...], after: tuple[str, ...], new: Schema) -> Iterator[Finding]:
    """Classes that were in a domain or range and are not in the new one, nor below a class of it."""
    if not after:
        return
    if not before:
        yield _refusal("narrowed", name, f"had no {what}, now only {', '.join(after)}")
    for each in before:
        if each in new.classes and not {each, *new.classes[each].ancestors} & set(after):
            yield _refusal("narrowed", name, f"no longer has {each} in its {what}")


def _refusal(code: str, name: str, message: str) -> Finding:
    return Finding(severity="error", code=code, term=name, file="", message=message)
