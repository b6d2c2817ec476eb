"""From any text to what the ledger knows: readings, the entity behind each, its ladder and its succession."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, RowMapping

from coding import Candidate as Reading
from coding import Kind, detect, get_scheme
from coding.beidou import BeidouGrid, decode
from coding.entity_id import EntityId
from coding.repair import Repair, repairs
from ontology import Schema

from ..ledger import Ledger
from . import near
from . import statements as s
from .iris import path_below
from .things import code_state, codes_of, has_ended, kind_of, records_of, things
from .values import Candidate, Labels, NearMiss, Place, Resolution, Rung, State, Succession, Thing

_GRID_CRS: Final = "EPSG:4490"  # in which cells are defined (GB/T 39409-2020, clause 4)
_ENTITIES_OF_A_CELL: Final = 100
_BEARERS_SHOWN: Final = 10
_CORRECTIONS_FOLLOWED: Final = 100  # a longer chain can only be a circle


@dataclass(frozen=True, slots=True)
class Found:
    """The entity that bears a code, and the state of that."""

    entity: str
    state: State


def today_in_utc() -> str:
    """The date now, as the ledger writes dates."""
    return datetime.now(UTC).date().isoformat()


@dataclass(frozen=True, slots=True)
class Resolver:
    """Answers what is behind a code, from the ledger alone and in the words of one ontology.

    Safe for many threads: each question reads one state of the ledger through a connection that the ledger keeps.
    """

    ledger: Ledger
    schema: Schema
    base: str
    today: Callable[[], str] = today_in_utc

    def entity_of(self, scheme: str, code: str) -> Found | None:
        """The entity that bears a canonical code, the one that bears it now before one that did: one indexed read."""
        today = self.today()
        with self.ledger.engine.connect() as connection:
            return next(iter(_bearers(connection, scheme, code, today)), None)

    def repairs(self, text: str, scheme: str | None = None) -> tuple[Repair, ...]:
        """What a mistyped code may be meant as, registered codes first."""
        with self.ledger.engine.connect() as connection:
            return repairs(text, scheme, near.registered(connection))

    def entity_of_id(self, entity: str) -> Found | None:
        """The entity of this very id, and whether it still is (`current`) or is `retired`."""
        today = self.today()
        with self.ledger.engine.connect() as connection:
            row = connection.execute(s.ENTITIES, {"ids": [entity]}).mappings().one_or_none()
        if row is None:
            return None
        is_over = row["state"] == "retired" or has_ended(row["valid_to"], today)
        return Found(entity, "retired" if is_over else "current")

    def entity_of_record(self, source: str, key: str) -> str | None:
        """The id of the entity that a record describes."""
        with self.ledger.engine.connect() as connection:
            found = connection.execute(s.ENTITY_OF_RECORD, {"source": source, "key": key}).scalar()
        return None if found is None else str(found)

    def survivor_of(self, entity: str) -> str | None:
        """The id that another one was corrected to (they were one thing), through all corrections; else None."""
        with self.ledger.engine.connect() as connection:
            return _survivor(connection, entity)

    def resolve(self, text: str, *, scheme: str | None = None) -> Resolution:
        """All readings of a text, best first: what is registered before what is not, then by probability.

        `scheme` leaves only the readings of that scheme. Raises `coding.UnknownScheme`.
        """
        if scheme is not None:
            get_scheme(scheme)
        readings = tuple(reading for reading in self._readings(text) if scheme in (None, reading.scheme))
        with self.ledger.engine.connect() as connection:
            today = self.today()
            candidates = [found for reading in readings for found in self._candidates(connection, reading, today)]
            candidates.sort(key=_best_first)
            resolution = Resolution(text, tuple(candidates), ())
            if resolution.is_known:
                return resolution
            return replace(resolution, near_misses=self._near_misses(connection, text, readings, today))

    def known_entity(self, connection: Connection, entity: str, today: str) -> Candidate | None:
        """What is known of the entity of this very id, corrections not followed; None when there is none."""
        plain = Candidate(scheme=EntityId.id, code=entity, form=None, probability=1.0, state="unregistered")
        found = self._with_entity(connection, plain, entity, today)
        return found if found.entity else None

    def _readings(self, text: str) -> tuple[Reading, ...]:
        match path_below(self.base, text):
            case ("entity" | "entities", entity):
                return (Reading(EntityId.id, entity, 1.0),)
            case ("code" | "codes", scheme, code):
                return (Reading(scheme, code, 1.0),)
        return detect(text)

    def _candidates(self, connection: Connection, reading: Reading, today: str) -> list[Candidate]:
        kind = kind_of(reading.scheme)
        plain = Candidate(
            scheme=reading.scheme,
            code=reading.code,
            form=reading.form,
            probability=reading.probability,
            state="unregistered",
        )
        if reading.scheme == BeidouGrid.id:
            return [replace(plain, state="current", place=self._place(connection, reading.code, today))]
        if kind is Kind.CLASS:
            return [replace(plain, state="current", meaning=_meaning(reading))]
        bearers = _bearers(connection, reading.scheme, reading.code, today)
        return [self._of_bearer(connection, plain, bearer, today) for bearer in bearers[:_BEARERS_SHOWN]] or [plain]

    def _of_bearer(self, connection: Connection, plain: Candidate, bearer: Found, today: str) -> Candidate:
        survivor = _survivor(connection, bearer.entity)
        found = self._with_entity(connection, plain, survivor or bearer.entity, today)
        if found.entity is None:
            return plain
        state: State = "retired" if found.entity.is_retired else bearer.state
        return replace(found, state=state, corrected_from=bearer.entity if survivor else None)

    def _with_entity(self, connection: Connection, plain: Candidate, entity: str, today: str) -> Candidate:
        steps = connection.execute(s.SUCCESSIONS, {"start": entity}).mappings().all()
        back = connection.execute(s.ORIGINS, {"start": entity}).mappings().all()
        own = connection.execute(s.ENTITIES, {"ids": [entity]}).mappings().one_or_none()
        above = self._above(connection, entity, own, today)
        named = {row[side] for row in (*steps, *back) for side in ("predecessor", "successor")}
        known = things(connection, self.schema, self.base, {entity, *above, *named}, today)
        if entity not in known:
            return plain
        return replace(
            plain,
            state="retired" if known[entity].is_retired else "current",
            entity=known[entity],
            codes=codes_of(connection, self.base, [entity], today).get(entity, ()),
            records=records_of(connection, self.base, [entity]).get(entity, ()),
            ladder=_ladder(self.schema, [known[id_] for id_ in above if id_ in known], known[entity]),
            successions=_successions(steps, known),
            origins=_successions(back, known),
        )

    def _above(self, connection: Connection, entity: str, own: RowMapping | None, today: str) -> list[str]:
        """Ids above an entity: as it is today, or as it was when the entity ended."""
        climbing = [name for name, term in self.schema.properties.items() if term.ladder]
        ended = own["valid_to"] if own is not None and own["state"] == "retired" else None
        until = ended[:10] if ended else (date.fromisoformat(today) + timedelta(days=1)).isoformat()
        rows = connection.execute(s.ABOVE, {"start": entity, "predicates": climbing, "until": until})
        return [id_ for (id_,) in rows if id_ != entity]

    def _place(self, connection: Connection, code: str, today: str) -> Place:
        cell = decode(code)
        box = {"west": cell.west, "south": cell.south, "east": cell.east, "north": cell.north}
        rows = connection.execute(s.IN_BOX, {**box, "crs": _GRID_CRS, "at_most": _ENTITIES_OF_A_CELL + 1})
        ids = [id_ for (id_,) in rows]
        known = things(connection, self.schema, self.base, ids[:_ENTITIES_OF_A_CELL], today)
        inside = tuple(known[id_] for id_ in ids if id_ in known and not known[id_].is_retired)
        return Place(**box, level=cell.level, entities=inside, has_more=len(ids) > _ENTITIES_OF_A_CELL)

    def _near_misses(
        self, connection: Connection, text: str, readings: tuple[Reading, ...], today: str
    ) -> tuple[NearMiss, ...]:
        above = near.containing(connection, text)
        beside = near.similar(connection, text, [(reading.scheme, reading.code) for reading in readings])
        known = things(connection, self.schema, self.base, (entity for _, _, entity in (*above, *beside)), today)
        holders = [NearMiss(*found[:2], "part of", known[found[2]]) for found in above if found[2] in known]
        others = [NearMiss(*found[:2], "similar", known[found[2]]) for found in beside if found[2] in known]
        named = {(miss.scheme, miss.code) for miss in holders}
        others = [miss for miss in others if (miss.scheme, miss.code) not in named]
        return (*holders, *others)[: near.AT_MOST]


def _bearers(connection: Connection, scheme: str, code: str, today: str) -> list[Found]:
    """The entities that bear a code, each once: now, soon, or before."""
    if scheme == EntityId.id:
        known = connection.execute(s.ENTITIES, {"ids": [code]}).one_or_none()
        return [Found(code, "current")] if known or _survivor(connection, code) else []
    found: dict[str, Found] = {}
    for entity, state, valid_to in connection.execute(s.ENTITY_OF_CODE, {"scheme": scheme, "value": code}):
        bearer = Found(entity, code_state(state, valid_to, today))
        if entity not in found or _RANKS[bearer.state] < _RANKS[found[entity].state]:
            found[entity] = bearer
    return sorted(found.values(), key=lambda bearer: _RANKS[bearer.state])


def _survivor(connection: Connection, entity: str) -> str | None:
    survivor = None
    for _ in range(_CORRECTIONS_FOLLOWED):
        after = connection.execute(s.SURVIVOR, {"id": survivor or entity}).scalar()
        if after is None:
            break
        survivor = str(after)
    return survivor


def _meaning(reading: Reading) -> Labels:
    """What a code of a class says: the meaning of its last part that is more than padding."""
    parts = get_scheme(reading.scheme).parse(reading.code).parts
    said = next((part.meaning for part in reversed(parts) if part.value.strip("0")), parts[0].meaning)
    return {"zh": said["zh"], "en": said["en"]}


def _ladder(schema: Schema, above: list[Thing], start: Thing) -> tuple[Rung, ...]:
    rungs = []
    for thing in above:
        class_ = schema.classes.get(thing.class_)
        if class_ is not None and class_.ladder is not None and (start.is_retired or not thing.is_retired):
            rungs.append(Rung(class_.ladder, thing))
    return tuple(sorted(rungs, key=lambda rung: (rung.level, rung.thing.code or "", rung.thing.id)))


def _successions(rows: Sequence[RowMapping], known: Mapping[str, Thing]) -> tuple[Succession, ...]:
    steps = [
        Succession(known[row["predecessor"]], known[row["successor"]], row["kind"], row["legal_reference"], row["date"])
        for row in rows
        if row["predecessor"] in known and row["successor"] in known
    ]
    return tuple(sorted(steps, key=lambda step: (step.date or "", step.successor.code or "", step.successor.id)))


_RANKS: Final[dict[State, int]] = {"current": 0, "proposed": 1, "retired": 2, "unregistered": 3}


def _best_first(candidate: Candidate) -> tuple[bool, bool, int, float, str]:
    is_registered = candidate.entity is not None
    return (
        candidate.state == "unregistered",
        not is_registered,
        _RANKS[candidate.state],
        -candidate.probability,
        candidate.scheme,
    )
