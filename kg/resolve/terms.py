"""Classes and properties for a reader: labels, definition, unit."""

from ontology import Schema

from .entity_view import Term
from .things import class_labels


def class_term(schema: Schema, name: str) -> Term:
    """A class for a reader; one that the ontology does not know (any more) has its name only."""
    known = schema.classes.get(name)
    return Term(name, known.iri if known else "", class_labels(schema, name), known.definition if known else "")


def property_term(schema: Schema, name: str) -> Term:
    """A property for a reader."""
    known = schema.properties.get(name)
    if known is None:
        return Term(name, "", {"zh": name, "en": name})
    return Term(name, known.iri, dict(known.labels), known.definition, known.unit)
