"""Measures against solids of known size, and against what 3DBAG itself measured."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from ingest import measures
from ingest.readers import Batch, get_reader
from ingest.readers.contract import Request

_FACES = [[0, 3, 2, 1], [4, 5, 6, 7], [0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7]]


def box(lowest: tuple[float, float, float], size: tuple[float, float, float], *, inward: bool = False) -> list[Any]:
    """The faces of an axis-parallel box as polygons."""
    x, y, z = lowest
    a, b, c = size
    base = [(x, y), (x + a, y), (x + a, y + b), (x, y + b)]
    corners = np.array([(*at, z) for at in base] + [(*at, z + c) for at in base])
    faces = [face[::-1] if inward else face for face in _FACES]
    return list(shapely.polygons(corners[np.array(faces)]))


def solids(*faces: list[Any]) -> measures.Shapes:
    return np.array([shapely.multipolygons(some) for some in faces], dtype=object)


def unmarked(count: int) -> pl.Series:
    return pl.Series([None] * count, dtype=pl.List(pl.String))


def test_volume_of_a_box_far_from_the_origin() -> None:
    shape = solids(box((85_000.25, 446_000.5, -3.0), (10.0, 4.0, 2.5)))
    assert measures.volume(shape) == pytest.approx([100.0], rel=1e-9)


def test_volume_does_not_depend_on_which_side_is_out() -> None:
    shape = solids(box((0, 0, 0), (2, 3, 4)), box((0, 0, 0), (2, 3, 4), inward=True))
    assert measures.volume(shape).tolist() == [24.0, 24.0]


def test_an_inner_shell_is_a_hollow() -> None:
    shape = solids(box((0, 0, 0), (4, 4, 4)) + box((1, 1, 1), (2, 2, 2), inward=True))
    assert measures.volume(shape).tolist() == [56.0]


def test_a_face_with_a_hole_is_not_counted_twice() -> None:
    tube = box((0, 0, 0), (4, 4, 4))
    for face in (0, 1):
        z = 0.0 if face == 0 else 4.0
        hole = [(1, 1, z), (3, 1, z), (3, 3, z), (1, 3, z)]
        tube[face] = shapely.Polygon(tube[face].exterior.coords, [hole if face == 0 else hole[::-1]])
    inner_walls = box((1, 1, 0), (2, 2, 4), inward=True)[2:]
    assert measures.volume(solids(tube + inner_walls)).tolist() == [48.0]


@pytest.mark.parametrize("missing", range(6))
def test_an_open_shell_has_no_volume(missing: int) -> None:
    faces = box((1, 2, 3), (2, 3, 4))
    del faces[missing]
    assert np.isnan(measures.volume(solids(faces))).all()


def test_a_face_that_is_turned_has_no_volume() -> None:
    faces = box((1, 2, 3), (2, 3, 4))
    faces[0] = shapely.reverse(faces[0])
    assert np.isnan(measures.volume(solids(faces))).all()


def test_what_is_no_solid_has_no_volume() -> None:
    shapes = np.array([shapely.Point(1, 2), shapely.LineString([(0, 0), (1, 1)]), None, shapely.MultiPolygon()])
    assert np.isnan(measures.volume(shapes)).all()
    assert len(measures.volume(shapes[:0])) == 0


_SIZES = st.floats(0.01, 1000).map(lambda size: round(size, 3))


@given(st.tuples(_SIZES, _SIZES, _SIZES), st.randoms(use_true_random=False))
def test_volume_and_footprint_of_any_box(size: tuple[float, float, float], order: Any) -> None:
    faces = box((85_000.0, 446_000.0, 1.0), size)
    order.shuffle(faces)
    shape = solids(faces)
    assert measures.volume(shape) == pytest.approx([size[0] * size[1] * size[2]], rel=1e-4)
    assert measures.area(measures.footprint(shape, unmarked(1))) == pytest.approx([size[0] * size[1]], rel=1e-4)
    lowest, highest = measures.heights(shape)
    assert (lowest[0], highest[0]) == (1.0, pytest.approx(1.0 + size[2]))


def test_heights_of_what_has_none() -> None:
    lowest, highest = measures.heights(np.array([shapely.Point(1, 2), None, shapely.Point(1, 2, 3)]))
    assert (lowest.tolist()[2], highest.tolist()[2]) == (3.0, 3.0)
    assert np.isnan(lowest[:2]).all()
    assert np.isnan(highest[:2]).all()


def test_the_footprint_is_that_of_the_ground_where_it_is_known() -> None:
    shape = solids([*box((0, 0, 0), (2, 2, 2)), shapely.Polygon([(0, 0, 9), (5, 0, 9), (5, 5, 9), (0, 5, 9)])])
    words = ["GroundSurface", "RoofSurface", *["WallSurface"] * 4, "RoofSurface"]
    for surfaces, expected in ((words, 4.0), (words[1:2] * 7, 25.0), (words[:3], 25.0), (None, 25.0)):
        column = pl.Series([surfaces], dtype=pl.List(pl.String))
        assert measures.area(measures.footprint(shape, column)).tolist() == [expected]


def test_several_grounds_make_one_footprint() -> None:
    faces = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(1.5, 0, 3, 1), shapely.box(9, 0, 10, 1)]
    found = measures.footprint(solids(shapely.force_3d(faces, 4.0).tolist()), unmarked(1))
    assert found[0].equals(shapely.union_all(faces))
    assert found[0].geom_type == "MultiPolygon"


def test_a_wall_has_no_footprint() -> None:
    shape = solids(box((0, 0, 0), (2, 2, 2))[2:3], box((0, 0, 0), (2, 2, 2)))
    assert measures.footprint(shape, unmarked(2)).tolist()[0] is None


def read_tile(path: Path) -> pl.DataFrame:
    """The solids of a 3DBAG file with the attributes and the LOD0 geometry of their buildings."""
    (batch,) = [part for part in get_reader("cityjson").read(Request(str(path))) if isinstance(part, Batch)]
    rows = batch.geometries.join(batch.features, on="@row")
    ground = rows.filter(pl.col("@lod") == "0").select(pl.exclude("@parent")).rename({"@key": "@parent"})
    return (
        rows.filter(pl.col("@solid"))
        .select("@parent", "@lod", "@geometry", "@surfaces")
        .join(ground, on="@parent", suffix="_building")
    )


@pytest.mark.parametrize("lod", ["1.2", "1.3", "2.2"])
def test_volumes_are_those_that_3dbag_publishes(shared_data: Path, lod: str) -> None:
    tile = read_tile(shared_data / "nl-delft-campus" / "3dbag_later_subset10.city.jsonl").filter(pl.col("@lod") == lod)
    found = measures.volume(shapely.from_wkb(tile["@geometry"].to_numpy()))
    published = tile[f"b3_volume_lod{lod.replace('.', '')}"].to_numpy()
    assert len(found) == 10
    assert np.abs(found / published - 1).max() < 0.003  # their values are of the geometry before it was rounded


def test_only_solids_that_3dbag_itself_found_broken_are_not_closed(shared_data: Path) -> None:
    tile = read_tile(shared_data / "nl-delft-campus" / "3dbag_v210908_tile5910.city.json")
    is_open = np.isnan(measures.volume(shapely.from_wkb(tile["@geometry"].to_numpy())))
    codes = {lod: f"val3dity_codes_lod{lod.replace('.', '')}" for lod in ("1.2", "1.3", "2.2")}
    reported = pl.coalesce(pl.when(pl.col("@lod") == lod).then(pl.col(name)) for lod, name in codes.items())
    of_open = tile.filter(pl.Series(is_open)).select(reported.alias("codes"))["codes"].to_list()
    assert 0 < len(of_open) < 10
    assert "[]" not in of_open


def test_footprints_of_3dbag_solids_lie_within_the_lod0_footprints(shared_data: Path) -> None:
    tile = read_tile(shared_data / "nl-delft-campus" / "3dbag_v210908_tile5910.city.json").filter(
        pl.col("@lod") == "2.2"
    )
    solid = shapely.from_wkb(tile["@geometry"].to_numpy())
    ground = measures.footprint(solid, tile["@surfaces"])
    everything = measures.footprint(solid, unmarked(len(tile)))
    lod0 = measures.footprint(shapely.from_wkb(tile["@geometry_building"].to_numpy()), tile["@surfaces_building"])
    assert shapely.is_valid(ground).all()
    assert overlap(ground, everything).min() > 0.9999
    # 3DBAG models only what the point cloud shows, so a solid may stand on a part of its footprint.
    shared = shapely.area(shapely.intersection(ground, lod0)) / shapely.area(ground)
    assert shared.min() > 0.95
    assert np.median(overlap(ground, lod0)) > 0.999


def overlap(some: measures.Shapes, others: measures.Shapes) -> measures.Floats:
    return np.asarray(shapely.area(shapely.intersection(some, others)) / shapely.area(shapely.union(some, others)))
