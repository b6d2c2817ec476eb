"""A column of an unknown file, and what it seems to mean."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file and what it seems to be; `property` is None when it is left as it is."""

    name: str
    property: str | None
    scheme: str | None
    """For a relation: the scheme of the codes by which its objects are named."""
    confidence: float
    reason: str
