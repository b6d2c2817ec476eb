"""What the pages say of the terms, gathered from the compiled ontology and from what the texts say besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .. import vocabulary as v
from ..alignments import Alignment, packaged_alignments
from ..compile import compile_schema
from ..read import OntologyText, Statements, read
from ..schema import Class, LinkRule, Property, Schema, SpatialRule
from ..shacl import Predicate, for_classes, message
from ..shacl.literals import literal_language, literal_text

Term = Class | Property | SpatialRule | LinkRule
Labels = Mapping[str, str]

_SOURCE = "http://purl.org/dc/terms/source"
# What the sections of a page show already; every other annotation is shown as it stands.
_SHOWN = frozenset(
    {v.LABEL, v.DEFINITION, v.ALT_LABEL, v.SKOS + "example", v.SKOS + "scopeNote", _SOURCE, v.GEOMETRY_KIND, v.AT_SCALE}
    | {v.CLASS_CODE, v.LADDER_RANK, v.LADDER, v.CODE_SCHEME, v.CODE_OF, v.UNIT, v.PERSONAL, v.TYPE}
)


@dataclass(frozen=True, slots=True)
class Words:
    """What a term's texts say of it in words, by language."""

    labels: Labels
    definitions: Labels
    other_labels: Sequence[tuple[str, str]]
    """(language, label) pairs."""
    notes: Labels
    examples: Sequence[str]
    sources: Sequence[str]
    annotations: Sequence[tuple[str, Labels, str]]
    """(IRI of the annotation, its labels, the value) of further annotations of our own vocabulary."""


@dataclass(frozen=True, slots=True)
class ClassRelations:
    """How a class stands to the other terms."""

    ancestors: Sequence[Class]
    children: Sequence[Class]
    own: Sequence[Property]
    """Properties that name the class in their domain."""
    inherited: Sequence[tuple[Class, Sequence[Property]]]
    """Properties of each superclass, nearest first."""
    pointing: Sequence[Property]
    """Relations whose objects may be things of the class."""
    rules: Sequence[SpatialRule | LinkRule]


@dataclass(frozen=True, slots=True)
class Demand:
    """What a shape demands of the values of a property."""

    property: Property
    words: Labels
    severity: str
    shape: str


class Content:
    """Everything that pages show of one ontology."""

    def __init__(self, texts: Sequence[OntologyText], alignments: Sequence[Alignment] | None = None) -> None:
        self.schema: Schema = compile_schema(texts)
        self._said: Statements = read(texts)
        known = packaged_alignments() if alignments is None else alignments
        self._alignments = known
        self._children: dict[str, list[Class]] = {}
        for class_ in self.schema.classes.values():
            for parent in class_.parents:
                self._children.setdefault(parent, []).append(class_)

    @property
    def roots(self) -> list[Class]:
        """Classes below no other, those with the most below them first."""
        roots = [class_ for class_ in self.schema.classes.values() if not class_.parents]
        return sorted(roots, key=lambda class_: (-len(self.schema.subclasses(class_.name)), class_.name))

    @property
    def rules(self) -> list[SpatialRule | LinkRule]:
        """All rules, by name."""
        return [*self.schema.spatial_rules.values(), *self.schema.link_rules.values()]

    def children(self, class_: Class) -> list[Class]:
        """Classes directly below a class."""
        return self._children.get(class_.name, [])

    def term(self, name: str) -> Term | None:
        """The class, property or rule of a name."""
        schema = self.schema
        for section in (schema.classes, schema.properties, schema.spatial_rules, schema.link_rules):
            if name in section:
                return section[name]
        return None

    def terms(self) -> list[Term]:
        """Every class, property and rule."""
        return [*self.schema.classes.values(), *self.schema.properties.values(), *self.rules]

    def words(self, term: Term) -> Words:
        """What the texts say of a term."""
        said, iri = self._said, term.iri
        literals = [value for value in said.values(iri, v.ALT_LABEL) if not isinstance(value, str)]
        further = [
            (predicate, said.by_language(predicate, v.LABEL), text)
            for predicate in said.by_subject.get(iri, {})
            if predicate.startswith(v.BASE) and predicate not in _SHOWN
            for text in said.texts_of(iri, predicate)
        ]
        return Words(
            labels=term.labels,
            definitions=said.by_language(iri, v.DEFINITION),
            other_labels=[(value.language or "en", value.value) for value in literals],
            notes=said.by_language(iri, v.SKOS + "scopeNote"),
            examples=said.texts_of(iri, v.SKOS + "example"),
            sources=said.texts_of(iri, _SOURCE),
            annotations=further,
        )

    def definitions(self, term: Term) -> Labels:
        """A term's definition in each language that has one."""
        return self._said.by_language(term.iri, v.DEFINITION)

    def demands(self, class_: Class) -> list[Demand]:
        """What shapes demand of things of a class, its superclasses' included."""
        line = {self.schema.classes[name].iri for name in (class_.name, *class_.ancestors)}
        found = []
        for shape in for_classes(self.schema.shapes, line).values():
            if isinstance(shape.path, Predicate):
                property_ = next((each for each in self.schema.properties.values() if each.iri == shape.path.iri), None)
                places = [place for place, each in enumerate(shape.constraints) if each.component != "Property"]
                words = {literal_language(text): literal_text(text) for text in shape.messages}
                said = words or {"en": "; ".join(message(shape, place) for place in places)}
                if property_ is not None and places:
                    found.append(Demand(property_, said, shape.severity, shape.id.removeprefix(v.BASE)))
        return sorted(found, key=lambda each: (each.property.name, each.shape))

    def relations(self, class_: Class) -> ClassRelations:
        """How a class stands to the other terms."""
        properties = self.schema.properties.values()
        ancestors = [self.schema.classes[name] for name in class_.ancestors]
        of = {one.name: [each for each in properties if one.name in each.domain] for one in (class_, *ancestors)}
        line = {class_.name, *class_.ancestors}
        rules = [
            rule
            for rule in self.rules
            if line & ({rule.class_} if isinstance(rule, LinkRule) else {rule.subject, rule.object})
        ]
        return ClassRelations(
            ancestors=ancestors,
            children=self.children(class_),
            own=of[class_.name],
            inherited=[(one, of[one.name]) for one in ancestors if of[one.name]],
            pointing=[each for each in properties if class_.name in each.range],
            rules=rules,
        )

    def alignments(self, term: Term) -> list[Alignment]:
        """What the term corresponds to in other vocabularies."""
        return [each for each in self._alignments if each.subject == term.iri]

    def search_index(self) -> list[dict[str, object]]:
        """For each term what a search looks through: name, labels in all languages, codes."""
        index: list[dict[str, object]] = []
        for term in self.terms():
            words = self.words(term)
            found = [*term.labels.values(), *(label for _, label in words.other_labels)]
            code = term.code if isinstance(term, Class) else None
            index.append({"name": term.name, "labels": dict(term.labels), "words": [*found, *filter(None, [code])]})
        return index
