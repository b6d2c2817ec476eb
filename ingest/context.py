"""What the steps of one delivery share: what holds for all its batches, and what they have brought so far."""

from collections import Counter
from dataclasses import dataclass, field

import polars as pl

from kg.ledger import Changes, Noted
from ontology import Schema

from .datum import Operation
from .link.joins import Tally
from .mapping import Mapping
from .solid import Check3D


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for all batches of one delivery."""

    changes: Changes
    schema: Schema
    mapping: Mapping
    operation: Operation | None
    crs: str | None
    source: str
    is_known_source: bool
    delivery: str
    scope: str
    issuer: str
    at: str | None
    today: str
    check_3d: Check3D
    is_whole: bool = False
    """A batch is all that there is, so that a link which finds nothing in it is broken."""
    repair: bool = False
    """Take invalid outlines repaired, where that is offered."""
    was_elsewhere: bool = False
    """The source has geometries that came in another reference system: the same numbers are another place."""


@dataclass(slots=True)
class Progress:
    """What the batches of one delivery have brought so far; there is one at a time for a changeset.

    What grows with the rows lies in temporary tables of the ledger, so that a delivery may be of any size.
    """

    changes: Changes
    seen: Noted = field(init=False)
    """The keys of its records."""
    touched: Noted = field(init=False)
    """The entities of records that are new, changed or ended; `known_before` those that were there before them."""
    known_before: Noted = field(init=False)
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    waiting: list[pl.DataFrame] = field(default_factory=list)
    """Relations stated about things that are not known yet, or not for sure: they may come later in the delivery."""
    changed_waiting: list[pl.Series] = field(default_factory=list)
    """Origins of those that state other relations than before."""
    first_changed: pl.Series = field(default_factory=lambda: pl.Series("key", [], dtype=pl.String))
    """Keys of some changed records."""
    relations: int = 0
    """How many relations were brought or changed."""
    remarks: Counter[str] = field(default_factory=Counter)
    """What shapes say of rows that broke them and were taken all the same, and of how many."""
    columns: dict[str, None] = field(default_factory=dict)
    """All that the source's rows had, in the order in which they were seen first."""
    linked: int = 0
    joins: Tally = field(default_factory=Tally)
    areas: list[pl.DataFrame] = field(default_factory=list)
    """See `units.declared_areas`; `heights` those of `units.declared_heights`."""
    heights: list[pl.Series] = field(default_factory=list)
    given_again: list[pl.Series] = field(default_factory=list)
    """Keys of records that were taken repaired and came again as they were, not to be repaired."""

    def __post_init__(self) -> None:
        self.seen = Noted(self.changes, "keys")
        self.touched = Noted(self.changes, "entities")
        self.known_before = Noted(self.changes, "known_entities")

    def count(self, name: str, number: int) -> None:
        self.counts[name] += number
