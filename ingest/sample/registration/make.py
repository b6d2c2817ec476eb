"""Makes the files of this folder: an invented county with a few parcels, one building and what is registered there.

    python ingest/sample/registration/make.py

The same files come out every time. Plane coordinates are EPSG:4548 (CGCS2000 / 3-degree Gauss-Kruger CM 117E), metres
east and north of `ORIGIN`; heights are metres above the pavement in front of the building.
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Point = tuple[float, ...]
Row = Mapping[str, str | int | float | None]

ORIGIN = (509480.0, 3508590.0)
COUNTY, DISTRICT, SUB_DISTRICT = "340123", "340123002", "340123002004"
P1, P2, P3, P4 = (f"{SUB_DISTRICT}{end}" for end in ("GB00011", "GB00031", "GB00032", "GX00020"))
B1 = f"{P2}F0001"
SPLIT = "2024-05-01"
STOREY_HEIGHT, STOREYS = 3.0, 3
FOOTPRINT = (8.0, 10.0, 20.0, 30.0)  # of the building: west, south, east, north
DOOR = (19.0, 20.0, 2.1)  # in the west wall: from, to (north), height
SHIFT = (0.42, 0.56)  # of the LOD1.3 model against the footprint: 0.7 m


def files() -> dict[str, str]:
    """The text of every data file of the folder by its name."""
    return {
        "counties.geojson": _areas([({"XZQDM": COUNTY, "XZQMC": "示例县"}, (-9000, -9000, 11000, 11000))]),
        "districts.geojson": _areas(
            [({"DJQDM": DISTRICT, "DJQMC": "第二地籍区", "XZQDM": COUNTY}, (-2000, -2000, 3000, 3000))]
        ),
        "subdistricts.geojson": _areas(
            [({"DJZQDM": SUB_DISTRICT, "DJZQMC": "第四地籍子区", "DJQDM": DISTRICT}, (-200, -150, 300, 250))]
        ),
        "parcels.geojson": _parcels(),
        "compounds.geojson": _areas([({"YLBH": "C1", "STFLM": "250202", "MC": "示例中学"}, (2, 2, 28, 38))]),
        "buildings.geojson": _areas([(_BUILDING, FOOTPRINT)]),
        "building_lod13.city.json": _city_model(_block(), {"ZRZH": B1, "MXJB": "LOD1.3", "JZWGD": 9.0}),
        "building_lod3.city.json": _city_model(_detailed(), {"ZRZH": B1, "MXJB": "LOD3", "JZWGD": 9.0}),
        "storeys.csv": _table(_storeys()),
        "units.csv": _table(_units()),
        "mortgages.csv": _table([_MORTGAGE]),
        "seizures.csv": _table([_SEIZURE]),
        "pipelines.geojson": _features([(_PIPELINE, "LineString", [_place(p) for p in _PIPE_COURSE])]),
        "offices.csv": _table(_offices()),
        "successions.csv": _table([_SUCCESSION]),
    }


# ---- what is registered; the columns are those of the registration database standard ----

_BUILDING: Row = {
    "YSDM": "6001030110", "ZRZH": B1, "ZDDM": P2, "XMMC": "示例中学", "JZWMC": "一号教学楼", "JGRQ": "2018-08-31",
    "JZWGD": 9.0, "ZZDMJ": 240.0, "SCJZMJ": 720.0, "ZCS": 3, "DSCS": 3, "DXCS": 0, "GHYT": "教育", "FWJG": "钢筋混凝土",
    "ZTS": 4, "ZT": "1", "DJSJ": "2024-05-10",
}  # fmt: skip
_MORTGAGE: Row = {
    "YWH": "B2024-58", "BDCDYH": f"{B1}0002", "BDCDJZMH": "示例(2024)不动产证明第0000058号",
    "DYFS": "1", "DYFSMC": "一般抵押", "BDBZZQSE": 80.0, "ZWLXQSSJ": "2024-06-01", "ZWLXJSSJ": "2034-05-31",
    "DJJG": "示例县自然资源和规划局", "QSZT": "1",
}  # fmt: skip
_SEIZURE: Row = {
    "YWH": "B2025-09", "BDCDYH": f"{B1}0002", "CFJG": "示例县人民法院", "CFLX": "1", "CFLXMC": "查封",
    "CFWH": "(2025)示0123执9号", "CFQSSJ": "2025-02-01", "CFJSSJ": "2028-01-31",
    "JFYWH": "B2025-71", "JFDJSJ": "2025-08-01", "QSZT": "2",
}  # fmt: skip
_PIPELINE: Row = {"GXBH": "G1", "GXLX": "燃气", "GJ": 200, "CZ": "PE", "QSDW": "示例燃气公司"}
_PIPE_COURSE = [(-10.0, 5.0, -1.2), (60.0, 5.0, -1.2)]
_SUCCESSION: Row = {
    "YWH": "B2024-17", "BGLX": "split", "BGRQ": SPLIT, "YZDDM1": P1, "YZDDM2": None, "XZDDM1": P2, "XZDDM2": P3,
}  # fmt: skip


def _parcels() -> str:
    rows: list[tuple[str, str, float, str | None, str | None]] = [
        (P1, "2", 2000.0, "2015-06-01", SPLIT),
        (P2, "2", 1200.0, SPLIT, None),
        (P3, "2", 800.0, SPLIT, None),
        (P4, "3", 816.0, SPLIT, None),
    ]
    # P1 has the corners at which its parts meet, so that its outline is theirs in every reference system.
    whole = [(0, 0), (30, 0), (50, 0), (50, 40), (30, 40), (0, 40), (0, 0)]
    shapes: list[tuple[str, object]] = [
        ("Polygon", [[_place(corner) for corner in whole]]),
        ("Polygon", [_ring((0, 0, 30, 40))]),
        ("Polygon", [_ring((30, 0, 50, 40))]),
        ("MultiPolygon", [[[_place(p) for p in [*face, face[0]]]] for face in _box((3, 3, 27, 37), -12.0, -3.0)]),
    ]
    parcels = []
    for (code, position, area, registered, ended), (kind, coordinates) in zip(rows, shapes, strict=True):
        parcel: Row = {
            "YSDM": "6001010000", "ZDDM": code, "ZDTZM": code[12:14], "DJZQDM": code[:12], "QXDM": code[:6],
            "ZL": "示例县学府路1号", "ZDMJ": area, "MJDW": "1", "YT": "0804", "YTMC": "教育用地",
            "QLXZ": "101", "QLSDFS": position, "ZT": "0" if ended else "1", "DJSJ": registered, "ZXSJ": ended,
        }  # fmt: skip
        parcels.append((parcel, kind, coordinates))
    return _features(parcels)


def _storeys() -> list[Row]:
    return [
        {
            "CH": str(number), "ZRZH": B1, "YSDM": "6001030130", "SJC": number, "MYC": str(number), "CJZMJ": 240.0,
            "CG": STOREY_HEIGHT,
        }
        for number in range(1, STOREYS + 1)
    ]  # fmt: skip


def _units() -> list[Row]:
    units = [("0001", 1, "101", 120.0), ("0002", 1, "102", 120.0), ("0003", 2, "201", 240.0), ("0004", 3, "301", 240.0)]
    rows: list[Row] = [_unit(f"{B1}{number}", storey, room, area) for number, storey, room, area in units]
    # Deliberately wrong: 27 characters, so that an import shows what becomes of a row that can't be taken.
    return [*rows, _unit(f"{P2}F0001000", 3, "302", 0.0)]


def _unit(code: str, storey: int, room: str, area: float) -> Row:
    return {
        "BDCDYH": code, "YSDM": "6001030140", "ZRZH": B1, "CH": str(storey), "SJCS": storey,
        "ZL": f"示例县学府路1号一号教学楼{room}室", "MJDW": "1", "SHBW": room, "FWYT1": "41", "FWYT1MC": "教育",
        "SCJZMJ": area, "FWLX": "99", "FWXZ": "99", "ZT": "1", "DJSJ": "2024-05-20",
    }  # fmt: skip


def _offices() -> list[Row]:
    return [
        {"JGBH": "O1", "DJJG": "示例县国土资源局", "QXDM": COUNTY, "QYRQ": "2015-03-01", "TYRQ": "2024-01-01"},
        {"JGBH": "O2", "DJJG": "示例县自然资源和规划局", "QXDM": COUNTY, "QYRQ": "2024-01-01", "TYRQ": None},
    ]


# ---- the building in three dimensions ----


def _block() -> dict[str, object]:
    west, south, east, north = FOOTPRINT
    moved = (west + SHIFT[0], south + SHIFT[1], east + SHIFT[0], north + SHIFT[1])
    faces = [[face] for face in _box(moved, 0.0, STOREYS * STOREY_HEIGHT)]
    return {"type": "Solid", "lod": "1.3", "boundaries": [faces]}


def _detailed() -> dict[str, object]:
    """LOD3: the door D1 is a surface of its own in the west wall."""
    west, (start, end, height) = FOOTPRINT[0], DOOR
    door = [(west, end, 0.0), (west, start, 0.0), (west, start, height), (west, end, height)]
    ground, roof, *walls = _box(FOOTPRINT, 0.0, STOREYS * STOREY_HEIGHT)
    # Ground and west wall have the door's lower corners, too, so that the surfaces close without a gap.
    ground = [ground[0], door[1], door[0], *ground[1:]]
    walls[3] = [walls[3][0], door[0], door[3], door[2], door[1], *walls[3][1:]]
    faces = [ground, roof, *walls, door]
    # A surface with a meaning becomes a component; the door is the only one that the expected answers know.
    surfaces = [{"type": "Door", "GJBH": "D1", "ZRZH": B1, "CH": "1"}]
    values = [0 if face is door else None for face in faces]
    return {
        "type": "Solid",
        "lod": "3",
        "boundaries": [[[face] for face in faces]],
        "semantics": {"surfaces": surfaces, "values": [values]},
    }


def _city_model(geometry: dict[str, object], attributes: Row) -> str:
    """A CityJSON file of the one building; coordinates become whole millimetres east and north of `ORIGIN`."""
    corners: dict[Point, int] = {}
    building = {
        "type": "Building",
        "attributes": attributes,
        "geometry": [{**geometry, "boundaries": _numbered(geometry["boundaries"], corners)}],
    }
    model = {
        "type": "CityJSON",
        "version": "2.0",
        "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/4548"},
        "transform": {"scale": [0.001, 0.001, 0.001], "translate": [*ORIGIN, 0.0]},
        "CityObjects": {B1: building},
        "vertices": [[round(number * 1000) for number in corner] for corner in corners],
    }
    return json.dumps(model, ensure_ascii=False, indent=1) + "\n"


def _numbered(boundaries: object, corners: dict[Point, int]) -> object:
    """Nested boundaries with the number of each corner instead of the corner itself."""
    if isinstance(boundaries, tuple):
        return corners.setdefault(boundaries, len(corners))
    if not isinstance(boundaries, list):
        raise TypeError(f"expected corners in lists, got {boundaries!r}")
    return [_numbered(part, corners) for part in boundaries]


# ---- shapes and files ----


def _box(extent: tuple[float, float, float, float], low: float, high: float) -> list[list[Point]]:
    """The faces of a block, seen from outside: ground, roof, and the walls in the south, east, north and west."""
    west, south, east, north = extent
    plan = [(west, south), (east, south), (east, north), (west, north)]
    down: list[Point] = [(*corner, low) for corner in plan]
    up: list[Point] = [(*corner, high) for corner in plan]
    walls = [[down[n], down[(n + 1) % 4], up[(n + 1) % 4], up[n]] for n in range(4)]
    return [[down[0], down[3], down[2], down[1]], up, *walls]


def _ring(extent: tuple[float, float, float, float]) -> list[list[float]]:
    west, south, east, north = extent
    return [_place(p) for p in ((west, south), (east, south), (east, north), (west, north), (west, south))]


def _place(point: Point) -> list[float]:
    """A point in EPSG:4548, to the millimetre."""
    east, north, *height = point
    return [round(east + ORIGIN[0], 3), round(north + ORIGIN[1], 3), *height]


def _areas(rows: Iterable[tuple[Row, tuple[float, float, float, float]]]) -> str:
    return _features([(row, "Polygon", [_ring(extent)]) for row, extent in rows])


def _features(rows: Iterable[tuple[Row, str, object]]) -> str:
    """GeoJSON with a `crs` member (as before RFC 7946), one feature a line."""
    lines = [
        {"type": "Feature", "properties": row, "geometry": {"type": kind, "coordinates": coordinates}}
        for row, kind, coordinates in rows
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4548"}}
    body = ",\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    return f'{{"type": "FeatureCollection", "crs": {json.dumps(crs)}, "features": [\n{body}\n]}}\n'


def _table(rows: Sequence[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    for name, content in files().items():
        (Path(__file__).parent / name).write_text(content, encoding="utf-8")
