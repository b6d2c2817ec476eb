"""What an issued application does to the ledger: things, their codes, and which came of which.

A thing that so far only the register knows has one record, from the source `register.ISSUER`, keyed by its first code.
"""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import RowMapping

from coding import mint_entity_ids
from ontology import Schema

from ..ledger import Changes, Snapshot
from ..ledger import tables as t
from .errors import RegisterError, UnknownEntry
from .rows import added, changed, codes_in_force, found, matching


@dataclass(frozen=True, slots=True)
class Event:
    """A legal event: what ended and what came of it share its id."""

    id: str
    kind: str
    legal_reference: str | None
    date: str


def bearer(snapshot: Snapshot, scheme: str, code: str) -> str:
    """The one thing that bears a code now; raises UnknownEntry for none and RegisterError for several."""
    rows = codes_in_force(snapshot, scheme, [code])
    things = {row["entity"] for row in rows if row["state"] == "current"}
    if not things:
        states = ", ".join(sorted({row["state"] for row in rows})) or "not registered"
        raise UnknownEntry(f"{scheme} {code} is {states}: only a current code can be changed.")
    if len(things) > 1:
        raise RegisterError(f"{scheme} {code} is borne by {len(things)} things: decide first which of them it names.")
    return str(things.pop())


def class_for(
    snapshot: Snapshot, schema: Schema, scheme: str, prefix: str, given: str | None, predecessors: Sequence[str]
) -> str:
    """The class of things that new codes name: as given, else of the predecessor, else of what bears the code."""
    if given is not None:
        if given not in schema.classes:
            raise RegisterError(f"The ontology has no class {given!r}: `res3d ontology docs` shows those that it has.")
        return given
    if predecessors:
        entity = bearer(snapshot, scheme, predecessors[0])
        return str(found(snapshot, t.entity, t.entity.c.id == entity)[0]["class"])
    return _bearing(schema, scheme, prefix)[1]


def propose(
    changes: Changes,
    schema: Schema,
    issuer: str,
    scheme: str,
    codes: Sequence[str],
    class_: str | None,
    thing: str | None,
) -> None:
    """Codes allotted, each for a thing that is not yet - or all for `thing`, which is there already."""
    property_, usual = _bearing(schema, scheme, codes[0])
    source = _source(changes, issuer)
    keys = [f"{scheme}/{code}" for code in codes]
    if thing is not None and not found(changes, t.entity, t.entity.c.id == thing):
        raise UnknownEntry(f"There is no entity {thing!r} that a code could be issued for.")
    own = [thing] * len(codes) if thing else list(mint_entity_ids(len(codes), np.random.default_rng()))
    kind = class_ or usual
    if thing is None:
        added(changes, t.entity, [{"id": entity, "class": kind, "state": "proposed"} for entity in own])
    said = [json.dumps({property_: [code]}, separators=(",", ":")) for code in codes]
    added(
        changes,
        t.record,
        [
            {
                "source": source, "key": key, "class": kind, "dimension": 0, "attributes": text, "unmapped": "{}",
                "scope": "", "content_hash": hashlib.sha256(text.encode()).hexdigest(),
            }
            for key, text in zip(keys, said, strict=True)
        ],
    )  # fmt: skip
    added(
        changes,
        t.membership,
        [
            {"source": source, "key": key, "entity": entity, "evidence": '{"by":"register"}', "confidence": 1.0,
             "verdict": "person"}
            for key, entity in zip(keys, own, strict=True)
        ],
    )  # fmt: skip
    added(
        changes,
        t.code,
        [
            {"scheme": scheme, "value": code, "entity": entity, "property": property_, "source": source, "key": key,
             "issuer": issuer, "state": "proposed"}
            for code, key, entity in zip(codes, keys, own, strict=True)
        ],
    )  # fmt: skip


def put_in_force(changes: Changes, issuer: str, scheme: str, codes: Sequence[str], date: str) -> None:
    """Proposed codes become current on a date, and what they name begins to be."""
    rows = codes_in_force(changes, scheme, codes)
    changed(changes, t.code, rows, state="current", valid_from=date)
    new = [row for row in _entities(changes, rows) if row["state"] == "proposed"]
    changed(changes, t.entity, new, state="active", valid_from=date)
    begun = {row["id"] for row in new}
    keys = [row["key"] for row in rows if row["entity"] in begun]
    changed(changes, t.record, matching(changes, t.record, "key", keys, _source_id(issuer)), valid_from=date)


def give_up(changes: Changes, scheme: str, codes: Sequence[str]) -> None:
    """Proposed codes that are refused: retired without ever having been current."""
    rows = codes_in_force(changes, scheme, codes)
    changed(changes, t.code, rows, state="retired")
    changed(changes, t.entity, [row for row in _entities(changes, rows) if row["state"] == "proposed"], state="retired")


def retire_codes(changes: Changes, scheme: str, codes: Sequence[str], date: str) -> list[RowMapping]:
    """End codes on a date, whoever stated them; gives their rows as they were."""
    rows = [row for row in codes_in_force(changes, scheme, codes) if row["state"] != "retired"]
    changed(changes, t.code, rows, state="retired", valid_to=date)
    return rows


def succeed(
    changes: Changes, event: Event, scheme: str, predecessors: Sequence[str], successors: Sequence[str]
) -> None:
    """End things with their codes, and write which things came of them."""
    ended = _things(retire_codes(changes, scheme, predecessors, event.date))
    others = matching(changes, t.code, "entity", ended)
    changed(changes, t.code, [row for row in others if row["state"] == "current"], state="retired", valid_to=event.date)
    changed(changes, t.entity, matching(changes, t.entity, "id", ended), state="retired", valid_to=event.date)
    _lineage(changes, event, ended, _things(codes_in_force(changes, scheme, successors)))


def _lineage(changes: Changes, event: Event, ended: Collection[str], begun: Collection[str]) -> None:
    row = {
        "event": event.id, "kind": event.kind, "legal_reference": event.legal_reference, "date": event.date,
        "origin": f"application/{event.id}",
    }  # fmt: skip
    pairs = [(one, other) for one in ended for other in (begun or (None,))]
    added(changes, t.lineage, [{**row, "predecessor": one, "successor": other} for one, other in pairs])


def _bearing(schema: Schema, scheme: str, text: str) -> tuple[str, str]:
    """The property and the class that codes of a scheme belong to; of real-estate codes the length tells."""
    named = [(name, term.domain[0]) for name, term in schema.properties.items() if term.code_scheme == scheme]
    if not named:
        raise RegisterError(f"The ontology has no property for codes of {scheme}: add one with :codeScheme {scheme!r}.")
    if scheme == "cn.bdcdyh":
        is_unit = len(text) >= 20
        named = [each for each in named if (each[0] == "unitCode") == is_unit] or named
    return named[0]


def _source(changes: Changes, issuer: str) -> str:
    """The source that records of an issuer's own register are of."""
    id_ = _source_id(issuer)
    if not found(changes, t.source, t.source.c.id == id_):
        row = {"id": id_, "title": f"Register of {issuer}", "access_level": "public", "rank": 1000, "issuer": issuer}
        added(changes, t.source, [row])
    return id_


def _source_id(issuer: str) -> str:
    return f"register.{issuer}"


def _entities(snapshot: Snapshot, codes: Sequence[RowMapping]) -> list[RowMapping]:
    return matching(snapshot, t.entity, "id", _things(codes))


def _things(codes: Sequence[RowMapping]) -> list[str]:
    return list(dict.fromkeys(str(row["entity"]) for row in codes))
