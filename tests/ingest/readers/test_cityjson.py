"""CityJSON: every spelling and type of geometry, semantic surfaces, templates, and what happens to bad objects."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely

from ingest.readers import Batch, FileDamaged, FileInfo, Problem, UnknownFormat, read

from .suite import all_batches, read_here

_CUBE_VERTICES = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]]
_CUBE = [[[0, 3, 2, 1]], [[4, 5, 6, 7]], [[0, 1, 5, 4]], [[1, 2, 6, 5]], [[2, 3, 7, 6]], [[3, 0, 4, 7]]]
_WORDS = ["GroundSurface", "RoofSurface", "WallSurface", "WallSurface", "WallSurface", "WallSurface"]


def city(tmp_path: Path, objects: dict[str, Any], **members: Any) -> Path:
    path = tmp_path / "town.city.json"
    content = {"type": "CityJSON", "version": "2.0", "CityObjects": objects, "vertices": _CUBE_VERTICES, **members}
    path.write_text(json.dumps(content))
    return path


def one(tmp_path: Path, *geometries: Any, **members: Any) -> tuple[FileInfo, Batch]:
    info, batches = read_here(
        "cityjson", city(tmp_path, {"a": {"type": "Building", "geometry": list(geometries)}}, **members)
    )
    return info, all_batches(batches)


def shapes(batch: Batch) -> list[Any]:
    return list(shapely.from_wkb(batch.geometries["@geometry"].to_list()))


@pytest.mark.parametrize(
    ("kind", "boundaries", "expected", "parts", "solid"),
    [
        ("MultiPoint", [0, 1], "MultiPoint", 2, False),
        ("MultiLineString", [[0, 1, 2], [4, 5]], "MultiLineString", 2, False),
        ("MultiSurface", _CUBE[:2], "MultiPolygon", 2, False),
        ("CompositeSurface", _CUBE[:3], "MultiPolygon", 3, False),
        ("Solid", [_CUBE], "MultiPolygon", 6, True),
        ("MultiSolid", [[_CUBE], [_CUBE]], "MultiPolygon", 12, True),
        ("CompositeSolid", [[_CUBE], [_CUBE]], "MultiPolygon", 12, True),
    ],
)
def test_every_type_of_geometry_is_built(
    tmp_path: Path, kind: str, boundaries: list[Any], expected: str, parts: int, solid: bool
) -> None:
    _, batch = one(tmp_path, {"type": kind, "lod": "1", "boundaries": boundaries})
    (shape,) = shapes(batch)
    assert (shape.geom_type, len(shape.geoms), shape.has_z) == (expected, parts, True)
    assert batch.geometries["@solid"].to_list() == [solid]


@pytest.mark.parametrize(
    ("kind", "boundaries", "shells", "is_composite"),
    [
        ("MultiSurface", _CUBE, None, False),
        ("CompositeSurface", _CUBE, None, True),
        ("Solid", [_CUBE, _CUBE[:4]], [[6, 4]], False),
        ("MultiSolid", [[_CUBE], [_CUBE, _CUBE[:4]]], [[6], [6, 4]], False),
        ("CompositeSolid", [[_CUBE, _CUBE[:4], _CUBE[:5]], [_CUBE]], [[6, 4, 5], [6]], True),
        ("Solid", [_CUBE, [[[0, 1, 99]]]], None, False),
        ("Solid", [_CUBE, [[0, 1, 2]]], None, False),
    ],
)
def test_shells_and_solids_are_told_apart(
    tmp_path: Path, kind: str, boundaries: list[Any], shells: list[list[int]] | None, is_composite: bool
) -> None:
    """The last two are no geometry: an index without a vertex, a shell nested as its type does not ask."""
    _, batch = one(tmp_path, {"type": kind, "lod": "1", "boundaries": boundaries})
    assert batch.geometries.select("@shells", "@composite").rows() == [(shells, is_composite)]


def test_holes_are_kept(tmp_path: Path) -> None:
    ring, hole = [0, 1, 2, 3], [4, 5, 6]
    _, batch = one(tmp_path, {"type": "MultiSurface", "lod": "0", "boundaries": [[ring, hole]]})
    assert [len(polygon.interiors) for polygon in shapes(batch)[0].geoms] == [1]


def test_vertices_are_scaled_and_moved(tmp_path: Path) -> None:
    transform = {"scale": [0.5, 2, 0.001], "translate": [10, 20, 30]}
    _, batch = one(tmp_path, {"type": "MultiPoint", "lod": "0", "boundaries": [6]}, transform=transform)
    assert shapely.get_coordinates(shapes(batch), include_z=True).tolist() == [[10.5, 22.0, 30.001]]


@pytest.mark.parametrize(("lod", "text"), [("2.2", "2.2"), (2.2, "2.2"), (1, "1"), (1.0, "1"), (None, None)])
def test_the_lod_is_text(tmp_path: Path, lod: object, text: str | None) -> None:
    _, batch = one(tmp_path, {"type": "MultiPoint", "lod": lod, "boundaries": [0]})
    assert batch.geometries["@lod"].to_list() == [text]


def test_attributes_keep_their_values_and_nested_ones_become_json(tmp_path: Path) -> None:
    attributes = {"year": 1951, "height": 7.5, "flat": True, "name": "A", "tags": ["x"], "big": 2**63, "none": None}
    objects = {
        "a": {
            "type": "Building",
            "attributes": attributes,
            "address": [{"street": "B"}],
            "+noise": 3,
            "children": ["b"],
        },
        "b": {"type": "BuildingPart", "parents": ["a"]},
    }
    _, batches = read_here("cityjson", city(tmp_path, objects))
    first, second = batches[0].features.to_dicts()
    assert first == {
        "@row": 1, "@key": "a", "@parent": None, "@class": "Building", "year": 1951, "height": 7.5, "flat": True,
        "name": "A", "tags": '["x"]', "big": str(2**63), "none": None, "address": '[{"street":"B"}]', "+noise": 3,
    }  # fmt: skip
    assert (second["@parent"], second["@class"], second["year"]) == ("a", "BuildingPart", None)


def semantic_cube(lod: str, **changes: Any) -> dict[str, Any]:
    surfaces = [{"type": "GroundSurface"}, {"type": "RoofSurface", "slope": 30.5}, {"type": "WallSurface"}]
    semantics = {"surfaces": [*surfaces, {"type": "OuterCeilingSurface"}], "values": [[0, 1, 2, 2, 2, 2]], **changes}
    return {"type": "Solid", "lod": lod, "boundaries": [_CUBE], "semantics": semantics}


def test_the_used_surfaces_of_the_highest_lod_are_components(tmp_path: Path) -> None:
    _, batch = one(tmp_path, semantic_cube("2.2"), semantic_cube("1.2"), {**semantic_cube("3"), "semantics": None})
    components = batch.features.filter(pl.col("@parent") == "a")
    assert components["@key"].to_list() == ["a#2.2-0", "a#2.2-1", "a#2.2-2"]
    assert components["@class"].to_list() == ["GroundSurface", "RoofSurface", "WallSurface"]
    assert components["slope"].to_list() == [None, 30.5, None]
    of_walls = batch.geometries.filter(pl.col("@row") == components["@row"][2])
    assert (of_walls["@lod"][0], of_walls["@surfaces"].to_list()) == ("2.2", [["WallSurface"] * 4])
    assert len(shapely.from_wkb(of_walls["@geometry"][0]).geoms) == 4


def test_each_polygon_has_its_meaning(tmp_path: Path) -> None:
    _, batch = one(tmp_path, semantic_cube("2.2"), {"type": "MultiPoint", "lod": "0", "boundaries": [0]})
    assert batch.geometries["@surfaces"].to_list()[:2] == [_WORDS, None]


@pytest.mark.parametrize("values", [[[0, None, 2, 2, 2, 2]], [None], None])
def test_polygons_without_meaning_are_allowed(tmp_path: Path, values: object) -> None:
    _, batch = one(tmp_path, semantic_cube("2", values=values))
    assert batch.geometries["@problem"].null_count() == len(batch.geometries)
    assert batch.geometries["@surfaces"][0].to_list()[1] is None


@pytest.mark.parametrize("values", [[[0, 9, 2, 2, 2, 2]], [[0]], [["0"] * 6], 3, [[[0]] * 6]])
def test_semantics_that_do_not_fit_cost_the_geometry_nothing(tmp_path: Path, values: object) -> None:
    _, batch = one(tmp_path, semantic_cube("2", values=values))
    assert batch.geometries["@problem"].to_list() == [Problem.BAD_SEMANTICS]
    assert batch.geometries["@geometry"].null_count() == 0
    assert batch.geometries["@surfaces"].to_list() == [None]


@pytest.mark.parametrize(
    ("geometry", "problem"),
    [
        ({"type": "Solid", "boundaries": [[[[0, 1, 99]]]]}, Problem.BAD_INDEX),
        ({"type": "Solid", "boundaries": [[[[0, 1, -1]]]]}, Problem.BAD_INDEX),
        ({"type": "Solid", "boundaries": [[[0, 1, 2]]]}, Problem.UNREADABLE),
        ({"type": "Solid", "boundaries": [[[[0, 1, "2"]]]]}, Problem.UNREADABLE),
        ({"type": "MultiSurface", "boundaries": [[[0, 1, 2.5]]]}, Problem.UNREADABLE),
        ({"type": "MultiSurface", "boundaries": 7}, Problem.UNREADABLE),
        ({"type": "MultiSurface", "boundaries": [[[0, 1]]]}, Problem.TOO_FEW_POINTS),
        ({"type": "MultiLineString", "boundaries": [[0]]}, Problem.TOO_FEW_POINTS),
        ({"type": "MultiSurface", "boundaries": []}, Problem.EMPTY),
        ({"type": "MultiSurface", "boundaries": [[]]}, Problem.EMPTY),
        ({"type": "MultiSurface"}, Problem.EMPTY),
        ({"type": "Sphere", "boundaries": [0]}, Problem.UNSUPPORTED_TYPE),
        ({"type": ["Solid"], "boundaries": [0]}, Problem.UNSUPPORTED_TYPE),
        ("no object", Problem.UNSUPPORTED_TYPE),
        ({"type": "MultiSurface", "boundaries": [[[0, 1, 8]]]}, Problem.BAD_VERTEX),
        ({"type": "GeometryInstance", "template": 0, "boundaries": [0]}, Problem.UNREADABLE),
        ({"type": "GeometryInstance", "template": 5, "boundaries": [0], "transformationMatrix": [1] * 16},
         Problem.BAD_INDEX),
    ],
)  # fmt: skip
def test_a_bad_geometry_leaves_the_others_alone(tmp_path: Path, geometry: object, problem: Problem) -> None:
    good = {"type": "Solid", "lod": "1", "boundaries": [_CUBE]}
    objects = {
        key: {"type": "Building", "geometry": [which]} for key, which in zip("abc", [good, geometry, good], strict=True)
    }
    path = city(tmp_path, objects, vertices=[*_CUBE_VERTICES, [1, "x", 2]])
    _, batches = read_here("cityjson", path)
    assert batches[0].features["@key"].to_list() == ["a", "b", "c"]
    assert batches[0].geometries["@problem"].to_list() == [None, problem, None]
    assert batches[0].geometries["@geometry"].is_null().to_list() == [False, True, False]


@pytest.mark.parametrize(
    "content", [7, None, "x", [1], {}, {"attributes": 3}, {"geometry": 4}, {"type": 5, "parents": 6}]
)
def test_an_object_that_is_none_leaves_the_others_alone(tmp_path: Path, content: object) -> None:
    _, batches = read_here("cityjson", city(tmp_path, {"a": content, "b": {"type": "Building"}}))
    assert batches[0].features.select("@key", "@class").rows() == [("a", None), ("b", "Building")]


def test_a_ring_that_ends_where_it_began_encloses_nothing(tmp_path: Path) -> None:
    collapsed = [[0, 1, 8]]
    solid = {"type": "Solid", "lod": "1", "boundaries": [[*_CUBE, collapsed]]}
    _, batch = one(tmp_path, solid, vertices=[*_CUBE_VERTICES, [0, 0, 0]])
    assert batch.geometries["@problem"].to_list() == [None]
    assert shapely.area(shapes(batch)[0].geoms[6]) == 0.0


def test_a_template_is_placed_by_its_matrix(tmp_path: Path) -> None:
    matrix = [2, 0, 0, 1, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]
    instance = {"type": "GeometryInstance", "template": 0, "boundaries": [6], "transformationMatrix": matrix}
    templates = {
        "templates": [{"type": "MultiSurface", "lod": "2", "boundaries": [[[0, 1, 2]]]}],
        "vertices-templates": [[0, 0, 0], [1, 0, 0], [0, 1, 5]],
    }
    _, batch = one(
        tmp_path, instance, **{"geometry-templates": templates},
        transform={"scale": [1, 1, 1], "translate": [100, 200, 0]},
    )  # fmt: skip
    assert batch.geometries["@lod"].to_list() == ["2"]
    expected = [[102.0, 201.0, 1.0], [104.0, 201.0, 1.0], [102.0, 203.0, 11.0], [102.0, 201.0, 1.0]]
    assert shapely.get_coordinates(shapes(batch), include_z=True).tolist() == expected


def test_what_has_no_place_is_counted(tmp_path: Path) -> None:
    surface = {"type": "MultiSurface", "boundaries": _CUBE[:1], "material": {}, "texture": {}}
    info, _ = one(tmp_path, surface, surface, extensions={"Noise": {}}, **{"+census": 1})
    assert info.unsupported == {"+census": 1, "material": 2, "texture": 2}


@pytest.mark.parametrize("version", ["0.9", "3.0", None])
def test_other_versions_are_refused_with_the_way_out(tmp_path: Path, version: str | None) -> None:
    with pytest.raises(
        UnknownFormat, match=rf"its CityJSON version is {version}\. Convert it to one of 1\.0, 1\.1, 2\.0"
    ):
        read(city(tmp_path, {}, version=version))


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.999])
def test_a_file_that_breaks_off_is_damaged_at_a_place(shared_data: Path, tmp_path: Path, share: float) -> None:
    whole = (shared_data / "nl-delft-campus" / "3dbag_v210908_tile5910.city.json").read_bytes()
    path = tmp_path / "cut.json"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(FileDamaged, match=r"the JSON is broken: .* \(line 1, column \d+\)\. Get the file again"):
        read(path)


@pytest.mark.parametrize("share", [0.4, 0.8])
def test_a_sequence_that_breaks_off_names_the_line(shared_data: Path, tmp_path: Path, share: float) -> None:
    whole = (shared_data / "nl-delft-campus" / "3dbag_later_subset10.city.jsonl").read_bytes()
    path = tmp_path / "cut.city.jsonl"
    path.write_bytes(whole[: int(len(whole) * share)])
    with read(path, batch_rows=5) as reading, pytest.raises(FileDamaged) as caught:
        list(reading.batches)
    number = path.read_bytes().count(b"\n") + 1
    assert (caught.value.place or "").startswith(f"line {number}, ")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"vertices": None}, '"CityObjects" or "vertices" is missing'),
        ({"transform": {"scale": [1]}}, '"transform" needs "scale" and "translate"'),
    ],
)
def test_a_file_without_its_frame_is_damaged(tmp_path: Path, members: dict[str, Any], message: str) -> None:
    with pytest.raises(FileDamaged, match=message):
        read(city(tmp_path, {"a": {"type": "Building"}}, **members))


@pytest.mark.parametrize("kept", [5, 2_000, -4])
def test_a_packing_that_breaks_off_is_damaged(shared_data: Path, tmp_path: Path, kept: int) -> None:
    whole = (shared_data / "bad-val3dity" / "test_cityjson" / "several_lods_valid.json").read_bytes()
    path = tmp_path / "town.city.json.gz"
    path.write_bytes(gzip.compress(whole * 100)[:kept])
    with pytest.raises(FileDamaged, match="the gzip packing is broken"):
        read(path)


def test_blank_lines_change_nothing(shared_data: Path, tmp_path: Path) -> None:
    lines = (shared_data / "nl-delft-campus" / "3dbag_later_subset10.city.jsonl").read_text().splitlines()
    path = tmp_path / "town.city.jsonl"
    path.write_text("\n\n".join(lines) + "\n\n")
    assert read_here("cityjson", path)[0].rows == 54
    path.write_text("\n\n".join([*lines[:2], "{"]))
    with pytest.raises(FileDamaged, match="line 5, column 2"):
        read_here("cityjson", path)


def test_a_sequence_needs_its_header_first(shared_data: Path) -> None:
    with pytest.raises(FileDamaged, match="Put the header object of the sequence first"):
        read(shared_data / "bad-cityjson-cjval" / "cjfeat1.json")


def test_a_sequence_is_read_line_by_line_in_bounded_memory(shared_data: Path, tmp_path: Path) -> None:
    header, *features = (shared_data / "nl-delft-campus" / "3dbag_later_subset10.city.jsonl").read_text().splitlines()
    path = tmp_path / "long.city.jsonl"
    path.write_text("\n".join([header, *(features * 30), ""]))
    sizes = [len(batch.features) for batch in read_here("cityjson", path, batch_rows=100)[1]]
    assert max(sizes) <= 100
    assert sum(sizes) == 30 * 54


def test_the_delft_tile_is_read_whole(shared_data: Path) -> None:
    path = shared_data / "nl-delft-campus" / "3dbag_v210908_tile5910.city.json"
    batch = all_batches(read_here("cityjson", path)[1])
    content = json.loads(path.read_bytes())
    by_class = dict(batch.features["@class"].value_counts().rows())
    assert (by_class["Building"], by_class["BuildingPart"]) == (432, 430)
    assert batch.geometries["@problem"].null_count() == len(batch.geometries)
    written = sum(len(one["geometry"]) for one in content["CityObjects"].values())
    own = batch.geometries.join(batch.features.filter(~pl.col("@key").str.contains("#")), on="@row", how="semi")
    assert len(own) == written
    scale, translate = (np.array(content["transform"][name]) for name in ("scale", "translate"))
    corners = np.array(content["vertices"]) * scale + translate
    read_corners = shapely.get_coordinates(shapely.from_wkb(own["@geometry"].to_list()), include_z=True)
    assert np.array_equal(np.unique(read_corners, axis=0), np.unique(corners, axis=0))


def test_batches_of_a_sequence_are_bounded_by_the_length_of_its_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = {"type": "CityJSON", "version": "2.0", "CityObjects": {}, "vertices": []}
    solid = {"type": "Solid", "lod": "1", "boundaries": [_CUBE]}
    features = [
        {"type": "CityJSONFeature", "CityObjects": {name: {"type": "Building", "geometry": [solid]}},
         "vertices": _CUBE_VERTICES}
        for name in "abcdef"
    ]  # fmt: skip
    lines = [json.dumps(each) for each in (head, *features)]
    path = tmp_path / "town.city.jsonl"
    path.write_text("\n".join(lines))
    monkeypatch.setattr("ingest.readers.cityjson_reading._BATCH_BYTES", 2 * len(lines[1]) + 10)
    _, batches = read_here("cityjson", path)
    assert [batch.features["@key"].to_list() for batch in batches] == [["a", "b"], ["c", "d"], ["e", "f"]]
