"""What the ledger knows about a code: the answer of `/resolve`, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

State = Literal["current", "proposed", "retired", "unregistered"]
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity as others refer to it; `labels` are its names or, where it has none, those of its class."""

    id: str
    iri: str
    class_: str
    labels: Labels
    code: str | None
    """The code of a thing that it is best known by."""
    is_retired: bool
    ended: str | None
    """When a retired one ended, where that is known."""


@dataclass(frozen=True, slots=True)
class EntityCode:
    """A code that an entity bears or bore."""

    scheme: str
    code: str
    state: State
    iri: str
    issuer: str
    valid_from: str | None
    valid_to: str | None


@dataclass(frozen=True, slots=True)
class EntityRecord:
    """A record that describes an entity; `lod` is its highest level of detail, `lods` are all that it has."""

    iri: str
    source: str
    dimension: int
    lod: str | None
    lods: tuple[str, ...]
    scale_level: str | None


@dataclass(frozen=True, slots=True)
class Rung:
    """A thing above another one on the ladder; `level` is the rank of its class, from component to county."""

    level: int
    thing: Thing


@dataclass(frozen=True, slots=True)
class Succession:
    """One step of a legal succession: by this event `successor` took the place of `predecessor`."""

    predecessor: Thing
    successor: Thing
    kind: str
    legal_reference: str | None
    date: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """The box of a grid cell (degrees in `crs`) and the entities whose box it shares space with, the smallest first."""

    crs: str
    level: int
    west: float
    south: float
    east: float
    north: float
    entities: tuple[Thing, ...]
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One reading of a text with what is behind it.

    `probability` is from the text alone. A code of a thing is `unregistered` when no entity bears it; one of a place
    or a class is what it says by itself and so `current`.
    """

    scheme: str
    code: str
    form: str | None
    probability: float
    state: State
    entity: Thing | None = None
    codes: tuple[EntityCode, ...] = ()
    records: tuple[EntityRecord, ...] = ()
    ladder: tuple[Rung, ...] = ()
    successions: tuple[Succession, ...] = ()
    """What came of the entity, step by step."""
    origins: tuple[Succession, ...] = ()
    """What the entity came from, step by step."""
    place: Place | None = None
    meaning: Labels | None = None
    """What a code of a class says."""
    corrected_from: str | None = None
    """The id that was asked for, when it was found to be the same thing as this entity."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A registered code close to one that is not; `why` is `part of` (a prefix of it) or `similar`."""

    scheme: str
    code: str
    why: Literal["part of", "similar"]
    entity: Thing


@dataclass(frozen=True, slots=True)
class Resolution:
    """The readings of a text, best first, and near misses when none of them is known."""

    query: str
    candidates: tuple[Candidate, ...]
    near_misses: tuple[NearMiss, ...]

    @property
    def is_known(self) -> bool:
        """Whether the best reading leads somewhere."""
        return bool(self.candidates) and self.candidates[0].state != "unregistered"
