"""Identity put right, codes reused, and codes that will end: the ledger's rules as the resolver reads them."""

import polars as pl
import pytest

from kg.ledger import tables as t
from kg.resolve import Resolver

from .test_resolver import B1, P2, best


def correct(resolver: Resolver, id_: str, survivor: str) -> None:
    row = {"id": id_, "kind": "merge", "survivor": survivor, "reason": "the same building"}
    with resolver.ledger.writing("surveyor", "correction") as changes:
        changes.add(t.correction, pl.DataFrame([row]))


def give_code(resolver: Resolver, entity: str, state: str, valid_to: str | None = None, value: str = B1) -> None:
    row = {
        "scheme": "cn.zrzh", "value": value, "entity": entity, "property": "buildingKey", "source": "later",
        "key": f"{entity}{state}", "issuer": "office", "state": state, "valid_from": None, "valid_to": valid_to,
        "withdrawn": False,
    }  # fmt: skip
    with resolver.ledger.writing("clerk", "code") as changes:
        changes.add(t.code, pl.DataFrame([row], schema_overrides={"valid_from": pl.String, "valid_to": pl.String}))


def id_of(resolver: Resolver, text: str) -> str:
    thing = best(resolver, text).entity
    assert thing
    return thing.id


def test_an_id_that_was_corrected_leads_to_its_survivor(own_resolver: Resolver) -> None:
    building = id_of(own_resolver, B1)
    correct(own_resolver, "R3AAAAAAAAAAAAH", "R3BBBBBBBBBBBBT")
    correct(own_resolver, "R3BBBBBBBBBBBBT", building)
    assert own_resolver.survivor_of("R3AAAAAAAAAAAAH") == building
    assert own_resolver.survivor_of(building) is None
    found = best(own_resolver, f"{own_resolver.base}entity/R3AAAAAAAAAAAAH")
    assert found.corrected_from == "R3AAAAAAAAAAAAH"
    assert found.entity
    assert found.entity.id == building


def test_corrections_in_a_circle_come_to_an_end(own_resolver: Resolver) -> None:
    correct(own_resolver, "R3A", "R3B")
    correct(own_resolver, "R3B", "R3A")
    assert own_resolver.survivor_of("R3A") in {"R3A", "R3B"}


def test_a_code_that_was_given_again_leads_to_its_present_bearer_first(own_resolver: Resolver) -> None:
    parcel = id_of(own_resolver, P2)
    give_code(own_resolver, parcel, "retired")
    candidates = own_resolver.resolve(B1).candidates
    assert [candidate.state for candidate in candidates] == ["current", "retired"]
    assert candidates[1].entity
    assert candidates[1].entity.id == parcel


@pytest.mark.parametrize(("valid_to", "state"), [("2034-05-31", "current"), ("2025-12-31", "retired")])
def test_a_code_is_retired_when_its_time_is_over_and_not_before(
    own_resolver: Resolver, valid_to: str, state: str
) -> None:
    value = "340123002004GB00031F0002"
    give_code(own_resolver, id_of(own_resolver, P2), "current", valid_to, value)
    assert best(own_resolver, value).state == state


def test_a_proposed_code_is_said_to_be_proposed(own_resolver: Resolver) -> None:
    value = "340123002004GB00031F0003"
    give_code(own_resolver, id_of(own_resolver, P2), "proposed", None, value)
    assert best(own_resolver, value).state == "proposed"
