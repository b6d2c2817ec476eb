"""Applications from the first step to the last, and the change rules of GB/T 37346."""

from dataclasses import replace

import pytest

from coding import CodeError
from coding.numbering import NoSuchSeries
from kg.ledger import Ledger
from kg.ledger import tables as t
from kg.ledger.verify import broken_rows
from kg.register import (
    Delegation,
    Issuer,
    NotAllowed,
    RegisterError,
    UnknownEntry,
    Wish,
    WrongState,
    applications,
    apply,
    approve,
    delegate,
    issue,
    read_application,
    refuse,
    write_issuer,
)
from kg.register.rows import found
from kg.resolve import Resolver
from ontology import Schema

from .conftest import DATE, PARCELS, SUB_DISTRICT, Act

FIRST, SECOND, THIRD, FOURTH = (f"{PARCELS}{number:05d}" for number in (1, 2, 3, 4))


def issued(act: Act, count: int = 1, **more: object) -> tuple[str, ...]:
    return act("issue", prefix=PARCELS, count=count, **more).codes


def state(resolver: Resolver, code: str) -> str:
    return resolver.resolve(code, scheme="cn.zrzh" if len(code) == 24 else "cn.bdcdyh").candidates[0].state


def test_an_application_becomes_a_code_step_by_step(ledger: Ledger, schema: Schema, resolver: Resolver) -> None:
    with ledger.writing("clerk", "apply") as changes:
        filed = apply(changes, schema, "office", Wish("issue", "cn.bdcdyh", PARCELS), DATE)
    assert (filed.state, filed.codes) == ("applied", ())
    with ledger.writing("head", "approve") as changes:
        approved = approve(changes, schema, filed.id, "head")
    assert (approved.state, approved.codes, approved.applicant) == ("approved", (FIRST,), "clerk")
    assert state(resolver, FIRST) == "proposed"
    with ledger.writing("clerk", "issue") as changes:
        assert issue(changes, schema, filed.id).state == "issued"
    best = resolver.resolve(FIRST).candidates[0]
    assert (best.state, best.entity and best.entity.class_) == ("current", "Parcel")
    assert [(code.code, code.issuer, code.valid_from) for code in best.codes] == [(FIRST, "office", DATE)]
    actors = ledger.read(t.changeset.select())["actor"].to_list()
    assert actors == ["head", "clerk", "head", "clerk"]
    assert list(broken_rows(ledger)) == []


def test_a_refused_code_is_never_handed_out_again(ledger: Ledger, schema: Schema, act: Act, resolver: Resolver) -> None:
    with ledger.writing("clerk", "apply") as changes:
        filed = apply(changes, schema, "office", Wish("issue", "cn.bdcdyh", PARCELS), DATE)
        approve(changes, schema, filed.id, "head")
        refused = refuse(changes, filed.id, "no deed")
    assert (refused.state, refused.note) == ("refused", "no deed")
    assert issued(act) == (SECOND,)
    assert state(resolver, FIRST) == "retired"


def test_numbers_go_on_after_the_highest_that_was_ever_used(ledger: Ledger, act: Act) -> None:
    assert issued(act, 3) == (FIRST, SECOND, THIRD)
    act("retire", THIRD)
    assert issued(act) == (FOURTH,)
    assert act("issue", prefix=SUB_DISTRICT + "JC").codes == (SUB_DISTRICT + "JC00001",)


def test_an_office_may_count_over_all_feature_codes(ledger: Ledger, act: Act) -> None:
    issued(act, 2)
    with ledger.writing("head", "other numbering") as changes:
        write_issuer(changes, Issuer("office", "登记中心", "office", across_features=True))
    assert act("issue", prefix=SUB_DISTRICT + "JC").codes == (SUB_DISTRICT + "JC00003",)
    assert issued(act) == (FOURTH,)


