"""Every layer of every shared data set: features, values and areas as another reader has them."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from tests.formats import FOLDERS, Layer, by_another, layers_of

# file and layer: why the other reader has something else there
OTHER_GEOMETRY = {("AX_Flurstueck", "de-alkis-neuwerk"): "GDAL takes the point of the label for the parcel"}
REFUSED = {
    "HK-MO-TW.json": "no reader knows its content",
    "pca-code.json": "no reader knows its content",
    "cadastralzonings.gfs": "no reader knows its content",
    "empty.gml": "it has no layer",
    "empty.zip/empty.gml": "it has no layer",
}


# files of dozens of layers, of which each is opened anew; `test_foreign` takes those that are mapped
LONG = {"de-alkis-neuwerk", "fr-edigeo"}


@pytest.mark.parametrize(
    "folder", [pytest.param(name, marks=pytest.mark.soak) if name in LONG else name for name in FOLDERS]
)
def test_all_layers_are_as_another_reader_has_them(shared_data: Path, folder: str) -> None:
    seen = 0
    for layer in layers_of(shared_data, folder):
        seen += 1
        if layer.refused is not None:
            assert REFUSED[layer.name] in layer.refused
        else:
            compare(layer)
    assert seen


def compare(layer: Layer) -> None:
    theirs = by_another(layer)
    place = (layer.folder, layer.name, layer.layer)
    assert layer.features.height == len(theirs), place
    if layer.features.is_empty():
        return
    assert layer.features["@row"].to_list() == list(range(1, len(theirs) + 1)), place
    names = [name for name in theirs.columns if name in layer.features.columns and name != "geometry"]
    missing = {name for name in theirs.columns if name != "geometry"} - set(layer.features.columns)
    assert not missing, (place, missing)
    for name in names:
        # a missing number, an empty text and an empty list are all no value
        there = sum(str(value) not in ("None", "nan", "", "[]", "NaT", "<NA>") for value in theirs[name])
        ours = layer.features[name]
        said = ours.is_not_null() & (ours.cast(str) != "")
        assert int(said.sum()) == there, (place, name)
    if "geometry" not in theirs.columns or (layer.layer, layer.folder) in OTHER_GEOMETRY:
        return
    area = float(np.nansum(shapely.area(theirs.geometry.to_numpy())))
    assert layer.area == pytest.approx(area, rel=1e-6), place
