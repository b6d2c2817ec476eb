"""Shapes out of the statements of an ontology; what can't be validated is named, never passed over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter

import polars as pl
import pyoxigraph

from .. import vocabulary as v
from ..errors import Finding, OntologyError
from ..read import Node, Statements
from . import words as w
from .naming import named_by_content
from .shapes import (
    Alternative,
    Constraint,
    Inverse,
    Path,
    Predicate,
    Repeat,
    Sequence,
    Shape,
    Shapes,
    Target,
    TargetKind,
)


class _Refused(ValueError):
    """A shape that can't be validated; the message continues "the shape ..."."""


def read_shapes(said: Statements) -> tuple[Shapes, tuple[Finding, ...]]:
    """(all shapes by id, what is wrong with shapes): no shape is given while there is a finding."""
    shapes: dict[str, Shape] = {}
    findings = list(_foreign(said))
    for id_ in _shape_ids(said):
        try:
            shapes[id_] = _shape(said, id_)
        except _Refused as refused:
            findings.append(_finding(said, id_, str(refused)))
    uses = {id_: {other for part in shape.constraints for other in part.shapes} for id_, shape in shapes.items()}
    try:
        order = [id_ for id_ in TopologicalSorter(uses).static_order() if id_ in shapes]
    except CycleError as error:
        shown = " -> ".join(said.short(id_) for id_ in reversed(error.args[1]))
        findings.append(_finding(said, error.args[1][0], f"refers to itself ({shown}), which SHACL leaves undefined"))
    return ({} if findings else named_by_content(shapes, order)), tuple(findings)


def shapes_of(said: Statements) -> Shapes:
    """All shapes by id; raises `OntologyError` with everything that is wrong with them."""
    shapes, findings = read_shapes(said)
    if findings:
        raise OntologyError(findings)
    return shapes


def _foreign(said: Statements) -> Iterator[Finding]:
    """What stands beside shapes and would change their meaning: SPARQL, JavaScript, rules, own components."""
    for subject, group in said.by_subject.items():
        for type_ in said.nodes(subject, v.TYPE):
            if type_ in w.UNSUPPORTED_TYPES:
                yield _finding(said, subject, f"is a {said.short(type_)}, which is not SHACL Core")
        if v.SHACL + "entailment" in group:
            yield _finding(said, subject, "asks for sh:entailment, which is not supported")


def _shape_ids(said: Statements) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for subject, group in said.by_subject.items():
        is_shape = any(type_ in w.SHAPE_TYPES for type_ in said.nodes(subject, v.TYPE))
        if is_shape or any(predicate in w.MAKES_A_SHAPE for predicate in group):
            found[subject] = None
        for predicate, values in group.items():
            if predicate in w.SHAPE_PARAMETERS:
                found.update((value, None) for value in values if isinstance(value, str))
            if predicate in w.SHAPE_LISTS:
                for head in said.nodes(subject, predicate):
                    found.update((value, None) for value in said.listed(head) if isinstance(value, str))
    return tuple(found)


def _shape(said: Statements, id_: str) -> Shape:
    group = said.by_subject.get(id_, {})
    for predicate in group:
        local = predicate.removeprefix(v.SHACL)
        if local != predicate and local not in w.KNOWN:
            raise _Refused(f"uses sh:{local}, which is not supported")
        if local in w.AT_MOST_ONE and len(group[predicate]) > 1:
            raise _Refused(f"has {len(group[predicate])} values of sh:{local}; give one")
    severity = next(iter(said.nodes(id_, v.SHACL + "severity")), v.SHACL + "Violation")
    is_off = said.is_true(id_, v.SHACL + "deactivated")
    paths = said.values(id_, v.SHACL + "path")
    constraints = () if is_off else tuple(_constraints(said, id_))
    for each in constraints:
        if not paths and each.component in w.OF_PATHS:
            raise _Refused(f"has sh:{each.component[0].lower()}{each.component[1:]}, which needs a sh:path")
    return Shape(
        id=id_,
        path=_path(said, paths[0]) if paths else None,
        targets=() if is_off else tuple(_targets(said, id_)),
        constraints=constraints,
        severity=severity.removeprefix(v.SHACL),
        messages=tuple(_term(value) for value in said.values(id_, v.SHACL + "message")),
    )


def _targets(said: Statements, id_: str) -> Iterator[Target]:
    kinds: tuple[tuple[str, TargetKind], ...] = (
        ("targetClass", "class"), ("targetSubjectsOf", "subjectsOf"), ("targetObjectsOf", "objectsOf"),
    )  # fmt: skip
    for word, kind in kinds:
        for node in said.nodes(id_, v.SHACL + word):
            yield Target(kind, node)
    for value in said.values(id_, v.SHACL + "targetNode"):
        yield Target("node", _term(value))
    if not id_.startswith("_:") and v.CLASS_TYPES.intersection(said.nodes(id_, v.TYPE)):
        yield Target("class", id_)


def _path(said: Statements, node: Node) -> Path:
    if not isinstance(node, str):
        raise _Refused(f"has the literal {node} as a path; give a property or a property path")
    if not node.startswith("_:"):
        return Predicate(node)
    if said.values(node, v.FIRST):
        return Sequence(_several(said, node, "sequence path"))
    for word, make in _PATHS.items():
        for value in said.values(node, v.SHACL + word):
            return make(said, value)
    raise _Refused("has a path that is no property and no property path of SHACL")


