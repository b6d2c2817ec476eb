"""The contract suite over one real file of every format that we promise."""

import gzip
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from pyogrio.raw import write

from .suite import ReaderSuite, all_batches, read_here


def _count_by_gdal(path: Path) -> int:
    return int(pyogrio.read_info(path, force_feature_count=True)["features"])


def _count_city_objects(objects: dict[str, dict[str, object]]) -> int:
    """CityObjects plus the used semantic surfaces of the highest LOD of each that has any, by a plain walk."""
    count = 0
    for one in objects.values():
        count += 1
        candidates = [g for g in one.get("geometry", []) if g.get("semantics")]  # type: ignore[attr-defined]
        if candidates:
            best = max(candidates, key=lambda geometry: float(geometry["lod"]))
            values = best["semantics"]["values"]
            while values and isinstance(values[0], list):
                values = [value for part in values for value in part]
            count += len({value for value in values if value is not None})
    return count


class VectorSuite(ReaderSuite):
    @pytest.fixture
    def reader_name(self) -> str:
        return "vector"

    @pytest.fixture
    def expected_rows(self, path: Path) -> int:
        return _count_by_gdal(path)


class TestGeoJSON(VectorSuite):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "nl-delft-campus" / "bag_pand_2d.geojson"

    @pytest.fixture
    def expected_rows(self) -> int:
        return 1529

    @pytest.fixture
    def expected_crs(self) -> str:
        return "EPSG:28992"


class TestGeoParquet(ReaderSuite):
    """679 buildings of Overture, with nested columns and WKB in the other byte order."""

    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "formats-small" / "overture_nyc_subset.parquet"

    @pytest.fixture
    def reader_name(self) -> str:
        return "parquet"

    @pytest.fixture
    def expected_rows(self, path: Path) -> int:
        return int(pq.read_metadata(path).num_rows)

    @pytest.fixture
    def expected_crs(self) -> str:
        return "EPSG:4326"

    def test_areas_are_those_of_another_reader(self, path: Path, reader_name: str) -> None:
        ours = all_batches(read_here(reader_name, path)[1]).geometries["@geometry"]
        theirs = gpd.read_parquet(path).geometry
        assert shapely.area(shapely.from_wkb(ours.to_list())) == pytest.approx(shapely.area(theirs.to_numpy()))


class TestGeoPackage(VectorSuite):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "formats-small" / "dutch_addresses_28992.gpkg"

    @pytest.fixture
    def expected_crs(self) -> str:
        return "EPSG:28992"


class TestShapefile(VectorSuite):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "formats-small" / "naturalearth_lowres.shp"

    @pytest.fixture
    def expected_crs(self) -> str:
        return "EPSG:4326"


class TestFlatGeobufWithoutCrs(VectorSuite):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "formats-small" / "countries_nocrs.fgb"

    @pytest.fixture
    def expected_crs(self) -> None:
        return None


class TestTable(VectorSuite):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "units.csv"
        lines = [f"{number:04},Unit {number},POINT ({number} 2)" for number in range(90)]
        path.write_text("\n".join(["code,name,wkt", *lines, ""]))
        return path

    @pytest.fixture
    def expected_crs(self) -> None:
        return None


class TestSpreadsheet(VectorSuite):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "units.xlsx"
        names = np.array([f"{number:04}" for number in range(50)], dtype=object)
        write(path, None, [names, np.arange(50)], ["code", "storeys"], driver="XLSX", geometry_type=None)
        return path

    @pytest.fixture
    def expected_crs(self) -> None:
        return None


class CityJSONSuite(ReaderSuite):
    @pytest.fixture
    def reader_name(self) -> str:
        return "cityjson"

    @pytest.fixture
    def expected_rows(self, path: Path) -> int:
        return _count_city_objects(json.loads(path.read_bytes())["CityObjects"])

    @pytest.fixture
    def expected_crs(self) -> str | None:
        return "EPSG:28992"


class TestCityJSON10(CityJSONSuite):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "nl-delft-campus" / "3dbag_v210908_tile5910.city.json"


class TestPackedCityJSON(CityJSONSuite):
    @pytest.fixture
    def path(self, shared_data: Path, tmp_path: Path) -> Path:
        packed = tmp_path / "town.city.json.gz"
        packed.write_bytes(
            gzip.compress((shared_data / "bad-val3dity/test_cityjson/several_lods_valid.json").read_bytes())
        )
        return packed

    @pytest.fixture
    def expected_rows(self) -> int:
        return 6


class TestCityJSON11(CityJSONSuite):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "za-capetown-osm3d" / "cput_campus_lod1.city.json"

    @pytest.fixture
    def expected_crs(self) -> None:
        return None


class TestCityJSON20(CityJSONSuite):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "citygml-spec-examples" / "citygml4j" / "lod2_buildings_v2.json"

    @pytest.fixture
    def expected_crs(self) -> str:
        return "EPSG:3068"


class TestCityJSONSeq(CityJSONSuite):
    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "nl-delft-campus" / "3dbag_later_subset10.city.jsonl"

    @pytest.fixture
    def expected_rows(self, path: Path) -> int:
        features = [json.loads(line) for line in path.read_text().splitlines()[1:]]
        return sum(_count_city_objects(feature["CityObjects"]) for feature in features)
