"""Offices that do whatever they like for years: a plain book kept beside must always say the same as the register."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from kg.ledger import Ledger
from kg.ledger.verify import broken_rows
from kg.register import Delegation, Issuer, Wish, apply, approve, delegate, issue, write_issuer
from kg.register.applications import Kind
from kg.resolve import Resolver
from ontology import Schema

from .conftest import PARCELS, SUB_DISTRICT

START = date(2024, 1, 1)


@dataclass
class Line:
    """One code in the book: what it names, since when, until when; `thing` ends with what came of it."""

    code: str
    thing: int
    begun: str
    ended: str | None = None


@dataclass
class Book:
    """What an honest clerk would keep by hand."""

    lines: list[Line] = field(default_factory=list)
    came_of: dict[int, list[int]] = field(default_factory=dict)
    """Successors of each thing that is no more."""

    def current(self) -> list[Line]:
        return [line for line in self.lines if line.ended is None]

    def parcels(self) -> list[str]:
        return [line.code for line in self.current() if len(line.code) == len(PARCELS) + 5]

    def below(self, *codes: str) -> list[Line]:
        return [line for line in self.current() if line.code not in codes and line.code.startswith(codes)]

    def begin(self, code: str, thing: int, day: str) -> None:
        assert code not in {line.code for line in self.lines}, f"{code} was handed out twice"
        self.lines.append(Line(code, thing, day))

    def new(self, code: str, day: str) -> int:
        thing = len(self.came_of) + 1
        self.came_of[thing] = []
        self.begin(code, thing, day)
        return thing

    def end(self, code: str, day: str, *successors: int) -> None:
        line = next(line for line in self.current() if line.code == code)
        line.ended = day
        self.came_of[line.thing] = list(successors)

    def living(self, thing: int) -> Iterator[int]:
        """What is there today of a thing: itself, or what came of it in the end."""
        if any(line.thing == thing for line in self.current()):
            yield thing
        for successor in self.came_of[thing]:
            yield from self.living(successor)


def scheme_of(code: str) -> str:
    return "cn.zrzh" if len(code) == 24 else "cn.bdcdyh"


@dataclass
class Office:
    """The register and the book, written side by side."""

    ledger: Ledger
    schema: Schema
    book: Book

    def act(self, kind: Kind, day: str, *predecessors: str, scheme: str = "cn.bdcdyh", **more: Any) -> list[str]:
        wish = Wish(kind, scheme, predecessors=predecessors, **more)
        with self.ledger.writing("clerk", kind) as changes:
            filed = apply(changes, self.schema, "office", wish, day)
            approve(changes, self.schema, filed.id, "head")
            return list(issue(changes, self.schema, filed.id).codes)

    def issue(self, prefix: str, day: str, scheme: str = "cn.bdcdyh") -> None:
        (code,) = self.act("issue", day, scheme=scheme, prefix=prefix)
        self.book.new(code, day)

    def change(self, kind: Kind, day: str, parcels: list[str], count: int, places: list[int]) -> None:
        """A split, merge, replacement or the end of parcels; buildings go where `places` says, units with them."""
        below = sorted(self.book.below(*parcels), key=lambda line: (len(line.code), line.code))
        buildings = [line.code for line in below if len(line.code) == 24]
        moves = {code: places[i % len(places)] for i, code in enumerate(buildings)}
        asked: dict[str, Any] = {} if kind == "retire" else {"count": count, "moves": moves}
        new = self.act(kind, day, *parcels, **asked)
        came = [self.book.new(code, day) for code in new]
        for parcel in parcels:
            self.book.end(parcel, day, *came)
        renamed: dict[str, str] = {}
        for line in below:
            holder = line.code if len(line.code) == 24 else line.code[:24]
            place = 0 if kind == "retire" else moves[holder]
            if place == 0:
                self.book.end(line.code, day)
                continue
            taken = {each.code for each in self.book.lines}
            if holder == line.code:
                number = int(line.code[-4:])
                wanted = f"{new[place - 1]}F{number:04d}"
                if wanted in taken:
                    used = [int(each[-4:]) for each in taken if len(each) == 24 and each.startswith(new[place - 1])]
                    wanted = f"{new[place - 1]}F{max(used) + 1:04d}"
                renamed[line.code] = wanted
            else:
                wanted = renamed[holder] + line.code[24:]
            line.ended = day
            self.book.begin(wanted, line.thing, day)


event = st.tuples(
    st.sampled_from(["parcel", "parcel", "building", "unit", "split", "merge", "replace", "recode", "retire"]),
    st.integers(0, 9),
    st.integers(0, 9),
    st.integers(0, 40),
)


def play(office: Office, events: list[tuple[str, int, int, int]]) -> str:
    day = START
    for kind, first, second, days in events:
        day += timedelta(days=days)
        on, book = day.isoformat(), office.book
        parcels = book.parcels()
        buildings = [line.code for line in book.current() if len(line.code) == 24]
        one = parcels[first % len(parcels)] if parcels else ""
        match kind:
            case "parcel":
                office.issue(PARCELS, on)
            case "building" if one:
                office.issue(one + "F", on, "cn.zrzh")
            case "unit" if buildings:
                office.issue(buildings[first % len(buildings)], on)
            case "split" if one:
                office.change("split", on, [one], 2 + second % 2, [second % 3, 1, 2])
            case "merge" if len(parcels) > 1:
                other = parcels[(first + 1 + second % (len(parcels) - 1)) % len(parcels)]
                office.change("merge", on, sorted({one, other}), 1, [1])
            case "replace" if one:
                office.change("replace", on, [one], 1, [1])
            case "recode" if one and not book.below(one):
                (new,) = office.act("recode", on, one, prefix=SUB_DISTRICT + "GN")
                line = next(line for line in book.current() if line.code == one)
                line.ended = on
                book.begin(new, line.thing, on)
            case "retire" if one and not book.below(one):
                office.change("retire", on, [one], 0, [0])
    return day.isoformat()


def compare(office: Office, resolver: Resolver) -> None:
    book = office.book
    days = sorted({line.begun for line in book.lines} | {line.ended for line in book.lines if line.ended})
    for day in days[:: max(1, len(days) // 4)]:
        then = replace(resolver, at=day)
        for line in book.lines:
            expected = "retired" if line.ended and line.ended <= day else "current" if line.begun <= day else "proposed"
            best = then.resolve(line.code, scheme=scheme_of(line.code)).candidates[0]
            assert best.state == expected, (day, line)
    entities = {
        line.code: resolver.resolve(line.code, scheme=scheme_of(line.code)).candidates[0] for line in book.lines
    }
    for line in book.lines:
        found = entities[line.code]
        assert found.entity
        same = {other.thing for other in book.lines if entities[other.code].entity == found.entity}
        assert same == {line.thing}, line
        ends = {step.successor.id for step in found.successions if not step.successor.is_retired}
        if not found.entity.is_retired:
            ends.add(found.entity.id)
        alive = set(book.living(line.thing))
        wanted = [entities[other.code].entity for other in book.lines if other.thing in alive]
        assert ends == {thing.id for thing in wanted if thing}, line


@given(events=st.lists(event, min_size=5, max_size=20))
@settings(
    max_examples=15, phases=[Phase.generate], deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_register_says_what_an_honest_book_says(
    request: pytest.FixtureRequest, events: list[tuple[str, int, int, int]]
) -> None:
    schema, folders = request.getfixturevalue("schema"), request.getfixturevalue("tmp_path_factory")
    ledger = Ledger.create(folders.mktemp("office") / "ledger.gpkg")
    try:
        with ledger.writing("head", "set up") as changes:
            write_issuer(changes, Issuer("office", "登记中心", "office"))
            delegate(changes, Delegation("office", "cn.bdcdyh", SUB_DISTRICT))
            delegate(changes, Delegation("office", "cn.zrzh", SUB_DISTRICT))
        office = Office(ledger, schema, Book())
        last = play(office, [("parcel", 0, 0, 0), ("parcel", 0, 0, 0), *events])
        compare(office, Resolver(ledger, schema, "https://res3d.example/", today=lambda: last))
        assert list(broken_rows(ledger)) == []
    finally:
        ledger.close()
