"""Where a model lies, by every published level of georeferencing; the expected places are computed apart."""

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import CRS, Geod, Transformer

from ingest.measures import volume
from ingest.readers import FileInfo

from .ifc_models import HOUSE, write_model
from .suite import all_batches, read_here

SAMPLES = "ifc-buildings/ifc43-gis-referencing"
METRES = "IFCSIUNIT(*,.LENGTHUNIT.,$,.METRE.)"
SITE = "IFCSITE('0site00000000000000001',$,'Grounds',$,$,#21,$,$,.ELEMENT.,{latitude},{longitude},{height},$,$)"
SITED = SITE.format(latitude="(49,6,0)", longitude="(-8,-30,0)", height="110000.")
WALL = ((-2.0, -0.1, 0.0), (2.0, 0.1, 3.0))  # least and greatest coordinates in the model, m


def placed(path: Path) -> tuple[FileInfo, np.ndarray, dict[str, object]]:
    """Info, corners of the first shape, and the row of the project."""
    info, batches = read_here("ifc", path)
    batch = all_batches(batches)
    shape = shapely.from_wkb(batch.geometries["@geometry"][0])
    return info, shapely.get_coordinates(shape, include_z=True), batch.features.row(0, named=True)


def house(tmp_path: Path, changes: Mapping[int, str | None], schema: str = "IFC4") -> tuple[FileInfo, np.ndarray, str]:
    info, corners, project = placed(write_model(tmp_path / "house.ifc", changes, schema))
    return info, corners, str(project["LoGeoRef"])


def conversion(
    scale: str = "0.001", name: str = "EPSG:25832", unit: str = METRES, vertical: str = "$"
) -> dict[int, str | None]:
    return {
        200: f"IFCPROJECTEDCRS('{name}',$,$,{vertical},$,$,#201)", 201: unit,
        202: f"IFCMAPCONVERSION(#5,#200,458657.,5438232.,113.,0.,1.,{scale})",
    }  # fmt: skip


def turned(corners: np.ndarray) -> np.ndarray:
    """The wall turned by a quarter about the upright axis, as x axis (0, 1) says."""
    return corners[:, [1, 0, 2]] * [-1, 1, 1]


def model_corners() -> np.ndarray:
    low, high = WALL
    return np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])


def test_a_model_without_a_place_keeps_its_metres(tmp_path: Path) -> None:
    info, corners, level = house(tmp_path, {24: None})
    assert (info.declared_crs, info.is_local, level) == (None, True, "none")
    assert any(note.startswith("not located: it names no place on Earth") for note in info.warnings)
    assert np.array([corners.min(axis=0), corners.max(axis=0)]) == pytest.approx(np.array(WALL))


def test_an_address_alone_is_level_10_and_no_place(tmp_path: Path) -> None:
    info, _, level = house(tmp_path, {})
    assert (info.is_local, level) == (True, "10")
    assert any("it has only a postal address" in note for note in info.warnings)


@pytest.mark.parametrize(
    ("scale", "warns"), [("0.001", False), ("1000.", False), ("$", False), ("1.", False), ("7.", True)]
)
def test_a_map_conversion_is_level_50_whatever_way_round_its_scale_is(tmp_path: Path, scale: str, warns: bool) -> None:
    info, corners, level = house(tmp_path, {**conversion(scale)})
    assert (info.declared_crs, info.is_local, level) == ("EPSG:25832", False, "10,50")
    expected = turned(model_corners()) + np.array([458657.0, 5438232.0, 113.0])
    assert corners.min(axis=0) == pytest.approx(expected.min(axis=0), abs=1e-6)
    assert corners.max(axis=0) == pytest.approx(expected.max(axis=0), abs=1e-6)
    assert any("does not fit units" in note for note in info.warnings) == warns


def test_a_scale_beside_the_units_is_that_of_the_projection(tmp_path: Path) -> None:
    _, corners, _ = house(tmp_path, conversion("0.0009996"))
    assert np.ptp(corners, axis=0) == pytest.approx(np.array([0.2, 4.0, 3.0]) * 0.9996, rel=1e-9)


def test_a_scaled_conversion_has_factors_for_each_axis(tmp_path: Path) -> None:
    changes = conversion()
    changes[202] = "IFCMAPCONVERSIONSCALED(#5,#200,458657.,5438232.,113.,1.,0.,0.001,0.9996,0.9996,1.)"
    _, corners, _ = house(tmp_path, changes, "IFC4X3_ADD2")
    assert np.ptp(corners, axis=0) == pytest.approx([4.0 * 0.9996, 0.2 * 0.9996, 3.0], rel=1e-7)


