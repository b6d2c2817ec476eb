"""Results for programs (`sh:ValidationReport`, JSON) and for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
import pyoxigraph as ox

from .. import vocabulary as v
from .literals import literal_text
from .shapes import Alternative, Inverse, Path, Predicate, Repeat, Sequence, Shape, Shapes, path_text
from .validate import component_iri

_TRUE, _FALSE = (ox.Literal(value, datatype=ox.NamedNode(v.XSD + "boolean")) for value in ("true", "false"))
_PREFIXES = {"sh": v.SHACL, "xsd": v.XSD, "rdf": v.RDF, "res": v.BASE}
_SAYS: Mapping[str, str] = {
    "MinCount": "has fewer than {number} values",
    "MaxCount": "has more than {number} values",
    "Datatype": "is not a {terms}",
    "Class": "is not of the class {terms}",
    "NodeKind": "is not a {terms}",
    "MinInclusive": "is not at least {terms}",
    "MaxInclusive": "is not at most {terms}",
    "MinExclusive": "is not above {terms}",
    "MaxExclusive": "is not below {terms}",
    "MinLength": "is shorter than {number} characters",
    "MaxLength": "is longer than {number} characters",
    "Pattern": "does not match {text}",
    "In": "is none of {terms}",
    "HasValue": "lacks the value {terms}",
    "LanguageIn": "is in none of the languages {terms}",
    "UniqueLang": "has several values in one language",
    "Equals": "is not the same under {terms}",
    "Disjoint": "is a value of {terms}, too",
    "LessThan": "is not less than the value of {terms}",
    "LessThanOrEquals": "is more than the value of {terms}",
    "Closed": "has a property that the shape does not allow",
    "Not": "is of the shape that it must not be of",
    "QualifiedMinCount": "has fewer than {number} values of the wanted shape",
    "QualifiedMaxCount": "has more than {number} values of the wanted shape",
    "Node": "is not of the shape {shapes}",
    "And": "is not of all wanted shapes",
    "Or": "is of none of the wanted shapes",
    "Xone": "is not of exactly one of the wanted shapes",
}


def conforms(results: pl.DataFrame) -> bool:
    """Whether nothing was found; results of any severity count, as SHACL has it."""
    return results.is_empty()


def as_graph(results: pl.DataFrame, shapes: Shapes) -> bytes:
    """A `sh:ValidationReport` in Turtle.

    >>> as_graph(pl.DataFrame(schema={"focus": pl.String}), {}).decode().splitlines()[-2:]
    ['_:report a sh:ValidationReport ;', '\\tsh:conforms true .']
    """
    triples = ox.Dataset()
    for subject, predicate, object_ in _report(results, shapes):
        triples.add(ox.Quad(subject, ox.NamedNode(predicate), object_))
    ordered = sorted((quad.triple for quad in triples), key=str)
    return ox.serialize(ordered, format=ox.RdfFormat.TURTLE, prefixes=_PREFIXES) or b""


def as_rows(results: pl.DataFrame, shapes: Shapes) -> Iterator[dict[str, str | None]]:
    """Results as plain members: focusNode, resultPath, value, sourceShape, component, severity, message.

    Path and IRIs are bare, blank nodes and literals as in N-Triples.
    """
    for row in results.iter_rows(named=True):
        shape = shapes[row["shape"]]
        path = row["predicate"] or (path_text(shape.path) if shape.path else None)
        yield {
            "focusNode": _bare(row["focus"]),
            "resultPath": _bare(path) if path and path.count("<") == 1 else path,
            "value": _bare(row["value"]),
            "sourceShape": shape.id,
            "component": row["component"],
            "severity": shape.severity,
            "message": message(shape, row["constraint"]),
        }


def message(shape: Shape, place: int) -> str:
    """What a result of one constraint says: the shape's own message, else that of the component."""
    if shape.messages:
        english = [text for text in shape.messages if text.endswith("@en")]
        return literal_text([*english, *shape.messages][0])
    constraint = shape.constraints[place]
    said = _SAYS[constraint.component].format(
        number=constraint.number, text=constraint.text,
        terms=", ".join(map(_local, constraint.terms)), shapes=", ".join(map(_local, constraint.shapes)),
    )  # fmt: skip
    subject = _local(path_text(shape.path)) if shape.path else "the node"
    return f"{subject} {said}"