def test_a_split_retires_the_code_and_names_what_came_of_it(act: Act, resolver: Resolver) -> None:
    issued(act)
    act("split", FIRST, count=2, date="2025-03-01", legal_reference="2025-17")
    best = resolver.resolve(FIRST).candidates[0]
    assert best.state == "retired"
    steps = [(step.successor.code, step.kind, step.legal_reference, step.date) for step in best.successions]
    assert steps == [(SECOND, "split", "2025-17", "2025-03-01"), (THIRD, "split", "2025-17", "2025-03-01")]
    assert [state(resolver, code) for code in (SECOND, THIRD)] == ["current", "current"]


def test_a_merge_leads_from_each_of_the_old_to_the_new(act: Act, resolver: Resolver) -> None:
    issued(act, 2)
    act("merge", FIRST, SECOND)
    for old in (FIRST, SECOND):
        assert [step.successor.code for step in resolver.resolve(old).candidates[0].successions] == [THIRD]
    assert {step.predecessor.id for step in resolver.resolve(THIRD).candidates[0].origins} == {
        resolver.resolve(old).candidates[0].entity.id  # type: ignore[union-attr]
        for old in (FIRST, SECOND)
    }


def test_succession_is_followed_through_any_number_of_events(act: Act, resolver: Resolver) -> None:
    issued(act)
    act("split", FIRST, count=2, date="2024-06-01")
    act("merge", SECOND, THIRD, date="2024-07-01")
    ends = [step.successor.code for step in resolver.resolve(FIRST).candidates[0].successions]
    assert ends == [SECOND, THIRD, FOURTH, FOURTH]


def test_a_changed_feature_code_leaves_the_thing_as_it_is(act: Act, resolver: Resolver) -> None:
    issued(act)
    thing = resolver.resolve(FIRST).candidates[0].entity
    act("recode", FIRST, prefix=SUB_DISTRICT + "GN")
    new = resolver.resolve(SUB_DISTRICT + "GN00001").candidates[0]
    assert (new.state, new.entity) == ("current", replace(thing, code=SUB_DISTRICT + "GN00001") if thing else None)
    old = resolver.resolve(FIRST).candidates[0]
    assert old.state == "retired"
    assert [(step.kind, step.successor.code) for step in old.successions] == [("recode", SUB_DISTRICT + "GN00001")]


def with_buildings(act: Act) -> None:
    """Parcel 1 with two buildings of two units each, and parcel 2 with one building."""
    issued(act, 2)
    act("issue", scheme="cn.zrzh", prefix=FIRST + "F", count=2)
    act("issue", scheme="cn.zrzh", prefix=SECOND + "F")
    for building in (FIRST + "F0001", FIRST + "F0002", SECOND + "F0001"):
        act("issue", prefix=building, count=2)


def test_what_stands_on_a_split_parcel_must_be_told_where_it_goes(act: Act) -> None:
    with_buildings(act)
    with pytest.raises(RegisterError, match=rf"6 current codes are below {FIRST}.*--move CODE=1 to 2"):
        act("split", FIRST, count=2)
    with pytest.raises(RegisterError, match=r"goes to successor 3: expected 1 to 2, or 0 to retire it"):
        act("split", FIRST, count=2, moves={FIRST + "F0001": 3})
    with pytest.raises(RegisterError, match=r"no current code below"):
        act("split", FIRST, count=2, moves={SECOND + "F0001": 1})


def test_buildings_and_their_units_move_with_their_fixture_numbers(act: Act, resolver: Resolver) -> None:
    with_buildings(act)
    house = resolver.resolve(FIRST + "F0001", scheme="cn.zrzh").candidates[0].entity
    act("split", FIRST, count=2, moves={FIRST + "F0001": 2, FIRST + "F0002": 0})
    moved = resolver.resolve(FOURTH + "F0001", scheme="cn.zrzh").candidates[0]
    assert (moved.state, moved.entity and moved.entity.id) == ("current", house and house.id)
    assert [state(resolver, FOURTH + "F0001" + unit) for unit in ("0001", "0002")] == ["current", "current"]
    assert [state(resolver, FIRST + end) for end in ("F0001", "F00010001", "F0002", "F00020002")] == ["retired"] * 4