def test_feet_of_the_map_stay_feet(tmp_path: Path) -> None:
    foot = "IFCCONVERSIONBASEDUNIT(#203,.LENGTHUNIT.,'US survey foot',#204)"
    changes = conversion("0.00328083333", "EPSG:2263", foot)
    changes |= {203: "IFCDIMENSIONALEXPONENTS(1,0,0,0,0,0,0)",
                204: "IFCMEASUREWITHUNIT(IFCRATIOMEASURE(0.304800609601219),#205)", 205: METRES}  # fmt: skip
    info, corners, _ = house(tmp_path, changes)
    assert info.declared_crs == "EPSG:2263"
    assert np.ptp(corners, axis=0) == pytest.approx(np.array([0.2, 4.0, 3.0]) * 3937 / 1200, rel=1e-6)
    assert corners.mean(axis=0)[0] == pytest.approx(458657.0, abs=1)


def test_a_vertical_datum_makes_a_compound_crs(tmp_path: Path) -> None:
    assert house(tmp_path, conversion(vertical="'EPSG:7837'"))[0].declared_crs == "EPSG:25832+7837"


def test_a_crs_of_no_known_name_leaves_the_map_coordinates_without_crs(tmp_path: Path) -> None:
    info, corners, _ = house(tmp_path, conversion(name="Kleinkleckersdorf"))
    assert (info.declared_crs, info.is_local) == (None, False)
    assert any("'Kleinkleckersdorf' is not known" in note for note in info.warnings)
    assert corners[:, 0].mean() == pytest.approx(458657.0, abs=1)


def test_a_world_coordinate_system_is_taken_off_before_the_map_conversion(tmp_path: Path) -> None:
    changes = conversion()
    changes |= {5: "IFCGEOMETRICREPRESENTATIONCONTEXT($,'Model',3,1.E-5,#300,$)",
                300: "IFCAXIS2PLACEMENT3D(#301,$,$)", 301: "IFCCARTESIANPOINT((10000.,0.,0.))"}  # fmt: skip
    _, corners, level = house(tmp_path, changes)
    assert level == "10,40,50"
    assert corners[:, 1].mean() == pytest.approx(5438232.0 - 10, abs=2.1)


def test_latitude_and_longitude_of_the_site_lay_a_plane_around_it(tmp_path: Path) -> None:
    north = {5: "IFCGEOMETRICREPRESENTATIONCONTEXT($,'Model',3,1.E-5,#2,#300)", 300: "IFCDIRECTION((1.,0.))"}
    shifted = {21: "IFCLOCALPLACEMENT($,#301)", 301: "IFCAXIS2PLACEMENT3D(#302,$,$)",
               302: "IFCCARTESIANPOINT((5000.,0.,1000.))"}  # fmt: skip
    info, corners, level = house(tmp_path, {20: SITED, **north, **shifted})
    assert level == "10,20,40"
    assert any(note.startswith("located by latitude 49.1 and longitude -8.5 of the site") for note in info.warnings)
    crs = CRS(str(info.declared_crs))
    assert crs.geodetic_crs == CRS("EPSG:4326")
    # The origin of the site is at the given place, and the x axis of the model, which is true north, leads north.
    east, length = (corners.min(axis=0) + corners.max(axis=0))[:2] / 2, np.ptp(corners, axis=0)
    longitude, latitude = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(*east)
    assert (longitude, latitude) == pytest.approx((-8.5, 49.1), abs=1e-7)
    assert length == pytest.approx([0.2, 4.0, 3.0])
    assert corners[:, 2].min() == pytest.approx(110.0)


def test_a_plane_around_the_site_has_true_distances_to_the_ellipsoid(tmp_path: Path) -> None:
    info, _, _ = house(tmp_path, {20: SITED})
    to_degrees = Transformer.from_crs(CRS(str(info.declared_crs)), "EPSG:4326", always_xy=True)
    (west, south), (east, north) = to_degrees.transform(-500.0, -300.0), to_degrees.transform(500.0, 300.0)
    assert Geod(ellps="WGS84").inv(west, south, east, north)[2] == pytest.approx(math.hypot(1000, 600), rel=1e-7)


