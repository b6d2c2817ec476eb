"""What a delivery does to the ledger: nothing twice, nothing lost, nothing silent."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace

import polars as pl
import pytest
from sqlalchemy import Table, select

from ingest import deliver
from ingest.pipeline import Options, ingest_files
from kg.ledger import broken_rows, count_rows, in_force
from kg.ledger import tables as t
from tests.ingest.deliveries import MAPPING, Desk, square, write_squares

BAG = [f"NL.IMBAG.Pand.050310000000{number:04d}" for number in range(10)]


def rows(desk: Desk, table: Table) -> pl.DataFrame:
    return desk.ledger.read(select(table).where(in_force(table)))


def test_the_same_file_twice_commits_nothing(desk: Desk) -> None:
    squares = [square("a", 0), square("b", 20)]
    assert desk.hand_in(squares).taken == 2
    before = desk.ledger.position()
    again = desk.hand_in(squares)
    assert (again.rows, again.unchanged, again.taken) == (2, 2, 0)
    assert desk.ledger.position() == before


def test_one_changed_attribute_is_exactly_one_new_record_version(desk: Desk) -> None:
    desk.hand_in([square("a", 0), square("b", 20)])
    before = {table.name: desk.ledger.read(select(table.c.fid)).height for table in (t.record, t.geometry, t.entity)}
    summary = desk.hand_in([square("a", 0, year=1991), square("b", 20)])
    assert (summary.changed, summary.unchanged) == (1, 1)
    after = {table.name: desk.ledger.read(select(table.c.fid)).height for table in (t.record, t.geometry, t.entity)}
    assert after == {"record": before["record"] + 1, "geometry": before["geometry"], "entity": before["entity"]}
    assert '"yearOfConstruction":[1991]' in rows(desk, t.record).filter(pl.col("key") == "a")["attributes"][0]


def test_a_moved_geometry_replaces_the_old_one(desk: Desk) -> None:
    desk.hand_in([square("a", 0)])
    assert desk.hand_in([square("a", 1)]).changed == 1
    assert rows(desk, t.geometry).height == 1
    assert desk.ledger.read(select(t.geometry.c.fid)).height == 2


def test_a_row_missing_from_a_snapshot_has_ended_at_its_date(desk: Desk) -> None:
    desk.hand_in([square("a", 0), square("b", 20, bag=BAG[0])])
    assert desk.hand_in([square("a", 0)], delivery="snapshot", at="2025-06-30").ended == 1
    ended = rows(desk, t.record).filter(pl.col("key") == "b")
    assert ended["valid_to"].to_list() == ["2025-06-30"]
    entity = rows(desk, t.entity).filter(pl.col("state") == "retired")
    assert entity["valid_to"].to_list() == ["2025-06-30"]
    assert rows(desk, t.code)["state"].to_list() == ["retired"]


def test_a_row_missing_from_a_partial_delivery_is_untouched(desk: Desk) -> None:
    desk.hand_in([square("a", 0), square("b", 20)], delivery="partial")
    summary = desk.hand_in([square("c", 40)], delivery="partial", name="more.geojson")
    assert (summary.taken, summary.ended) == (1, 0)
    assert rows(desk, t.record)["valid_to"].null_count() == 3


def test_a_record_that_comes_back_is_the_same_entity(desk: Desk) -> None:
    desk.hand_in([square("a", 0)])
    first = rows(desk, t.entity)["id"].to_list()
    desk.hand_in([square("b", 20)], at="2025-01-01")
    desk.hand_in([square("a", 0), square("b", 20)], name="third.geojson")
    entity = rows(desk, t.entity).filter(pl.col("id").is_in(first))
    assert entity["state"].to_list() == ["active"]
    assert rows(desk, t.entity).height == 2


def test_records_with_one_code_are_one_entity(desk: Desk) -> None:
    desk.hand_in([square("a", 0, bag=BAG[0])], source="one")
    summary = desk.hand_in([square("x", 500, bag=BAG[0])], source="two", name="two.geojson")
    assert summary.linked == 1
    assert rows(desk, t.entity).height == 1
    evidence = rows(desk, t.membership).filter(pl.col("source") == "two")
    assert evidence["evidence"].to_list() == ['{"by":"code","scheme":"nl.bag","value":"0503100000000000"}']
    assert evidence["confidence"].to_list() == [1.0]


def test_records_on_one_footprint_are_one_entity_with_the_overlap_as_confidence(desk: Desk) -> None:
    desk.hand_in([square("a", 0), square("b", 20)], source="one")
    desk.hand_in([square("x", 1)], source="two", name="two.geojson")
    link = rows(desk, t.membership).filter(pl.col("source") == "two")
    assert link["confidence"][0] == pytest.approx(90 / 110, abs=0.001)
    assert "footprint overlap" in link["evidence"][0]
    assert rows(desk, t.entity).height == 2


def test_different_codes_of_one_scheme_stay_apart_on_one_footprint(desk: Desk) -> None:
    desk.hand_in([square("a", 0, bag=BAG[0])], source="one")
    desk.hand_in([square("x", 0, bag=BAG[1])], source="two", name="two.geojson")
    assert rows(desk, t.entity).height == 2


def test_two_records_of_one_source_are_not_joined_by_overlap(desk: Desk) -> None:
    desk.hand_in([square("a", 0), square("b", 0)])
    assert rows(desk, t.entity).height == 2


def test_rows_of_one_key_that_say_the_same_are_merged(desk: Desk) -> None:
    summary = desk.hand_in([square("a", 0), square("a", 20), square("b", 40)])
    assert (summary.rows, summary.taken, summary.merged) == (3, 2, 1)
    assert rows(desk, t.geometry)["area"].to_list() == pytest.approx([200, 100])


def test_rows_of_one_key_that_say_different_things_wait_in_quarantine(desk: Desk) -> None:
    summary = desk.hand_in([square("a", 0), square("a", 0, year=1800)])
    assert dict(summary.reasons) == {"duplicate_key": 1}
    kept = rows(desk, t.quarantine)
    assert kept["position"].to_list() == [2]
    assert '"year":1800' in kept["content"][0]
    assert kept["hint"][0].startswith("Two rows with this key")


RING = [[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]]
BAD_ROWS = [
    (square("a", 0, geometry=None), "null_geometry"),
    (square("a", 0, geometry={"type": "Polygon", "coordinates": []}), "empty_geometry"),
    (square("a", 0, geometry={"type": "Polygon", "coordinates": [RING]}), "invalid_geometry"),
    (square("a", 0, geometry={"type": "LineString", "coordinates": [[0, 0], [1, 1]]}), "wrong_geometry_type"),
    (square("a", 0, year="about 1900"), "wrong_datatype"),
    (square("a", 0, bag="340123002004GB00011"), "wrong_code"),
    ({**square("a", 0), "name": None}, "missing_key"),
]


@pytest.mark.parametrize(("bad", "reason"), BAD_ROWS, ids=[reason for _, reason in BAD_ROWS])
def test_a_bad_row_waits_with_its_reason_and_the_others_go_on(desk: Desk, bad: dict[str, object], reason: str) -> None:
    summary = desk.hand_in([square("good", 50, year="1990"), bad])
    assert dict(summary.reasons) == {reason: 1}
    assert (summary.rows, summary.taken, summary.quarantined) == (2, 1, 1)
    kept = rows(desk, t.quarantine)
    assert kept["reason"].to_list() == [reason]
    assert kept["hint"][0]


def test_a_file_without_crs_is_refused_with_the_next_step(desk: Desk) -> None:
    path = desk.workspace.directory / "parcels.csv"
    path.write_text('name,bag,year,status,WKT\na,,1990,x,"POLYGON((0 0,1 0,1 1,0 0))"\n', encoding="utf-8")
    summary = desk.hand_in_file(path)
    assert summary.error is not None
    assert "names no coordinate reference system: give one with --crs EPSG:n" in summary.error
    assert desk.ledger.position().number == 0


def test_a_ballpark_operation_is_refused_by_name(desk: Desk) -> None:
    path = write_squares(desk.workspace.directory / "wgs84.geojson", [square("a", 0)], crs="EPSG::28992")
    summary = desk.hand_in_file(path)
    assert "No operation of known accuracy leads from EPSG:28992 to EPSG:4490" in str(summary.error)
    assert desk.ledger.position().number == 0


def test_a_file_that_fails_does_not_stop_the_others(desk: Desk) -> None:
    assert desk.hand_in_file(desk.workspace.directory / "nothing.geojson").error
    assert desk.hand_in([square("a", 0)]).taken == 1


def test_precedence_follows_the_rank_of_the_source(desk: Desk) -> None:
    from kg.facts import all_facts

    desk.hand_in([square("a", 0, year=1900, bag=BAG[0])], source="better")
    path = write_squares(desk.workspace.directory / "w.geojson", [square("x", 0, year=2000, bag=BAG[0])])
    desk.mapping("worse", rank=90)
    from ingest.pipeline import Options, ingest_files

    options = Options(mapping=desk.workspace.directory / "worse.yml")
    ingest_files(desk.workspace, desk.ledger, desk.schema, [path], options)
    values = all_facts(desk.ledger, desk.schema).facts.values.filter(pl.col("property") == "yearOfConstruction")
    shown = values.filter(pl.col("key").str.starts_with("entity/"))["value"].to_list()
    stated = values.filter(pl.col("key").str.starts_with("record/"))["value"].sort().to_list()
    assert shown == ["1900"]
    assert stated == ["1900", "2000"]


def test_kill_9_in_the_middle_of_an_import_loses_nothing(desk: Desk) -> None:
    desk.hand_in([square("first", -100)], delivery="partial", name="first.geojson")
    many = [square(f"s{number}", number * 20.0) for number in range(3000)]
    path = write_squares(desk.workspace.directory / "many.geojson", many)
    mapping = desk.mapping("town")
    program = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from ingest.pipeline import Options, ingest_files
        from kg.workspace import open_workspace
        from ontology import compile_schema, packaged_texts
        workspace = open_workspace(Path({str(desk.workspace.directory)!r}))
        options = Options(mapping=Path({str(mapping)!r}), delivery="partial", batch_rows=500)
        def pause(name, rows, total):
            print(rows, flush=True)
            time.sleep(30 if rows >= 1500 else 0)
        schema, files = compile_schema(packaged_texts()), [Path({str(path)!r})]
        ingest_files(workspace, workspace.ledger(), schema, files, options, pause)
    """)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        while child.stdout.readline().strip() != "1500":
            time.sleep(0.01)
        os.kill(child.pid, signal.SIGKILL)
    assert count_rows(desk.ledger, t.record) == 1
    summary = desk.hand_in_file(path, delivery="partial")
    assert (summary.taken, summary.error) == (3000, None)
    assert list(broken_rows(desk.ledger)) == []