def _report(results: pl.DataFrame, shapes: Shapes) -> Iterator[tuple[ox.NamedNode | ox.BlankNode, str, Any]]:
    report = ox.BlankNode("report")
    yield report, v.TYPE, ox.NamedNode(v.SHACL + "ValidationReport")
    yield report, v.SHACL + "conforms", _TRUE if conforms(results) else _FALSE
    for number, row in enumerate(results.iter_rows(named=True)):
        node, shape = ox.BlankNode(f"result{number}"), shapes[row["shape"]]
        yield report, v.SHACL + "result", node
        yield node, v.TYPE, ox.NamedNode(v.SHACL + "ValidationResult")
        yield node, v.SHACL + "focusNode", _node(row["focus"])
        severity = shape.severity if ":" in shape.severity else v.SHACL + shape.severity
        yield node, v.SHACL + "resultSeverity", ox.NamedNode(severity)
        yield node, v.SHACL + "sourceConstraintComponent", ox.NamedNode(component_iri(row["component"]))
        yield node, v.SHACL + "sourceShape", _node(shape.id if shape.id.startswith("_:") else f"<{shape.id}>")
        if row["value"] is not None:
            yield node, v.SHACL + "value", _node(row["value"])
        for text in shape.messages or (_literal(message(shape, row["constraint"])),):
            yield node, v.SHACL + "resultMessage", _node(text)
        path = Predicate(row["predicate"][1:-1]) if row["predicate"] else shape.path
        if path is not None:
            target, parts = _path_nodes(path, f"path{number}")
            yield node, v.SHACL + "resultPath", target
            yield from parts


def _path_nodes(path: Path, label: str) -> tuple[Any, list[tuple[ox.BlankNode, str, Any]]]:
    """(the node of a path, the statements about it); every path is written anew, as the recommendation asks."""
    if isinstance(path, Predicate):
        return ox.NamedNode(path.iri), []
    node = ox.BlankNode(label)
    parts: list[tuple[ox.BlankNode, str, Any]] = []
    if isinstance(path, Sequence | Alternative):
        head = ox.BlankNode(f"{label}l") if isinstance(path, Alternative) else node
        if isinstance(path, Alternative):
            parts.append((node, v.SHACL + "alternativePath", head))
        for place, member in enumerate(path.paths):
            inner, more = _path_nodes(member, f"{label}m{place}")
            rest = ox.BlankNode(f"{label}r{place}")
            is_last = place == len(path.paths) - 1
            parts += [(head, v.FIRST, inner), (head, v.REST, ox.NamedNode(v.NIL) if is_last else rest), *more]
            head = rest
        return node, parts
    inner, more = _path_nodes(path.path, f"{label}i")
    return node, [(node, v.SHACL + _word(path), inner), *more]


def _word(path: Inverse | Repeat) -> str:
    if isinstance(path, Inverse):
        return "inversePath"
    return "zeroOrOnePath" if not path.is_endless else "oneOrMorePath" if path.least else "zeroOrMorePath"


def _node(term: str) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if term.startswith("<"):
        return ox.NamedNode(term[1:-1])
    if term.startswith("_:"):
        return ox.BlankNode(term[2:])
    (quad,) = ox.parse(f"<urn:s> <urn:p> {term} .", format=ox.RdfFormat.N_TRIPLES)
    object_ = quad.object
    if not isinstance(object_, ox.Literal):
        raise TypeError(term)
    return object_


def _literal(text: str) -> str:
    return str(ox.Literal(text))


def _bare(term: str | None) -> str | None:
    return term[1:-1] if term and term.startswith("<") else term


def _local(term: str) -> str:
    """A term as people read it: of an IRI what stands after the namespace, of a literal its text."""
    if term.startswith('"'):
        return literal_text(term)
    return "/".join(part.strip("<>").rpartition("#")[2].rpartition("/")[2] for part in term.split(">/"))