def test_in_a_merge_a_taken_fixture_number_becomes_the_next_free_one(act: Act, resolver: Resolver) -> None:
    with_buildings(act)
    act("merge", FIRST, SECOND)
    buildings = [THIRD + f"F{number:04d}" for number in (1, 2, 3)]
    assert [state(resolver, building) for building in buildings] == ["current"] * 3
    assert [state(resolver, building + "0002") for building in buildings] == ["current"] * 3
    third = resolver.resolve(buildings[2], scheme="cn.zrzh").candidates[0]
    assert SECOND + "F0001" in {code.code for code in third.codes}


def test_two_bare_units_become_one_when_their_parcels_do(act: Act, resolver: Resolver) -> None:
    issued(act, 2)
    for parcel in (FIRST, SECOND):
        act("issue", prefix=parcel + "W")
    act("merge", FIRST, SECOND)
    assert state(resolver, THIRD + "W00000000") == "current"
    after = resolver.resolve(SECOND + "W00000000").candidates[0]
    assert (after.state, [step.successor.code for step in after.successions]) == ("retired", [THIRD + "W00000000"])


def test_there_is_one_bare_unit_of_a_parcel(act: Act) -> None:
    issued(act)
    act("issue", prefix=FIRST + "W")
    with pytest.raises(RegisterError, match="office may go up to 0"):
        act("issue", prefix=FIRST + "W")


def test_only_the_holder_of_a_prefix_hands_out_its_codes(ledger: Ledger, act: Act) -> None:
    with pytest.raises(NotAllowed, match=r"office does not hold cn.bdcdyh 110101001001GB on 2024-05-01; nobody does"):
        act("issue", prefix="110101001001GB")
    with ledger.writing("head", "another office") as changes:
        write_issuer(changes, Issuer("branch", "分中心", "branch"))
        with pytest.raises(NotAllowed, match=f"office holds cn.bdcdyh {SUB_DISTRICT}: only it can give away"):
            delegate(changes, Delegation("branch", "cn.bdcdyh", PARCELS))
        delegate(changes, Delegation("branch", "cn.bdcdyh", PARCELS, giver="office"))
    with pytest.raises(NotAllowed, match=rf"branch does \(prefix {PARCELS}\)"):
        issued(act)


def test_a_range_of_numbers_is_kept_to(ledger: Ledger, schema: Schema, act: Act) -> None:
    with ledger.writing("head", "ranges") as changes:
        write_issuer(changes, Issuer("branch", "分中心", "branch"))
        delegate(changes, Delegation("office", "cn.bdcdyh", PARCELS, first=1, last=2))
        with pytest.raises(NotAllowed, match="holds numbers 1 to 2"):
            delegate(changes, Delegation("branch", "cn.bdcdyh", PARCELS, first=2, last=9, giver="office"))
        delegate(changes, Delegation("branch", "cn.bdcdyh", PARCELS, first=3, last=9, giver="office"))
        filed = apply(changes, schema, "branch", Wish("issue", "cn.bdcdyh", PARCELS), DATE)
        assert approve(changes, schema, filed.id, "head").codes == (THIRD,)
    assert issued(act, 2) == (FIRST, SECOND)
    with pytest.raises(RegisterError, match="Have more numbers delegated"):
        issued(act)


def test_a_delegation_holds_in_its_time_only(ledger: Ledger, act: Act) -> None:
    with ledger.writing("head", "a year") as changes:
        delegate(
            changes, Delegation("office", "cn.bdcdyh", "110101001001", valid_from="2024-01-01", valid_to="2025-01-01")
        )
    assert act("issue", prefix="110101001001GB", date="2024-12-31").codes == ("110101001001GB00001",)
    with pytest.raises(NotAllowed, match="on 2025-01-01; nobody does"):
        act("issue", prefix="110101001001GB", date="2025-01-01")


