"""The classification of fundamental geographic entities: every row of it is a class of the model.

`data/entity_classes.csv` is the project's list of 147 classes: 42 codes and Chinese names were verified in public
sources; the rest, whose codes begin with P, and all English names are the project's.
"""

import csv

import pytest
import rdflib
from rdflib.namespace import RDFS

from ontology import Schema, packaged_texts

from .texts import DATA

OURS = "https://res3d.example/ontology#"
with (DATA / "entity_classes.csv").open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))

# The classification groups by subject; where a row is not a kind of the row above it, the model says what it is.
NOT_A_KIND_OF_ITS_GROUP = {
    "P23110": "Construction",  # a component of a building is no building
    "P23119": "Construction",  # a room is no component
    "P23120": "BuildingComponent",
    "P22310": "TransportEntity",  # a stretch of a road is no road
    "P22320": "TransportEntity",
    "P24800": "ArtificialEntity",  # a valve is no pipeline
    "P31900": "ManagedEntity",  # a limit of a county is no county
}
SAME_CLASS = {"P33500": "230100"}  # the natural building of the registry is the building


@pytest.fixture(scope="module")
def names(packaged: Schema) -> dict[str, str]:
    found = {term.code: term.name for term in packaged.classes.values() if term.code}
    return found | {code: found[same] for code, same in SAME_CLASS.items()}


def test_the_classification_has_all_its_rows() -> None:
    assert len(ROWS) == 147
    assert sum(row["status"] == "verified" for row in ROWS) == 42
    assert all((row["status"] == "project") == row["code"].startswith("P") for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["code"])
def test_a_row_is_a_class_with_its_code_names_geometries_and_scales(
    row: dict[str, str], names: dict[str, str], packaged: Schema
) -> None:
    class_ = packaged.class_(names[row["code"]])
    if row["code"] not in SAME_CLASS:
        assert class_.labels["zh"] == row["name_zh"]
    assert set(class_.scale_levels) >= set(row["scale_level"].split(";"))
    assert set(class_.geometry_kinds) >= set(row["geometry_kinds"].split(";"))
    expected = NOT_A_KIND_OF_ITS_GROUP.get(row["code"]) or names.get(row["parent"])
    if expected and row["code"] not in SAME_CLASS:
        assert expected in class_.ancestors


def test_feature_codes_of_a_row_stand_with_its_class(names: dict[str, str], packaged: Schema) -> None:
    model = rdflib.Graph()
    for text in packaged_texts():
        model.parse(data=text.text, format="turtle")
    for row in ROWS:
        term = rdflib.URIRef(packaged.class_(names[row["code"]]).iri)
        codes = {str(code) for code in model.objects(term, rdflib.URIRef(OURS + "featureCode"))}
        assert codes == {code for code in row["gb13923_codes"].split(";") if code}, row["code"]


def test_no_two_classes_share_a_name(packaged: Schema) -> None:
    for language in ("zh", "en"):
        labels = [term.labels[language] for term in packaged.classes.values() if language in term.labels]
        twice = {label for label in labels if labels.count(label) > 1}
        assert not twice, f"{RDFS.label} @{language}: {twice}"