def test_parts_of_a_thing_that_conflicts_wait_with_it(desk: Desk) -> None:
    """A row merged into a first row whose code is that of another kind of thing is in no record either."""
    bag = BAG[0]
    desk.hand_in([square("house", 0, bag=bag)])
    text = MAPPING.replace("res:Building", "res:Parcel")
    path = write_squares(
        desk.workspace.directory / "land.geojson", [square("p", 0, bag=bag), square("p", 30, bag=bag), square("q", 60)]
    )
    (summary,) = ingest_files(
        desk.workspace, desk.ledger, desk.schema, [path], Options(mapping=desk.mapping("land", text=text))
    )
    assert (summary.taken, summary.merged, summary.quarantined) == (1, 0, 2)
    assert summary.reasons == {"class_conflict": 2}
    q = t.quarantine
    waiting = desk.ledger.read(select(q.c.position, q.c.key, q.c.content).order_by(q.c.position))
    assert waiting.select("position", "key").rows() == [(1, "p"), (2, "p")]
    shapes = [json.loads(content)["@geometries"][0]["geometry"] for content in waiting["content"]]
    assert len(set(shapes)) == 2  # each with its own


def test_a_file_that_was_taken_is_read_again_by_other_readers(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    squares = [square("a", 0), square("b", 20)]
    desk.hand_in(squares)
    before = desk.ledger.position().number
    asked = deliver._circumstances
    monkeypatch.setattr(deliver, "_circumstances", lambda options: replace(asked(options), readers="9/9"))
    again = desk.hand_in(squares)
    assert (again.rows, again.unchanged) == (2, 2)
    assert desk.ledger.position().number == before + 1  # the delivery, and nothing else
    desk.hand_in(squares)
    assert desk.ledger.position().number == before + 1


def test_a_file_that_was_taken_is_read_again_in_another_reference_system(desk: Desk) -> None:
    squares = [square("a", 0)]
    desk.hand_in(squares, crs="EPSG:4547")
    east = rows(desk, t.geometry)["x"][0]
    assert desk.hand_in(squares, crs="EPSG:4548").changed == 1
    assert rows(desk, t.geometry)["x"][0] - east == pytest.approx(3, abs=1e-6)  # the next zone of three degrees
