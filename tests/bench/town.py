"""A generated town: footprints as FlatGeobuf and the same buildings as CityJSONSeq 2.0, with one key.

Buildings are L-shaped, in rows of blocks, in EPSG:28992; the 3D record has a LOD0 surface, a LOD1.2 and a LOD2.2
solid (tent roof). Deterministic for a size.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyogrio
import shapely

Floats = npt.NDArray[np.float64]
_SHAPE = np.array([[0, 0], [12, 0], [12, 6], [6, 6], [6, 10], [0, 10]], dtype=float)
_SPACING = 25.0
_ORIGIN = (80_000.0, 440_000.0)

FOOTPRINTS, CITY = "footprints.fgb", "buildings.city.jsonl"


def keys(size: int) -> list[str]:
    """BAG ids of the town's buildings."""
    return [f"NL.IMBAG.Pand.0503100{number:09d}" for number in range(size)]


def corners(size: int) -> Floats:
    """Footprints as (size, 6, 2) coordinates in metres."""
    side = int(np.ceil(np.sqrt(size)))
    number = np.arange(size)
    shift = np.stack([number % side, number // side], axis=1) * _SPACING + np.array(_ORIGIN)
    stretch = 1 + np.random.default_rng(7).random((size, 1, 1)) * 0.5
    placed: Floats = np.round(_SHAPE[None, :, :] * stretch + shift[:, None, :], 3)
    return placed


def write_footprints(path: Path, size: int) -> None:
    """The 2D delivery: FlatGeobuf with key, year and status."""
    shapes = shapely.polygons(corners(size))
    table = pa.table(
        {
            "identificatie": keys(size),
            "oorspronkelijkbouwjaar": (1900 + np.arange(size) % 120).astype(np.int32),
            "status": ["Pand in gebruik"] * size,
            "begingeldigheid": ["2011-01-25"] * size,
            "geometry": shapely.to_wkb(shapes),
        }
    )
    pyogrio.write_arrow(
        table, path, driver="FlatGeobuf", geometry_name="geometry", geometry_type="Polygon", crs="EPSG:28992"
    )


def write_city(path: Path, size: int) -> None:
    """The 3D delivery: a CityJSONSeq with one Building a line."""
    head = {
        "type": "CityJSON",
        "version": "2.0",
        "transform": {"scale": [0.001, 0.001, 0.001], "translate": [*_ORIGIN, 0.0]},
        "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/7415"},
        "CityObjects": {},
        "vertices": [],
    }
    with path.open("wb") as file:
        file.write(orjson.dumps(head) + b"\n")
        file.writelines(orjson.dumps(feature) + b"\n" for feature in _features(size))


def _features(size: int) -> Iterator[dict[str, object]]:
    plane = np.rint((corners(size) - np.array(_ORIGIN)) * 1000).astype(np.int64)
    height = 4000 + np.arange(size) % 9000
    ground = [0, 1, 2, 3, 4, 5]
    walls = [[[a, (a + 1) % 6, 6 + (a + 1) % 6, 6 + a]] for a in ground]
    floor = [list(reversed(ground))]
    block = [[floor, [[6, 7, 8, 9, 10, 11]], *walls]]
    tent = [[floor, *([[6 + a, 6 + (a + 1) % 6, 12]] for a in ground), *walls]]
    for number, key in enumerate(keys(size)):
        base = plane[number].tolist()
        top = int(height[number])
        vertices = [[*point, 0] for point in base] + [[*point, top] for point in base]
        vertices.append([(base[0][0] + base[3][0]) // 2, (base[0][1] + base[3][1]) // 2, top + 2000])
        geometry = [
            {"type": "MultiSurface", "lod": "0", "boundaries": [floor]},
            {"type": "Solid", "lod": "1.2", "boundaries": block},
            {"type": "Solid", "lod": "2.2", "boundaries": tent},
        ]
        building = {
            "type": "Building",
            "attributes": {
                "identificatie": key,
                "oorspronkelijkbouwjaar": 1900 + number % 120,
                "status": "Pand in gebruik",
                "h_dak_max": top / 1000,
                "h_maaiveld": 0.0,
            },
            "geometry": geometry,
        }
        yield {"type": "CityJSONFeature", "id": key, "CityObjects": {key: building}, "vertices": vertices}


def write_town(folder: Path, size: int) -> None:
    """Both deliveries of a town of some size, in a new folder."""
    folder.mkdir(parents=True)
    write_footprints(folder / FOOTPRINTS, size)
    write_city(folder / CITY, size)


def main() -> None:
    """Write a town of some size into a new folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("size", type=int)
    arguments = parser.parse_args()
    write_town(arguments.folder, arguments.size)


if __name__ == "__main__":
    main()
