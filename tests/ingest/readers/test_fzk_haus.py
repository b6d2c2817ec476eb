"""The house of Karlsruhe (FZK-Haus, KIT): one house as IFC4, CityGML 2 and CityGML 3 has the same storeys and rooms."""

import csv
import gzip
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely
from lxml import etree

from ingest.readers import Batch

from .suite import all_batches, read_here

FOLDER = "de-fzk-haus"
IFC = "AC20-FZK-Haus.ifc"
CITYGML_2 = "FZK-Haus-LoD-all_nofurniture.gml.gz"
CITYGML_3 = tuple(f"FZK-Haus-LoD{lod}-KIT-IAI-KHH-B36-V1__v3.gml" for lod in (2, 3))
# Storey by the height of its floor above the lowest, in m -> what its rooms are called.
STOREYS = {0.0: {"Flur", "Buero", "Bad", "Schlafzimmer", "Wohnen", "Küche"}, 2.7: {"Galerie"}}
INSIDE = {"Room", "BuildingRoom", "Storey", "BuildingUnit", "interiorRoom", "buildingRoom", "buildingSubdivision"}


@pytest.fixture(scope="module")
def model(shared_data: Path) -> Batch:
    """The IFC file, read whole."""
    return all_batches(read_here("ifc", shared_data / FOLDER / IFC)[1])


@pytest.fixture(scope="module")
def city(shared_data: Path) -> Batch:
    """The CityGML 2 file, read whole."""
    return all_batches(read_here("citygml", shared_data / FOLDER / CITYGML_2)[1])


def rooms_by_floor(batch: Batch, class_: str, word: str) -> dict[float, set[str]]:
    """What the rooms are called, by the height of the lowest point of their shapes above the lowest of all, in m."""
    rooms = batch.geometries.join(batch.features.filter(pl.col("@class") == class_), on="@row")
    shapes = shapely.from_wkb(rooms["@geometry"].to_numpy())
    floors = np.array([shapely.get_coordinates(shape, include_z=True)[:, 2].min() for shape in shapes])
    found: dict[float, set[str]] = {}
    for floor, name in zip((floors - floors.min()).round(2).tolist(), rooms[word], strict=True):
        found.setdefault(floor, set()).add(name)
    return found


@pytest.mark.process
def test_the_building_model_has_its_tree(model: Batch, shared_data: Path) -> None:
    features = model.features
    text = (shared_data / FOLDER / IFC).read_text("latin-1")
    for word, class_ in (("IFCSPACE", "IfcSpace"), ("IFCBUILDINGSTOREY", "IfcBuildingStorey")):
        assert features.filter(pl.col("@class") == class_).height == text.count(f"= {word}(") + text.count(f"={word}(")
    rooms = features.filter(pl.col("@class") == "IfcSpace")
    assert rooms.height == 7
    assert sorted(rooms["Name"]) == [str(number) for number in range(1, 8)]
    parents = dict(features.select("@key", "@parent").rows())
    classes = dict(features.select("@key", "@class").rows())
    for key in rooms["@key"]:
        way = []
        while key is not None:
            way.append(classes[key])
            key = parents[key]
        assert way == ["IfcSpace", "IfcBuildingStorey", "IfcBuilding", "IfcSite", "IfcProject"]
    windows = features.filter(pl.col("@class") == "IfcWindow")
    assert set(windows["ParentBy"]) == {"IfcRelFillsElement"}
    assert {classes[parents[parents[key]]] for key in windows["@key"]} == {"IfcWallStandardCase"}


@pytest.mark.process
def test_the_rooms_are_the_same_on_the_same_storeys(model: Batch, city: Batch) -> None:
    assert rooms_by_floor(model, "IfcSpace", "LongName") == STOREYS
    assert rooms_by_floor(city, "Room", "description") == STOREYS
    storeys = model.features.filter(pl.col("@class") == "IfcBuildingStorey")
    spaces = model.features.filter(pl.col("@class") == "IfcSpace")
    elevations = dict(storeys.select("@key", "Elevation").rows())
    told: dict[float, set[str]] = {}
    for parent, name in spaces.select("@parent", "LongName").rows():
        told.setdefault(elevations[parent], set()).add(name)
    assert told == STOREYS


@pytest.mark.process
def test_each_version_says_two_storeys_as_a_walk_does(model: Batch, city: Batch, shared_data: Path) -> None:
    assert model.features.filter(pl.col("@class") == "IfcBuildingStorey").height == len(STOREYS)
    for name in (CITYGML_2, *CITYGML_3):
        content = (shared_data / FOLDER / name).read_bytes()
        root = etree.fromstring(gzip.decompress(content) if name.endswith(".gz") else content)
        walked = [int(each.text) for each in root.iter("{*}storeysAboveGround")]
        batch = city if name == CITYGML_2 else all_batches(read_here("citygml", shared_data / FOLDER / name)[1])
        houses = batch.features.filter(pl.col("@class") == "Building")
        assert houses["storeysAboveGround"].to_list() == walked == [len(STOREYS)]
        assert houses["storeysBelowGround"].to_list() == [0]


@pytest.mark.process
@pytest.mark.parametrize("name", CITYGML_3)
def test_the_files_of_citygml_3_hold_no_storeys_and_rooms(shared_data: Path, name: str) -> None:
    assert sorted(path.name for path in (shared_data / FOLDER).glob("*v3.gml")) == sorted(CITYGML_3)
    root = etree.parse(str(shared_data / FOLDER / name)).getroot()
    assert INSIDE.isdisjoint({etree.QName(each).localname for each in root.iter("{*}*")})
    features = all_batches(read_here("citygml", shared_data / FOLDER / name)[1]).features
    assert features.height > 0
    assert INSIDE.isdisjoint(features["@class"])


@pytest.mark.process
def test_the_table_of_rooms_knows_the_rooms_of_both_files(model: Batch, city: Batch, shared_data: Path) -> None:
    with (shared_data / FOLDER / "truth" / "rooms_spaces.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    spaces = model.features.filter(pl.col("@class") == "IfcSpace")
    rooms = city.features.filter(pl.col("@class") == "Room")
    assert {(row["ifc_space_name"], row["ifc_space_longname"]) for row in table} == set(
        spaces.select("Name", "LongName").rows()
    )
    assert {row["citygml_room_name"] for row in table} == set(rooms["name"])
    # The table pairs by number; by what the rooms are called, 1 and 6 are the other way round.
    called = dict(rooms.select("name", "description").rows())
    differ = [row["ifc_space_name"] for row in table if called[row["citygml_room_name"]] != row["ifc_space_longname"]]
    assert differ == ["1", "6"]
