"""A rule of buildingSMART as it is checked here, and the schemas that it can hold for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from .ifc_step import Entity, Model

IFC2X3: Final = frozenset({"IFC2X3"})
IFC4: Final = frozenset({"IFC4"})
IFC4X3: Final = frozenset({"IFC4X3"})
ALL: Final = IFC2X3 | IFC4 | IFC4X3


@dataclass(frozen=True, slots=True)
class Rule:
    """Its name, the schemas that it holds for, what it asks in our words, and which entities are at fault.

    The check yields None where an entity should be and is not.
    """

    name: str
    schemas: frozenset[str]
    asks: str
    check: Callable[[Model], Iterator[Entity | None]]
