"""Everything about one entity, as values: what its page and documents show."""

from collections.abc import Mapping
from dataclasses import dataclass

from .values import Candidate, Labels, Thing


@dataclass(frozen=True, slots=True)
class Term:
    """A class or property with what a reader wants to see of it."""

    name: str
    iri: str
    labels: Labels
    definition: str = ""
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class StatedValue:
    """A value of an attribute with the records that state it; one that is not shown lost against another source."""

    value: str
    datatype: str
    language: str | None
    is_shown: bool
    records: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of an entity: the value shown first, then those that lost."""

    term: Term
    values: tuple[StatedValue, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of an entity to another one, in the words of the direction in which it is read.

    `other` is None while the thing referred to (`reference`) is not known.
    """

    term: Term
    predicate: str
    is_outgoing: bool
    other: Thing | None
    reference: str
    origin: str
    evidence: Mapping[str, object]
    valid_from: str | None
    valid_to: str | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Geometry:
    """A geometry of a record; `shape` is WKB, x-y order, in `crs`: the footprint of a 3D geometry, else itself."""

    dimension: int
    lod: str
    shape: bytes
    crs: str
    original_crs: str
    operation: str
    accuracy_m: float | None
    is_ballpark: bool
    lowest: float | None
    highest: float | None
    volume: float | None
    area: float | None


@dataclass(frozen=True, slots=True)
class Record:
    """A record with why it is taken to describe the entity."""

    iri: str
    source: str
    source_title: str
    licence: str
    key: str
    class_: Term
    dimension: int
    lod: str | None
    scale_level: str | None
    valid_from: str | None
    valid_to: str | None
    evidence: Mapping[str, object]
    confidence: float
    verdict: str
    unmapped: Mapping[str, object]
    geometries: tuple[Geometry, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a record: which changeset brought it and in what it differs from the one before.

    `changed` names properties, and `class`, `geometry`, `valid_from` or `valid_to`; it is empty for the first one.
    """

    record: str
    source: str
    key: str
    changeset: int
    time: str
    actor: str
    reason: str
    is_first: bool
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surrounding:
    """A thing above the entity on the ladder, and its plane shape (WKB, x-y order, in `crs`)."""

    thing: Thing
    shape: bytes
    crs: str


@dataclass(frozen=True, slots=True)
class EntityView:
    """An entity with all that is known of it."""

    known: Candidate
    thing: Thing
    class_: Term
    ancestors: tuple[Term, ...]
    valid_from: str | None
    valid_to: str | None
    attributes: tuple[Attribute, ...]
    relations: tuple[Relation, ...]
    has_more_relations: bool
    records: tuple[Record, ...]
    history: tuple[Version, ...]
    surroundings: tuple[Surrounding, ...]
    """The nearest things above it that have a shape."""