@pytest.mark.parametrize(
    ("latitude", "longitude"), [("(0,0,0)", "(0,0,0)"), ("(95,0,0)", "(8,0,0)"), ("$", "(8,0,0)"), ("()", "(8,0,0)")]
)
def test_a_latitude_that_is_none_is_not_taken_for_one(tmp_path: Path, latitude: str, longitude: str) -> None:
    changes = {20: SITE.format(latitude=latitude, longitude=longitude, height="$")}
    assert house(tmp_path, changes)[0].is_local


def test_a_rigid_operation_to_map_coordinates_moves_and_does_not_turn(tmp_path: Path) -> None:
    changes = conversion()
    changes[202] = "IFCRIGIDOPERATION(#5,#200,IFCLENGTHMEASURE(458657.),IFCLENGTHMEASURE(5438232.),113.)"
    info, corners, _ = house(tmp_path, changes, "IFC4X3_ADD2")
    assert info.declared_crs == "EPSG:25832"
    assert corners.min(axis=0) == pytest.approx(np.array(WALL[0]) + np.array([458657.0, 5438232.0, 113.0]))


@pytest.mark.parametrize("placement", ["IFCLOCALPLACEMENT(#21,#2)", "IFCLOCALPLACEMENT(#26,#2)"])
def test_placements_in_a_circle_end_where_they_close(tmp_path: Path, placement: str) -> None:
    shapeless = {40: HOUSE[40].replace("#42", "$"), 50: HOUSE[50].replace("#52", "$")}
    path = write_model(tmp_path / "a.ifc", {20: SITED, 21: placement, **shapeless})
    info, batches = read_here("ifc", path)
    assert info.declared_crs is not None
    assert all_batches(batches).geometries.is_empty()


@pytest.mark.process
def test_the_same_point_in_two_grids_is_one_place(shared_data: Path) -> None:
    places = []
    for name in ("geographic-referencing-gk", "geographic-referencing-utm"):
        info, corners, _ = placed(shared_data / SAMPLES / name / f"{name}.ifc")
        tip = corners[corners[:, 2].argmin()]
        places.append(Transformer.from_crs(str(info.declared_crs), "EPSG:4258", always_xy=True).transform(*tip[:2]))
        assert tip[2] == pytest.approx(113.7)
        assert np.ptp(corners, axis=0)[2] == pytest.approx(4.0)  # although Scale is 1000 in one of them
    assert Geod(ellps="GRS80").inv(*places[0], *places[1])[2] < 3.0  # what the change of datum is good for


@pytest.mark.process
def test_a_rigid_operation_to_degrees_lies_where_the_sample_says(shared_data: Path) -> None:
    name = "geographic-referencing-rigid-operation"
    info, corners, _ = placed(shared_data / SAMPLES / name / f"{name}.ifc")
    middle = Transformer.from_crs(CRS(str(info.declared_crs)), "EPSG:4258", always_xy=True).transform(0.0, 0.0)
    assert middle == pytest.approx((14.0902217, 46.3623297), abs=1e-9)
    assert corners.min(axis=0) == pytest.approx([-0.5, -2.0, 475.0])  # 1 m east of the bell tower of Bled


@pytest.mark.process
def test_a_property_set_georeferences_ifc2x3_and_wins_over_the_site(shared_data: Path, tmp_path: Path) -> None:
    # The furniture, which is most of the work, has no say in this.
    text = (shared_data / "ifc-duplex-georef" / "Duplex_A_20110907_georeferenced.ifc").read_text("latin-1")
    keys = ("IFCFURNISHINGELEMENT(", "IFCWINDOW(", "IFCDOOR(", "IFCOPENINGELEMENT(", "IFCWALLSTANDARDCASE(")
    lines = [line for line in text.splitlines() if not any(key in line for key in keys)]
    path = tmp_path / "duplex.ifc"
    path.write_text("\n".join(lines) + "\n", encoding="latin-1")
    info, corners, project = placed(path)
    assert info.declared_crs == "EPSG:9897"  # LUREF of Luxembourg, as ePSet_ProjectedCRS says
    assert corners[:, :2].mean(axis=0) == pytest.approx([76670, 77179], abs=50)
    assert corners[:, 2].mean() == pytest.approx(293.7, abs=10)
    assert str(project["LoGeoRef"]).endswith("50")
    assert any("6,859 km from its map conversion, which counts" in note for note in info.warnings)


def test_a_shape_keeps_its_volume_on_the_map(tmp_path: Path) -> None:
    path = write_model(tmp_path / "house.ifc", conversion())
    shapes = shapely.from_wkb(all_batches(read_here("ifc", path)[1]).geometries["@geometry"].to_numpy())
    assert volume(shapes) == pytest.approx([2.0, 0.8], rel=1e-6)
