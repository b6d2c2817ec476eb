"""The quarantine: what waits there is found, corrected, tried again or put aside, and every row is accounted for."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from ingest import mappings, quarantine_retry, sample
from ingest.migrate import apply_edit
from ingest.migrate.errors import SumsDisagree
from ingest.migrate.mappings import Mappings
from ingest.migrate.retry import fitting
from ingest.pipeline import Options, ingest_files
from ingest.quarantine import QuarantineError, QuarantineFilter, counts, rows_in, shown, waive
from ingest.quarantine_retry import Retried, retry, retry_corrected
from ingest.quarantine_table import cell_text, read_rows, table_rows, text_table, with_values
from kg.ledger import broken_rows, in_force
from kg.ledger import tables as t
from kg.ontologies import schema_in_force

from .deliveries import MAPPING, Desk, square
from .harbour import Harbour, removed

UNITS = Path(str(sample.__file__)).parent / "registration" / "units.csv"
UNIT_MAPPING = Path(str(mappings.__file__)).with_name("cn-unit.yml")
BAD_UNIT, GOOD_UNIT = "340123002004GB00031F0001000", "340123002004GB00031F00010005"

OPEN = QuarantineFilter()

Row = dict[str, object]


def counted(done: Retried) -> tuple[int, int, int, int]:
    return done.tried, done.taken, done.unchanged, done.quarantined


def exported(desk: Desk, wanted: QuarantineFilter = OPEN) -> list[Row]:
    """The rows as a person has them on the screen: texts and empty cells."""
    with desk.ledger.reading() as snapshot:
        return text_table(table_rows(snapshot, wanted)).to_dicts()


def again(desk: Desk, wanted: QuarantineFilter = OPEN) -> Retried:
    return retry(desk.workspace, desk.ledger, desk.schema, wanted, actor="clerk")


def corrected(desk: Desk, rows: list[Row]) -> Retried:
    return retry_corrected(desk.workspace, desk.ledger, desk.schema, rows, "fixed.csv", actor="clerk")


def records(desk: Desk) -> dict[str, Row]:
    r = t.record
    found = desk.ledger.read(select(r.c.key, r.c.attributes).where(in_force(r)))
    return {key: json.loads(attributes) for key, attributes in found.rows()}


def states(desk: Desk, *columns: str) -> list[tuple[object, ...]]:
    with desk.ledger.reading() as snapshot:
        return rows_in(snapshot, QuarantineFilter(None)).select(columns).rows()


def with_mapping(desk: Desk, *replaced: tuple[str, str]) -> None:
    """The mapping of the town, in force from now on, with some pieces replaced."""
    text = MAPPING.replace("SOURCE", "town").replace("RANK", "10")
    for before, after in replaced:
        assert before in text
        text = text.replace(before, after)
    (desk.workspace.ontology / "town.yml").write_text(text, encoding="utf-8")


def test_a_corrected_unit_of_the_sample_becomes_a_record_under_its_new_key(desk: Desk) -> None:
    ingest_files(desk.workspace, desk.ledger, desk.schema, [UNITS], Options(mapping=UNIT_MAPPING))
    (row,) = exported(desk)
    assert (row["@reason"], row["@position"], row["BDCDYH"]) == ("wrong_code", "5", BAD_UNIT)
    half = corrected(desk, [{**row, "BDCDYH": GOOD_UNIT}])
    assert (counted(half), dict(half.reasons)) == ((1, 0, 0, 1), {"broken_shape": 1})
    (row,) = exported(desk)
    assert (row["BDCDYH"], row["SCJZMJ"]) == (GOOD_UNIT, "0.0")
    assert counted(corrected(desk, [{**row, "SCJZMJ": "88.5"}])) == (1, 1, 0, 0)
    assert records(desk)[GOOD_UNIT]["floorArea"] == [88.5]
    codes = desk.ledger.read(select(t.code.c.value).where(in_force(t.code)))["value"]
    assert GOOD_UNIT in codes
    assert states(desk, "key", "state", "actor", "note") == [(GOOD_UNIT, "retried", "clerk", "corrected in fixed.csv")]
    assert list(broken_rows(desk.ledger)) == []


def test_a_thing_that_is_corrected_in_a_table_keeps_its_shape(desk: Desk) -> None:
    desk.hand_in([square("a", 0), square("b", 20, year="about 1900")])
    (row,) = exported(desk)
    assert counted(corrected(desk, [{**row, "year": "1900"}])) == (1, 1, 0, 0)
    g = t.geometry
    shapes = desk.ledger.read(select(g.c.key, g.c.area).where(in_force(g)))
    assert dict(shapes.rows()) == pytest.approx({"a": 100, "b": 100})
    assert records(desk)["b"]["yearOfConstruction"] == [1900]


def test_what_is_still_bad_stays_open_as_corrected_with_the_new_reason(desk: Desk) -> None:
    desk.hand_in([square("a", 0, year="about 1900"), square("b", 20, year="old"), square("c", 40)])
    one, other = exported(desk)
    done = corrected(desk, [{**one, "year": "1900", "bag": "12"}, {**other, "year": "1800"}])
    assert counted(done) == (2, 1, 0, 1)
    assert dict(done.reasons) == {"wrong_code": 1}
    assert states(desk, "key", "reason", "state", "actor") == [
        ("a", "wrong_code", "open", "clerk"),
        ("b", "wrong_datatype", "retried", "clerk"),
    ]
    (waiting,) = exported(desk)
    assert (waiting["year"], waiting["bag"]) == ("1900", "12")
    assert "Correct the code" in str(waiting["@hint"])
    assert counted(corrected(desk, [{**waiting, "bag": ""}])) == (1, 1, 0, 0)


def test_rows_come_in_under_a_corrected_mapping_and_once_only(desk: Desk) -> None:
    desk.hand_in([square("a", 0, year="about 1900"), square("b", 20, bag="12"), square("c", 40)])
    assert counted(again(desk)) == (2, 0, 0, 2)
    with_mapping(desk, ("- [res:yearOfConstruction, $(year)]", ""))
    done = again(desk)
    assert counted(done) == (2, 1, 0, 1)
    assert set(records(desk)) == {"a", "c"}
    before = desk.ledger.position()
    assert counted(again(desk)) == (1, 0, 0, 1)
    assert desk.ledger.position() == before


def test_another_reason_under_another_mapping_is_told(desk: Desk) -> None:
    desk.hand_in([square("a", 0, year="about 1900", street="Quay"), square("c", 40)])
    with_mapping(desk, ("[res:yearOfConstruction, $(year)]", "[res:bagId, $(street)]"))
    assert dict(again(desk).reasons) == {"wrong_code": 1}
    assert states(desk, "reason", "state", "actor") == [("wrong_code", "open", None)]


def test_a_filter_leaves_the_other_rows_alone(desk: Desk) -> None:
    desk.hand_in([square("a", 0, year="about 1900"), square("b", 20, bag="12")])
    assert again(desk, QuarantineFilter("open", "town", "wrong_code")).tried == 1
    assert dict(again(desk).reasons) == {"wrong_code": 1, "wrong_datatype": 1}


def test_a_corrected_row_changes_the_record_that_was_there_before_its_delivery(desk: Desk) -> None:
    desk.hand_in([square("a", 0), square("b", 20)], name="first.geojson")
    desk.hand_in([square("a", 0, year="199O"), square("b", 20, year="2OO1")], name="second.geojson")
    one, other = exported(desk)
    done = corrected(desk, [{**one, "year": "1990"}, {**other, "year": "2001"}])
    assert (counted(done), done.changed) == ((2, 1, 1, 0), 1)
    assert {key: record["yearOfConstruction"] for key, record in records(desk).items()} == {"a": [1990], "b": [2001]}


def test_a_corrected_row_that_says_what_is_there_is_unchanged(desk: Desk) -> None:
    folder = desk.workspace.directory
    text = MAPPING.replace("rank:", "geometry: optional, delivery: partial, rank:")
    desk.mapping("town", text=text)
    options = Options(mapping=folder / "town.yml")
    for name, year in (("first.csv", "1990"), ("second.csv", "199O")):
        (folder / name).write_text(f"name,bag,year,status\na,,{year},in use\n", encoding="utf-8")
        ingest_files(desk.workspace, desk.ledger, desk.schema, [folder / name], options)
    (row,) = exported(desk)
    assert counted(corrected(desk, [{**row, "year": "1990"}])) == (1, 0, 1, 0)
    assert states(desk, "state") == [("retried",)]


def test_a_record_that_came_since_stands(desk: Desk) -> None:
    desk.hand_in([square("a", 0, year="about 1900")], name="first.geojson", delivery="partial")
    (row,) = exported(desk)
    desk.hand_in([square("a", 0, year=1950)], name="second.geojson", delivery="partial")
    done = corrected(desk, [{**row, "year": "1900"}])
    assert (counted(done), dict(done.reasons)) == ((1, 0, 0, 1), {"duplicate_key": 1})
    assert "there since changeset" in str(states(desk, "detail"))
    assert records(desk)["a"]["yearOfConstruction"] == [1950]


def test_the_second_of_two_rows_with_one_key_comes_in_under_its_own_only(desk: Desk) -> None:
    desk.hand_in([square("a", 0), square("a", 20, year=1800)])
    (row,) = exported(desk)
    assert counted(corrected(desk, [row])) == (1, 0, 0, 1)
    assert counted(again(desk)) == (1, 0, 0, 1)
    assert records(desk)["a"]["yearOfConstruction"] == [1990]
    assert counted(corrected(desk, [{**exported(desk)[0], "name": "b"}])) == (1, 1, 0, 0)
    assert records(desk)["b"]["yearOfConstruction"] == [1800]


def test_rows_that_get_one_key_by_correction_are_not_both_taken(desk: Desk) -> None:
    desk.hand_in([square("a", 0, year="x"), square("b", 20, year="y")])
    one, other = exported(desk)
    done = corrected(desk, [{**one, "year": "1"}, {**other, "name": "a", "year": "2"}])
    assert (counted(done), dict(done.reasons)) == ((2, 1, 0, 1), {"duplicate_key": 1})
    assert ("row 1 has the key a, too",) in states(desk, "detail")


def test_rows_of_a_file_that_came_again_and_was_taken_are_in(desk: Desk) -> None:
    desk.hand_in([square("a", 0, year="about 1900"), square("b", 20)])
    text = MAPPING.replace("- [res:yearOfConstruction, $(year)]", "")
    path = desk.mapping("town", text=text)
    ingest_files(
        desk.workspace, desk.ledger, desk.schema, [desk.workspace.directory / "squares.geojson"], Options(mapping=path)
    )
    assert set(records(desk)) == {"a", "b"}
    assert counted(again(desk)) == (1, 0, 1, 0)


def test_what_a_later_snapshot_has_overtaken_is_left_out(desk: Desk) -> None:
    desk.hand_in([square("a", 0, year="about 1900"), square("b", 20)], name="first.geojson")
    (row,) = exported(desk)
    desk.hand_in([square("b", 20), square("c", 40)], name="second.geojson")
    done = corrected(desk, [{**row, "year": "1900"}])
    assert counted(done) == (0, 0, 0, 0)
    assert dict(done.left_out) == {"a later snapshot of their source has overtaken them": 1}
    assert "a" not in records(desk)


def test_a_waived_row_is_not_tried_again_by_anything(desk: Desk) -> None:
    desk.hand_in([square("a", 0, year="about 1900"), square("b", 20, year="?")])
    rows = exported(desk)
    waive(desk.ledger, ("town", "a"), actor="head", note="never built")
    with_mapping(desk, ("- [res:yearOfConstruction, $(year)]", ""))
    with desk.ledger.reading() as snapshot:
        waiting = list(fitting(snapshot, Mappings(snapshot, desk.workspace, desk.schema)))
        told = counts(snapshot, QuarantineFilter("waived")).to_dicts()
    assert [each.batch.features["name"].to_list() for each in waiting] == [["b"]]
    assert [(each["actor"], each["note"], each["rows"], each["file"]) for each in told] == [
        ("head", "never built", 1, "squares.geojson")
    ]
    done = corrected(desk, [{**row, "year": "1900"} for row in rows])
    assert (counted(done), dict(done.left_out)) == ((1, 1, 0, 0), {"waived": 1})
    assert counted(again(desk)) == (0, 0, 0, 0)
    assert set(records(desk)) == {"b"}
    second = corrected(desk, [{**rows[1], "year": "1900"}])
    assert (second.tried, dict(second.left_out), second.changeset) == (0, {"taken before": 1}, None)


def test_a_row_of_a_file_that_came_twice_is_one_row_and_waived_as_one(desk: Desk) -> None:
    squares = [square("a", 0, bag="12"), square("b", 20)]
    desk.hand_in(squares)
    path = desk.mapping("town", text=MAPPING.replace("- [res:status, $(status)]", ""))
    file = desk.workspace.directory / "squares.geojson"
    ingest_files(desk.workspace, desk.ledger, desk.schema, [file], Options(mapping=path))
    assert desk.ledger.read(select(t.quarantine).where(in_force(t.quarantine))).height == 2
    assert states(desk, "key", "state") == [("a", "open")]
    waive(desk.ledger, QuarantineFilter("open", "town"), actor="head", note="no such building")
    q = t.quarantine
    assert desk.ledger.read(select(q.c.state).where(in_force(q)))["state"].to_list() == ["waived"]
    assert list(broken_rows(desk.ledger)) == []


def test_a_filter_waives_what_it_names(desk: Desk) -> None:
    desk.hand_in([square("a", 0, year="x"), square("b", 20, year="y"), square("c", 40, bag="12")])
    assert waive(desk.ledger, QuarantineFilter("open", "town", "wrong_datatype"), actor="head", note="old").height == 2
    assert states(desk, "key", "state") == [("a", "waived"), ("b", "waived"), ("c", "open")]


@pytest.mark.parametrize(
    ("wanted", "actor", "note", "message"),
    [
        (("town", "a"), " ", "why", "actor is blank"),
        (("town", "a"), "head", "", "note is blank"),
        (("town", "zz"), "head", "why", "key or position 'zz'"),
        (("city", "a"), "head", "why", "No row of 'city' is in the quarantine: known are town"),
        (("town", "b"), "head", "why", "not open: it was waived by head .first time."),
        (
            QuarantineFilter("open", "town", "missing_key"),
            "head",
            "why",
            "no open row of town with the reason missing_key",
        ),
    ],
)
def test_what_can_not_be_waived_is_explained(
    desk: Desk, wanted: QuarantineFilter | tuple[str, str], actor: str, note: str, message: str
) -> None:
    desk.hand_in([square("a", 0, year="x"), square("b", 20, year="y")])
    waive(desk.ledger, ("town", "2"), actor="head", note="first time")
    before = desk.ledger.position()
    with pytest.raises(QuarantineError, match=message):
        waive(desk.ledger, wanted, actor=actor, note=note)
    assert desk.ledger.position() == before


def test_a_row_is_shown_as_it_came_by_its_key_or_its_place(desk: Desk) -> None:
    desk.hand_in([square("a", 0), square("b", 20, year="x")])
    with desk.ledger.reading() as snapshot:
        assert shown(snapshot, "town", "b") == shown(snapshot, "town", "2")
        (row,) = shown(snapshot, "town", "b")
    assert (row["reason"], row["state"], row["content"]["year"]) == ("wrong_datatype", "open", "x")
    assert row["content"]["@geometries"][0]["dimension"] == 2


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda _: [], "has no rows"),
        (lambda row: [{**row, "@position": "first"}], "row 1 has the @position 'first', expected a whole number"),
        (lambda row: [row, row], "rows 1, 2 are all row 1 of one delivery of town: keep the right one"),
        (lambda row: [{**row, "@position": "7"}], "row 7 of the delivery .* never was in quarantine .1 such rows"),
        (lambda _: [{"name": "a", "year": "1900"}], "has no column @source, @delivery, @position"),
    ],
)
def test_a_table_that_is_none_of_the_quarantine_is_refused(
    desk: Desk, edit: Callable[[Row], list[Row]], message: str
) -> None:
    desk.hand_in([square("a", 0, year="x")])
    before = desk.ledger.position()
    with pytest.raises(QuarantineError, match=message):
        corrected(desk, edit(exported(desk)[0]))
    assert desk.ledger.position() == before


@pytest.mark.parametrize("text", ["{", '{"a": 1}', "[1]"])
def test_a_document_that_is_no_export_is_refused(text: str) -> None:
    with pytest.raises(QuarantineError, match=r"fixed.json is no .*res3d quarantine export"):
        read_rows(text, "fixed.json")


def test_personal_data_in_a_corrected_table_is_not_kept(desk: Desk) -> None:
    personal = next(name for name, term in desk.schema.properties.items() if term.personal)
    folder = desk.workspace.directory
    text = MAPPING.replace("rank:", "geometry: optional, rank:") + f"      - [res:{personal}, $(who)]\n"
    (folder / "rows.csv").write_text("name,bag,year,status,who\na,,x,in use,\n", encoding="utf-8")
    options = Options(mapping=desk.mapping("town", text=text))
    summary = ingest_files(desk.workspace, desk.ledger, desk.schema, [folder / "rows.csv"], options)[0]
    assert summary.quarantined == 1
    (row,) = exported(desk)
    assert corrected(desk, [{**row, "year": "y", "who": "Anna", "more": "kept"}]).quarantined == 1
    contents = desk.ledger.read(select(t.quarantine.c.content))["content"].to_list()
    assert not any("Anna" in content for content in contents)
    assert "kept" in contents[-1]


@pytest.mark.parametrize("lost", ["done", "problem"])
def test_sums_that_disagree_are_never_committed(desk: Desk, lost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.hand_in([square("a", 0, year="x"), square("b", 20, year="y")])
    one, other = exported(desk)
    before = desk.ledger.position()
    if lost == "done":
        monkeypatch.setattr(quarantine_retry, "put", lambda *_: None)
    else:
        told = quarantine_retry._told
        monkeypatch.setattr(quarantine_retry, "_told", lambda problems: told(problems).clear())
    with pytest.raises(SumsDisagree, match="nothing was changed; please report this"):
        corrected(desk, [{**one, "year": "1900"}, other])
    assert desk.ledger.position() == before
    assert set(records(desk)) == set()


def test_records_that_left_by_an_edit_of_the_ontology_wait_for_another_edit(tmp_path: Path) -> None:
    harbour = Harbour(tmp_path / "workspace")
    assert harbour.hand_in().taken == 5
    harbour.write(removed("Crane", removed("moored")))
    apply_edit(harbour.workspace, harbour.ledger, reason="no cranes", accept_loss=True)
    done = retry(harbour.workspace, harbour.ledger, schema_in_force(harbour.ledger), QuarantineFilter(), actor="clerk")
    assert counted(done) == (0, 0, 0, 0)
    assert dict(done.left_out) == {"left by an edit of the ontology; another edit brings them back": 2}
    with harbour.ledger.reading() as snapshot:
        assert table_rows(snapshot, QuarantineFilter()) == []


def _values() -> st.SearchStrategy[object]:
    numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
    return st.none() | st.text() | st.booleans() | numbers


@given(st.dictionaries(st.text(min_size=1).filter(lambda name: not name.startswith("@")), _values()))
def test_a_table_that_nobody_has_touched_changes_nothing(content: dict[str, object]) -> None:
    row = {name: cell_text(value) for name, value in content.items()}
    assert with_values(content, row) == content


@pytest.mark.parametrize(
    ("before", "cell", "after"),
    [
        (120.0, "120", 120.0),
        (120.0, "121.5", 121.5),
        (3, "4", 4),
        (3, "four", "four"),
        (3, "007", "007"),
        (1.5, "NaN", "NaN"),
        (True, "TRUE", True),
        (True, "false", False),
        (True, "1", "1"),
        ("3", "4", "4"),
        (None, "4", "4"),
    ],
)
def test_a_corrected_cell_is_of_the_kind_that_was_there(before: object, cell: str, after: object) -> None:
    value = with_values({"x": before}, {"x": cell})["x"]
    assert (value, type(value)) == (after, type(after))
    assert not (isinstance(value, float) and math.isnan(value))


def test_rows_of_several_sources_stand_in_one_table(desk: Desk) -> None:
    desk.hand_in([square("a", 0, year="x")])
    ingest_files(desk.workspace, desk.ledger, desk.schema, [UNITS], Options(mapping=UNIT_MAPPING))
    rows = exported(desk)
    assert [(row["@source"], row["BDCDYH"], row["name"]) for row in rows] == [
        ("cn-unit", BAD_UNIT, None),
        ("town", None, "a"),
    ]
    fixed = [{**rows[0], "BDCDYH": GOOD_UNIT, "SCJZMJ": "88.5"}, {**rows[1], "year": "1900"}]
    assert counted(corrected(desk, fixed)) == (2, 2, 0, 0)
    keys = desk.ledger.read(select(t.record.c.source, t.record.c.key, t.record.c.unmapped).where(in_force(t.record)))
    town = keys.filter(pl.col("source") == "town")
    assert town["key"].to_list() == ["a"]
    assert "BDCDYH" not in town["unmapped"][0]
