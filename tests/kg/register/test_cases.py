"""A code of two things at one time is a case to decide, not a crash."""

import polars as pl
import pytest

from coding import mint_entity_ids
from kg.ledger import Ledger
from kg.ledger import tables as t
from kg.register import Delegation, RegisterError, UnknownEntry, Wish, apply, approve, cases, decide, delegate, unite
from kg.register.rows import added, found
from kg.resolve import Resolver
from ontology import Schema

from .conftest import DATE, PARCELS, Act

FIRST = PARCELS + "00001"


def second_bearer(ledger: Ledger, code: str = FIRST, scheme: str = "cn.bdcdyh", **more: object) -> str:
    """Another thing of which a delivery says the same code."""
    (other,) = mint_entity_ids(1)
    row = {"scheme": scheme, "value": code, "entity": other, "property": "parcelCode", "source": "survey",
           "key": "7", "issuer": "office", "state": "current", **more}  # fmt: skip
    with ledger.writing("survey", "delivery") as changes:
        added(changes, t.entity, [{"id": other, "class": "Parcel", "state": "active"}])
        added(changes, t.code, [row])
    return str(other)


def test_a_code_of_two_things_is_a_case_until_it_is_decided(ledger: Ledger, act: Act, resolver: Resolver) -> None:
    act("issue", prefix=PARCELS)
    first = resolver.resolve(FIRST).candidates[0].entity
    other = second_bearer(ledger)
    with ledger.reading() as snapshot:
        (case,) = cases(snapshot)
    assert (case.kind, case.code, case.issuer) == ("conflict", FIRST, "office")
    assert {claim.entity for claim in case.claims} == {other, first and first.id}
    assert {claim.source for claim in case.claims} == {"register.office", "survey"}
    assert len(resolver.resolve(FIRST).candidates) == 2
    with ledger.writing("head", "decide") as changes:
        assert [claim.entity for claim in decide(changes, "cn.bdcdyh", FIRST, str(first and first.id), DATE)] == [other]
    with ledger.reading() as snapshot:
        assert cases(snapshot) == []
    assert [each.state for each in resolver.resolve(FIRST).candidates] == ["current", "retired"]


def test_two_things_that_are_one_become_one(ledger: Ledger, act: Act, resolver: Resolver) -> None:
    act("issue", prefix=PARCELS)
    first = resolver.resolve(FIRST).candidates[0].entity
    assert first
    other = second_bearer(ledger)
    with ledger.writing("survey", "more of the other") as changes:
        added(
            changes,
            t.record,
            [
                {
                    "source": "survey",
                    "key": "7",
                    "class": "Parcel",
                    "dimension": 0,
                    "attributes": "{}",
                    "unmapped": "{}",
                    "scope": "",
                    "content_hash": "x",
                }
            ],
        )
        added(
            changes,
            t.membership,
            [
                {
                    "source": "survey",
                    "key": "7",
                    "entity": other,
                    "evidence": "{}",
                    "confidence": 1.0,
                    "verdict": "machine",
                }
            ],
        )
        added(
            changes,
            t.relation,
            [
                {
                    "subject": other,
                    "predicate": "adjacentTo",
                    "object": first.id,
                    "reference": f"entity/{first.id}",
                    "origin": "rule",
                    "evidence": "{}",
                }
            ],
        )
    with pytest.raises(UnknownEntry, match="does not bear"), ledger.writing("head", "x") as changes:
        unite(changes, "cn.bdcdyh", FIRST, "R3DIRUTX2M4UUIP", "x")
    with ledger.writing("head", "unite") as changes:
        assert unite(changes, "cn.bdcdyh", FIRST, first.id, "one parcel") == [other]
        with pytest.raises(RegisterError, match="nothing to unite"):
            unite(changes, "cn.bdcdyh", FIRST, first.id, "again")
    with ledger.reading() as snapshot:
        assert cases(snapshot) == []
        assert found(snapshot, t.relation) == []  # nothing is beside itself
    best = resolver.resolve(other).candidates[0]
    assert (best.corrected_from, best.entity and best.entity.id) == (other, first.id)
    (candidate,) = resolver.resolve(FIRST).candidates
    assert (candidate.state, {record.source for record in candidate.records}) == (
        "current", {"register.office", "survey"}
    )  # fmt: skip


def test_what_ends_before_the_other_begins_is_no_case(ledger: Ledger, act: Act) -> None:
    act("issue", prefix=PARCELS, date="2024-05-01")
    second_bearer(ledger, valid_from="2000-01-01", valid_to="2024-05-01")
    second_bearer(ledger, issuer="another")
    with ledger.reading() as snapshot:
        assert cases(snapshot) == []


def test_a_code_of_a_place_may_be_shared(ledger: Ledger) -> None:
    for _ in range(2):
        second_bearer(ledger, "N50J47539B8255346152", "cn.beidou")
    with ledger.reading() as snapshot:
        assert cases(snapshot) == []


def test_a_code_that_two_things_bear_can_not_be_changed_before_it_is_decided(ledger: Ledger, act: Act) -> None:
    act("issue", prefix=PARCELS)
    second_bearer(ledger)
    with pytest.raises(RegisterError, match="is borne by 2 things: decide first"):
        act("split", FIRST, count=2)


def test_a_question_of_a_delivery_is_a_case(ledger: Ledger, act: Act, resolver: Resolver) -> None:
    act("issue", prefix=PARCELS)
    known = resolver.resolve(FIRST).candidates[0].entity
    row = {"id": f"d/code/cn.bdcdyh/{FIRST}", "kind": "same thing?", "subject": f"code/cn.bdcdyh/{FIRST}",
           "content": '{"entity":"R3DOTHER"}', "state": "open"}  # fmt: skip
    with ledger.writing("survey", "delivery") as changes:
        changes.add(t.proposal, pl.DataFrame([row]))
    with ledger.reading() as snapshot:
        (case,) = cases(snapshot)
    assert (case.kind, case.claims[1].entity) == ("same thing?", "R3DOTHER")
    with ledger.writing("head", "decide") as changes:
        decide(changes, "cn.bdcdyh", FIRST, str(known and known.id), DATE)
    with ledger.reading() as snapshot:
        assert cases(snapshot) == []


def test_what_can_not_be_decided_is_said(ledger: Ledger, act: Act, resolver: Resolver) -> None:
    act("issue", prefix=PARCELS)
    known = resolver.resolve(FIRST).candidates[0].entity
    with ledger.writing("head", "decide") as changes:
        with pytest.raises(UnknownEntry, match="R3DX does not bear"):
            decide(changes, "cn.bdcdyh", FIRST, "R3DX", DATE)
        with pytest.raises(RegisterError, match="nothing to decide"):
            decide(changes, "cn.bdcdyh", FIRST, str(known and known.id), DATE)


def test_numbers_skip_what_a_delivery_brought(ledger: Ledger, schema: Schema) -> None:
    second_bearer(ledger, PARCELS + "00041")
    with ledger.writing("clerk", "apply") as changes:
        delegate(changes, Delegation("office", "cn.djzq", "340123002"))
        filed = apply(changes, schema, "office", Wish("issue", "cn.bdcdyh", PARCELS, 2), DATE)
        assert approve(changes, schema, filed.id, "head").codes == (PARCELS + "00042", PARCELS + "00043")
