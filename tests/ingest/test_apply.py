"""A mapping applied to rows: typed values, nothing for nothing, and a reason for every row that can't be taken."""

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select

from ingest.apply import Mapped, apply_mapping, property_values
from ingest.mapping import Mapping, PropertyRule, Template
from ingest.mapping_text import load_mapping, parse_mapping
from ingest.pipeline import Options, ingest_files
from ingest.readers.contract import FEATURE_COLUMNS
from kg.ledger import tables as t
from kg.workspace import create_workspace
from ontology import OntologyText, Schema, compile_schema, packaged_texts

DATA = Path(__file__).parent / "data"
PAND, OTHER_PAND = "NL.IMBAG.Pand.0503100000030264", "NL.IMBAG.Pand.0503100000004493"
Row = dict[str, object]

KIOSK: Row = {
    "state": "open", "kind": "Kiosk", "district": "7", "number": "12", "permit": "A-1", "seats": "8", "rating": "4.5",
    "heated": "true", "opened": "1998-04-01", "inspected": "2024-05-01T09:30:00Z", "name_zh": "角亭",
    "name_en": "corner kiosk", "colour": "red", "first_good": "tea", "second_good": "news", "keeper": "Jan Jansen",
    "building": PAND, "street": "Station Road", "house": "5",
}  # fmt: skip


@pytest.fixture(scope="module")
def schema() -> Schema:
    """The packaged ontology with the small one of the tests."""
    own = (DATA / "town.ttl").read_text(encoding="utf-8")
    return compile_schema([*packaged_texts(), OntologyText("town.ttl", own)])


@pytest.fixture(scope="module")
def kiosks(schema: Schema) -> Mapping:
    return load_mapping(DATA / "mappings" / "good" / "kiosk.yml", schema)


def table(*rows: Row) -> pl.DataFrame:
    """Rows as a reader gives them."""
    structure = {name: [None] * len(rows) for name in FEATURE_COLUMNS} | {"@row": list(range(1, len(rows) + 1))}
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = structure | {name: [row.get(name) for row in rows] for name in names}
    overrides = {name: dtype for name, dtype in FEATURE_COLUMNS.items() if name not in names}
    return pl.DataFrame(columns, schema_overrides=overrides, strict=False)


def attributes(mapped: Mapped, place: int = 0) -> dict[str, object]:
    """What one record says, by the ontology's names."""
    said: dict[str, object] = json.loads(mapped.records["attributes"][place])
    return said


# ---- values ----


def test_values_have_the_types_of_the_ontology(kiosks: Mapping, schema: Schema) -> None:
    said = attributes(apply_mapping(kiosks, table(KIOSK), schema))
    assert (said["town__seats"], said["town__rating"], said["town__heated"]) == (8, 4.5, True)
    assert (said["town__opened"], said["town__inspected"]) == ("1998-04-01", "2024-05-01T09:30:00Z")
    assert (said["town__colour"], said["town__permit"], said["status"]) == ("red", ["A-1"], ["in use"])


def test_columns_that_have_types_already_say_the_same(kiosks: Mapping, schema: Schema) -> None:
    typed = KIOSK | {"seats": 8, "rating": 4.5, "heated": True, "number": 12}
    assert attributes(apply_mapping(kiosks, table(typed), schema)) == attributes(
        apply_mapping(kiosks, table(KIOSK), schema)
    )


@pytest.mark.parametrize(("written", "value"), [("8", 8), (" 8 ", 8), ("8.0", 8), (8.0, 8), ("-3", -3)])
def test_a_whole_number_may_be_written_in_several_ways(
    written: object, value: int, kiosks: Mapping, schema: Schema
) -> None:
    assert attributes(apply_mapping(kiosks, table(KIOSK | {"seats": written}), schema))["town__seats"] == value


def test_the_key_and_the_class_come_from_their_columns(kiosks: Mapping, schema: Schema) -> None:
    records = apply_mapping(kiosks, table(KIOSK), schema).records
    assert records.select("@row", "key", "class").rows() == [(1, "7-12", "town__Kiosk")]


def test_several_columns_may_give_the_values_of_one_property(kiosks: Mapping, schema: Schema) -> None:
    mapped = apply_mapping(kiosks, table(KIOSK, KIOSK | {"number": "13", "second_good": None}), schema)
    assert attributes(mapped)["town__sells"] == ["tea", "news"]
    assert attributes(mapped, 1)["town__sells"] == ["tea"]


