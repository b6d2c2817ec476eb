"""What of some shapes one record decides by itself: the part that is checked while a file comes in.

The rest is for what is stored: values through relations are there only when all is in, and whether a value is missing
is said of a thing, not of one record: another source may give it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from .shapes import Constraint, Predicate, Shape, Shapes, predicates_of

_ALONE = frozenset(
    {"Datatype", "NodeKind", "MinExclusive", "MinInclusive", "MaxExclusive", "MaxInclusive", "MinLength", "MaxLength"}
    | {"Pattern", "LanguageIn", "In", "MaxCount", "UniqueLang"}
)
_AGAINST_OTHERS = frozenset({"Disjoint", "LessThan", "LessThanOrEquals"})
_OF_SHAPES = frozenset({"Node", "Not", "And", "Or", "Xone"})


def decided_alone(shapes: Shapes, stated: Collection[str]) -> Shapes:
    """The shapes for classes with the constraints that one record decides; `stated` are the properties that records
    state themselves, by IRI.

    >>> from ontology.shacl.shapes import Target
    >>> size = Shape("urn:size", Predicate("urn:m2"), (), (Constraint("MinCount", number=1),), "Violation", ())
    >>> decided_alone({"urn:size": size}, {"urn:m2"})["urn:size"].constraints
    ()
    """
    part = _Part(shapes, frozenset(stated))
    kept = {id_: part.kept(shape) for id_, shape in shapes.items()}
    return {id_: shape for id_, shape in kept.items() if shape is not None}


def for_classes(shapes: Shapes, classes: Collection[str]) -> Shapes:
    """The shapes whose target is one of some classes (IRIs), with all shapes that they refer to."""
    roots = (id_ for id_, shape in shapes.items() if any(target.iri in classes for target in shape.targets))
    return with_parts(shapes, roots)


def with_parts(shapes: Shapes, ids: Iterable[str]) -> Shapes:
    """Some shapes with all shapes that they refer to."""
    left = list(ids)
    found: dict[str, Shape] = {}
    while left:
        id_ = left.pop()
        if id_ not in found:
            found[id_] = shapes[id_]
            left += [used for each in shapes[id_].constraints for used in each.shapes]
    return found


def properties_of(shapes: Shapes) -> frozenset[str]:
    """IRIs of all properties that shapes look at."""
    found: set[str] = set()
    for shape in shapes.values():
        if shape.path is not None:
            found |= predicates_of(shape.path)
        for constraint in shape.constraints:
            if constraint.component in _AGAINST_OTHERS | {"Equals"}:
                found |= {term[1:-1] for term in constraint.terms}
    return frozenset(found)


class _Part:
    def __init__(self, shapes: Shapes, stated: frozenset[str]) -> None:
        self.shapes = shapes
        self.stated = stated

    def kept(self, shape: Shape) -> Shape | None:
        """The shape with what can be decided; None when it looks elsewhere."""
        if not self._is_here(shape):
            return None
        return replace(
            shape,
            targets=tuple(target for target in shape.targets if target.kind == "class"),
            constraints=tuple(each for each in shape.constraints if self._is_decided(each)),
        )

    def _is_here(self, shape: Shape) -> bool:
        return shape.path is None or (isinstance(shape.path, Predicate) and shape.path.iri in self.stated)

    def _is_decided(self, constraint: Constraint) -> bool:
        if constraint.component in _AGAINST_OTHERS:
            return constraint.terms[0][1:-1] in self.stated
        if constraint.component == "Property":
            return self._is_here(self.shapes[constraint.shapes[0]])
        if constraint.component in _OF_SHAPES:
            # Of a combination either all is decided or nothing.
            return all(self._is_whole(self.shapes[each]) for each in constraint.shapes)
        return constraint.component in _ALONE

    def _is_whole(self, shape: Shape) -> bool:
        if not self._is_here(shape):
            return False
        for constraint in shape.constraints:
            if constraint.component == "Property":
                if not self._is_whole(self.shapes[constraint.shapes[0]]):
                    return False
            elif not self._is_decided(constraint):
                return False
        return True
