"""Vector files and tables: what is kept of them, and what is said about bad ones."""

import gzip
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely
from pyogrio.raw import write

from ingest.readers import FileDamaged, FileMissing, UnknownFormat, UnknownLayer, read
from ingest.readers.vector_geometry import shapes_of_wkb

from .suite import all_batches, read_here

_SQUARE = [[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]
_BOW_TIE = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]


def geojson(tmp_path: Path, *features: dict[str, Any], name: str = "town.geojson", **members: Any) -> Path:
    path = tmp_path / name
    path.write_text(json.dumps({"type": "FeatureCollection", **members, "features": features}))
    return path


def feature(geometry: object, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def table(tmp_path: Path, text: str, name: str = "table.csv") -> pl.DataFrame:
    path = tmp_path / name
    path.write_text(text)
    return all_batches(read_here("vector", path)[1]).features


def test_a_row_with_a_bad_geometry_is_kept_with_the_reason(tmp_path: Path) -> None:
    path = geojson(
        tmp_path,
        feature({"type": "Polygon", "coordinates": [_SQUARE]}, n=1),
        feature(None, n=2),
        feature({"type": "Polygon", "coordinates": []}, n=3),
        feature({"type": "Polygon", "coordinates": [_BOW_TIE]}, n=4),
        feature({"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}, n=5),
        feature({"type": "Point", "coordinates": [1, 2]}, n=6),
    )
    batch = all_batches(list(read(path).batches))
    assert batch.features["n"].to_list() == [1, 2, 3, 4, 5, 6]
    assert batch.geometries["@problem"].to_list() == [
        None,
        "missing",
        "empty",
        "self-crossing",
        "unreadable",
        None,  # a point where polygons are usual is for the mapping to judge
    ]
    kept = batch.geometries.filter(pl.col("@problem") == "self-crossing")["@geometry"][0]
    assert shapely.from_wkb(kept).equals(shapely.Polygon(_BOW_TIE))


def test_standing_walls_are_no_self_crossing(tmp_path: Path) -> None:
    wall = [[0, 0, 0], [1, 0, 0], [1, 0, 5], [0, 0, 5], [0, 0, 0]]
    path = geojson(tmp_path, feature({"type": "MultiPolygon", "coordinates": [[wall]]}))
    geometries = all_batches(read_here("vector", path)[1]).geometries
    assert geometries["@problem"].to_list() == [None]
    assert geometries["@dimension"].to_list() == [3]


def test_dates_are_iso_text_and_nested_values_json_text(tmp_path: Path) -> None:
    path = geojson(
        tmp_path,
        feature(None, day="2011-01-25", at="2011-01-25T17:12:28Z", owners=[{"name": "A"}], storeys=[1, 2]),
        feature(None, day="2011-01-26", at="2011-01-25T17:12:28+02:00"),
    )
    features = all_batches(read_here("vector", path)[1]).features
    assert features["day"].to_list() == ["2011-01-25", "2011-01-26"]
    assert features["at"].to_list() == ["2011-01-25T17:12:28Z", "2011-01-25T17:12:28+02:00"]
    assert json.loads(features["owners"][0]) == [{"name": "A"}]
    assert json.loads(features["storeys"][0]) == [1, 2]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [(["a", "b"], ["a", "b"]), ([7, 9], ["7", "9"]), ([None, None], [None, None])],
)
def test_the_key_is_the_id_that_the_file_itself_gives(
    tmp_path: Path, ids: list[object], expected: list[str | None]
) -> None:
    features = [feature({"type": "Point", "coordinates": [1, 2]}) | ({} if i is None else {"id": i}) for i in ids]
    path = geojson(tmp_path, *features)
    assert all_batches(read_here("vector", path)[1]).features["@key"].to_list() == expected


def test_a_geopackage_gives_its_feature_ids_as_keys(shared_data: Path) -> None:
    path = shared_data / "formats-small" / "test_gpkg_nulls.gpkg"
    assert all_batches(read_here("vector", path)[1]).features["@key"].to_list() == ["1", "2", "3", "4"]


def test_geojson_without_a_crs_member_is_said_to_be_assumed(tmp_path: Path) -> None:
    path = geojson(tmp_path, feature({"type": "Point", "coordinates": [4.37, 52]}))
    with read(path) as reading:
        assert reading.info.crs == "EPSG:4326"
        assert "RFC 7946" in reading.info.warnings[0]


def test_geojson_with_a_crs_member_is_taken_at_its_word(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::28992"}}
    path = geojson(tmp_path, feature({"type": "Point", "coordinates": [85000, 446000]}), crs=crs)
    with read(path) as reading:
        assert (reading.info.crs, reading.info.warnings) == ("EPSG:28992", ())


def test_a_given_crs_wins_and_a_contradiction_is_noted(tmp_path: Path) -> None:
    path = geojson(tmp_path, feature({"type": "Point", "coordinates": [85000, 446000]}))
    with read(path, crs="EPSG:7415") as reading:
        assert (reading.info.crs, reading.info.height_crs) == ("EPSG:28992", "EPSG:5709")
        assert "although the file declares EPSG:4326" in reading.info.warnings[-1]


def test_a_given_crs_has_to_exist(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'EPSG:0' names no known coordinate reference system"):
        read(geojson(tmp_path, feature(None)), crs="EPSG:0")


def test_table_columns_stay_the_text_that_they_are(tmp_path: Path) -> None:
    frame = table(tmp_path, "code,2020,empty,name\n007,1.50,,北京\n008,2,,\n")
    assert frame.select("code", "2020", "empty", "name").to_dicts() == [
        {"code": "007", "2020": "1.50", "empty": None, "name": "北京"},
        {"code": "008", "2020": "2", "empty": None, "name": None},
    ]


def test_all_columns_of_a_wide_table_are_read_or_none(tmp_path: Path) -> None:
    wide, too_wide = (",".join(f"c{n}" for n in range(width)) for width in (10_000, 20_001))
    assert len(table(tmp_path, f"{wide}\n{wide}\n").columns) == 10_004
    with pytest.raises(FileDamaged, match="its table has 20,001 columns, at most 20,000 are read"):
        table(tmp_path, f"{too_wide}\n{too_wide}\n")


def test_equal_column_names_are_told_apart(tmp_path: Path) -> None:
    assert table(tmp_path, "a,a,@row\n1,2,3\n").columns[4:] == ["a", "a_2", "@row_2"]


@pytest.mark.parametrize("name", ["table.csv", "table.json", "table.txt", "table"])
def test_a_table_is_known_by_its_separators(tmp_path: Path, name: str) -> None:
    assert table(tmp_path, "code;name\n007;a,b\n", name)["name"].to_list() == ["a,b"]


def test_a_packed_table_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "table.csv.gz"
    path.write_bytes(gzip.compress(b"code,name\n007,a\n"))
    assert all_batches(list(read(path).batches)).features["code"].to_list() == ["007"]


def test_a_table_without_geometry_has_no_geometries(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("code,name\n007,a\n")
    assert all_batches(read_here("vector", path)[1]).geometries.is_empty()


def test_wkt_in_a_table_is_read_and_a_broken_one_told_from_none(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('id,WKT\n1,POINT (1 2)\n2,\n3,garbage\n4,"POLYGON ((0 0, 1 1))"\n')
    geometries = all_batches(read_here("vector", path)[1]).geometries
    assert geometries["@problem"].to_list() == [None, "missing", "unreadable", "unreadable"]


def test_longitude_and_latitude_become_points(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("id,lon,lat\n1,4.370,52\n2,,\n3,east,52\n")
    batch = all_batches(read_here("vector", path)[1])
    assert shapely.from_wkb(batch.geometries["@geometry"][0]).wkt == "POINT (4.37 52)"
    assert batch.geometries["@problem"].to_list() == [None, "missing", "unreadable"]
    assert batch.features["lon"].to_list() == ["4.370", None, "east"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("curve.gpkg", "LineString"), ("curvepolygon.gpkg", "Polygon"), ("multisurface.gpkg", "MultiPolygon")],
)
def test_curves_are_drawn_as_short_lines(shared_data: Path, name: str, kind: str) -> None:
    geometries = all_batches(read_here("vector", shared_data / "formats-small" / name)[1]).geometries
    assert geometries["@problem"].to_list() == [None]
    assert shapely.from_wkb(geometries["@geometry"][0]).geom_type == kind


def test_measures_are_dropped_and_said_to_be(shared_data: Path) -> None:
    info, batches = read_here("vector", shared_data / "formats-small" / "line_zm.gpkg")
    shape = shapely.from_wkb(batches[0].geometries["@geometry"][0])
    assert (shapely.has_z(shape), shapely.has_m(shape)) == (True, False)
    assert "Measured" in info.warnings[0]


def test_a_polyhedral_surface_is_a_solid_of_polygons() -> None:
    surface = shapely.from_wkt("MULTIPOLYGON Z (((0 0 0, 1 0 0, 1 1 0, 0 0 0)), ((0 0 0, 1 0 0, 1 0 1, 0 0 0)))")
    wkb = shapely.to_wkb(surface, flavor="iso", byte_order=1)
    as_polyhedral = wkb[:1] + (1015).to_bytes(4, "little") + wkb[5:]
    found = shapes_of_wkb([as_polyhedral, None, wkb], np.arange(3), linear=lambda _: [])
    assert found.is_solid.tolist() == [True, False, False]
    assert found.is_missing.tolist() == [False, True, False]
    assert shapely.equals(found.shapes, [surface, None, surface]).tolist() == [True, False, True]


def two_layers(tmp_path: Path) -> Path:
    path = tmp_path / "town.gpkg"
    point = np.array([shapely.to_wkb(shapely.Point(1, 2))], dtype=object)
    for layer in ("buildings", "parcels"):
        options = {"driver": "GPKG", "geometry_type": "Point", "crs": "EPSG:28992", "layer": layer}
        write(path, point, [np.array([layer], dtype=object)], ["kind"], append=path.exists(), **options)
    return path


def test_one_of_several_layers_is_read_by_name(tmp_path: Path) -> None:
    with read(two_layers(tmp_path), layer="parcels") as reading:
        features = all_batches(list(reading.batches)).features
        assert reading.info.layers == ("buildings", "parcels")
    assert features["@class"].to_list() == features["kind"].to_list() == ["parcels"]


@pytest.mark.parametrize(
    ("layer", "message"), [(None, "it has 2 layers: buildings, parcels"), ("roads", "Name one of: buildings, parcels")]
)
def test_an_unclear_layer_lists_the_layers(tmp_path: Path, layer: str | None, message: str) -> None:
    with pytest.raises(UnknownLayer, match=message):
        read(two_layers(tmp_path), layer=layer)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=r"gone\.geojson: there is no such file\. Check the path"):
        read(tmp_path / "gone.geojson")


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="it is a directory"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["town.csv", "town.gpkg", "town.shp", "town.dat", "town"])
def test_geojson_is_read_whatever_its_name_says(tmp_path: Path, name: str) -> None:
    path = geojson(tmp_path, feature({"type": "Point", "coordinates": [1, 2]}, n=1), name=name)
    with read(path) as reading:
        assert reading.info.format == "GeoJSON"
        assert all_batches(list(reading.batches)).features["n"].to_list() == [1]
        says_so = any("the content is GeoJSON" in warning for warning in reading.info.warnings)
        assert says_so == (path.suffix in (".csv", ".gpkg", ".shp"))


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02 nothing known", b"just a sentence", b'{"no": "map"}'])
@pytest.mark.parametrize("name", ["town.geojson", "town.gpkg", "town.xyz"])
def test_content_of_no_known_format_is_refused_by_the_path(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnknownFormat, match=re.escape(str(path))):
        read(path)


@pytest.mark.parametrize("kept", [100, 200, 5_000, 0.5, -5, -2])
def test_geojson_that_breaks_off_is_damaged_wherever_it_does(shared_data: Path, tmp_path: Path, kept: float) -> None:
    whole = (shared_data / "nl-delft-campus" / "bag_pand_2d.geojson").read_bytes()
    path = tmp_path / "cut.geojson"
    path.write_bytes(whole[: int(len(whole) * kept) if kept == 0.5 else int(kept)])
    with pytest.raises(FileDamaged, match="damaged or cut off") as caught, read(path) as reading:
        list(reading.batches)
    assert caught.value.place is None or re.fullmatch(r"line \d+, column \d+", caught.value.place)


@pytest.mark.parametrize(
    "name", ["dutch_addresses_28992.gpkg", "countries.fgb", "naturalearth_lowres.shp", "test_gpkg_nulls.gpkg"]
)
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_binary_file_that_breaks_off_is_an_error(shared_data: Path, tmp_path: Path, name: str, share: float) -> None:
    original = shared_data / "formats-small" / name
    for part in original.parent.glob(f"{original.stem}.*"):
        (tmp_path / part.name).write_bytes(part.read_bytes())
    whole = original.read_bytes()
    (tmp_path / name).write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises((FileDamaged, UnknownFormat)), read(tmp_path / name) as reading:
        list(reading.batches)


@pytest.mark.parametrize(("driver", "suffix"), [("GeoJSONSeq", "geojsonl"), ("GML", "gml"), ("KML", "kml")])
def test_a_file_that_gdal_ends_quietly_is_still_an_error(tmp_path: Path, driver: str, suffix: str) -> None:
    points = shapely.to_wkb(shapely.points(np.arange(500) % 80, np.arange(500) % 50))
    names = np.array([f"number {n}" for n in range(500)], dtype=object)
    whole, cut = tmp_path / f"whole.{suffix}", tmp_path / f"cut.{suffix}"
    write(whole, points, [names], ["name"], driver=driver, geometry_type="Point", crs="EPSG:4326")
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with read(whole) as reading:
        assert len(all_batches(list(reading.batches)).features) == 500
    with pytest.raises(FileDamaged, match="damaged or cut off"), read(cut) as reading:
        list(reading.batches)


def test_text_that_is_not_utf8_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("编码,名称\n007,北京\n".encode("gb18030"))
    with pytest.raises(FileDamaged, match=r"its text is not UTF-8\. Save it as UTF-8"):
        read(path)


def test_a_file_cannot_make_gdal_open_another_one(tmp_path: Path) -> None:
    secret = geojson(tmp_path, feature({"type": "Point", "coordinates": [1, 2]}), name="secret.geojson")
    path = tmp_path / "town.xml"
    path.write_text(
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    with pytest.raises(UnknownFormat):
        read(path)


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Polygon", "coordinates": [_SQUARE, [[0.1, 0.1], [0.2, None], [0.3, 0.3], [0.1, 0.1]]]},
        {"type": "Polygon", "coordinates": [_SQUARE, "hole"]},
        {"type": "MultiPolygon", "coordinates": [[_SQUARE], [[[2, 2], [3, "a"], [3, 3], [2, 2]]]]},
        {"type": "Point", "coordinates": [None, 52]},
        {"type": "MultiPoint", "coordinates": [[1, 2], [None, 2]]},
        {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2]}, {"type": "Point"}]},
    ],
)
def test_what_of_a_geometry_gdal_leaves_out_is_a_problem_of_its_row(tmp_path: Path, geometry: object) -> None:
    hole = [[0.1, 0.1], [0.2, 0.1], [0.2, 0.2], [0.1, 0.1]]
    path = geojson(
        tmp_path,
        feature({"type": "Polygon", "coordinates": [_SQUARE, hole]}, n=1),
        feature(geometry, n=2),
        feature(None, n=3),
        feature({"type": "MultiPolygon", "coordinates": [[_SQUARE], [_SQUARE, hole]]}, n=4),
    )
    geometries = all_batches(read_here("vector", path)[1]).geometries
    assert geometries["@problem"].to_list()[:3] == [None, "unreadable", "missing"]
    assert geometries["@geometry"].is_null().to_list() == [False, True, True, False]


def test_the_problem_is_that_of_its_row_in_a_later_batch(tmp_path: Path) -> None:
    broken = {"type": "Polygon", "coordinates": [_SQUARE, [[0.1, 0.1], [0.2, None], [0.3, 0.3], [0.1, 0.1]]]}
    path = geojson(
        tmp_path, *(feature(broken if n == 7 else {"type": "Point", "coordinates": [n, 1]}) for n in range(9))
    )
    batches = read_here("vector", path, batch_rows=2)[1]
    assert len(batches) == 5
    assert all_batches(batches).geometries.filter(pl.col("@problem").is_not_null())["@row"].to_list() == [8]


def test_a_line_of_a_table_may_be_long(tmp_path: Path) -> None:
    rows = table(tmp_path, "n,text\na,short\nb," + "x" * 11_000_000 + "\nc,short\n")
    assert rows["n"].to_list() == ["a", "b", "c"]
    assert rows["text"].str.len_bytes().to_list() == [5, 11_000_000, 5]
