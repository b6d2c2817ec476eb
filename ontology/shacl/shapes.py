"""SHACL shapes as plain data: where they look, which path they follow, and what must hold there.

Names and meaning are those of the W3C Recommendation "Shapes Constraint Language (SHACL)" (2017), the Core part. Terms
are written as in N-Triples (`<iri>`, `_:label`, `"text"`, `"text"@en`, `"1"^^<datatype>`), so that one column of text
holds any of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

TargetKind = Literal["class", "node", "subjectsOf", "objectsOf"]


@dataclass(frozen=True, slots=True)
class Predicate:
    """Follow a property."""

    iri: str


@dataclass(frozen=True, slots=True)
class Inverse:
    """Follow a path backwards."""

    path: Path


@dataclass(frozen=True, slots=True)
class Sequence:
    """Follow one path after the other."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """Follow any of the paths."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Follow a path several times: at least `least` (0 or 1), at most once or as often as it goes on."""

    path: Path
    least: int
    is_endless: bool


Path: TypeAlias = Predicate | Inverse | Sequence | Alternative | Repeat


@dataclass(frozen=True, slots=True)
class Target:
    """Which nodes a shape is for: `class` (instances), `node`, `subjectsOf` or `objectsOf` a property."""

    kind: TargetKind
    iri: str
    """A term; of a class or property its IRI."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing that must hold, named by its constraint component without `ConstraintComponent`.

    Of the parameters a component uses those that it needs: `terms` for one or several values, `shapes` for the
    shapes that it refers to, `number` for counts and lengths, `text` for a pattern with its flags.
    """

    component: str
    terms: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    number: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A node shape, or a property shape when it has a path."""

    id: str
    """Its IRI, or the label of its blank node."""
    path: Path | None
    targets: tuple[Target, ...]
    constraints: tuple[Constraint, ...]
    severity: str
    """Local name: Violation, Warning, Info, or the IRI of another severity."""
    messages: tuple[str, ...]
    """Literals in the form of N-Triples."""


Shapes: TypeAlias = Mapping[str, Shape]
"""All shapes by id; those that are switched off (`sh:deactivated`) are there without constraints."""


def predicates_of(path: Path) -> frozenset[str]:
    """IRIs of the properties that a path follows.

    >>> sorted(predicates_of(Sequence((Predicate("urn:a"), Repeat(Inverse(Predicate("urn:b")), 0, True)))))
    ['urn:a', 'urn:b']
    """
    if isinstance(path, Predicate):
        return frozenset({path.iri})
    if isinstance(path, Sequence | Alternative):
        return frozenset().union(*map(predicates_of, path.paths))
    return predicates_of(path.path)


def path_text(path: Path) -> str:
    """A path as SPARQL writes it.

    >>> path_text(Sequence((Predicate("urn:a"), Repeat(Inverse(Predicate("urn:b")), 0, True))))
    '<urn:a>/((^<urn:b>)*)'
    """
    if isinstance(path, Predicate):
        return f"<{path.iri}>"
    if isinstance(path, Sequence):
        return "/".join(_inner(each) for each in path.paths)
    if isinstance(path, Alternative):
        return "|".join(_inner(each) for each in path.paths)
    if isinstance(path, Inverse):
        return f"^{_inner(path.path)}"
    return _inner(path.path) + ("+" if path.least else "*" if path.is_endless else "?")


def _inner(path: Path) -> str:
    return path_text(path) if isinstance(path, Predicate) else f"({path_text(path)})"