def test_four_eyes_see_what_one_person_may_not_decide(ledger: Ledger, schema: Schema) -> None:
    with ledger.writing("head", "four eyes") as changes:
        write_issuer(changes, Issuer("office", "登记中心", "office", four_eyes=True))
    with ledger.writing("clerk", "apply") as changes:
        filed = apply(changes, schema, "office", Wish("issue", "cn.bdcdyh", PARCELS), DATE)
    with pytest.raises(NotAllowed, match="another one has to approve"), ledger.writing("clerk", "approve") as changes:
        approve(changes, schema, filed.id, "clerk")
    with ledger.writing("head", "approve") as changes:
        assert approve(changes, schema, filed.id, "head").state == "approved"


def test_four_eyes_are_not_passed_by_doing_all_at_once(ledger: Ledger, schema: Schema) -> None:
    with ledger.writing("head", "four eyes") as changes:
        write_issuer(changes, Issuer("office", "登记中心", "office", four_eyes=True))
    with pytest.raises(NotAllowed, match="another one has to approve"), ledger.writing("clerk", "all") as changes:
        filed = apply(changes, schema, "office", Wish("issue", "cn.bdcdyh", PARCELS), DATE)
        approve(changes, schema, filed.id, "clerk")


@pytest.mark.parametrize(
    ("wish", "error", "message"),
    [
        (Wish("issue", "h3", "8928"), NoSuchSeries, "not numbered one after another"),
        (Wish("issue", "cn.bdcdyh", "340123"), NoSuchSeries, "begins no series"),
        (Wish("issue", "cn.bdcdyh", None), RegisterError, "Say where the new codes are numbered"),
        (Wish("issue", "cn.bdcdyh", PARCELS, count=0), RegisterError, "at least one new code"),
        (Wish("split", "cn.bdcdyh", count=1, predecessors=(FIRST,)), RegisterError, "two new ones or more"),
        (Wish("merge", "cn.bdcdyh", predecessors=(FIRST, FIRST)), RegisterError, "named twice"),
        (Wish("split", "cn.bdcdyh", count=2, predecessors=("nonsense",)), CodeError, r"28 \(unit\) or 19 \(parcel\)"),
        (Wish("split", "cn.bdcdyh", count=2, predecessors=(FOURTH,)), UnknownEntry, "is not registered"),
        (Wish("issue", "cn.bdcdyh", PARCELS, class_="Prcel"), RegisterError, "no class 'Prcel'"),
    ],
)
def test_what_can_never_be_approved_is_not_even_filed(
    ledger: Ledger, schema: Schema, act: Act, wish: Wish, error: type[Exception], message: str
) -> None:
    issued(act)
    before = ledger.position()
    with pytest.raises(error, match=message), ledger.writing("clerk", "apply") as changes:
        apply(changes, schema, "office", wish, DATE)
    assert ledger.position() == before


def test_steps_out_of_turn_are_refused(ledger: Ledger, schema: Schema, act: Act) -> None:
    done = act("issue", prefix=PARCELS)
    with ledger.writing("clerk", "again") as changes:
        with pytest.raises(WrongState, match="is issued: this step begins from applied"):
            approve(changes, schema, done.id, "head")
        with pytest.raises(WrongState, match="is issued: this step begins from approved"):
            issue(changes, schema, done.id)
        with pytest.raises(WrongState, match="is issued: this step begins from applied or approved"):
            refuse(changes, done.id, "too late")
        with pytest.raises(UnknownEntry, match="no application 'office-9'"):
            read_application(changes, "office-9")
        assert [each.id for each in applications(changes, "issued")] == [done.id]