def test_the_same_value_twice_is_said_once(kiosks: Mapping, schema: Schema) -> None:
    mapped = apply_mapping(kiosks, table(KIOSK | {"second_good": "tea"}), schema)
    assert attributes(mapped)["town__sells"] == ["tea"]


def test_text_keeps_its_language(kiosks: Mapping, schema: Schema) -> None:
    assert attributes(apply_mapping(kiosks, table(KIOSK), schema))["town__called"] == ["角亭@zh", "corner kiosk@en"]


@pytest.mark.parametrize("nothing", [None, ""])
def test_an_empty_cell_says_nothing(nothing: object, kiosks: Mapping, schema: Schema) -> None:
    row = KIOSK | dict.fromkeys(("seats", "colour", "first_good", "second_good", "opened", "name_zh"), nothing)
    mapped = apply_mapping(kiosks, table(row), schema)
    said = attributes(mapped)
    assert said.keys().isdisjoint({"town__seats", "town__colour", "town__sells", "town__opened"})
    assert said["town__called"] == ["corner kiosk@en"]
    assert mapped.records["valid_from"].to_list() == [None]


def test_a_column_that_is_not_there_says_nothing(kiosks: Mapping, schema: Schema) -> None:
    few = {name: KIOSK[name] for name in ("state", "kind", "district", "number", "permit")}
    mapped = apply_mapping(kiosks, table(few, few | {"number": "13"}), schema)
    assert mapped.problems.is_empty()
    assert attributes(mapped) == {"status": ["in use"], "town__permit": ["A-1"]}


def test_a_constant_is_said_of_every_row(kiosks: Mapping, schema: Schema) -> None:
    mapped = apply_mapping(kiosks, table(*(KIOSK | {"number": str(n)} for n in range(3))), schema)
    assert [attributes(mapped, n)["status"] for n in range(3)] == [["in use"]] * 3


def test_valid_time_is_a_column_of_the_record_and_no_attribute(kiosks: Mapping, schema: Schema) -> None:
    mapped = apply_mapping(kiosks, table(KIOSK), schema)
    assert mapped.records.select("valid_from", "valid_to").rows() == [("1998-04-01", None)]
    assert "validFrom" not in attributes(mapped)


def test_codes_are_given_in_their_canonical_form(kiosks: Mapping, schema: Schema) -> None:
    codes = apply_mapping(kiosks, table(KIOSK), schema).codes
    assert codes.rows() == [(1, "town__bag", "nl.bag", "0503100000030264")]


def test_relations_are_references_that_wait_for_their_object(kiosks: Mapping, schema: Schema) -> None:
    claims = apply_mapping(kiosks, table(KIOSK), schema).claims
    assert sorted(claims.rows()) == [(1, "locatedIn", f"code/nl.bag/{PAND}"), (1, "partOf", f"code/nl.bag/{PAND}")]


def test_personal_data_is_in_nothing_that_is_kept(kiosks: Mapping, schema: Schema) -> None:
    records = apply_mapping(kiosks, table(KIOSK), schema).records
    assert "Jansen" not in str(records.rows())


def test_personal_data_is_not_kept_with_a_row_in_quarantine_either(schema: Schema, tmp_path: Path) -> None:
    table(KIOSK | {"seats": "many"}).drop(list(FEATURE_COLUMNS)).write_csv(tmp_path / "kiosks.csv")
    workspace = create_workspace(tmp_path / "workspace")
    ledger = workspace.ledger()
    options = Options(mapping=DATA / "mappings" / "good" / "kiosk.yml", crs="EPSG:4490")
    summary = ingest_files(workspace, ledger, schema, [tmp_path / "kiosks.csv"], options)[0]
    assert (summary.error, summary.quarantined) == (None, 1)
    content = ledger.read(select(t.quarantine))["content"][0]
    assert "many" in content
    assert "Jansen" not in content


def test_columns_that_the_mapping_does_not_know_are_kept_as_unmapped(kiosks: Mapping, schema: Schema) -> None:
    mapped = apply_mapping(kiosks, table(KIOSK | {"sign": "neon", "lamps": 3}), schema)
    assert json.loads(mapped.records["unmapped"][0]) == {
        "house": "5",
        "lamps": 3,
        "sign": "neon",
        "street": "Station Road",
    }


