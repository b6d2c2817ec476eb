"""Drafted mappings: they load as they are, say why, and never guess without a reason."""

from pathlib import Path

import polars as pl
import pytest

from api.cli.demo import sample_files
from ingest.draft import Knowledge, as_json, as_yarrrml, draft_mapping, knowledge
from ingest.draft.write import source_name
from ingest.mapping_text import load_mapping, parse_mapping
from ingest.readers.contract import FEATURE_COLUMNS
from ontology import Schema, packaged_texts
from tests.bench.mapping import MAPPINGS, outcomes

KEY = "340123002004GB00031F0001"


@pytest.fixture(scope="module")
def known(schema: Schema) -> Knowledge:
    return knowledge(schema, packaged_texts(), [load_mapping(path, schema) for path in sorted(MAPPINGS.glob("*.yml"))])


def table(**columns: list[object]) -> pl.DataFrame:
    height = len(next(iter(columns.values()), []))
    structure = {name: pl.Series([None] * height, dtype=kind) for name, kind in FEATURE_COLUMNS.items()}
    return pl.DataFrame({**structure, **columns}).with_columns(pl.int_range(1, pl.len() + 1).alias("@row"))


def test_columns_get_the_meaning_of_their_names_and_values(schema: Schema, known: Knowledge) -> None:
    rows = table(
        ZRZH=[f"{KEY[:-1]}{n}" for n in range(1, 4)],
        建成年份=[1999, 2004, 2018],
        storeys_above_ground=[3, 4, 5],
        colour=["red", "blue", "red"],
    )
    draft = draft_mapping(rows, schema, known)
    found = {each.name: each.property for each in draft.columns}
    assert (draft.class_, draft.key) == ("Building", "ZRZH")
    assert found == {
        "ZRZH": "buildingKey",
        "建成年份": "yearOfConstruction",
        "storeys_above_ground": "storeysAboveGround",
        "colour": None,
    }
    assert all(each.reason and 0 < each.confidence <= 1 for each in draft.columns)


def test_values_that_do_not_fit_speak_against_a_name(schema: Schema, known: Knowledge) -> None:
    draft = draft_mapping(table(yearOfConstruction=["old", "older", "oldest"]), schema, known)
    assert [each.property for each in draft.columns] == [None]


def test_codes_of_other_things_become_relations(schema: Schema, known: Knowledge) -> None:
    rows = table(CH=["1", "2"], SJC=[1, 2], CG=[3.0, 3.0], ZRZH=[KEY, KEY])
    draft = draft_mapping(rows, schema, known, hint="storeys")
    building = next(each for each in draft.columns if each.name == "ZRZH")
    assert draft.class_ == "Storey"
    assert (building.property, building.scheme) == ("partOf", "cn.zrzh")
    assert "cn.zrzh" in building.reason


def test_every_draft_loads_as_it_is(schema: Schema, known: Knowledge) -> None:
    for rows, name in ((table(a=["x"]), "a b.csv"), (table(ZDDM=[KEY[:19]], ZDMJ=[1200.0]), "parcels.csv")):
        draft = draft_mapping(rows, schema, known, name)
        mapping = parse_mapping(as_yarrrml(draft, schema, source_name(name)), "draft.yml", schema)
        assert mapping.records[0].class_.text == draft.class_
        assert {part.property for part in mapping.records[0].properties} == {
            each.property for each in draft.columns if each.property
        }
        assert as_json(draft)["class_"] == draft.class_


def test_a_draft_is_the_same_every_time(schema: Schema, known: Knowledge) -> None:
    rows = table(ZDDM=[KEY[:19]], YT=["0804"], DJSJ=["2024-05-01"])
    assert draft_mapping(rows, schema, known) == draft_mapping(rows, schema, known)


@pytest.mark.parametrize("rows", [table(), table(a=[])], ids=["no columns", "no rows"])
def test_a_table_without_rows_or_columns_is_refused(schema: Schema, known: Knowledge, rows: pl.DataFrame) -> None:
    with pytest.raises(ValueError, match="nothing to draft from"):
        draft_mapping(rows, schema, known)


def test_beginnings_ends_and_names_are_known_by_habit(schema: Schema, known: Knowledge) -> None:
    rows = table(
        ZRZH=[f"{KEY[:-1]}{n}" for n in (1, 2)],
        lease_start=["2020-01-01", "2021-05-01"],
        YYJSRQ=["2024-01-01", "2025-01-01"],
        LYMC=["红楼", "白楼"],
        GZMC=["12", "13"],
    )
    found = {each.name: each.property for each in draft_mapping(rows, schema, known, hint="buildings").columns}
    assert found == {
        "ZRZH": "buildingKey",
        "lease_start": "validFrom",
        "YYJSRQ": "validTo",
        "LYMC": "name",
        "GZMC": None,
    }


def test_words_go_before_the_code_of_the_same(schema: Schema, known: Knowledge) -> None:
    rows = table(BDCDYH=["340123002004GB00031F00010001"], DYFS=["1"], DYFSMC=["一般抵押"], BDBZZQSE=[500_000])
    found = {each.name: each.property for each in draft_mapping(rows, schema, known, hint="mortgages").columns}
    assert (found["DYFS"], found["DYFSMC"]) == (None, "restrictionKind")


def test_a_name_that_no_mapping_can_refer_to_is_left(schema: Schema, known: Knowledge) -> None:
    columns: dict[str, list[object]] = {"area (m2)": [3.0, 4.0], "建成年份": [1999, 2004]}
    rows = table(**columns)
    draft = draft_mapping(rows, schema, known, hint="buildings")
    left = next(each for each in draft.columns if each.name == "area (m2)")
    assert (left.property, draft.key) == (None, "建成年份")
    text = as_yarrrml(draft, schema, "mine")
    assert "area (m2)" not in text.partition("# Kept with")[0]
    with pytest.raises(ValueError, match="rename them"):
        draft_mapping(rows.drop("建成年份"), schema, known)


def test_words_of_a_source_are_no_names_of_columns(known: Knowledge) -> None:
    assert "address" not in known.names("database")
    assert known.names("identificatie")["bagId"].score >= 0.9


def test_a_table_of_two_thousand_columns_is_drafted(schema: Schema, known: Knowledge) -> None:
    columns: dict[str, list[object]] = {f"column {number}": [str(number), "x"] for number in range(2_000)}
    rows = table(**columns)
    assert len(draft_mapping(rows, schema, known).columns) == 2_000


@pytest.mark.process
def test_most_columns_of_our_data_sets_are_drafted_as_their_mappings_have_them(schema: Schema) -> None:
    """Each without its own mapping; the goal is 80 %, this keeps what was reached (make bench-mapping)."""
    found = outcomes(sample_files(), schema)
    assert sum(each.right for each in found) / sum(each.columns for each in found) >= 0.7
    assert sum(each.class_right for each in found) >= 13


def test_the_command_writes_no_file_that_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from api.cli import main
    from kg.workspace import create_workspace

    create_workspace(tmp_path / "workspace")
    rows, out = tmp_path / "kiosks.csv", tmp_path / "kiosks.yml"
    rows.write_text("number,address\n1,Quay 3\n2,Quay 4\n", encoding="utf-8")
    asked = ["ontology", "map", str(rows), "--out", str(out), "--workspace", str(tmp_path / "workspace")]
    assert main(asked) == 0
    assert "res:address" in out.read_text(encoding="utf-8")
    assert main(asked) == 1
    assert "is there already" in capsys.readouterr().err
