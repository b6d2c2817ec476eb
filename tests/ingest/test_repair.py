"""Repair of invalid outlines: offered, taken when asked for, marked in both views, and taken back again."""

import json

import numpy as np
import polars as pl
import pytest
import shapely
from sqlalchemy import Table, select

from ingest.quarantine import QuarantineFilter, counts, rows_in
from ingest.quarantine_retry import retry
from ingest.repair import MOST_CHANGE, offers
from kg.facts import all_facts
from kg.ledger import broken_rows, in_force
from kg.ledger import tables as t

from .deliveries import Desk, Square, square

WEST, SOUTH = 500_000, 3_500_000


def ring(*corners: tuple[float, float]) -> dict[str, object]:
    return {"type": "Polygon", "coordinates": [[[WEST + x, SOUTH + y] for x, y in (*corners, corners[0])]]}


# a spike without area at the upper edge: 100 m2 as given, 100 m2 repaired
SPIKE = ring((0, 0), (10, 0), (10, 10), (5, 10), (5, 12), (5, 10), (0, 10))
BOW = ring((0, 0), (10, 10), (10, 0), (0, 10))
TOWN: list[Square] = [square("a", 100), square("s", 0, geometry=SPIKE), square("b", 0, geometry=BOW)]


def rows(desk: Desk, table: Table) -> pl.DataFrame:
    return desk.ledger.read(select(table).where(in_force(table)))


def keys(desk: Desk) -> list[str]:
    return rows(desk, t.record)["key"].sort().to_list()


def marked(desk: Desk) -> list[str]:
    g = t.geometry
    query = select(g.c.key).where(in_force(g), g.c.operation.startswith("make_valid"), ~g.c.withdrawn)
    return desk.ledger.read(query)["key"].to_list()


def test_a_repair_is_offered_for_what_it_leaves_as_it_is(desk: Desk) -> None:
    summary = desk.hand_in(TOWN)
    assert (summary.rows, summary.taken, summary.quarantined) == (3, 1, 2)
    assert (summary.repaired, summary.repairable) == (0, 1)
    assert any("quarantine retry --source town --repair" in warning for warning in summary.warnings)
    with desk.ledger.reading() as snapshot:
        waiting = dict(rows_in(snapshot, QuarantineFilter()).select("key", "detail").rows())
        assert counts(snapshot, QuarantineFilter())["repairable"].to_list() == [1]
    assert "`--repair` would take it by make_valid structure, area +0.0000%" in waiting["s"]
    assert "--repair" not in waiting["b"]  # it has no area as given


def test_a_repaired_outline_is_marked_and_the_given_one_stays(desk: Desk) -> None:
    summary = desk.hand_in(TOWN, repair=True)
    assert (summary.rows, summary.taken, summary.quarantined, summary.repaired) == (3, 2, 1, 1)
    assert keys(desk) == ["a", "s"]
    stored = rows(desk, t.geometry).filter(pl.col("key") == "s").row(0, named=True)
    assert stored["operation"].startswith("make_valid structure; ")
    assert shapely.from_wkb(stored["original"]).equals_exact(shapely.from_geojson(json.dumps(SPIKE)))
    assert shapely.is_valid(shapely.from_wkb(stored["geometry"]))
    assert stored["area"] == pytest.approx(100)
    values = all_facts(desk.ledger, desk.schema).facts.values.filter(pl.col("property") == "coordinateOperation")
    said = dict(values.select("key", "value").rows())
    assert {key for key, value in said.items() if "make_valid structure" in value} == {"record/town/s"}
    assert len(said) == 2


def test_rows_in_quarantine_are_taken_repaired(desk: Desk) -> None:
    desk.hand_in(TOWN)
    parts = (desk.workspace, desk.ledger, desk.schema)
    as_they_came = retry(*parts, QuarantineFilter(), actor="clerk")
    assert (as_they_came.taken, as_they_came.quarantined) == (0, 2)
    done = retry(*parts, QuarantineFilter(), actor="clerk", repair=True)
    assert (done.tried, done.taken, done.quarantined, done.repaired) == (2, 1, 1, 1)
    assert (keys(desk), marked(desk)) == (["a", "s"], ["s"])


