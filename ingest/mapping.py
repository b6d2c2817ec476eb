"""What a mapping says: which rows are records, of which class, and what their columns mean. See `mapping_text`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .join import Join
from .solid import Check3D
from .template import Template

SOURCE_NAMES = "lower-case letters, digits, dots and hyphens"


def is_source_name(text: str) -> bool:
    """Whether a data set may be called so: its name stands in the keys of its records, between slashes.

    >>> is_source_name("nl-bag.2026"), is_source_name("a/b"), is_source_name("")
    (True, False, False)
    """
    return re.fullmatch(r"[a-z0-9][a-z0-9.-]*", text) is not None


class MappingError(ValueError):
    """A mapping file that can't be used; says where and what to write instead."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Rows for which two templates are equal (or not); of several values on the right one is enough."""

    left: Template
    right: Template
    is_equal: bool
    others: tuple[Template, ...] = ()

    @property
    def sides(self) -> tuple[Template, ...]:
        """All its templates."""
        return (self.left, self.right, *self.others)


@dataclass(frozen=True, slots=True)
class PropertyRule:
    """What one property's values are made from; a relation's template gives `record/…` or `code/…` references."""

    property: str
    value: Template
    language: str | None
    join: Join | None = None
    """For a relation to what the row is found to be about; `value` then only names the columns that are read."""


@dataclass(frozen=True, slots=True)
class RecordRule:
    """How rows of one kind become records of one class."""

    name: str
    key: Template
    class_: Template
    condition: Condition | None
    properties: tuple[PropertyRule, ...]
    classes: tuple[tuple[str, str], ...] = ()
    """(what the class template may say, the class that is meant): words of the source that are no names of ours."""
    other_class: str | None = None
    """For each word that is neither among `classes` nor a class of ours; None puts such rows into quarantine."""

    @property
    def made(self) -> frozenset[str] | None:
        """The classes that its records may have, by name or IRI; None when that is for the source to say.

        A class that comes from the source is known when the condition names all words that it may say.
        """
        if not self.class_.references:
            return frozenset({self.class_.text})
        condition = self.condition
        if condition is None or not condition.is_equal or any(side.references for side in condition.sides[1:]):
            return None
        if len(self.class_.references) != 1 or condition.left.text != f"$({self.class_.references[0]})":
            return None
        before, after = self.class_.parts[0], self.class_.parts[-1]
        said = (f"{before}{side.text}{after}" for side in condition.sides[1:])
        known = dict(self.classes)
        return frozenset(known.get(each, each) for each in said)


@dataclass(frozen=True, slots=True)
class Header:
    """What RML has no word for: the data set and how its deliveries are to be read."""

    source: str
    title: str
    licence: str
    credit: str | None
    issuer: str | None
    rank: int
    scale_level: str | None
    delivery: str
    update_cycle: str | None
    access_level: str
    crs: str | None
    epoch: float | None
    geometry: str
    format: str | None
    layer: tuple[str, ...]
    check_3d: Check3D


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping document, checked against the ontology; `version` is the sha256 of its text."""

    name: str
    version: str
    text: str
    header: Header
    records: tuple[RecordRule, ...]

    @property
    def needed(self) -> frozenset[str]:
        """The columns without which it can't be used: those of keys, classes and conditions."""
        templates = [part for rule in self.records for part in (rule.key, rule.class_)]
        conditions = [rule.condition for rule in self.records if rule.condition]
        templates += [side for condition in conditions for side in condition.sides]
        return frozenset(name for template in templates for name in template.references)

    def fit(self, columns: frozenset[str]) -> tuple[bool, int]:
        """How well it fits a table that it can read: first whether a key is made from a column of the source, which
        other sources lack, and then the columns that it reads there less those that it misses.

        The structural columns, which every file has, do not count; nor does how many columns a key takes, for a table
        of units has those of the key of its storeys, too.
        """
        has_own_key = any(not name.startswith("@") for rule in self.records for name in rule.key.references)
        own = {name for name in self.references if not name.startswith("@")}
        return has_own_key, len(own & columns) - len(own - columns)

    def under(self, source: str) -> "Mapping":
        """The same for a data set of another name: its records refer to one another by that name, too.

        References to records of other sources stay as they are.
        """
        if source == self.header.source:
            return self
        own, other = f"record/{self.header.source}/", f"record/{source}/"

        def renamed(part: PropertyRule) -> PropertyRule:
            text = part.value.text
            return replace(part, value=Template(other + text.removeprefix(own))) if text.startswith(own) else part

        records = (replace(rule, properties=tuple(map(renamed, rule.properties))) for rule in self.records)
        return replace(self, header=replace(self.header, source=source), records=tuple(records))

    @property
    def references(self) -> frozenset[str]:
        """All columns of the source that it reads."""
        values = (part.value for rule in self.records for part in rule.properties)
        return self.needed | {name for template in values for name in template.references}


def rank_mappings(
    mappings: Sequence[Mapping], columns: frozenset[str], file_format: str, layer: str | None = None
) -> list[Mapping]:
    """The mappings that fit a table best; several when nothing decides between them.

    The columns of keys, classes and conditions must be there; others may be missing and then give no value. A mapping
    that is made for a format or a layer reads no other, and goes before one that is made for any.
    """
    fitting = [
        mapping
        for mapping in mappings
        if mapping.needed <= columns
        and file_format.startswith(mapping.header.format or "")
        and (not mapping.header.layer or (layer or "").casefold() in map(str.casefold, mapping.header.layer))
    ]
    ranks = [
        (bool(mapping.header.layer), mapping.header.format is not None, mapping.fit(columns)) for mapping in fitting
    ]
    return [mapping for mapping, rank in zip(fitting, ranks, strict=True) if rank == max(ranks)]


__all__ = [
    "SOURCE_NAMES",
    "Condition",
    "Header",
    "Mapping",
    "MappingError",
    "PropertyRule",
    "RecordRule",
    "Template",
    "is_source_name",
    "rank_mappings",
]
