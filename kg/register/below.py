"""What is on an ended parcel or in an ended building: the thing stays, its code becomes one below the successor's."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import RowMapping

from coding import CodeError, get_scheme
from coding.numbering import series_of
from ontology import Schema

from ..ledger import Changes, Snapshot
from ..ledger import tables as t
from .acts import Event, propose, put_in_force, retire_codes, succeed
from .allot import allot
from .errors import RegisterError
from .issuers import Issuer
from .rows import codes_in_force, found

_BELOW: Final = ("cn.zrzh", "cn.bdcdyh")  # whose codes begin with that of the parcel that they are on


def below_code(code: str) -> str:
    """A code of something on a parcel, in canonical form."""
    for scheme in _BELOW:
        try:
            return get_scheme(scheme).validate(code)
        except CodeError as error:
            problem = error
    raise problem


def below(snapshot: Snapshot, codes: Sequence[str]) -> list[RowMapping]:
    """Current codes of what is on parcels or in buildings, the shortest first: their codes begin with the other's."""
    c = t.code
    rows: dict[str, RowMapping] = {}
    for code in codes:
        inside = c.c.value.between(code + "!", code + "\uffff")
        for row in found(snapshot, c, inside, c.c.scheme.in_(_BELOW), c.c.state == "current"):
            rows.setdefault(row["value"], row)
    return sorted(rows.values(), key=lambda row: (len(row["value"]), row["value"]))


def check_moves(snapshot: Snapshot, codes: Sequence[str], moves: Mapping[str, int], count: int) -> None:
    """Raises RegisterError with the codes below that were told no place, nor the building that they are in."""
    known = {row["value"] for row in below(snapshot, codes)}
    if strange := sorted(moves.keys() - known):
        raise RegisterError(f"{', '.join(strange[:5])}: no current code below {', '.join(codes)}.")
    if wrong := sorted(code for code, place in moves.items() if not 0 <= place <= count):
        raise RegisterError(
            f"{wrong[0]} goes to successor {moves[wrong[0]]}: expected 1 to {count}, or 0 to retire it."
        )
    lost = [code for code in sorted(known) if _place(code, moves, count) is None]
    if lost:
        raise RegisterError(
            f"{len(lost)} current codes are below {', '.join(codes)} (such as {', '.join(lost[:3])}): "
            f"say where each goes, --move CODE=1 to {count}, or --move CODE=0 to retire it."
        )


def move_below(
    changes: Changes,
    schema: Schema,
    office: Issuer,
    event: str,
    predecessors: Sequence[str],
    successors: Sequence[str],
    moves: Mapping[str, int],
    date: str,
) -> None:
    """Give what is below ended codes codes of the successors, with the same fixture number where that is free."""
    renamed: dict[str, str] = {}
    for row in below(changes, predecessors):
        old, place = row["value"], _place(row["value"], moves, len(successors)) or 0
        if place == 0:
            succeed(changes, Event(f"{event}/{old}", "retire", None, date), row["scheme"], [old], [])
            continue
        holder = max((code for code in renamed if old.startswith(code)), key=len, default=None)
        origin = next(code for code in predecessors if old.startswith(code))
        wanted = renamed[holder] + old[len(holder) :] if holder else successors[place - 1] + old[len(origin) :]
        taken = codes_in_force(changes, row["scheme"], [wanted])
        if not taken:
            new = get_scheme(row["scheme"]).validate(wanted)
        elif "W" in wanted:  # the bare unit: there is one of each parcel, so the two are one now
            succeed(changes, Event(f"{event}/{old}", "merge", None, date), row["scheme"], [old], [wanted])
            continue
        else:
            run, _ = series_of(row["scheme"], wanted)
            new = allot(changes, office, run, 1, date)[0]
        propose(changes, schema, office.id, row["scheme"], [new], None, row["entity"])
        put_in_force(changes, office.id, row["scheme"], [new], date)
        retire_codes(changes, row["scheme"], [old], date)
        renamed[old] = new


def _place(code: str, moves: Mapping[str, int], count: int) -> int | None:
    """The successor that a code goes to: as told, as its building was told, else the only one there is."""
    named = max((each for each in moves if code.startswith(each)), key=len, default=None)
    if named is not None:
        return moves[named]
    return count if count <= 1 else None
