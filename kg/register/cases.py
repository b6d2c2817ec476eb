"""Cases to decide: codes of things that two things bear at one time within one issuer, with what speaks for each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from coding import Kind, get_scheme, schemes

from ..ledger import Changes, Snapshot
from ..ledger import tables as t
from .errors import RegisterError, UnknownEntry
from .rows import added, changed, codes_in_force, found, matching


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that bears the code, and the record that says so."""

    entity: str
    source: str
    key: str
    valid_from: str | None
    valid_to: str | None


@dataclass(frozen=True, slots=True)
class Case:
    """A code that several things bear at one time (`conflict`), or of which a delivery asks that (`same thing?`)."""

    kind: str
    scheme: str
    code: str
    issuer: str | None
    claims: tuple[Claim, ...]


def cases(snapshot: Snapshot) -> list[Case]:
    """All open cases. Codes of places, classes and files may be shared and are none."""
    return [*_conflicts(snapshot), *_proposed(snapshot)]


def decide(changes: Changes, scheme: str, code: str, keep: str, date: str) -> Sequence[Claim]:
    """The code names `keep`; for the others it ends on a date. Gives the claims that ended.

    Raises UnknownEntry when `keep` does not bear the code, RegisterError when nobody else does.
    """
    code = get_scheme(scheme).validate(code)
    rows = [row for row in codes_in_force(changes, scheme, [code]) if row["state"] != "retired"]
    if keep not in {row["entity"] for row in rows}:
        raise UnknownEntry(f"{keep} does not bear {scheme} {code}: `res3d code cases` tells who does.")
    others = [row for row in rows if row["entity"] != keep]
    asked = found(changes, t.proposal, t.proposal.c.subject == f"code/{scheme}/{code}", t.proposal.c.state == "open")
    if not others and not asked:
        raise RegisterError(f"{scheme} {code} is borne by {keep} alone: there is nothing to decide.")
    changed(changes, t.code, others, state="retired", valid_to=date)
    changed(changes, t.proposal, asked, state="refused")
    return [Claim(row["entity"], row["source"], row["key"], row["valid_from"], date) for row in others]


def unite(changes: Changes, scheme: str, code: str, keep: str, reason: str) -> Sequence[str]:
    """All that bear the code are one thing, which keeps the id `keep`; gives the ids that lead to it from now on.

    Records, codes and relations go over to it. Raises UnknownEntry when `keep` does not bear the code, RegisterError
    when nobody else does.
    """
    code = get_scheme(scheme).validate(code)
    rows = [row for row in codes_in_force(changes, scheme, [code]) if row["state"] != "retired"]
    subject = f"code/{scheme}/{code}"
    asked = found(changes, t.proposal, t.proposal.c.subject == subject, t.proposal.c.state == "open")
    bearers = {str(row["entity"]) for row in rows} | {str(json.loads(row["content"])["entity"]) for row in asked}
    if keep not in bearers:
        raise UnknownEntry(f"{keep} does not bear {scheme} {code}: `res3d code cases` tells who does.")
    others = sorted(bearers - {keep})
    if not others:
        raise RegisterError(f"{scheme} {code} is borne by {keep} alone: there is nothing to unite.")
    changed(changes, t.membership, matching(changes, t.membership, "entity", others), entity=keep, verdict="person")
    changed(changes, t.code, matching(changes, t.code, "entity", others), entity=keep)
    for table, sides in ((t.relation, ("subject", "object")), (t.lineage, ("predecessor", "successor"))):
        for side in sides:
            changed(changes, table, matching(changes, table, side, others), **{side: keep})
    itself = [row for row in matching(changes, t.relation, "subject", [keep]) if row["object"] == keep]
    changed(changes, t.relation, itself, withdrawn=True)
    changed(changes, t.entity, matching(changes, t.entity, "id", others), state="retired")
    merged = [{"id": other, "kind": "merge", "survivor": keep, "reason": reason} for other in others]
    added(changes, t.correction, merged)
    changed(changes, t.proposal, asked, state="accepted")
    return others


def _conflicts(snapshot: Snapshot) -> list[Case]:
    one, other = t.code.alias("one"), t.code.alias("other")
    things = [scheme.id for scheme in schemes().values() if scheme.kind is Kind.THING]
    share_time = and_(
        or_(one.c.valid_from.is_(None), other.c.valid_to.is_(None), one.c.valid_from < other.c.valid_to),
        or_(other.c.valid_from.is_(None), one.c.valid_to.is_(None), other.c.valid_from < one.c.valid_to),
    )
    pairs = (
        select(one)
        .join_from(one, other, and_(one.c.value == other.c.value, one.c.scheme == other.c.scheme))
        .where(one.c.issuer == other.c.issuer, one.c.entity != other.c.entity, share_time)
        .where(one.c.scheme.in_(things), one.c.state == "current", other.c.state == "current")
        .where(*(each.c.superseded.is_(None) & ~each.c.withdrawn for each in (one, other)))
        .distinct()
        .order_by(one.c.scheme, one.c.value, one.c.fid)
    )
    claims: dict[tuple[str, str, str], list[Claim]] = {}
    for row in snapshot.connection.execute(pairs).mappings():
        claim = Claim(row["entity"], row["source"], row["key"], row["valid_from"], row["valid_to"])
        claims.setdefault((row["scheme"], row["value"], row["issuer"]), []).append(claim)
    return [Case("conflict", *name, tuple(each)) for name, each in claims.items()]


def _proposed(snapshot: Snapshot) -> list[Case]:
    """What deliveries could not join, because a code of theirs belongs to another thing."""
    open_ones = found(snapshot, t.proposal, t.proposal.c.state == "open", t.proposal.c.kind == "same thing?")
    told = []
    for row in open_ones:
        _, scheme, code = row["subject"].split("/", 2)
        bearers = [
            Claim(each["entity"], each["source"], each["key"], each["valid_from"], each["valid_to"])
            for each in codes_in_force(snapshot, scheme, [code])
        ]
        named = json.loads(row["content"])["entity"]
        known = {claim.entity for claim in bearers}
        extra = () if named in known else (Claim(named, "", "", None, None),)
        told.append(Case(row["kind"], scheme, code, None, (*bearers, *extra)))
    return told
