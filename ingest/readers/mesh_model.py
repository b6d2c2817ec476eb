"""What the readers of single formats hand to `mesh`: things, their faces, and what was noticed."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from .errors import FileDamaged
from .mesh_batches import Thing
from .mesh_geometry import Mesh

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Model:
    """A mesh file that has been read."""

    format: str
    things: Sequence[Thing]
    mesh: Mesh
    version: str | None = None
    left_out: Counter[str] = field(default_factory=Counter)
    warnings: tuple[str, ...] = ()


def bad_lines(numbers: Sequence[int]) -> tuple[str, ...]:
    """A note on lines that are not as the format asks.

    >>> bad_lines([3, 5, 8, 9])
    ('4 lines are not as the format asks: 3, 5, 8...',)
    """
    if not numbers:
        return ()
    shown = ", ".join(map(str, numbers[:_SHOWN]))
    return (f"{len(numbers):,} lines are not as the format asks: {shown}{'...' if len(numbers) > _SHOWN else ''}",)


def damaged(path: str, what: str, place: str | None = None) -> FileDamaged:
    """The error for a file that can't be what it says."""
    return FileDamaged(path, what, "Get the file again, or export it anew", place=place)
