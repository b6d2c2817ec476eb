"""Tolerances are metres in whatever unit the coordinates are; parts of buildings are told by their parents."""

import numpy as np
import polars as pl
import pytest
import shapely

from ingest.geometry_3d import solid_errors
from ingest.readers.contract import GEOMETRY_COLUMNS
from ingest.solid import Action, Check3D, Code, Tolerances

from .prisms import Floats, prism

CHECK = Check3D(Action.WARN)
METRE_NORTH = 1 / 111_195.0  # degrees


def frames(
    shells: list[list[list[Floats]]], parents: list[str | None], words: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(features, geometries) of solids with these parents."""
    count = len(shells)
    shapes = [shapely.multipolygons([shapely.Polygon(face[0], face[1:]) for face in shell]) for shell in shells]
    numbers = pl.Series("@row", range(1, count + 1), dtype=pl.Int64)
    features = pl.DataFrame(
        {"@row": numbers, "@key": [f"k{n}" for n in range(count)], "@parent": parents, "@class": words},
        schema_overrides={"@parent": pl.String},
    )
    columns = {
        "@row": numbers,
        "@dimension": [3] * count,
        "@lod": ["2"] * count,
        "@geometry": [shapely.to_wkb(shape, output_dimension=3, flavor="iso") for shape in shapes],
        "@surfaces": [None] * count,
        "@solid": [True] * count,
        "@problem": [None] * count,
    }
    return features, pl.DataFrame(columns, schema=dict(GEOMETRY_COLUMNS))


def box(scale: Floats, shift: Floats, *, bent: float = 0.0) -> list[list[Floats]]:
    """A house of 8 x 10 x 6 m in units of so many metres, with a corner of its roof lifted by so many metres."""
    outline = np.array([[0.0, 0], [8, 0], [8, 10], [0, 10]])
    faces = prism(outline, None, 6.0, np.eye(3), np.zeros(3)).faces
    lifted = [
        [np.where((ring == [8, 10, 6]).all(axis=1)[:, None], ring + np.array([0, 0, bent]), ring) for ring in face]
        for face in faces
    ]
    return [[ring * scale + shift for ring in face] for face in lifted]


@pytest.mark.parametrize(("bent", "codes"), [(0.03, []), (0.06, [Code.NON_PLANAR_POLYGON_DISTANCE_PLANE])])
@pytest.mark.parametrize(
    ("crs", "scale", "shift"),
    [
        ("EPSG:7415", np.ones(3), np.array([84_000.0, 446_000.0, 0.0])),
        ("EPSG:6697", np.array([METRE_NORTH * 1.2, METRE_NORTH, 1.0]), np.array([139.7, 35.6, 3.0])),
        ("EPSG:2263", np.ones(3) / 0.3048006, np.array([985_000.0, 198_000.0, 0.0])),
    ],
)
def test_planarity_is_in_metres(crs: str, scale: Floats, shift: Floats, bent: float, codes: list[int]) -> None:
    """A corner of a rectangle that is lifted is a quarter of the lift away from the fitted plane."""
    features, geometries = frames([box(scale, shift, bent=bent)], [None], ["Building"])
    found = solid_errors(features, geometries, crs, CHECK).errors
    assert found["code"].to_list() == codes
    if codes:
        place = np.array(found.select("x", "y", "z").row(0))
        assert (np.abs(place - shift) <= 11 * scale).all()


@pytest.mark.parametrize(
    ("words", "parents", "codes"),
    [
        (["Building", "BuildingPart", "BuildingPart"], [None, "k0", "k0"], [601, 601]),
        (["Building", "bldg:BuildingPart", "bldg:BuildingPart"], [None, "k0", "k9"], [601]),
        (["Building", "BuildingRoom", "BuildingRoom"], [None, "k0", "k0"], []),
        (["Building", "Building", "Building"], [None, None, None], []),
    ],
)
def test_parts_of_a_building_must_not_overlap(words: list[str], parents: list[str | None], codes: list[int]) -> None:
    one, shift = np.ones(3), np.array([84_000.0, 446_000.0, 0.0])
    shells = [box(one, shift + np.array([4.0 * place, 0, 0])) for place in range(3)]
    features, geometries = frames(shells, parents, words)
    assert solid_errors(features, geometries, "EPSG:7415", CHECK).errors["code"].to_list() == codes
    loose = Check3D(Action.WARN, Tolerances(overlap=4.1))
    assert solid_errors(features, geometries, "EPSG:7415", loose).errors.is_empty()


def test_what_is_too_large_to_be_checked_is_taken_with_quarantine_too() -> None:
    features, geometries = frames([box(np.ones(3), np.zeros(3))], [None], ["Building"])
    few = Check3D(Action.QUARANTINE, Tolerances(most_pairs=3))
    found = solid_errors(features, geometries, "EPSG:7415", few)
    records = features.select("@row", pl.col("@key").alias("key"))
    assert found.problems(records).is_empty()
    assert found.remarks(records) == {"3D geometry with error 999 NOT_CHECKED (ISO 19107)": 1}
