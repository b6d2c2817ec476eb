"""An edit of the ontology seen from the data: where what was said in the words of one schema goes in another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from . import vocabulary as v
from .errors import Finding
from .read import OntologyText, read
from .schema import Property, Schema

_IS_REPLACED_BY = "isReplacedBy"


@dataclass(frozen=True, slots=True)
class Edit:
    """From one schema to another; `moves` gives the new name of each class and property whose data moves.

    >>> from ontology import compile_schema, packaged_texts
    >>> schema = compile_schema(packaged_texts())
    >>> edit = Edit(schema, schema, {})
    >>> edit.class_after("Building"), edit.class_after("Castle"), edit.looked_at
    ('Building', None, {})
    """

    old: Schema
    new: Schema
    moves: Mapping[str, str]

    def class_after(self, name: str) -> str | None:
        """The class that things of an old class have now; None when there is none."""
        after = self.moves.get(name, name)
        return after if after in self.new.classes else None

    def property_after(self, name: str) -> str | None:
        """The property that values of an old property have now; None when there is none."""
        after = self.moves.get(name, name)
        return after if after in self.new.properties else None

    @property
    def lost_classes(self) -> tuple[str, ...]:
        """Old classes whose things have no class any more."""
        return tuple(name for name in self.old.classes if self.class_after(name) is None)

    @property
    def looked_at(self) -> dict[str, Property | None]:
        """Old properties whose values have to be looked at, with what they are now; None: removed."""
        found: dict[str, Property | None] = {}
        for name, before in self.old.properties.items():
            after_name = self.property_after(name)
            after = None if after_name is None else self.new.properties[after_name]
            if after is None or _matters(before, after):
                found[name] = after
        return found

    @property
    def added_properties(self) -> frozenset[str]:
        """New properties to which no old one corresponds."""
        kept = {self.property_after(name) for name in self.old.properties}
        return frozenset(name for name in self.new.properties if name not in kept)

    @property
    def out_of_domain(self) -> frozenset[tuple[str, str]]:
        """Old classes and old properties of which the first carried the second, and does so no more."""
        changed = [
            (name, before, self.new.properties[after])
            for name, before in self.old.properties.items()
            if (after := self.property_after(name)) is not None and self.new.properties[after].domain
        ]
        return frozenset(
            (class_, name)
            for class_ in self.old.classes
            if (class_after := self.class_after(class_)) is not None
            for name, before, after in changed
            if carries(self.old, class_, before) and not carries(self.new, class_after, after)
        )

    @property
    def narrowed_geometries(self) -> dict[str, tuple[str, ...]]:
        """Old classes that lose kinds of geometry, with those that they still may have."""
        found: dict[str, tuple[str, ...]] = {}
        for name, before in self.old.classes.items():
            after = self.class_after(name)
            kinds = self.new.classes[after].geometry_kinds if after else ()
            if kinds and (not before.geometry_kinds or set(before.geometry_kinds) - set(kinds)):
                found[name] = kinds
        return found


def edit_between(
    old: Schema, new: Schema, declared: Mapping[str, str], known: Iterable[Mapping[str, str]] = ()
) -> Edit:
    """The edit from one schema to another.

    `declared` are the replacements that the new texts state: data of a replaced term moves. `known` are those of other
    versions: a term that the new schema does not have goes to the one that it replaced, or that replaced it, if the
    new schema has that.
    """
    neighbours: dict[str, list[str]] = {}
    for each in (declared, *known):
        for name, replacement in each.items():
            neighbours.setdefault(name, []).append(replacement)
            neighbours.setdefault(replacement, []).append(name)
    moves: dict[str, str] = {}
    for old_terms, new_terms in ((old.classes, new.classes), (old.properties, new.properties)):
        for name in old_terms:
            after: str | None = _followed(name, declared)
            if after == name or after not in new_terms:
                after = name if name in new_terms else _nearest(name, neighbours, new_terms)
            if after is not None and after != name:
                moves[name] = after
    return Edit(old, new, moves)


@cache
def replacements(texts: tuple[OntologyText, ...]) -> Mapping[str, str]:
    """Which term is replaced by which, by name: what the texts state by `dcterms:isReplacedBy`.

    >>> replacements((OntologyText("port.ttl", '''
    ...     @prefix : <https://res3d.example/ontology#> . @prefix dcterms: <http://purl.org/dc/terms/> .
    ...     :Wharf dcterms:isReplacedBy :Quay .'''),))
    {'Wharf': 'Quay'}
    """
    if not any(_IS_REPLACED_BY in text.text for text in texts):
        return {}
    said = read(texts)
    return {
        said.name(subject): said.name(targets[0])
        for subject in said.by_subject
        if (targets := said.nodes(subject, v.IS_REPLACED_BY))
    }


def ledger_problems(old: Schema, new: Schema) -> tuple[Finding, ...]:
    """Why the new schema can't drive a ledger: terms that show its tables and columns are gone or show others."""
    found = []
    sections: Sequence[tuple[str, Mapping[str, object], Mapping[str, object]]] = (
        ("ledger_table", old.classes, new.classes),
        ("ledger_column", old.properties, new.properties),
    )
    for field, before, after in sections:
        for name, term in before.items():
            place = getattr(term, field)
            if place is not None and getattr(after.get(name), field, None) != place:
                message = f"shows {place} of the ledger, which every workspace needs; put the term back as it was"
                found.append(Finding(severity="error", code="ledger-place", term=name, file="", message=message))
    return tuple(found)


def carries(schema: Schema, class_name: str, property_: Property) -> bool:
    """Whether things of a class may have a property.

    >>> from ontology import compile_schema, packaged_texts
    >>> schema = compile_schema(packaged_texts())
    >>> carries(schema, "Parcel", schema.property_("storeyNumber"))
    False
    """
    class_ = schema.classes[class_name]
    return not property_.domain or not {class_name, *class_.ancestors}.isdisjoint(property_.domain)


def _matters(before: Property, after: Property) -> bool:
    """Whether values of the one may have to change, or may be refused, to be values of the other."""
    fewer = after.maximum is not None and (before.maximum is None or after.maximum < before.maximum)
    return (
        (before.name, before.kind, before.datatype, before.code_scheme)
        != (after.name, after.kind, after.datatype, after.code_scheme)
        or (before.maximum == 1) != (after.maximum == 1)
        or fewer
        or after.minimum > before.minimum
        or bool(after.allowed and (not before.allowed or set(before.allowed) - set(after.allowed)))
        or unit_differs(before, after)
        or (after.personal and not before.personal)
    )


def unit_differs(before: Property, after: Property) -> bool:
    """Whether numbers of the one mean something else under the other; a unit that was not stated is no other unit."""
    return before.unit is not None and after.unit is not None and before.unit != after.unit


def _followed(name: str, declared: Mapping[str, str]) -> str:
    seen = {name}
    while name in declared and declared[name] not in seen:
        name = declared[name]
        seen.add(name)
    return name


def _nearest(name: str, neighbours: Mapping[str, Sequence[str]], wanted: Mapping[str, object]) -> str | None:
    level, seen = [name], {name}
    while level:
        level = [each for near in level for each in neighbours.get(near, ()) if each not in seen]
        if found := next((each for each in level if each in wanted), None):
            return found
        seen.update(level)
    return None