def _several(said: Statements, head: Node, what: str) -> tuple[Path, ...]:
    members = tuple(said.listed(head)) if isinstance(head, str) else ()
    if len(members) < 2:
        raise _Refused(f"has a {what} of {len(members)} members; give two or more")
    return tuple(_path(said, member) for member in members)


_PATHS: dict[str, Callable[[Statements, Node], Path]] = {
    "inversePath": lambda said, node: Inverse(_path(said, node)),
    "alternativePath": lambda said, node: Alternative(_several(said, node, "alternative path")),
    "zeroOrMorePath": lambda said, node: Repeat(_path(said, node), 0, is_endless=True),
    "oneOrMorePath": lambda said, node: Repeat(_path(said, node), 1, is_endless=True),
    "zeroOrOnePath": lambda said, node: Repeat(_path(said, node), 0, is_endless=False),
}


def _constraints(said: Statements, id_: str) -> Iterator[Constraint]:
    for word, component in w.TERM_COMPONENTS.items():
        for value in said.values(id_, v.SHACL + word):
            yield Constraint(component, terms=(_term(value),))
    for word, component in w.COUNT_COMPONENTS.items():
        for value in said.values(id_, v.SHACL + word):
            yield Constraint(component, number=_whole(word, value))
    for word, component in w.SHAPE_COMPONENTS.items():
        for node in said.nodes(id_, v.SHACL + word):
            yield Constraint(component, shapes=(node,))
    for word, component in w.LIST_COMPONENTS.items():
        for value in said.values(id_, v.SHACL + word):
            members = _listed(said, word, value)
            if component in w.OF_SHAPES:
                yield Constraint(component, shapes=tuple(str(each) for each in members))
            else:
                yield Constraint(component, terms=tuple(_term(each) for each in members))
    flags = said.text(id_, v.SHACL + "flags") or ""
    for text in said.texts_of(id_, v.SHACL + "pattern"):
        yield Constraint("Pattern", text=_pattern(text, flags))
    if said.text(id_, v.SHACL + "uniqueLang") == "true":  # not "1": the recommendation asks for the term `true`
        yield Constraint("UniqueLang")
    if said.text(id_, v.SHACL + "closed") == "true":
        own = [path for shape in said.nodes(id_, v.SHACL + "property") for path in said.nodes(shape, v.SHACL + "path")]
        heads = said.values(id_, v.SHACL + "ignoredProperties")
        ignored = [each for head in heads for each in _listed(said, "ignoredProperties", head)]
        allowed = {path for path in own if not path.startswith("_:")} | {str(each) for each in ignored}
        yield Constraint("Closed", terms=tuple(f"<{iri}>" for iri in sorted(allowed)))
    yield from _qualified(said, id_)


def _qualified(said: Statements, id_: str) -> Iterator[Constraint]:
    values = said.nodes(id_, v.SHACL + "qualifiedValueShape")
    counts = [(word, value) for word in w.QUALIFIED for value in said.values(id_, v.SHACL + word)]
    if not values:
        return  # a count without a shape to count by is no constraint (SHACL, 2.1.2)
    if len(values) > 1:
        raise _Refused(f"has {len(values)} values of sh:qualifiedValueShape; give one")
    siblings: dict[str, None] = {}
    if said.is_true(id_, v.SHACL + "qualifiedValueShapesDisjoint"):
        for parent in said.by_subject:
            children = said.nodes(parent, v.SHACL + "property")
            if id_ in children:
                others = (each for child in children for each in said.nodes(child, v.SHACL + "qualifiedValueShape"))
                siblings.update((each, None) for each in others if each not in values)
    for word, value in counts:
        yield Constraint(w.QUALIFIED[word], shapes=(*values, *siblings), number=_whole(word, value))


def _listed(said: Statements, word: str, head: Node) -> tuple[Node, ...]:
    if not isinstance(head, str) or not (head == v.NIL or said.values(head, v.FIRST)):
        raise _Refused(f"has a value of sh:{word} that is not a list")
    return tuple(said.listed(head))


def _whole(word: str, value: Node) -> int:
    if isinstance(value, str) or not value.value.isdecimal():
        raise _Refused(f"has the sh:{word} {value}; give a whole number")
    return int(value.value)


def _pattern(text: str, flags: str) -> str:
    """The pattern with its flags, as Rust's regular expressions write them."""
    if odd := set(flags) - set("ismxq"):
        raise _Refused(f"has the sh:flags {flags!r}; known are i, s, m, x and q, not {', '.join(sorted(odd))}")
    plain = pl.select(pl.lit(text).str.escape_regex()).item() if "q" in flags else text
    marks = "".join(sorted(set(flags) - {"q"}))
    pattern = f"(?{marks}){plain}" if marks else str(plain)
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError as error:
        found = re.search(r"^error: (.+)$", str(error), re.MULTILINE)
        reason = found[1] if found else str(error).splitlines()[0]
        raise _Refused(f"has the sh:pattern {text!r}, which can't be matched: {reason}") from error
    return pattern


def _term(value: Node) -> str:
    if isinstance(value, pyoxigraph.Literal):
        return str(value)
    return value if value.startswith("_:") else f"<{value}>"


def _finding(said: Statements, id_: str, message: str) -> Finding:
    place = said.named_subject(id_)
    file, line = said.place(place)
    advice = f"the shape {message}; write it in SHACL Core, or take it out"
    return Finding(severity="error", code="bad-shape", term=said.short(place), file=file, line=line, message=advice)
