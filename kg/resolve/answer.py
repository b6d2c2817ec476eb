"""A resolution as the JSON of `/resolve` and `res3d code`; the names of its members are fixed in the design."""

from typing import TypeAlias

from .values import Candidate, EntityCode, EntityRecord, NearMiss, Place, Resolution, Rung, Succession, Thing

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Members: TypeAlias = dict[str, Json]


def resolution_json(resolution: Resolution) -> Members:
    """The whole answer.

    >>> resolution_json(Resolution("?", (), ()))
    {'query': '?', 'candidates': [], 'near_misses': []}
    """
    return {
        "query": resolution.query,
        "candidates": [_candidate(candidate) for candidate in resolution.candidates],
        "near_misses": [_near_miss(miss) for miss in resolution.near_misses],
    }


def thing_json(thing: Thing) -> Members:
    """An entity as others refer to it."""
    return {
        "id": thing.id,
        "iri": thing.iri,
        "class": thing.class_,
        "labels": dict(thing.labels),
        "code": thing.code,
        "state": "retired" if thing.is_retired else "active",
    }


def code_json(code: EntityCode) -> Members:
    """A code that an entity bears."""
    return {
        "scheme": code.scheme,
        "code": code.code,
        "state": code.state,
        "iri": code.iri,
        "issuer": code.issuer,
        "valid_from": code.valid_from,
        "valid_to": code.valid_to,
    }


def succession_json(step: Succession) -> Members:
    """The successor of a step, after whom it came, and by which event."""
    event: Members = {"kind": step.kind, "legal_reference": step.legal_reference, "date": step.date}
    return {**thing_json(step.successor), "after": step.predecessor.iri, "event": event}


def lineage_json(candidate: Candidate) -> Members:
    """What came of the thing with a code, and what it came from."""
    return {
        "scheme": candidate.scheme,
        "code": candidate.code,
        "state": candidate.state,
        "entity": thing_json(candidate.entity) if candidate.entity else None,
        "successors": [succession_json(step) for step in candidate.successions],
        "predecessors": [_origin(step) for step in candidate.origins],
    }


def _candidate(candidate: Candidate) -> Members:
    members: Members = {
        "scheme": candidate.scheme,
        "code": candidate.code,
        "form": candidate.form,
        "probability": round(candidate.probability, 4),
        "state": candidate.state,
        "entity": thing_json(candidate.entity) if candidate.entity else None,
        "codes": [code_json(code) for code in candidate.codes],
        "records": [_record(record) for record in candidate.records],
        "ladder": [_rung(rung) for rung in candidate.ladder],
        "successors": [succession_json(step) for step in candidate.successions],
        "predecessors": [_origin(step) for step in candidate.origins],
    }
    if candidate.place:
        members["place"] = _place(candidate.place)
    if candidate.meaning:
        members["meaning"] = dict(candidate.meaning)
    if candidate.corrected_from:
        members["corrected_from"] = candidate.corrected_from
    return members


def _record(record: EntityRecord) -> Members:
    return {
        "iri": record.iri,
        "source": record.source,
        "dimension": record.dimension,
        "lod": record.lod,
        "lods": list(record.lods),
        "scale_level": record.scale_level,
    }


def _rung(rung: Rung) -> Members:
    return {"level": rung.level, **thing_json(rung.thing)}


def _origin(step: Succession) -> Members:
    event: Members = {"kind": step.kind, "legal_reference": step.legal_reference, "date": step.date}
    return {**thing_json(step.predecessor), "before": step.successor.iri, "event": event}


def _place(place: Place) -> Members:
    return {
        "crs": place.crs,
        "level": place.level,
        "west": place.west,
        "south": place.south,
        "east": place.east,
        "north": place.north,
        "entities": [thing_json(thing) for thing in place.entities],
        "has_more": place.has_more,
    }


def _near_miss(miss: NearMiss) -> Members:
    return {"scheme": miss.scheme, "code": miss.code, "why": miss.why, "entity": thing_json(miss.entity)}
