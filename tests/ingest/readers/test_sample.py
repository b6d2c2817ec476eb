"""The packaged sample of Delft holds what the originals hold."""

import hashlib
import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from .suite import all_batches, read_here

_SAMPLE = Path(str(files("ingest"))) / "sample" / "delft"


def test_the_sample_is_small() -> None:
    assert sum(path.stat().st_size for path in _SAMPLE.iterdir() if path.is_file()) <= 3_000_000


def test_the_readme_names_the_credit_and_the_hash_of_every_file() -> None:
    text = (_SAMPLE / "README.md").read_text()
    assert "3DBAG by tudelft3d and 3DGI" in text
    data = [_SAMPLE / "bag_pand.geojson", _SAMPLE / "3dbag_tile5910.city.json.gz"]
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() in text for path in data)


def test_the_footprints_are_the_original_ones_to_the_millimetre(shared_data: Path) -> None:
    ours, theirs = (
        all_batches(read_here("vector", path)[1])
        for path in (_SAMPLE / "bag_pand.geojson", shared_data / "nl-delft-campus" / "bag_pand_2d.geojson")
    )
    assert len(ours.features) == 1529
    assert ours.features.equals(theirs.features)
    assert ours.geometries["@problem"].null_count() == 1529
    shapes = [shapely.from_wkb(batch.geometries["@geometry"].to_list()) for batch in (ours, theirs)]
    assert np.abs(shapely.get_coordinates(shapes[0]) - shapely.get_coordinates(shapes[1])).max() <= 0.0005 + 1e-9


def test_the_tile_is_the_original_one(shared_data: Path) -> None:
    original = shared_data / "nl-delft-campus" / "3dbag_v210908_tile5910.city.json"
    ours, theirs = (
        all_batches(read_here("cityjson", path)[1]) for path in (_SAMPLE / "3dbag_tile5910.city.json.gz", original)
    )
    assert ours.features.equals(theirs.features)
    assert ours.geometries.equals(theirs.geometries)


def test_gdal_opens_the_footprints() -> None:
    assert pyogrio.read_info(_SAMPLE / "bag_pand.geojson")["features"] == 1529


def test_the_script_refuses_another_original(tmp_path: Path) -> None:
    from ingest.sample.delft.remake import main

    (tmp_path / "bag_pand_2d.geojson").write_text(json.dumps({}))
    with pytest.raises(SystemExit, match="expected 56cf3561"):
        main([str(tmp_path)])


def test_the_script_makes_the_footprints_again(shared_data: Path) -> None:
    from ingest.sample.delft.remake import compact_bag

    original = (shared_data / "nl-delft-campus" / "bag_pand_2d.geojson").read_bytes()
    assert compact_bag(original) == (_SAMPLE / "bag_pand.geojson").read_bytes()
