"""CityJSON of any origin into the ledger: held against a plain walk of the same JSON, nothing of it is lost."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingest.pipeline import Options, ingest_files
from ingest.summary import FileSummary
from kg.workspace import open_workspace
from ontology import compile_schema, packaged_texts
from tests.workspaces import european_workspace

# The class of each word that has another name in the ontology; all others have the same.
CLASSES = {
    "TINRelief": "TerrainSurface", "PlantCover": "VegetationAndSoil", "LandUse": "LandUseArea", "BuildingRoom": "Room",
    "CityFurniture": "UrbanComponent", "GenericCityObject": "GeographicEntity",
    "+GenericCityObject": "GeographicEntity",
    "+NoiseCityFurnitureSegment": "GeographicEntity", "SolitaryVegetationObject": "SolitaryPlant",
    "BuildingStorey": "Storey", "TransportSquare": "ParkOrSquare", "TunnelHollowSpace": "Room",
    "CityObjectGroup": "GeographicEntity", "BridgeConstructiveElement": "BridgeElement", "+Shed": "GeographicEntity",
    "BuildingConstructiveElement": "BuildingComponent", "TunnelInstallation": "Construction",
}  # fmt: skip
FILES = {
    "za-capetown-osm3d/salt_river_lod1.city.json": None,
    "za-capetown-osm3d/cput_campus_lod1.city.json": "EPSG:32734",  # its metadata is a list, which says none
    "nl-delft-bgt/3dfier_lod1_v20.city.json": None,
    "citygml-spec-examples/citygml4j/lod2_buildings_v2.json": None,
    "citygml-spec-examples/citygml4j/lod2_buildings_as_CityJSON_features.jsonl": "EPSG:3068",
    "bad-val3dity/test_cjseq/denhaag_random_5.city.jsonl": None,
    "bad-cityjson-cjval/texture4.city.json": None,
    "bad-cityjson-cjval/japanese.city.json": None,
    "bad-cityjson-cjval/noise1.city.json": None,
    "bad-cityjson-cjval/many.json": None,
    "bad-cityjson-cjval/o2.json": None,
}
_ALLOWED = ("EPSG:3068", "EPSG:6677", "EPSG:28992", "EPSG:32734")


@dataclass(frozen=True)
class Taken:
    """What the ledger has of one file."""

    summary: FileSummary
    records: dict[str, tuple[str, dict[str, Any], dict[str, Any]]]  # key -> class, attributes, unmapped
    parts: int  # records that are part of another


def walked(path: Path) -> dict[str, Any]:
    """The objects of a file or of a sequence, by a walk of the JSON."""
    text = path.read_text(encoding="utf-8")
    frames = [json.loads(line) for line in text.splitlines()] if path.suffix == ".jsonl" else [json.loads(text)]
    return {key: each for frame in frames for key, each in frame["CityObjects"].items()}


def taken(path: Path, place: Path, crs: str | None = None) -> Taken:
    """The file in a workspace of its own."""
    workspace = open_workspace(european_workspace(place / "w", *_ALLOWED, uncertainty_m=5.0))
    ledger = workspace.ledger()
    (summary,) = ingest_files(workspace, ledger, compile_schema(packaged_texts()), [path], Options(crs=crs))
    ledger.close()
    with closing(sqlite3.connect(workspace.directory / "ledger.gpkg")) as found:
        rows = found.execute('SELECT key, class, attributes, unmapped FROM "record"').fetchall()
        (parts,) = found.execute("SELECT COUNT(*) FROM relation WHERE predicate = 'partOf'").fetchone()
    records = {key: (kind, json.loads(said), json.loads(rest)) for key, kind, said, rest in rows}
    return Taken(summary, records, parts)


def words(value: object) -> str:
    """A value as the ledger may have it: numbers without needless zeros."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{float(value):.9g}"


def is_said(name: str, value: Any, attributes: dict[str, Any], unmapped: dict[str, Any]) -> bool:
    """Whether an attribute of the source is in the record: under its own name, or as a value of a property."""
    if name in unmapped:
        kept = unmapped[name]
        is_nested = isinstance(value, list | dict)
        return json.loads(kept) == value if is_nested else words(kept) == words(value)
    said = [each for values in attributes.values() for each in (values if isinstance(values, list) else [values])]
    return any(words(each).partition("@")[0] == words(value).partition("@")[0] for each in said)


@pytest.mark.process
@pytest.mark.parametrize("name", FILES)
def test_each_object_is_a_record_of_its_class_that_says_all_it_said(
    name: str, shared_data: Path, tmp_path: Path
) -> None:
    objects = walked(shared_data / name)
    found = taken(shared_data / name, tmp_path, FILES[name])
    summary = found.summary
    assert (summary.error, summary.mapping, summary.quarantined) == (None, "cityjson.yml", 0)
    assert summary.rows == summary.taken == len(found.records)
    expected = Counter(CLASSES.get(each["type"], each["type"]) for each in objects.values())
    assert Counter(found.records[key][0] for key in objects) == expected
    surfaces = summary.rows - len(objects)
    assert found.parts == surfaces + sum(bool(each.get("parents")) for each in objects.values())
    lost = [
        (key, attribute, value)
        for key, each in objects.items()
        for attribute, value in (each.get("attributes") or {}).items()
        if value is not None and not is_said(attribute, value, *found.records[key][1:])
    ]
    assert not lost


ATTRIBUTES = {
    "name": "Town hall", "class": "1000", "function": "administration", "usage": "museum", "roofType": "1030",
    "yearOfConstruction": 1618, "measuredHeight": 31.5, "storeysAboveGround": 4, "storeysBelowGround": 1,
    "dateOfConstruction": "1618-05-23",
}  # fmt: skip
KINDS = (
    "BuildingPart", "BuildingInstallation", "BuildingStorey", "BuildingRoom", "BuildingConstructiveElement", "Bridge",
    "BridgeConstructiveElement", "Road", "Railway", "TransportSquare", "TINRelief", "PlantCover", "WaterBody",
    "LandUse", "SolitaryVegetationObject", "CityFurniture", "Tunnel", "TunnelInstallation", "TunnelHollowSpace",
    "GenericCityObject", "CityObjectGroup", "+Shed",
)  # fmt: skip


@pytest.mark.process
def test_standard_attributes_and_every_kind_of_object_are_understood(tmp_path: Path) -> None:
    objects: dict[str, Any] = {"hall": {"type": "Building", "attributes": ATTRIBUTES}}
    objects |= {f"a {kind}": {"type": kind, "parents": ["hall"]} for kind in KINDS}
    path = tmp_path / "town.city.json"
    head = {"type": "CityJSON", "version": "2.0", "metadata": {"referenceSystem": "EPSG:28992"}, "vertices": []}
    path.write_text(json.dumps({**head, "CityObjects": objects}))
    found = taken(path, tmp_path)
    assert (found.summary.mapping, found.summary.quarantined, found.parts) == ("cityjson.yml", 0, len(KINDS))
    assert {kind: found.records[f"a {kind}"][0] for kind in KINDS} == {kind: CLASSES.get(kind, kind) for kind in KINDS}
    _, said, rest = found.records["hall"]
    assert rest == {"class": "1000"}
    assert said == {
        "completionDate": ["1618-05-23"], "height": [31.5], "name": ["Town hall@und"], "roofType": ["1030"],
        "storeysAboveGround": [4], "storeysBelowGround": [1], "use": ["administration", "museum"],
        "yearOfConstruction": [1618],
    }  # fmt: skip
