"""What must not depend on how much comes at once: batches and chunks of a few rows find what whole ones find."""

from collections.abc import Iterable
from itertools import pairwise, product

import polars as pl
import pytest
from shapely import box
from shapely.geometry import mapping
from sqlalchemy import select

from ingest import prepare, snapshot
from ingest.context import Context
from ingest.link import after, spatial
from ingest.pipeline import Options, ingest_files
from ingest.readers import Batch
from kg.ledger import Ledger, in_force
from kg.ledger import tables as t
from tests.ingest.deliveries import MAPPING, Desk, Square, square, write_squares

TREE = MAPPING.replace("status, $(status)]", "status, $(status)]\n      - [res:partOf, record/SOURCE/$(whole)~iri]")
COUNT = 24
SIDE = 6

Stated = set[tuple[str, str, str | None]]


def relations(ledger: Ledger) -> Stated:
    """Subject, predicate and object of every relation in force, the things by a key of theirs."""
    members = ledger.read(select(t.membership.c.entity, t.membership.c.key).where(in_force(t.membership)))
    key = dict(members.sort("key", descending=True).rows())
    r = t.relation
    rows = ledger.read(select(r.c.subject, r.c.predicate, r.c.object).where(in_force(r))).rows()
    return {(key[subject], predicate, key[object_] if object_ else None) for subject, predicate, object_ in rows}


def chain(numbers: Iterable[int] = range(COUNT)) -> list[Square]:
    """Squares each of which is part of the one before it, far enough apart to touch no other."""
    return [square(f"s{number}", 20.0 * number, whole=f"s{number - 1}" if number else None) for number in numbers]


def hand_in(desk: Desk, squares: list[Square], delivery: str | None = None, at: str | None = None) -> None:
    path = write_squares(desk.workspace.directory / "squares.geojson", squares)
    options = Options(mapping=desk.mapping("town", text=TREE), batch_rows=5, delivery=delivery, at=at)
    (summary,) = ingest_files(desk.workspace, desk.ledger, desk.schema, [path], options)
    assert (summary.rows, summary.error) == (len(squares), None)


@pytest.mark.parametrize("step", [1, -1, 7], ids=["wholes first", "parts first", "mixed"])
def test_relations_are_found_whatever_the_order_of_rows(desk: Desk, step: int) -> None:
    hand_in(desk, chain(number * step % COUNT for number in range(COUNT)))
    wanted = {(f"s{later}", "partOf", f"s{former}") for former, later in pairwise(range(COUNT))}
    assert relations(desk.ledger) == wanted


def test_a_changed_row_no_longer_states_what_it_did(desk: Desk) -> None:
    hand_in(desk, chain())
    moved = [{**one, "whole": "s0"} if one["name"] in {"s3", "s9", "s23"} else one for one in chain()]
    moved = [{**one, "whole": None} if one["name"] == "s12" else one for one in moved]
    moved = [{**one, "whole": "new"} if one["name"] == "s5" else one for one in moved]
    hand_in(desk, [*moved, square("new", -40.0, whole=None)])
    stated = relations(desk.ledger)
    assert {("s3", "partOf", "s0"), ("s9", "partOf", "s0"), ("s23", "partOf", "s0")} <= stated
    assert ("s5", "partOf", "new") in stated
    assert (
        not {("s5", "partOf", "s4"), ("s3", "partOf", "s2"), ("s9", "partOf", "s8"), ("s12", "partOf", "s11")} & stated
    )
    assert len(stated) == COUNT - 2


def test_all_that_a_snapshot_lacks_ends_a_few_at_a_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "_CHUNK", 4)
    hand_in(desk, chain())
    hand_in(desk, chain([0, 1]), delivery="snapshot", at="2026-01-31")
    ended = desk.ledger.read(select(t.record.c.key, t.record.c.valid_to).where(in_force(t.record)))
    assert ended.filter(pl.col("valid_to") == "2026-01-31").height == COUNT - 2
    states = desk.ledger.read(select(t.entity.c.state).where(in_force(t.entity)))["state"].value_counts()
    assert dict(states.rows()) == {"active": 2, "retired": COUNT - 2}


def test_rules_over_chunks_of_neighbours_find_what_they_find_over_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parcels side by side in rows and columns, named by both."""
    parcels = [
        {"name": f"{column}-{row}", "geometry": mapping(box(x, y, x + 10, y + 10))}
        for column, row in product(range(SIDE), repeat=2)
        for x, y in [(500_000.0 + 10 * column, 3_500_000.0 + 10 * row)]
    ]
    path = write_squares(desk.workspace.directory / "parcels.geojson", parcels)
    text = "\n".join(line for line in MAPPING.replace("Building", "Parcel").splitlines() if "- [res:" not in line)
    monkeypatch.setattr(spatial, "_CHUNK", 5)
    monkeypatch.setattr(after, "_CHUNK", 4)
    options = Options(mapping=desk.mapping("town", text=text), batch_rows=5)
    (summary,) = ingest_files(desk.workspace, desk.ledger, desk.schema, [path], options)
    assert summary.taken == SIDE**2
    places = {f"{column}-{row}": (column, row) for column, row in product(range(SIDE), repeat=2)}
    beside = {
        (one, "adjacentTo", other)
        for (one, (x, y)), (other, (u, v)) in product(places.items(), repeat=2)
        if abs(x - u) + abs(y - v) == 1
    }
    assert relations(desk.ledger) == beside


def test_a_fault_while_a_batch_is_prepared_ends_the_delivery(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One batch is written while the next is prepared: what fails there must not be lost, nor leave half of it."""
    done: list[int] = []

    def fails(context: Context, batch: Batch) -> prepare.Prepared:
        if len(done) == 2:
            raise MemoryError("no room for the third batch")
        done.append(batch.features.height)
        return prepare_batch(context, batch)

    prepare_batch = prepare.prepare
    with monkeypatch.context() as patched:
        patched.setattr(prepare, "prepare", fails)
        with pytest.raises(MemoryError, match="third batch"):
            hand_in(desk, chain())
    assert desk.ledger.read(select(t.record.c.key)).is_empty()
    hand_in(desk, chain())
    assert desk.ledger.read(select(t.record.c.key)).height == COUNT
