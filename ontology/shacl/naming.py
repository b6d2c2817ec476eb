"""Names for shapes that have none, from what they say: the same texts give the same shapes, in whatever order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from .shapes import Shape, Shapes


def named_by_content(shapes: Shapes, order: Iterable[str]) -> Shapes:
    """The shapes with their constraints in a fixed order, and labels of blank nodes that follow from the content.

    order: ids of all shapes, each after those that it refers to. Two shapes without a name that say the same are one.
    """
    labels: dict[str, str] = {}
    found: dict[str, Shape] = {}
    for id_ in order:
        shape = shapes[id_]
        constraints = (
            replace(each, shapes=tuple(labels.get(used, used) for used in each.shapes)) for each in shape.constraints
        )
        shape = replace(
            shape,
            targets=tuple(sorted(shape.targets, key=repr)),
            constraints=tuple(sorted(constraints, key=repr)),
            messages=tuple(sorted(shape.messages)),
        )
        if id_.startswith("_:"):
            content = repr(replace(shape, id=""))
            labels[id_] = "_:shape" + hashlib.sha256(content.encode()).hexdigest()[:16]
            shape = replace(shape, id=labels[id_])
        found[shape.id] = shape
    return found