# ---- which rule takes a row ----


def test_each_row_is_taken_by_the_first_rule_that_holds(kiosks: Mapping, schema: Schema) -> None:
    mapped = apply_mapping(kiosks, table(KIOSK, KIOSK | {"state": "closed", "number": "13"}), schema)
    assert mapped.records.sort("@row")["class"].to_list() == ["town__Kiosk", "ArtificialEntity"]
    assert json.loads(mapped.records.sort("@row")["attributes"][1]) == {"address": ["Station Road 5"]}


def test_a_row_without_the_value_is_not_equal_to_it(kiosks: Mapping, schema: Schema) -> None:
    assert apply_mapping(kiosks, table(KIOSK | {"state": None}), schema).records["class"].to_list() == [
        "ArtificialEntity"
    ]


def test_a_table_without_rows_gives_nothing(kiosks: Mapping, schema: Schema) -> None:
    mapped = apply_mapping(kiosks, table(KIOSK).clear(), schema)
    assert (mapped.records.height, mapped.codes.height, mapped.claims.height, mapped.problems.height) == (0, 0, 0, 0)


# ---- what can't be taken ----


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        ({"seats": "many"}, "wrong_datatype", "town__seats is many: expected xsd:integer"),
        ({"seats": "8.5"}, "wrong_datatype", "town__seats is 8.5: expected xsd:integer"),
        ({"rating": "NaN"}, "wrong_datatype", "town__rating is NaN: expected xsd:double"),
        ({"heated": "warm"}, "wrong_datatype", "town__heated is warm: expected xsd:boolean"),
        ({"opened": "1 April 1998"}, "wrong_datatype", "town__opened is 1 April 1998: expected xsd:date"),
        ({"inspected": "9:30"}, "wrong_datatype", "town__inspected is 9:30: expected xsd:dateTime"),
        ({"colour": "blue"}, "wrong_value", "town__colour is blue; allowed are red, green"),
        ({"permit": None}, "missing_value", "town__permit needs at least 1 value"),
        ({"building": "0503100000030"}, "wrong_code", "town__bag is 0503100000030: nl.bag: '0503100000030'"),
        ({"number": None}, "missing_key", "no $(district)-$(number)"),
        ({"kind": "Booth"}, "unknown_class", "the ontology has no class"),
        ({"kind": None}, "unknown_class", "the ontology has no class (none)"),
        ({"state": "planned", "@class": "kiosk"}, "unmapped_class", "no mapping of kiosk.yml takes rows of kind kiosk"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(
    change: Row, reason: str, detail: str, kiosks: Mapping, schema: Schema
) -> None:
    good = KIOSK | {"number": "13", "building": OTHER_PAND}
    mapped = apply_mapping(kiosks, table(KIOSK | change, good), schema)
    assert mapped.problems.select("@row", "reason").rows() == [(1, reason)]
    assert mapped.problems["detail"][0].startswith(detail)
    assert mapped.records["@row"].to_list() == [2]
    assert set(mapped.codes["@row"]) == set(mapped.claims["@row"]) == {2}


def test_a_second_value_where_one_is_allowed_is_a_problem(schema: Schema) -> None:
    text = """
    prefixes: {town: "https://town.example/ontology#"}
    res3d: {source: town, title: town, licence: CC0}
    mappings: {x: {s: record/town/$(id), po: [[a, Building], [town:seats, [$(inside), $(outside)]]]}}
    """
    mapping = parse_mapping(text, "seats.yml", schema)
    mapped = apply_mapping(mapping, table({"id": "1", "inside": "2", "outside": "3"}), schema)
    assert mapped.problems.select("reason", "detail").rows() == [("wrong_value", "town__seats has more than one value")]


def test_all_problems_of_a_row_are_told_at_once(kiosks: Mapping, schema: Schema) -> None:
    problems = apply_mapping(kiosks, table(KIOSK | {"seats": "many", "colour": "blue"}), schema).problems
    assert sorted(problems["reason"]) == ["wrong_datatype", "wrong_value"]


def test_every_row_becomes_a_record_or_a_problem(kiosks: Mapping, schema: Schema) -> None:
    changes: list[Row] = [{}, {"seats": "x"}, {"state": "closed"}, {"state": "planned"}, {"kind": "?"}, {"number": ""}]
    rows = [KIOSK | {"number": str(place)} | change for place, change in enumerate(changes * 50)]
    mapped = apply_mapping(kiosks, table(*rows), schema)
    taken, refused = set(mapped.records["@row"]), set(mapped.problems["@row"])
    assert taken | refused == set(range(1, len(rows) + 1))
    assert not taken & refused
    assert len(taken) == mapped.records.height == 100


def test_one_value_is_too_few_where_two_are_demanded(schema: Schema) -> None:
    """Of one rule for the property as of several: each gives one value at most."""
    declared = replace(schema.property_("remark"), minimum=2, maximum=None)
    rows = pl.DataFrame({"@row": [1, 2], "@@key": ["a", "b"], "x": ["one", None], "y": ["two", None]})
    x, y = (PropertyRule("remark", Template(f"$({name})"), None) for name in "xy")
    assert property_values(declared, [x], rows).wrong["key"].to_list() == ["a", "b"]
    assert property_values(declared, [x, y], rows).wrong["key"].to_list() == ["b"]
    assert property_values(declared, [x], rows).values.to_list() == [["one"], None]


WORDS = """
prefixes: {res: "https://res3d.example/ontology#"}
res3d: {source: town, title: town, licence: CC0}
mappings:
  thing:
    s: record/town/$(id)
    po: [[a, "res:$(@class)"]]
    classes: {Haus: Building%s}
"""


@pytest.mark.parametrize(
    ("other", "taken", "waiting"),
    [("", ["Building", None, "Bridge"], 1), (", '*': GeographicEntity", ["Building", "GeographicEntity", "Bridge"], 0)],
)
def test_words_of_the_source_mean_classes(schema: Schema, other: str, taken: list[str | None], waiting: int) -> None:
    mapping = parse_mapping(WORDS % other, "town.yml", schema)
    rows: list[Row] = [{"id": word, "@class": word} for word in ("Haus", "Hof", "Bridge")]
    mapped = apply_mapping(mapping, table(*rows), schema)
    assert mapped.records["class"].to_list() == [name for name in taken if name is not None]
    assert mapped.problems["reason"].to_list() == ["unknown_class"] * waiting


@pytest.mark.parametrize("name", ["^n.*$", "*"])
def test_a_column_may_have_a_name_that_polars_takes_for_a_pattern(schema: Schema, name: str) -> None:
    text = f"""
    prefixes: {{res: "https://res3d.example/ontology#"}}
    res3d: {{source: odd, title: odd, licence: CC0}}
    mappings:
      odd:
        s: record/odd/$(key)
        po: [[a, res:Building], [res:status, "$({name})"]]
    """
    mapped = apply_mapping(
        parse_mapping(text, "odd.yml", schema), table({"key": "k", "number": "1", name: "in use", "nine": "9"}), schema
    )
    assert mapped.problems.is_empty()
    assert attributes(mapped)["status"] == ["in use"]
    assert json.loads(mapped.records["unmapped"][0]) == {"number": "1", "nine": "9"}


@pytest.mark.parametrize(("function", "taken"), [("equal", ["Haus", "Hof"]), ("notEqual", ["Bridge", None])])
def test_a_condition_may_name_several_values(schema: Schema, function: str, taken: list[str | None]) -> None:
    text = f"""
    prefixes: {{res: "https://res3d.example/ontology#"}}
    res3d: {{source: town, title: town, licence: CC0}}
    mappings:
      thing:
        s: record/town/$(id)
        condition: {{function: {function}, parameters: [[kind, $(@class)], [one, [Haus, Hof]]]}}
        po: [[a, res:Building], [res:status, $(@class)]]
    """
    rows: list[Row] = [{"id": str(place), "@class": word} for place, word in enumerate(["Haus", "Bridge", "Hof", None])]
    mapped = apply_mapping(parse_mapping(text, "town.yml", schema), table(*rows), schema)
    words = ["Haus", "Bridge", "Hof", None]
    assert [words[int(key)] for key in mapped.records["key"]] == taken
    assert mapped.problems.height == 2
