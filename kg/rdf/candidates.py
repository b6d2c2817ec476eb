"""Shapes as SPARQL: which nodes may break one. Few do, so that only these have to be read and judged exactly.

A question may name a node that breaks nothing, and must not miss one that does: what can't be asked that way (paths of
several steps, combinations of shapes, moments, languages) makes the shape one that is held against whole columns.
"""

from __future__ import annotations

from collections.abc import Iterator

from ontology import vocabulary as v
from ontology.shacl import Constraint, Predicate, Shape, Shapes

_KINDS = {
    "IRI": "isIRI(?value)", "BlankNode": "isBlank(?value)", "Literal": "isLiteral(?value)",
    "BlankNodeOrIRI": "!isLiteral(?value)", "BlankNodeOrLiteral": "!isIRI(?value)", "IRIOrLiteral": "!isBlank(?value)",
}  # fmt: skip
_LIMITS = {"MinExclusive": ">", "MinInclusive": ">=", "MaxExclusive": "<", "MaxInclusive": "<="}
_ORDER = {"LessThan": "<", "LessThanOrEquals": "<="}
_NUMBERS = frozenset(v.XSD + name for name in ("integer", "decimal", "double", "float"))


def questions(shapes: Shapes, root: Shape) -> tuple[str, ...] | None:
    """Questions whose answers (?node) hold every node that breaks a shape for classes; None when they can't be asked.

    >>> from ontology.shacl import Target
    >>> area = Shape("urn:area", Predicate("urn:m2"), (), (Constraint("MinCount", number=1),), "Violation", ())
    >>> has_area = Constraint("Property", shapes=("urn:area",))
    >>> lot = Shape("urn:lot", None, (Target("class", "urn:Lot"),), (has_area,), "Violation", ())
    >>> questions({"urn:area": area}, lot)
    ('SELECT ?node { ?node a <urn:Lot> FILTER NOT EXISTS { ?node <urn:m2> ?value } }',)
    """
    if any(target.kind != "class" for target in root.targets):
        return None
    classes = " ".join(f"<{target.iri}>" for target in root.targets)
    found: list[str] = []
    for constraint in root.constraints:
        if constraint.component != "Property":
            return None
        asked = _of_property(shapes[constraint.shapes[0]], classes)
        if asked is None:
            return None
        found += asked
    return tuple(found)


def _of_property(shape: Shape, classes: str) -> list[str] | None:
    if not isinstance(shape.path, Predicate):
        return None
    path, found, filters = f"<{shape.path.iri}>", list[str](), list[str]()
    for constraint in shape.constraints:
        component = constraint.component
        if component == "MinCount" and constraint.number == 1:
            target = f"?node a {classes}" if " " not in classes else f"VALUES ?class {{ {classes} }} ?node a ?class"
            found.append(f"SELECT ?node {{ {target} FILTER NOT EXISTS {{ ?node {path} ?value }} }}")
        elif component == "MaxCount" and constraint.number > 0:
            having = f"HAVING(COUNT(DISTINCT ?value) > {constraint.number})"
            found.append(f"SELECT ?node {{ ?node {path} ?value }} GROUP BY ?node {having}")
        elif component in _ORDER:
            ordered = f"isNumeric(?value) && isNumeric(?other) && ?value {_ORDER[component]} ?other"
            pattern = f"?node {path} ?value ; {constraint.terms[0]} ?other"
            found.append(f"SELECT ?node {{ {pattern} FILTER(!COALESCE({ordered}, false)) }}")
        elif component == "Class":
            unless = f"FILTER NOT EXISTS {{ ?value a {constraint.terms[0]} }}"
            found.append(f"SELECT ?node {{ ?node {path} ?value {unless} }}")
        else:
            condition = _condition(constraint)
            if condition is None:
                return None
            filters.append(condition)
    if filters:
        holds = " && ".join(f"COALESCE({each}, false)" for each in filters)
        found.append(f"SELECT ?node {{ ?node {path} ?value FILTER(!({holds})) }}")
    return found


def _condition(constraint: Constraint) -> str | None:
    """What is true of a value only if it meets the constraint; None when SPARQL can't tell."""
    return next(_conditions(constraint), None)


def _conditions(constraint: Constraint) -> Iterator[str]:
    term = constraint.terms[0] if constraint.terms else ""
    component = constraint.component
    if component in _LIMITS and term.rpartition('"^^')[2].strip("<>") in _NUMBERS:
        yield f"isNumeric(?value) && ?value {_LIMITS[component]} {term}"
    elif component == "Datatype" and term[1:-1] == v.XSD + "string":
        yield f"DATATYPE(?value) = {term}"
    elif component == "Datatype" and term[1:-1] in _NUMBERS:
        yield f"DATATYPE(?value) = {term} && isNumeric(?value)"
    elif component == "NodeKind":
        yield _KINDS[term[1:-1].removeprefix(v.SHACL)]
    elif component == "MinLength":
        yield f"STRLEN(STR(?value)) >= {constraint.number}"
    elif component == "MaxLength":
        yield f"STRLEN(STR(?value)) <= {constraint.number}"
    elif component == "Pattern":
        yield f"REGEX(STR(?value), {_quoted(constraint.text)})"
    elif component == "In" and all(_is_plain(each) for each in constraint.terms):
        yield f"?value IN ({', '.join(constraint.terms)})"


def _is_plain(term: str) -> bool:
    """Whether a term is equal to itself alone, as IRIs and plain texts are, and numbers are not."""
    return term.startswith("<") or (term.startswith('"') and term.endswith('"'))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
