"""The compiled ontology: what every other part of the system knows about classes, properties and rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from .errors import UnknownTerm
from .shacl.shapes import Shapes

PropertyKind = Literal["attribute", "relation", "code"]
CodeSubject = Literal["entity", "record"]
RuleRelation = Literal["within", "touches", "intersects"]

Term = TypeVar("Term")

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """A kind of thing; `name` is its label in Neo4j and its local name in RDF."""

    iri: str
    name: str
    labels: Mapping[str, str]
    definition: str
    parents: tuple[str, ...]
    ancestors: tuple[str, ...]
    """All superclasses, nearest first, without the class itself."""
    scale_levels: tuple[str, ...]
    geometry_kinds: tuple[str, ...]
    code: str | None
    """Class code of the national table, or a `P` code of this project."""
    ladder: int | None
    """Height on the ladder from component (10) to county (90); declared or taken from the nearest ancestor."""
    ledger_table: str | None
    """The ledger table whose rows this class shows; None for an ordinary entity class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A statement that can be made about a thing: an attribute value, a code, or a relation to another thing."""

    iri: str
    name: str
    labels: Mapping[str, str]
    definition: str
    kind: PropertyKind
    datatype: str | None
    """Such as `xsd:string`; None for a relation."""
    allowed: tuple[str, ...]
    """The only values allowed, in the order of the model; empty: any value of the datatype."""
    unit: str | None
    """UCUM code of the unit in which values are stored."""
    minimum: int
    maximum: int | None
    domain: tuple[str, ...]
    """Classes whose things carry the property, any one of them; empty: every class."""
    range: tuple[str, ...]
    """Classes of the object, any one of them; empty for attributes and codes."""
    ancestors: tuple[str, ...]
    inverse: str | None
    symmetric: bool
    transitive: bool
    chains: tuple[tuple[str, ...], ...]
    """Each chain of relations implies this one: `("standsOn", "locatedIn")`."""
    code_scheme: str | None
    code_subject: CodeSubject
    personal: bool
    """Personal data: dropped at ingest unless the workspace keeps it."""
    ladder: bool
    """Following this relation from subject to object climbs the ladder."""
    ledger_column: str | None
    """`table.column` of the ledger that this property shows; the table `any` stands for every table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A demand on one attribute of a thing: its value is one of `values`, or, when `excluded`, none of them.

    A missing value fulfils an excluding condition and breaks the other one.
    """

    property: str
    values: tuple[str, ...]
    excluded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SpatialRule:
    """Which relation follows from the position of two things, as in "a building stands on the parcel below it"."""

    iri: str
    name: str
    labels: Mapping[str, str]
    definition: str
    subject: str
    predicate: str
    object: str
    relation: RuleRelation
    minimum_share: float | None
    """Share of the subject's footprint that must lie inside the object (0 to 1); for `within`."""
    minimum_length: float | None
    """Length in metres that the shared boundary must exceed; for `touches`."""
    vertical: bool
    """The height intervals must overlap where both are known."""
    same_values: tuple[str, ...]
    """Attributes that must not differ between subject and object; two missing values are the same."""
    subject_conditions: tuple[Condition, ...]
    object_conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRule:
    """When two records of one class describe the same thing because their footprints overlap."""

    iri: str
    name: str
    labels: Mapping[str, str]
    definition: str
    class_: str
    minimum_overlap: float
    """Intersection over union of the two footprints (0 to 1)."""
    across_sources: bool
    """Only records of different sources are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The ontology in force, keyed by term name; made by `compile_schema`, the same for the same statements.

    >>> from ontology import compile_schema, packaged_texts
    >>> schema = compile_schema(packaged_texts())
    >>> schema.class_("Door").ancestors[:2]
    ('BuildingComponent', 'Construction')
    >>> schema.relationship_type("partOf")
    'PART_OF'
    """

    version: str
    """sha256 (hex) of the canonical statements: order, layout and blank-node names do not matter."""
    classes: Mapping[str, Class]
    properties: Mapping[str, Property]
    spatial_rules: Mapping[str, SpatialRule]
    link_rules: Mapping[str, LinkRule]
    prefixes: Mapping[str, str]
    shapes: Shapes
    """SHACL shapes by their IRI, those without a name by the label of their blank node."""
    _name_of_iri: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _class_of_table: Mapping[str, Class] = field(init=False, repr=False, compare=False)
    _property_of_column: Mapping[str, Property] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        terms: tuple[Class | Property, ...] = (*self.classes.values(), *self.properties.values())
        tables = {term.ledger_table: term for term in self.classes.values() if term.ledger_table}
        columns = {term.ledger_column: term for term in self.properties.values() if term.ledger_column}
        object.__setattr__(self, "_name_of_iri", {term.iri: term.name for term in terms})
        object.__setattr__(self, "_class_of_table", tables)
        object.__setattr__(self, "_property_of_column", columns)

    def class_(self, name_or_iri: str) -> Class:
        """The class of that name or IRI; `UnknownTerm` lists similar names."""
        name = self._name_of_iri.get(name_or_iri, name_or_iri)
        return _found(self.classes, name, name_or_iri, "class")

    def property_(self, name_or_iri: str) -> Property:
        """The property of that name or IRI; `UnknownTerm` lists similar names."""
        name = self._name_of_iri.get(name_or_iri, name_or_iri)
        return _found(self.properties, name, name_or_iri, "property")

    def with_ledger_table(self, table: str) -> Class:
        """The class that shows the rows of a ledger table."""
        return _found(self._class_of_table, table, table, "class for the ledger table")

    def with_ledger_column(self, column: str) -> Property:
        """The property that shows a ledger column, given as `table.column`; one declared for `any` table serves all.

        >>> from ontology import compile_schema, packaged_texts
        >>> compile_schema(packaged_texts()).with_ledger_column("code.valid_from").name
        'validFrom'
        """
        _, _, plain = column.partition(".")
        shared = self._property_of_column.get(f"any.{plain}")
        if shared and column not in self._property_of_column:
            return shared
        return _found(self._property_of_column, column, column, "property for the ledger column")

    def relationship_type(self, property_name: str) -> str:
        """The Neo4j relationship type of a property: its name in UPPER_SNAKE."""
        return upper_snake(self.property_(property_name).name)

    def subclasses(self, name: str) -> frozenset[str]:
        """Names of a class and of every class below it."""
        top = self.class_(name).name
        return frozenset({top, *(term.name for term in self.classes.values() if top in term.ancestors)})


def upper_snake(name: str) -> str:
    """A term name in UPPER_SNAKE, as relationship types are written.

    >>> upper_snake("hasRecordGeometry"), upper_snake("bot__hasStorey"), upper_snake("asWKT")
    ('HAS_RECORD_GEOMETRY', 'BOT__HAS_STOREY', 'AS_WKT')
    """
    return _WORD_START.sub("_", name).upper()


def _found(known: Mapping[str, Term], key: str, given: str, what: str) -> Term:
    if key in known:
        return known[key]
    raise UnknownTerm(given, what, sorted(known))
