"""Issuers and what is delegated to them: who may hand out which codes."""

from dataclasses import dataclass

from sqlalchemy import and_, or_

from coding import get_scheme
from coding.numbering import Series

from ..ledger import Changes, Snapshot
from ..ledger import tables as t
from .errors import NotAllowed, RegisterError, UnknownEntry
from .rows import added, changed, found


@dataclass(frozen=True, slots=True)
class Issuer:
    """An office that hands out codes.

    `across_features`: parcel numbers count over all feature codes of a sub-district (by the trial rule before
    GB/T 37346-2019 each counts by itself). `four_eyes`: whoever applied may not approve.
    """

    id: str
    title_zh: str
    title_en: str
    across_features: bool = False
    four_eyes: bool = False


@dataclass(frozen=True, slots=True)
class Delegation:
    """Codes of a scheme that begin with `prefix` are an issuer's to hand out, in a series the numbers first to last."""

    issuer: str
    scheme: str
    prefix: str
    first: int | None = None
    last: int | None = None
    giver: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None


def write_issuer(changes: Changes, issuer: Issuer) -> None:
    """Enter an issuer, or change what is known of it."""
    if not issuer.id or not all(sign.isalnum() or sign in "-._" for sign in issuer.id):
        raise RegisterError(f"{issuer.id!r} names no issuer: expected letters, digits, '-', '.' and '_'.")
    values = {name: getattr(issuer, name) for name in ("title_zh", "title_en", "across_features", "four_eyes")}
    known = found(changes, t.issuer, t.issuer.c.id == issuer.id)
    if known:
        changed(changes, t.issuer, known, **values)
    else:
        added(changes, t.issuer, [{"id": issuer.id, **values}])


def read_issuer(snapshot: Snapshot, issuer: str) -> Issuer:
    """An issuer by its id; raises UnknownEntry."""
    rows = found(snapshot, t.issuer, t.issuer.c.id == issuer)
    if not rows:
        raise UnknownEntry(
            f"There is no issuer {issuer!r}: enter it with `res3d code issuer {issuer} --title-en NAME`."
        )
    row = rows[0]
    return Issuer(row["id"], row["title_zh"], row["title_en"], bool(row["across_features"]), bool(row["four_eyes"]))


def delegate(changes: Changes, given: Delegation) -> None:
    """Delegate a prefix. Part of a prefix that another issuer holds can only be given away by that issuer.

    Raises NotAllowed where someone else holds the prefix or some of the numbers at that time.
    """
    read_issuer(changes, given.issuer)
    prefix = get_scheme(given.scheme).compact(given.prefix)
    if given.first is not None and given.last is not None and given.first > given.last:
        raise RegisterError(f"Numbers {given.first} to {given.last}: the first must not be above the last.")
    holder = _holder(changes, given.scheme, prefix, given.valid_from, given.valid_to, None)
    if holder is not None and holder.issuer != given.issuer and given.giver != holder.issuer:
        raise NotAllowed(
            f"{holder.issuer} holds {holder.scheme} {holder.prefix}: only it can give away {prefix}. "
            f"Delegate with --giver {holder.issuer}, or withdraw its delegation first."
        )
    if given.giver is not None and (holder is None or holder.issuer != given.giver):
        raise NotAllowed(f"{given.giver} holds no {given.scheme} prefix that {prefix} is a part of.")
    for other in _delegations(changes, given.scheme, [prefix], given.valid_from, given.valid_to):
        if other.prefix == prefix and other.issuer != given.issuer and _share_numbers(given, other):
            raise NotAllowed(
                f"{other.issuer} holds numbers {other.first or 'first'} to {other.last or 'last'} of {prefix}: "
                "give a range that leaves them out."
            )
    added(changes, t.delegation, [{**{name: getattr(given, name) for name in Delegation.__slots__}, "prefix": prefix}])


def allowed_numbers(snapshot: Snapshot, issuer: str, series: Series, date: str) -> tuple[int, int]:
    """The first and the last number of a series that an issuer may hand out on a date; raises NotAllowed."""
    own = holding(snapshot, issuer, series.scheme, series.prefix, date)
    if own.prefix != series.prefix:
        return series.first, series.last  # a range of numbers is of the series that the prefix names
    first = series.first if own.first is None else max(series.first, own.first)
    return first, series.last if own.last is None else min(series.last, own.last)


def holding(snapshot: Snapshot, issuer: str, scheme: str, code: str, date: str) -> Delegation:
    """The delegation by which an issuer holds a code or prefix on a date; raises NotAllowed."""
    own = _holder(snapshot, scheme, code, date, date, issuer)
    if own is None:
        other = _holder(snapshot, scheme, code, date, date, None)
        who = f"{other.issuer} does (prefix {other.prefix})" if other else "nobody does"
        raise NotAllowed(
            f"{issuer} does not hold {scheme} {code} on {date}; {who}. "
            f"Delegate it with `res3d code delegate {issuer} {scheme} PREFIX`."
        )
    return own


def _holder(
    snapshot: Snapshot, scheme: str, prefix: str, start: str | None, end: str | None, issuer: str | None
) -> Delegation | None:
    """The delegation with the longest prefix that covers `prefix`; None too when it is not `issuer`'s."""
    starts = [prefix[:length] for length in range(len(prefix) + 1)]
    covering = _delegations(snapshot, scheme, starts, start, end)
    if not covering:
        return None
    longest = max(len(each.prefix) for each in covering)
    return next((each for each in covering if len(each.prefix) == longest and issuer in (None, each.issuer)), None)


def _delegations(
    snapshot: Snapshot, scheme: str, prefixes: list[str], start: str | None, end: str | None
) -> list[Delegation]:
    """Delegations of some prefixes that share time with start to end (null = open)."""
    d = t.delegation
    in_time = and_(
        *((or_(d.c.valid_to.is_(None), d.c.valid_to > start),) if start else ()),
        *((or_(d.c.valid_from.is_(None), d.c.valid_from <= end),) if end else ()),
        d.c.fid > 0,
    )
    rows = found(snapshot, d, d.c.scheme == scheme, d.c.prefix.in_(prefixes), in_time)
    return [Delegation(**{name: row[name] for name in Delegation.__slots__}) for row in rows]


def _share_numbers(one: Delegation, other: Delegation) -> bool:
    first, last = 0, 10**18
    starts = [first if each.first is None else each.first for each in (one, other)]
    ends = [last if each.last is None else each.last for each in (one, other)]
    return max(starts) <= min(ends)