def test_a_retired_thing_has_no_successor(ledger: Ledger, act: Act, resolver: Resolver) -> None:
    issued(act)
    act("retire", FIRST, date="2025-01-01")
    best = resolver.resolve(FIRST).candidates[0]
    assert (best.state, best.entity and best.entity.ended, best.successions) == ("retired", "2025-01-01", ())
    with ledger.reading() as snapshot:
        (row,) = found(snapshot, t.lineage)
    assert (row["kind"], row["successor"], row["date"]) == ("retire", None, "2025-01-01")


def test_a_code_is_answered_as_it_was_on_a_date(act: Act, resolver: Resolver) -> None:
    issued(act)
    act("split", FIRST, count=2, date="2025-03-01")
    on = {date: replace(resolver, at=date) for date in ("2024-04-30", "2024-05-01", "2025-02-28", "2025-03-01")}
    assert [state(each, FIRST) for each in on.values()] == ["proposed", "current", "current", "retired"]
    before, after = on["2025-02-28"].resolve(FIRST).candidates[0], on["2025-03-01"].resolve(FIRST).candidates[0]
    assert (before.entity and before.entity.is_retired, len(before.successions)) == (False, 0)
    assert (after.entity and after.entity.is_retired, len(after.successions)) == (True, 2)


def test_a_code_is_answered_as_it_was_known_then(ledger: Ledger, act: Act, resolver: Resolver) -> None:
    start = ledger.position().number
    issued(act)
    known = ledger.position().number
    act("split", FIRST, count=2, date="2025-03-01")
    assert state(replace(resolver, as_of=start), FIRST) == "unregistered"
    assert state(replace(resolver, as_of=start + 2), FIRST) == "proposed"
    assert state(replace(resolver, as_of=known), FIRST) == "current"
    assert state(resolver, FIRST) == "retired"
    assert state(replace(resolver, as_of=known), SECOND) == "unregistered"


def test_what_ended_since_it_was_filed_is_not_ended_again(ledger: Ledger, schema: Schema, act: Act) -> None:
    issued(act)
    with ledger.writing("clerk", "apply") as changes:
        filed = apply(changes, schema, "office", Wish("split", "cn.bdcdyh", count=2, predecessors=(FIRST,)), DATE)
        approve(changes, schema, filed.id, "head")
    act("retire", FIRST)
    with pytest.raises(UnknownEntry, match="is retired: only a current code"), ledger.writing("clerk", "i") as changes:
        issue(changes, schema, filed.id)
    with ledger.writing("head", "refuse") as changes:
        assert refuse(changes, filed.id, "it is gone").state == "refused"


def test_a_code_does_not_end_before_it_began(act: Act) -> None:
    issued(act, date="2024-05-01")
    with pytest.raises(RegisterError, match="is current from 2024-05-01 on: it can't end on 2024-04-30"):
        act("retire", FIRST, date="2024-04-30")


def test_nobody_ends_codes_of_another_office(ledger: Ledger, schema: Schema, act: Act) -> None:
    issued(act)
    with ledger.writing("head", "another office") as changes:
        write_issuer(changes, Issuer("branch", "分中心", "branch"))
        with pytest.raises(NotAllowed, match=f"branch does not hold cn.bdcdyh {FIRST}.*office does"):
            apply(changes, schema, "branch", Wish("retire", "cn.bdcdyh", predecessors=(FIRST,)), DATE)


def test_one_thing_gets_one_code_at_a_time(ledger: Ledger, schema: Schema, act: Act, resolver: Resolver) -> None:
    issued(act)
    thing = resolver.resolve(FIRST).candidates[0].entity
    entity = thing.id if thing else ""
    with pytest.raises(RegisterError, match="2 codes for one thing"):
        issued(act, 2, entity=entity)
    assert act("issue", prefix=SUB_DISTRICT + "GN", entity=entity).codes == (SUB_DISTRICT + "GN00001",)
    codes = {code.code for code in resolver.resolve(FIRST).candidates[0].codes}
    assert codes == {FIRST, SUB_DISTRICT + "GN00001"}
