"""A VCT file written by hand, parts of it changed, and towns that are written and read again."""

from pathlib import Path
from typing import Any

import shapely
from hypothesis import strategies as st

from ingest.readers import Batch, FileInfo, Request
from ingest.readers.vct import VctReader
from ingest.readers.vct_head import Choices, Head

from .suite import all_batches
from .vct_writer import HEAD, Town

EXAMPLE = """HeadBegin
Datamark:LANDUSE-VCT
Version:3.0
CoordinateSystemType:P
Dim:2
XAxisDirection:E
YAxisDirection:N
XYUnit:M
Spheroid:CGCS2000,6378137.0,298.257222101
Separator:,
HeadEnd
FeatureCodeBegin
6001010000,宗地,Polygon,ZDJBXX
FeatureCodeEnd
TableStructureBegin
ZDJBXX,2
ZDDM,Char,19
ZDMJ,Float,15,2
0
TableStructureEnd
PointBegin
PointEnd
LineBegin
1
6001060000
0
1
1
11
4
500000.0,3500000.0
500010.0,3500000.0
500010.0,3500010.0
500000.0,3500000.0
0
LineEnd
PolygonBegin
10
6001010000
0
100
500006.0,3500003.0
21
1
1
0
PolygonEnd
AttributeBegin
ZDJBXX
10,340123002004GB00011,50.00
TableEnd
AttributeEnd
"""


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "town.vct"
    path.write_bytes(text.encode(encoding))
    return path


def taken(path: Path, layer: str | None = None, choices: Choices | None = None) -> tuple[FileInfo, Batch]:
    parts = list(VctReader(choices).read(Request(str(path), layer)))
    last = parts[-1]
    assert isinstance(last, FileInfo)
    return last, all_batches([part for part in parts if isinstance(part, Batch)])


def shapes(batch: Batch) -> list[Any]:
    return list(shapely.from_wkb(batch.geometries["@geometry"].to_list()))


def changed(folder: Path, old: str, new: str, text: str = EXAMPLE) -> tuple[FileInfo, Batch]:
    assert text.count(old) == 1
    return taken(written(folder, text.replace(old, new)))


def outlines(draw: st.DrawFn, west: float) -> shapely.Polygon:
    """A polygon with up to two holes and more points than corners."""
    edge = draw(st.integers(4, 40))
    shell = shapely.segmentize(shapely.box(west, 3_500_000.125, west + edge, 3_500_000.125 + edge), edge / 3)
    holes = [
        shapely.box(west + 1 + n, 3_500_001.5, west + 1.5 + n, 3_500_002.5) for n in range(draw(st.integers(0, 2)))
    ]
    return shapely.Polygon(shell.exterior, [hole.exterior for hole in holes])


VALUES = st.text(st.characters(codec="gb18030", exclude_categories=["C", "Z"], exclude_characters=",，"), max_size=12)


@st.composite
def towns(draw: st.DrawFn) -> Town:
    town = Town()
    number = draw(st.integers(1, 5))
    polygons = [(1 + n, outlines(draw, 500_000.0 + 100 * n)) for n in range(number)]
    rows = [(1 + n, draw(VALUES), draw(st.integers(-5, 2**40)), "20260131") for n in range(number)]
    town.add("ZDJBXX", "6001010000", ["ZL,Char,30", "SXH,Int8", "DJSJ,Date,8"], rows, polygons)
    points = [(100 + n, shapely.Point(draw(st.floats(4e5, 6e5)), draw(st.floats(3e6, 4e6)))) for n in range(number)]
    town.add("JZD", "6001070000", ["JZDH,Char,10"], [(100 + n, f"J{n}") for n in range(number)], points)
    lines = [(200 + n, shapely.LineString([(3e5, 2e6), point.coords[0]])) for n, (_, point) in enumerate(points)]
    town.add("JZX", "6001060001", ["JZXCD,Float,15,2"], [(200 + n, 0.5 * n) for n in range(number)], lines)
    town.add("QLR", "6003000000", ["QLRMC,Char,10"], [(300, "甲")], [])
    return town


def section(name: str, code: str, table: str, body: str, head: str = "") -> str:
    """A file with one table and the given records in one section."""
    entries = "\n".join(f"{key}:{value}" for key, value in HEAD.items())
    return (
        f"HeadBegin\n{entries}\n{head}HeadEnd\nFeatureCodeBegin\n{code},要素,{name},{table}\nFeatureCodeEnd\n"
        f"TableStructureBegin\n{table},1\nBH,Char,9\n0\nTableStructureEnd\n{name}Begin\n{body}\n{name}End\n"
        f"AttributeBegin\n{table}\nTableEnd\nAttributeEnd\n"
    )


def square_of(signs: str, count: int = 4, line_4: str = "0,4\n0,0") -> str:
    sides = ["0,0\n4,0", "4,0\n4,4", "4,4\n0,4", line_4]
    lines = "\n".join(f"{n}\n2\n0\n1\n1\n11\n2\n{side}\n0" for n, side in enumerate(sides, 1))
    text = section("Polygon", "1", "T", f"7\n1\n0\n100\n1,1\n21\n{count}\n{signs}\n0")
    return text.replace("PolygonBegin", f"LineBegin\n{lines}\nLineEnd\nPolygonBegin")


def head(spheroid: str, **entries: str) -> Head:
    named = {"CoordinateSystemType": "P", "XYUnit": "M", "Spheroid": spheroid, **entries}
    return Head({name.lower(): value for name, value in named.items()}, "3.0", ",", has_heights=False)


SPHEROIDS = {
    "CGCS2000": "CGCS2000,6378137.0,298.257222101",
    "Xian 1980": "IAG-75,6378140,298.257",
    "Beijing 1954": "克拉索夫斯基,6378245,298.3",
}
