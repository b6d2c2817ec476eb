"""Applications: asked for by one, approved by another, issued - each step a changeset with its actor.

    applied --approve--> approved --issue--> issued
       +--------refuse------+--------> refused

Approving allots the codes as `proposed`; issuing makes them `current` from the date of effect. What was allotted and
then refused stays on record as retired: a number is never handed out twice.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Final, Literal

from sqlalchemy import RowMapping, select

from coding import get_scheme
from coding.numbering import Series, series, series_of
from ontology import Schema

from ..ledger import Changes, Snapshot
from ..ledger import tables as t
from . import acts, below
from .allot import AT_ONCE, allot
from .errors import NotAllowed, RegisterError, UnknownEntry, WrongState
from .issuers import Issuer, holding, read_issuer
from .rows import added, changed, codes_in_force, found, next_number

Kind = Literal["issue", "split", "merge", "replace", "recode", "retire"]
State = Literal["applied", "approved", "issued", "refused"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What an application asks for.

    issue: `count` codes of the series `prefix` for new things. split: one code of a thing becomes `count`; merge:
    several become one; replace: one becomes one of another thing; recode: the same thing gets another code; retire:
    the thing is no more. `prefix` is where new codes are numbered; without it, that of the first predecessor.
    `moves` says of each code below the predecessors which successor (from 1) it goes to, 0 when it is retired, too.
    """

    kind: Kind
    scheme: str
    prefix: str | None = None
    count: int = 1
    predecessors: tuple[str, ...] = ()
    class_: str | None = None
    entity: str | None = None
    legal_reference: str | None = None
    moves: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Application:
    """An application as the register holds it."""

    id: str
    issuer: str
    state: State
    wish: Wish
    codes: tuple[str, ...]
    date: str | None
    note: str | None
    applicant: str


_SOME: Final = range(1, AT_ONCE + 1)
_SEVERAL: Final = range(2, AT_ONCE + 1)
_HOW_MANY: Final[dict[Kind, tuple[range, range, str]]] = {
    "issue": (range(1), _SOME, "no predecessor and at least one new code"),
    "split": (range(1, 2), _SEVERAL, "one code, and two new ones or more"),
    "merge": (_SEVERAL, range(1, 2), "two codes or more, and one new one"),
    "replace": (range(1, 2), range(1, 2), "one code and one new one"),
    "recode": (range(1, 2), range(1, 2), "one code and one new one"),
    "retire": (_SOME, range(1), "at least one code"),
}


def apply(changes: Changes, schema: Schema, issuer: str, wish: Wish, date: str, note: str | None = None) -> Application:
    """File an application; everything that can be known to be wrong with it is refused here already."""
    office = read_issuer(changes, issuer)
    wish = _checked(changes, schema, office, wish, date)
    number = next_number(changes, "application")
    row = {
        "id": f"{issuer}-{number:06d}", "issuer": issuer, "kind": wish.kind, "state": "applied",
        "content": json.dumps(asdict(wish), ensure_ascii=False, sort_keys=True), "codes": "[]", "date": date,
        "note": note,
    }  # fmt: skip
    added(changes, t.application, [row])
    return read_application(changes, str(row["id"]))


def approve(changes: Changes, schema: Schema, id_: str, actor: str) -> Application:
    """Allot the codes that are asked for, as proposed ones of things yet to be."""
    row = _in_state(changes, id_, "applied")
    application = _application(changes, row)
    office = read_issuer(changes, application.issuer)
    # filed in this very changeset: it has no applicant yet, and it has one actor only
    if office.four_eyes and application.applicant in ("", actor):
        raise NotAllowed(f"{actor} applied for {id_}: at {office.id} another one has to approve (four eyes).")
    wish, date = application.wish, application.date or ""
    codes: list[str] = []
    if wish.kind != "retire":
        codes = allot(changes, office, _series(wish, office), wish.count, date)
        acts.propose(changes, schema, office.id, wish.scheme, codes, wish.class_, _living(changes, wish))
    changed(changes, t.application, [row], state="approved", codes=json.dumps(codes))
    return read_application(changes, id_)


def issue(changes: Changes, schema: Schema, id_: str, date: str | None = None) -> Application:
    """Put an approved application into effect on a date (else the one that it was filed for)."""
    row = _in_state(changes, id_, "approved")
    application = _application(changes, row)
    wish, effect = application.wish, date or application.date or ""
    issuer = application.issuer
    # much may have happened since it was filed
    count = 0 if wish.kind == "retire" else wish.count
    _check_predecessors(changes, issuer, wish.scheme, wish.predecessors, wish.moves, count, effect)
    acts.put_in_force(changes, issuer, wish.scheme, application.codes, effect)
    if wish.kind == "recode":
        acts.retire_codes(changes, wish.scheme, wish.predecessors, effect)
    elif wish.predecessors:
        event = acts.Event(id_, wish.kind, wish.legal_reference, effect)
        acts.succeed(changes, event, wish.scheme, wish.predecessors, application.codes)
    if wish.predecessors:
        office = read_issuer(changes, issuer)
        below.move_below(changes, schema, office, id_, wish.predecessors, application.codes, wish.moves, effect)
    changed(changes, t.application, [row], state="issued", date=effect)
    return read_application(changes, id_)


