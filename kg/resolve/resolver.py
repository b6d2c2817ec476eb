"""From any text to what the ledger knows: readings, the entity behind each, its ladder and its succession."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, RowMapping

from coding import Candidate as Reading
from coding import Kind, detect, get_scheme
from coding.entity_id import EntityId
from coding.grids import grids
from coding.repair import Repair, repairs
from ontology import Schema

from ..ledger import Ledger
from . import near
from . import statements as s
from .iris import path_below
from .moment import LATEST, Moment, changeset_as_of, valid_date
from .things import code_state, codes_of, is_over, kind_of, records_of, says_itself, things
from .values import Candidate, Labels, NearMiss, Place, Resolution, Rung, State, Succession, Thing

_STORAGE_CRS: Final = "EPSG:4490"  # WGS 84, of some grids, agrees with it within a few centimetres
_ENTITIES_OF_A_CELL: Final = 100
_WIDEST_CELL: Final = 180  # degrees; an outline that is wider lies over the antimeridian or a pole
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
    at: str | None = None
    """The date that is asked about; None is today."""
    as_of: int = LATEST
    """The last changeset that is taken into account."""

    def seen(self, at: str | None, as_of: str | None) -> "Resolver":
        """The same on a date, and as far as it was known then (`changeset_as_of`). Raises `NoSuchMoment`."""
        known = self.as_of
        if as_of is not None:
            with self.ledger.engine.connect() as connection:
                known = changeset_as_of(connection, as_of)
        return replace(self, at=None if at is None else valid_date(at), as_of=known)

    def moment(self, connection: Connection) -> Moment:
        """What this resolver reads of a connection."""
        return Moment(connection, self.at or self.today(), self.as_of)

    def entity_of(self, scheme: str, code: str) -> Found | None:
        """The entity that bears a canonical code, the one that bears it now before one that did: one indexed read."""
        with self.ledger.engine.connect() as connection:
            return next(iter(_bearers(self.moment(connection), scheme, code)), None)

    def repairs(self, text: str, scheme: str | None = None) -> tuple[Repair, ...]:
        """What a mistyped code may be meant as, registered codes first."""
        with self.ledger.engine.connect() as connection:
            return repairs(text, scheme, near.registered(self.moment(connection)))

    def entity_of_id(self, entity: str) -> Found | None:
        """The entity of this very id, and whether it still is (`current`) or is `retired`."""
        with self.ledger.engine.connect() as connection:
            moment = self.moment(connection)
            row = moment.rows(s.ENTITIES, ids=[entity]).mappings().one_or_none()
        if row is None:
            return None
        return Found(entity, "retired" if is_over(row["state"], row["valid_to"], moment.date) else "current")

    def entity_of_record(self, source: str, key: str) -> str | None:
        """The id of the entity that a record describes."""
        with self.ledger.engine.connect() as connection:
            found = self.moment(connection).rows(s.ENTITY_OF_RECORD, source=source, key=key).scalar()
        return None if found is None else str(found)

    def survivor_of(self, entity: str) -> str | None:
        """The id that another one was corrected to (they were one thing), through all corrections; else None."""
        with self.ledger.engine.connect() as connection:
            return _survivor(self.moment(connection), entity)

    def resolve(self, text: str, *, scheme: str | None = None) -> Resolution:
        """All readings of a text, best first: what is registered before what is not, then by probability.

        `scheme` leaves only the readings of that scheme. Raises `coding.UnknownScheme`.
        """
        readings = self._readings(text, scheme)
        with self.ledger.engine.connect() as connection:
            moment = self.moment(connection)
            resolution = self._resolution(moment, text, readings)
            if resolution.is_known:
                return resolution
            return replace(resolution, near_misses=self._near_misses(moment, text, readings))

    def resolve_at_once(self, text: str, *, scheme: str | None = None) -> Resolution | None:
        """The same where a few indexed reads of a local file tell all; None where it takes a search or a network.

        What this answers may be asked in an event loop: a millisecond is less than to hand it to a thread.
        """
        readings = self._readings(text, scheme)
        if self.ledger.engine.dialect.name != "sqlite":
            return None
        if any(reading.scheme in grids() for reading in readings):
            return None
        with self.ledger.engine.connect() as connection:
            resolution = self._resolution(self.moment(connection), text, readings)
        return resolution if resolution.is_known else None

    def _resolution(self, moment: Moment, text: str, readings: tuple[Reading, ...]) -> Resolution:
        candidates = [found for reading in readings for found in self._candidates(moment, reading)]
        return Resolution(text, tuple(sorted(candidates, key=_best_first)), ())

    def beginning_with(self, text: str, at_most: int) -> list[tuple[str, Thing]]:
        """Codes that begin with a text, in their order, each with the entity that bears it."""
        if not text:
            return []
        limits = {"first": text, "last": text + "\uffff", "at_most": at_most}
        with self.ledger.engine.connect() as connection:
            moment = self.moment(connection)
            rows = moment.rows(s.VALUES_BETWEEN, **limits).all()
            known = things(moment, self.schema, self.base, (entity for _, entity in rows))
        return [(value, known[entity]) for value, entity in rows if entity in known]

    def known_entity(self, moment: Moment, entity: str) -> Candidate | None:
        """What is known of the entity of this very id, corrections not followed; None when there is none."""
        plain = Candidate(scheme=EntityId.id, code=entity, form=None, probability=1.0, state="unregistered")
        found = self._with_entity(moment, plain, entity)
        return found if found.entity else None

    def _readings(self, text: str, scheme: str | None) -> tuple[Reading, ...]:
        """The readings of a text, or those of one scheme. Raises `coding.UnknownScheme`."""
        if scheme is not None:
            get_scheme(scheme)
        return tuple(reading for reading in self._all_readings(text) if scheme in (None, reading.scheme))

    def _all_readings(self, text: str) -> tuple[Reading, ...]:
        match path_below(self.base, text):
            case ("entity" | "entities", entity):
                return (Reading(EntityId.id, entity, 1.0),)
            case ("code" | "codes", scheme, code):
                return (Reading(scheme, code, 1.0),)
        return detect(text)

    def _candidates(self, moment: Moment, reading: Reading) -> list[Candidate]:
        plain = Candidate(
            scheme=reading.scheme,
            code=reading.code,
            form=reading.form,
            probability=reading.probability,
            state="current" if says_itself(reading.scheme) else "unregistered",
        )
        if reading.scheme in grids():
            return [replace(plain, place=self._place(moment, reading.scheme, reading.code))]
        if kind_of(reading.scheme) is Kind.CLASS:
            return [replace(plain, meaning=_meaning(reading))]
        bearers = _bearers(moment, reading.scheme, reading.code)
        return [self._of_bearer(moment, plain, bearer) for bearer in bearers[:_BEARERS_SHOWN]] or [plain]

    def _of_bearer(self, moment: Moment, plain: Candidate, bearer: Found) -> Candidate:
        survivor = _survivor(moment, bearer.entity)
        found = self._with_entity(moment, plain, survivor or bearer.entity)
        if found.entity is None:
            return plain
        state: State = "retired" if found.entity.is_retired else bearer.state
        if state == "retired" and not found.entity.is_retired:  # the thing lives on under another code
            ended = next((code.valid_to for code in found.codes if code.code == plain.code), None)
            found = replace(found, successions=(Succession(found.entity, found.entity, "recode", None, ended),))
        return replace(found, state=state, corrected_from=bearer.entity if survivor else None)

    def _with_entity(self, moment: Moment, plain: Candidate, entity: str) -> Candidate:
        steps = moment.rows(s.SUCCESSIONS, start=entity, date=moment.date).mappings().all()
        back = moment.rows(s.ORIGINS, start=entity, date=moment.date).mappings().all()
        own = moment.rows(s.ENTITIES, ids=[entity]).mappings().one_or_none()
        above = self._above(moment, entity, own)
        named = {row[side] for row in (*steps, *back) for side in ("predecessor", "successor")}
        wanted = {entity, *above, *named}
        codes = codes_of(moment, self.base, sorted(wanted))
        known = things(moment, self.schema, self.base, wanted, codes)
        if entity not in known:
            return plain
        return replace(
            plain,
            state="retired" if known[entity].is_retired else "current",
            entity=known[entity],
            codes=codes.get(entity, ()),
            records=records_of(moment, self.base, [entity]).get(entity, ()),
            ladder=_ladder(self.schema, [known[id_] for id_ in above if id_ in known], known[entity]),
            successions=_successions(steps, known),
            origins=_successions(back, known),
        )

    def _above(self, moment: Moment, entity: str, own: RowMapping | None) -> list[str]:
        """Ids above an entity: as it is today, or as it was when the entity ended."""
        climbing = [name for name, term in self.schema.properties.items() if term.ladder]
        ended = own["valid_to"] if own is not None and is_over(own["state"], own["valid_to"], moment.date) else None
        until = ended[:10] if ended else (date.fromisoformat(moment.date) + timedelta(days=1)).isoformat()
        rows = moment.rows(s.ABOVE, start=entity, predicates=climbing, until=until)
        return [id_ for (id_,) in rows if id_ != entity]

    def _place(self, moment: Moment, scheme: str, code: str) -> Place | None:
        grid = grids()[scheme]
        west, south, east, north = grid.outline(code).bounds
        if east - west > _WIDEST_CELL:
            return None
        box = {"west": west, "south": south, "east": east, "north": north}
        rows = moment.rows(s.IN_BOX, **box, crs=_STORAGE_CRS, at_most=_ENTITIES_OF_A_CELL + 1)
        ids = [id_ for (id_,) in rows]
        known = things(moment, self.schema, self.base, ids[:_ENTITIES_OF_A_CELL])
        inside = tuple(known[id_] for id_ in ids if id_ in known and not known[id_].is_retired)
        return Place(
            **box, crs=grid.crs, level=grid.level_of(code), entities=inside, has_more=len(ids) > _ENTITIES_OF_A_CELL
        )

    def _near_misses(self, moment: Moment, text: str, readings: tuple[Reading, ...]) -> tuple[NearMiss, ...]:
        above = near.containing(moment, text)
        beside = near.similar(moment, text, [(reading.scheme, reading.code) for reading in readings])
        known = things(moment, self.schema, self.base, (entity for _, _, entity in (*above, *beside)))
        holders = [NearMiss(*found[:2], "part of", known[found[2]]) for found in above if found[2] in known]
        others = [NearMiss(*found[:2], "similar", known[found[2]]) for found in beside if found[2] in known]
        named = {(miss.scheme, miss.code) for miss in holders}
        others = [miss for miss in others if (miss.scheme, miss.code) not in named]
        return (*holders, *others)[: near.AT_MOST]


def _bearers(moment: Moment, scheme: str, code: str) -> list[Found]:
    """The entities that bear a code, each once: now, soon, or before."""
    if scheme == EntityId.id:
        known = moment.rows(s.ENTITIES, ids=[code]).one_or_none()
        return [Found(code, "current")] if known or _survivor(moment, code) else []
    found: dict[str, Found] = {}
    for entity, state, start, end in moment.rows(s.ENTITY_OF_CODE, scheme=scheme, value=code):
        bearer = Found(entity, code_state(state, start, end, moment.date))
        if entity not in found or _RANKS[bearer.state] < _RANKS[found[entity].state]:
            found[entity] = bearer
    return sorted(found.values(), key=lambda bearer: _RANKS[bearer.state])


def _survivor(moment: Moment, entity: str) -> str | None:
    survivor = None
    for _ in range(_CORRECTIONS_FOLLOWED):
        after = moment.rows(s.SURVIVOR, id=survivor or entity).scalar()
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
