"""The ledger file as QGIS and GDAL see it: a GeoPackage with a layer per class of current entities."""

import pyogrio

from tests.ingest.deliveries import Desk, square


def test_gdal_reads_current_entities_as_layers_with_their_attributes(desk: Desk) -> None:
    desk.hand_in([square("a", 0), square("b", 20, year=1850)])
    desk.hand_in([square("a", 0)], at="2025-06-30", name="later.geojson")
    path = desk.workspace.directory / "ledger.gpkg"
    layers = [name for name, _ in pyogrio.list_layers(path)]
    assert "Building_2d" in layers
    buildings = pyogrio.read_dataframe(path, layer="Building_2d")
    assert buildings["key"].tolist() == ["a"]
    assert buildings["yearOfConstruction"].tolist() == ["1990"]  # a column of a view has no type in SQLite
    assert buildings.crs.to_epsg() == 4490
    assert buildings.geometry.is_valid.all()


def test_a_writer_and_gdal_do_not_disturb_each_other(desk: Desk) -> None:
    desk.hand_in([square("a", 0)])
    path = desk.workspace.directory / "ledger.gpkg"
    with desk.ledger.writing("tester", "open while GDAL reads"):
        assert len(pyogrio.read_dataframe(path, layer="Building_2d")) == 1