def refuse(changes: Changes, id_: str, note: str) -> Application:
    """Refuse an application; codes that it was allotted are retired and never handed out again."""
    row = _in_state(changes, id_, "applied", "approved")
    if not note.strip():
        raise RegisterError("A refusal needs its reason: say it with --note.")
    application = _application(changes, row)
    acts.give_up(changes, application.wish.scheme, application.codes)
    changed(changes, t.application, [row], state="refused", note=note)
    return read_application(changes, id_)


def read_application(snapshot: Snapshot, id_: str) -> Application:
    """An application by its id; raises UnknownEntry."""
    return _application(snapshot, _row(snapshot, id_))


def applications(snapshot: Snapshot, state: str | None = None) -> list[Application]:
    """All applications, oldest first, or those in one state."""
    a = t.application
    rows = found(snapshot, a, *((a.c.state == state,) if state else ()))
    return [_application(snapshot, row) for row in rows]


def _checked(snapshot: Snapshot, schema: Schema, office: Issuer, wish: Wish, date: str) -> Wish:
    before, after, expected = _HOW_MANY[wish.kind]
    count = 0 if wish.kind == "retire" else wish.count
    if len(wish.predecessors) not in before or count not in after:
        raise RegisterError(
            f"A {wish.kind} of {len(wish.predecessors)} codes that asks for {count} new ones: expected {expected}."
        )
    scheme = get_scheme(wish.scheme)
    predecessors = tuple(dict.fromkeys(scheme.validate(code) for code in wish.predecessors))
    if len(predecessors) != len(wish.predecessors):
        raise RegisterError("One code is named twice among those that the event ends.")
    if wish.entity is not None and count != 1:
        raise RegisterError(f"{count} codes for one thing: expected one. Issue them one by one.")
    moves = {below.below_code(code): place for code, place in wish.moves.items()}
    prefix, class_ = wish.prefix, wish.class_
    if predecessors and prefix is None and wish.kind != "retire":
        prefix = series_of(wish.scheme, predecessors[0])[0].prefix
    _check_predecessors(snapshot, office.id, wish.scheme, predecessors, moves, count, date)
    if wish.kind != "retire":
        if prefix is None:
            raise RegisterError("Say where the new codes are numbered: the prefix of a series.")
        prefix = series(wish.scheme, prefix, across_features=office.across_features).prefix
        class_ = acts.class_for(snapshot, schema, wish.scheme, prefix, class_, predecessors)
    return Wish(wish.kind, wish.scheme, prefix, count, predecessors, class_, wish.entity, wish.legal_reference, moves)


def _check_predecessors(
    snapshot: Snapshot,
    issuer: str,
    scheme: str,
    codes: Sequence[str],
    moves: Mapping[str, int],
    count: int,
    date: str,
) -> None:
    """Whether codes can end on a date: each is current, the issuer's own, not younger, and all below has a place."""
    for code in codes:
        acts.bearer(snapshot, scheme, code)
        holding(snapshot, issuer, scheme, code, date)
        start = max((row["valid_from"] or "" for row in codes_in_force(snapshot, scheme, [code])), default="")
        if start[:10] > date:
            raise RegisterError(f"{scheme} {code} is current from {start[:10]} on: it can't end on {date} already.")
    below.check_moves(snapshot, codes, moves, count)


def _series(wish: Wish, office: Issuer) -> Series:
    return series(wish.scheme, wish.prefix or "", across_features=office.across_features)


def _living(snapshot: Snapshot, wish: Wish) -> str | None:
    """The thing that is there already and gets the code."""
    if wish.kind == "recode":
        return acts.bearer(snapshot, wish.scheme, wish.predecessors[0])
    return wish.entity


def _row(snapshot: Snapshot, id_: str) -> RowMapping:
    rows = found(snapshot, t.application, t.application.c.id == id_)
    if not rows:
        raise UnknownEntry(f"There is no application {id_!r}: `res3d code applications` lists them.")
    return rows[0]


def _in_state(snapshot: Snapshot, id_: str, *states: State) -> RowMapping:
    row = _row(snapshot, id_)
    if row["state"] not in states:
        raise WrongState(f"{id_} is {row['state']}: this step begins from {' or '.join(states)}.")
    return row


def _application(snapshot: Snapshot, row: RowMapping) -> Application:
    content = json.loads(row["content"])
    content["predecessors"] = tuple(content["predecessors"])
    a, c = t.application, t.changeset
    first = select(c.c.actor).join_from(a, c, c.c.number == a.c.changeset).where(a.c.id == row["id"])
    applicant = str(snapshot.connection.execute(first.order_by(a.c.fid).limit(1)).scalar() or "")
    return Application(
        row["id"], row["issuer"], row["state"], Wish(**content), tuple(json.loads(row["codes"])), row["date"],
        row["note"], applicant,
    )  # fmt: skip