def test_the_same_delivery_again_changes_nothing(desk: Desk) -> None:
    desk.hand_in(TOWN, repair=True)
    before = desk.ledger.position()
    again = desk.hand_in(TOWN, repair=True)
    assert (again.unchanged, again.repaired, again.quarantined) == (2, 1, 1)
    assert desk.ledger.position() == before
    more = desk.hand_in([*TOWN, square("c", 200)], repair=True)
    assert (more.taken, more.unchanged, more.repaired) == (1, 2, 1)


@pytest.mark.parametrize("by_retry", [False, True])
def test_a_repair_is_taken_back_by_the_delivery_without_it(desk: Desk, by_retry: bool) -> None:
    desk.hand_in(TOWN, repair=not by_retry)
    if by_retry:
        retry(desk.workspace, desk.ledger, desk.schema, QuarantineFilter(), actor="clerk", repair=True)
    assert (keys(desk), marked(desk)) == (["a", "s"], ["s"])
    entities = rows(desk, t.entity).height
    summary = desk.hand_in(TOWN)
    assert (summary.rows, summary.unchanged, summary.quarantined) == (3, 1, 2)
    assert any("1 x taken repaired before" in warning for warning in summary.warnings)
    assert (keys(desk), marked(desk)) == (["a"], [])
    assert rows(desk, t.entity).height == entities - 1
    with desk.ledger.reading() as snapshot:
        assert rows_in(snapshot, QuarantineFilter())["key"].to_list() == ["s", "b"]
    assert desk.hand_in(TOWN, repair=True).repaired == 1
    assert keys(desk) == ["a", "s"]
    assert not list(broken_rows(desk.ledger))


def test_another_invalid_outline_does_not_take_a_repair_back(desk: Desk) -> None:
    """The row waits as any other bad one, and what was there stands."""
    desk.hand_in(TOWN, repair=True)
    desk.hand_in([square("a", 100), square("s", 0, geometry=BOW)], delivery="partial")
    assert marked(desk) == ["s"]


def test_parts_of_one_thing_keep_what_was_given_of_both(desk: Desk) -> None:
    summary = desk.hand_in([square("s", 50), square("s", 0, geometry=SPIKE)], repair=True)
    assert (summary.taken, summary.merged, summary.repaired) == (1, 1, 1)
    (stored,) = rows(desk, t.geometry).iter_rows(named=True)
    assert stored["area"] == pytest.approx(200)
    assert shapely.get_num_coordinates(shapely.from_wkb(stored["original"])) == 5 + 8


def test_what_is_offered_is_valid_and_hardly_other() -> None:
    """Against the definition, over rings of random corners (most cross themselves)."""
    random = np.random.default_rng(5)
    angles = np.sort(random.uniform(0, 2 * np.pi, (400, 12)), axis=1)
    corners = np.stack([np.cos(angles), np.sin(angles)], axis=2) * random.uniform(0.9, 1, (400, 12, 1))
    swapped = corners.copy()
    swapped[:, [4, 5]] = swapped[:, [5, 4]]  # two neighbours in the wrong order: a small loop
    whole = np.array(shapely.polygons(swapped))
    shapes = whole[~shapely.is_valid(whole)]
    found = offers(shapes)
    there = found.are_there
    assert 20 < there.sum() < len(shapes)
    assert shapely.is_valid(found.shapes[there]).all()
    assert set(shapely.get_type_id(found.shapes[there])) <= {3, 6}
    change = shapely.area(found.shapes[there]) / shapely.area(shapes[there]) - 1
    assert np.abs(change).max() < MOST_CHANGE
    assert change == pytest.approx(found.changes[there])
    for method in ("structure", "linework"):  # what is refused would change more, by either way
        other = shapely.area(shapely.make_valid(shapes[~there], method=method)) / shapely.area(shapes[~there]) - 1
        assert (np.abs(other) >= MOST_CHANGE).all()
