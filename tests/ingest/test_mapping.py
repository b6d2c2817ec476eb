"""Mapping files: what is understood, what is refused and by which words, and which one reads a file."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from ingest.mapping import Header, Mapping, MappingError, Template, rank_mappings
from ingest.mapping_text import load_mapping, parse_mapping
from ingest.mappings import known_mappings
from ingest.readers import read
from kg.workspace import create_workspace
from ontology import OntologyText, Schema, compile_schema, packaged_texts

DATA = Path(__file__).parent / "data"
GOOD, BAD = DATA / "mappings" / "good", DATA / "mappings" / "bad"
REGISTRATION = Path(__file__).parents[2] / "ingest" / "sample" / "registration"
MAPPINGS = Path(__file__).parents[2] / "ingest" / "mappings"
MANUAL = Path(__file__).parents[2] / "docs" / "mapping.md"
SHORTEST = "res3d: {source: a, title: b, licence: c}\nmappings: {x: {s: record/a/$(id), po: [[a, Building]]}}"
MAPPING_OF_FILE = {
    "counties.geojson": "cn-county.yml",
    "districts.geojson": "cn-district.yml",
    "subdistricts.geojson": "cn-subdistrict.yml",
    "parcels.geojson": "cn-parcel.yml",
    "compounds.geojson": "cn-compound.yml",
    "buildings.geojson": "cn-building.yml",
    "building_lod13.city.json": "cn-building-lod13.yml",
    "building_lod3.city.json": "cn-building-lod3.yml",
    "storeys.csv": "cn-storey.yml",
    "units.csv": "cn-unit.yml",
    "mortgages.csv": "cn-mortgage.yml",
    "seizures.csv": "cn-seizure.yml",
    "pipelines.geojson": "cn-pipeline.yml",
    "offices.csv": "cn-office.yml",
    "successions.csv": "cn-succession.yml",
}


@pytest.fixture(scope="module")
def town_schema() -> Schema:
    """The packaged ontology with the small one of the tests."""
    own = (DATA / "town.ttl").read_text(encoding="utf-8")
    return compile_schema([*packaged_texts(), OntologyText("town.ttl", own)])


@pytest.fixture(scope="module")
def kiosk(town_schema: Schema) -> Mapping:
    return load_mapping(GOOD / "kiosk.yml", town_schema)


@pytest.fixture(scope="module")
def built_in(schema: Schema, tmp_path_factory: pytest.TempPathFactory) -> list[Mapping]:
    workspace = create_workspace(tmp_path_factory.mktemp("mappings") / "workspace")
    return known_mappings(workspace, schema)


# ---- what is understood ----


def test_the_quick_parser_reads_our_mappings_as_the_other_one_does(schema: Schema) -> None:
    paths = sorted(MAPPINGS.glob("*.yml"))
    assert len(paths) > 40
    assert [load_mapping(path, schema, is_ours=True) for path in paths] == [
        load_mapping(path, schema) for path in paths
    ]


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}"), ("- ", "")])
@pytest.mark.parametrize("depth", [5_000, 50_000])
def test_a_mapping_nested_deep_is_refused(
    tmp_path: Path, schema: Schema, opening: str, closing: str, depth: int
) -> None:
    """A crash of the quick parser would end the whole process: such text goes to the other one."""
    workspace = create_workspace(tmp_path / "workspace")
    (workspace.ontology / "deep.yml").write_text(opening * depth + closing * depth)
    with pytest.raises(MappingError, match=r"deep\.yml"):
        known_mappings(workspace, schema)


def test_the_header_says_how_deliveries_are_read(kiosk: Mapping) -> None:
    header = kiosk.header
    assert (header.source, header.title, header.licence, header.credit) == (
        "town-kiosks", "Kiosks of the town", "CC0", "the town",
    )  # fmt: skip
    assert (header.issuer, header.rank, header.scale_level, header.delivery) == ("town hall", 15, "city", "partial")
    assert (header.update_cycle, header.access_level, header.crs) == ("yearly", "restricted", "EPSG:28992")
    assert (header.epoch, header.geometry, header.format) == (2020.5, "optional", "CSV")


def test_a_header_that_says_little_means_a_public_snapshot_with_geometry(schema: Schema) -> None:
    header = parse_mapping(SHORTEST, "short.yml", schema).header
    assert (header.delivery, header.geometry, header.access_level, header.rank) == (
        "snapshot", "required", "public", 50,
    )  # fmt: skip
    assert (header.crs, header.epoch, header.scale_level, header.format) == (None, None, None, None)


def test_the_key_is_the_subject_below_its_source(kiosk: Mapping) -> None:
    assert kiosk.records[0].key == Template("$(district)-$(number)")


def test_a_class_may_come_from_the_source(kiosk: Mapping) -> None:
    assert kiosk.records[0].class_.references == ("kind",)
    assert kiosk.records[1].class_ == Template("ArtificialEntity")


def test_conditions_are_equal_or_not(kiosk: Mapping) -> None:
    first, second = (rule.condition for rule in kiosk.records)
    assert first is not None
    assert second is not None
    assert (first.left.text, first.right.text, first.is_equal) == ("$(state)", "open", True)
    assert (second.right.text, second.is_equal) == ("planned", False)


def test_lists_of_predicates_and_objects_are_taken_one_by_one(kiosk: Mapping) -> None:
    stated = [(part.property, part.value.text) for part in kiosk.records[0].properties]
    assert ("town__sells", "$(first_good)") in stated
    assert ("town__sells", "$(second_good)") in stated
    assert ("partOf", "code/nl.bag/$(building)") in stated
    assert ("locatedIn", "code/nl.bag/$(building)") in stated


def test_languages_stay_with_their_values(kiosk: Mapping) -> None:
    called = [part.language for part in kiosk.records[0].properties if part.property == "town__called"]
    assert called == ["zh", "en"]


def test_the_long_form_says_the_same_as_the_short_one(kiosk: Mapping) -> None:
    long = kiosk.records[1].properties[0]
    assert (long.property, long.value.text, long.language) == ("address", "$(street) $(house)", None)


def test_only_columns_of_keys_classes_and_conditions_are_needed(kiosk: Mapping) -> None:
    assert kiosk.needed == {"district", "number", "state", "kind"}
    assert {"seats", "building", "street", "house"} <= kiosk.references - kiosk.needed


def test_the_version_follows_the_text(schema: Schema) -> None:
    one, same, other = (parse_mapping(each, "a.yml", schema).version for each in (SHORTEST, SHORTEST, SHORTEST + "\n"))
    assert one == same != other


# ---- what is refused ----


def _bad_files() -> list[Path]:
    files = sorted(BAD.glob("*.yml"))
    assert len(files) > 30, "the bad examples are missing"
    return files


@pytest.mark.parametrize("path", _bad_files(), ids=lambda path: path.stem)
def test_a_bad_mapping_is_refused_with_the_error_that_it_names(path: Path, town_schema: Schema) -> None:
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# error: ")
    assert expected, f"{path.name} has to name its error in the first line"
    with pytest.raises(MappingError) as error:
        load_mapping(path, town_schema)
    assert expected in str(error.value)


def test_a_mapping_file_that_is_not_there_is_named(schema: Schema, tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"nowhere\.yml can't be read as a mapping .*give a YARRRML file in UTF-8"):
        load_mapping(tmp_path / "nowhere.yml", schema)


def test_a_mapping_that_is_not_utf8_is_refused(schema: Schema, tmp_path: Path) -> None:
    path = tmp_path / "latin.yml"
    path.write_bytes("# Gemäuer\n".encode("latin-1"))
    with pytest.raises(MappingError, match=r"latin\.yml can't be read as a mapping .*give a YARRRML file in UTF-8"):
        load_mapping(path, schema)


# ---- what the manual says ----


def test_the_examples_of_the_manual_can_be_read(schema: Schema) -> None:
    examples = re.findall(r"```yaml\n(.*?)```", MANUAL.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(examples) == 2
    sources = [parse_mapping(text, "manual", schema).header.source for text in examples]
    assert sources == ["town-kiosks", "town-pavilions"]


def test_the_manual_tells_of_every_header_key() -> None:
    table = MANUAL.read_text(encoding="utf-8").split("## Header")[1].split("## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)) == {field.name for field in fields(Header)}


# ---- which one reads a file ----


@pytest.mark.parametrize(("name", "expected"), MAPPING_OF_FILE.items())
def test_one_built_in_mapping_reads_each_registration_file(name: str, expected: str, built_in: list[Mapping]) -> None:
    assert _chosen(REGISTRATION / name, built_in) == [expected]


def test_every_registration_file_has_its_mapping() -> None:
    files = {path.name for path in REGISTRATION.iterdir() if path.suffix in {".geojson", ".json", ".csv"}}
    assert files == MAPPING_OF_FILE.keys()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bag_pand_2d.geojson", "nl-bag.yml"),
        ("3dbag_v210908_tile5910.city.json", "nl-3dbag.yml"),
        ("3dbag_later_subset10.city.jsonl", "nl-3dbag.yml"),
    ],
)
def test_one_built_in_mapping_reads_each_delft_file(
    name: str, expected: str, built_in: list[Mapping], shared_data: Path
) -> None:
    assert _chosen(shared_data / "nl-delft-campus" / name, built_in) == [expected]


def test_a_city_model_of_unknown_origin_is_read_as_any_cityjson(built_in: list[Mapping]) -> None:
    columns = frozenset({"@row", "@key", "@parent", "@class", "roofType", "function"})
    assert [mapping.name for mapping in rank_mappings(built_in, columns, "CityJSON")] == ["cityjson.yml"]


@pytest.mark.parametrize("more", [(), ("b3_h_dak_50p",), ("status", "name", "function", "usage", "roofType")])
def test_the_column_of_its_key_chooses_a_mapping_before_those_that_it_misses(
    more: tuple[str, ...], built_in: list[Mapping]
) -> None:
    columns = frozenset({"@row", "@key", "@parent", "@class", "identificatie", *more})
    assert [mapping.name for mapping in rank_mappings(built_in, columns, "CityJSON")] == ["nl-3dbag.yml"]


def test_columns_of_a_source_without_the_one_of_its_key_do_not_choose_its_mapping(built_in: list[Mapping]) -> None:
    columns = frozenset({"@row", "@key", "@parent", "@class", "status", "b3_h_dak_50p", "b3_dak_type"})
    assert [mapping.name for mapping in rank_mappings(built_in, columns, "CityJSON")] == ["cityjson.yml"]


def test_each_built_in_mapping_that_is_made_for_a_mesh_format_is_chosen_for_it(built_in: list[Mapping]) -> None:
    columns = frozenset({"@row", "@key", "@parent", "@class"})
    for name in ("OBJ", "PLY", "STL", "OFF", "glTF"):
        assert [each.name for each in rank_mappings(built_in, columns, name)] == [f"mesh-{name.lower()}.yml"]


def test_a_word_of_the_header_that_yaml_takes_for_a_truth_value_is_refused(schema: Schema) -> None:
    with pytest.raises(MappingError, match=r"format.*YAML takes the word for False; put it in quotation marks"):
        parse_mapping(SHORTEST.replace("source: a", "source: a, format: OFF"), "off.yml", schema)


def test_mappings_that_fit_equally_well_are_all_given(schema: Schema) -> None:
    twins = [parse_mapping(SHORTEST, name, schema) for name in ("one.yml", "two.yml")]
    assert [mapping.name for mapping in rank_mappings(twins, frozenset({"id"}), "CSV")] == ["one.yml", "two.yml"]


def test_built_in_mappings_have_sources_of_their_own(built_in: list[Mapping]) -> None:
    assert len({mapping.header.source for mapping in built_in}) == len(built_in) > 0
    assert all(mapping.name == f"{mapping.header.source}.yml" for mapping in built_in)


def _chosen(path: Path, mappings: list[Mapping]) -> list[str]:
    with read(path) as reading:
        columns = frozenset(next(iter(reading.batches)).features.columns)
        return [mapping.name for mapping in rank_mappings(mappings, columns, reading.info.format)]


@pytest.mark.parametrize(
    ("condition", "class_", "made"),
    [
        ("", "res:Building", {"Building"}),
        ("", '"res:$(@class)"', None),
        ("condition: {function: equal, parameters: [[k, $(@class)], [v, [Haus, Bridge]]]}", '"res:$(@class)"',
         {"Building", "https://res3d.example/ontology#Bridge"}),
        ("condition: {function: notEqual, parameters: [[k, $(@class)], [v, Hof]]}", '"res:$(@class)"', None),
        ("condition: {function: equal, parameters: [[k, $(kind)], [v, Haus]]}", '"res:$(@class)"', None),
    ],
)  # fmt: skip
def test_which_classes_a_rule_makes(town_schema: Schema, condition: str, class_: str, made: set[str] | None) -> None:
    table = "classes: {Haus: Building}" if "$" in class_ else ""
    text = f"""
prefixes: {{res: "https://res3d.example/ontology#"}}
res3d: {{source: town, title: town, licence: CC0}}
mappings:
  thing:
    s: record/town/$(id)
    po: [[a, {class_}]]
    {condition}
    {table}
"""
    (rule,) = parse_mapping(text, "town.yml", town_schema).records
    assert rule.made == made
