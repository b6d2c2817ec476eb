"""Overlaps and gaps between areas of one layer, against every pair of them looked at one by one."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyogrio
import pytest
import shapely

from ingest.coverage import LEAST_AREA, LEAST_WIDTH, WIDEST_GAP, faults
from ingest.geometry import in_metres

Shapes = npt.NDArray[np.object_]
_LAYERS = [
    ("at-dkm-cadastre/KA_14168_EPSG25833.gml", "Grundstueck_14168", 100),
    ("eu-inspire-cp/cadastralparcels.xml", "CadastralParcel", 5),
    ("es-catastro-tenerife/parcel.gpkg", "parcel", 186),
    ("cz-bubenec/bubenec.gpkg", "plots", 407),
    ("jp-chino-parcels/f_lot_number/f_lot_number.shp", "f_lot_number", 217),
    ("us-nyc-mappluto/mappluto_17v1_1_greenwich.geojson", "mappluto_17v1_1_greenwich", 142),
]


def measured(shape: shapely.Geometry, crs: str) -> tuple[float, float]:
    """(area, mean width) of the polygons of a shape, in metres."""
    (plane,) = in_metres(np.array([shape]), crs)
    polygons = [part for part in getattr(plane, "geoms", [plane]) if part.geom_type == "Polygon"]
    area, length = sum(part.area for part in polygons), sum(part.length for part in polygons)
    return area, 2 * area / length if length else 0.0


def one_by_one(shapes: Shapes, crs: str) -> tuple[set[frozenset[str]], int]:
    """(pairs that overlap, number of gaps) without the coverage functions of GEOS."""
    whole = [shape if shape.is_valid else shapely.make_valid(shape, method="structure") for shape in shapes]
    pairs = set()
    for first, one in enumerate(whole):
        for second in range(first + 1, len(whole)):
            if one.intersects(whole[second]):
                area, width = measured(one.intersection(whole[second]), crs)
                if area > LEAST_AREA and width > LEAST_WIDTH:
                    pairs.add(frozenset((str(first), str(second))))
    united = shapely.union_all(whole)
    frame = shapely.box(*shapely.total_bounds(whole)).buffer(1)
    outside = frame.difference(united)
    holes = [part for part in getattr(outside, "geoms", [outside]) if not part.intersects(frame.boundary)]
    sizes = [measured(hole, crs) for hole in holes]
    return pairs, sum(area > LEAST_AREA and LEAST_WIDTH < width < WIDEST_GAP for area, width in sizes)


def found_in(shapes: Shapes, crs: str) -> tuple[set[frozenset[str]], int]:
    found = faults(pl.Series([str(number) for number in range(len(shapes))]), shapes, crs)
    overlaps = found.filter(pl.col("kind") == "overlap")
    pairs = {frozenset(pair) for pair in overlaps.select("first", "second").rows()}
    assert len(pairs) == overlaps.height
    return pairs, found.height - overlaps.height


def layer_of(folder: Path, name: str, layer: str) -> tuple[Shapes, str]:
    meta, _, wkb, _ = pyogrio.raw.read(folder / name, layer=layer)
    return shapely.force_2d(shapely.from_wkb(wkb)), str(meta["crs"])


@pytest.mark.parametrize(("name", "layer", "number"), _LAYERS, ids=[layer for _, layer, _ in _LAYERS])
def test_real_parcels_are_a_coverage_until_they_are_spoilt(
    shared_data: Path, name: str, layer: str, number: int
) -> None:
    shapes, crs = layer_of(shared_data, name, layer)
    assert len(shapes) == number
    assert found_in(shapes, crs) == one_by_one(shapes, crs) == (set(), 0)
    metre = 1 if "4326" not in crs and "4258" not in crs else 1 / 111_320
    random = np.random.default_rng(3)
    spoilt = shapely.buffer(shapes, random.choice([0, 0, 0.2, -0.15], len(shapes)) * metre, join_style="mitre")
    pairs, gaps = found_in(spoilt, crs)
    assert (pairs, gaps) == one_by_one(spoilt, crs)
    assert pairs or number == 5


def test_constructions_one_over_another_are_all_found(shared_data: Path) -> None:
    shapes, crs = layer_of(shared_data, "es-catastro-tenerife/cons.gpkg", "cons")
    pairs, gaps = found_in(shapes, crs)
    assert (len(pairs), gaps) == (860, 2)
    assert (pairs, gaps) == one_by_one(shapes, crs)


def test_a_copy_and_an_area_within_another_overlap() -> None:
    shapes = np.array([shapely.box(0, 0, 10, 10), shapely.box(0, 0, 10, 10), shapely.box(20, 0, 40, 20),
                       shapely.box(25, 5, 30, 10), shapely.box(50, 0, 60, 10)])  # fmt: skip
    assert found_in(shapes, "EPSG:25833") == ({frozenset("01"), frozenset("23")}, 0)


def test_a_gap_is_measured_and_has_its_neighbours() -> None:
    """A sliver of 0.3 m between two areas, closed at both ends; a road of 4 m is none."""
    shapes = np.array([shapely.box(0, 0, 50, 20), shapely.box(0, 20.3, 50, 40), shapely.box(-5, 0, 0, 40),
                       shapely.box(50, 0, 55, 40), shapely.box(0, 44, 50, 60), shapely.box(-5, 40, 0, 60),
                       shapely.box(50, 40, 55, 60)])  # fmt: skip
    keys = pl.Series(["south", "north", "west", "east", "far", "nw", "ne"])
    (gap,) = faults(keys, shapes, "EPSG:25833").iter_rows(named=True)
    assert (gap["kind"], {gap["first"], gap["second"]}) == ("gap", {"south", "north"})
    assert (gap["area"], gap["width"]) == (pytest.approx(15), pytest.approx(30 / 100.6))
    assert shapely.from_wkb(gap["geometry"]).bounds == pytest.approx((0, 20, 50, 20.3))


def test_feet_are_measured_in_metres() -> None:
    """EPSG:2263 counts in feet of the United States."""
    shapes = np.array([shapely.box(0, 0, 100, 100), shapely.box(90, 0, 200, 100)])
    (overlap,) = faults(pl.Series(["a", "b"]), shapes, "EPSG:2263").iter_rows(named=True)
    assert overlap["area"] == pytest.approx(1000 * (1200 / 3937) ** 2)


def test_corners_on_the_edge_of_a_neighbour_are_no_fault() -> None:
    """Rows of parcels whose corners do not meet those of the next row, turned so that no corner lies on an edge."""
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    boxes = [
        shapely.box(x + 3.7 * y, y * 30, x + 20 + 3.7 * y, y * 30 + 30) for y in range(10) for x in range(0, 400, 20)
    ]
    shapes = shapely.transform(np.array(boxes), lambda xy: xy @ turn + 500_000)
    assert found_in(shapes, "EPSG:25833") == (set(), 0)
