"""Writes VCT for tests: a town of features to text, in any of the spellings that the format leaves open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import shapely

HEAD = {
    "Datamark": "LANDUSE-VCT",
    "Version": "3.0",
    "CoordinateSystemType": "P",
    "Dim": "2",
    "XAxisDirection": "E",
    "YAxisDirection": "N",
    "XYUnit": "M",
    "Spheroid": "CGCS2000,6378137.0,298.257222101",
    "Projection": "高斯-克吕格",
    "Parameters": "120.0,0,500000,0",
    "Separator": ",",
}


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a town is written."""

    east_first: bool = True
    pieces: int = 0  # of each ring; 0 writes the coordinates into the polygon
    turned: bool = False  # every second piece is stored the other way round and referred to by a negative id
    zeros_count: bool = True
    ids_per_line: int = 1000
    newline: str = "\n"
    head: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Town:
    """Features by table: shapes of one kind, and rows of text that begin with the id."""

    tables: dict[str, tuple[str, tuple[str, ...], list[tuple[object, ...]]]] = field(default_factory=dict)
    shapes: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    _lines: list[list[str]] = field(default_factory=list)
    _known: dict[tuple[tuple[float, ...], ...], int] = field(default_factory=dict)

    def add(
        self,
        table: str,
        code: str,
        columns: Sequence[str],
        rows: Sequence[tuple[object, ...]],
        shapes: Sequence[tuple[int, Any]],
    ) -> None:
        self.tables[table] = (code, tuple(columns), list(rows))
        self.shapes[table] = list(shapes)

    def text(self, how: Spelling) -> str:
        """The whole file."""
        axes = {} if how.east_first else {"XAxisDirection": "N", "YAxisDirection": "E"}
        lines = ["HeadBegin", *(f"{k}:{v}" for k, v in {**HEAD, **axes, **how.head}.items()), "HeadEnd"]
        kinds = {table: self._kind(table) for table in self.tables}
        lines += ["FeatureCodeBegin"]
        lines += [f"{code},{table},{kinds[table]},{table}" for table, (code, _, _) in self.tables.items()]
        lines += ["FeatureCodeEnd", "TableStructureBegin"]
        for table, (_, columns, _) in self.tables.items():
            lines += [f"{table},{len(columns)}", *columns, "0"]
        lines += ["TableStructureEnd"]
        records: dict[str, list[str]] = {"Point": [], "Line": [], "Polygon": []}
        self._lines, self._known = [], {}
        for table, shapes in self.shapes.items():
            for number, shape in shapes:
                records[kinds[table]] += self._record(number, self.tables[table][0], shape, how)
        records["Line"] += [line for record in self._lines for line in record]
        for section, texts in records.items():
            lines += [f"{section}Begin", *texts, f"{section}End"] if texts else []
        lines += ["AttributeBegin"]
        for table, (_, _, rows) in self.tables.items():
            lines += [table, *(",".join(map(str, row)) for row in rows), "TableEnd"]
        return how.newline.join([*lines, "AttributeEnd", ""])

    def _kind(self, table: str) -> str:
        shapes = self.shapes[table]
        if not shapes:
            return ""
        name = shapes[0][1].geom_type
        return "Polygon" if "Polygon" in name else "Line" if "Line" in name else "Point"

    def _record(self, number: int, code: str, shape: Any, how: Spelling) -> list[str]:
        head = [str(number), code, "0"]
        if shape.geom_type == "Point":
            return [*head, "1", *_coordinates(shape, how), "0"]
        if shape.geom_type == "MultiPoint":
            return [*head, "4", str(len(shape.geoms)), *_coordinates(shape, how), "0"]
        if "Line" in shape.geom_type:
            parts = shapely.get_parts(shape)
            return [*head, "1", str(len(parts)), *(line for part in parts for line in _piece(part, how)), "0"]
        rings = list(shapely.get_rings(shape))
        label = _coordinates(shapely.point_on_surface(shape), how)
        if not how.pieces:
            texts = [line for ring in rings for line in _piece(ring, how)]
            return [*head, "1", *label, str(len(rings)), *texts, "0"]
        refs: list[str] = []
        for ring in rings:
            refs += ["0"] * bool(refs) + [self._line(piece, how, n) for n, piece in enumerate(_cut(ring, how.pieces))]
        count = len(refs) if how.zeros_count else sum(ref != "0" for ref in refs)
        lists = [",".join(refs[at : at + how.ids_per_line]) for at in range(0, len(refs), how.ids_per_line)]
        return [*head, "100", *label, "21", str(count), *lists, "0"]

    def _line(self, piece: shapely.LineString, how: Spelling, position: int) -> str:
        """The signed id of a stored line, which polygons side by side share."""
        key = tuple(piece.coords)
        if (known := self._known.get(key)) is not None:
            return str(known)
        if (known := self._known.get(key[::-1])) is not None:
            return str(-known)
        number = 1_000_000 + len(self._lines)
        is_turned = how.turned and position % 2 == 1
        stored = piece.reverse() if is_turned else piece
        self._known[tuple(stored.coords)] = number
        self._lines.append([str(number), "6001060000", "0", "1", "1", *_piece(stored, how), "0"])
        return str(-number if is_turned else number)


def _piece(line: Any, how: Spelling) -> list[str]:
    points = _coordinates(line, how)
    return ["11", str(len(points)), *points]


def _coordinates(shape: Any, how: Spelling) -> list[str]:
    found = shapely.get_coordinates(shape, include_z=bool(shape.has_z)).tolist()
    return [",".join(map(repr, point if how.east_first else [point[1], point[0], *point[2:]])) for point in found]


def _cut(ring: Any, pieces: int) -> list[shapely.LineString]:
    points = list(ring.coords)
    ends = [len(points) - 1 if n == pieces else n * (len(points) - 1) // pieces for n in range(pieces + 1)]
    return [shapely.LineString(points[a : b + 1]) for a, b in pairwise(ends) if b > a]


def parcels(columns: int, rows: int) -> Town:
    """A grid of square parcels of 20 m, every third with a hole, and no two with the same area."""
    town = Town()
    shapes, values = [], []
    for number in range(columns * rows):
        east, north = 500_000.25 + 20 * (number % columns), 3_500_000.5 + 20 * (number // columns)
        square = shapely.box(east, north, east + 20, north + 20, ccw=number % 2 == 0)
        hole = shapely.box(east + 5, north + 5, east + 6 + number % 1000 / 100, north + 7) if number % 3 == 0 else None
        shape = shapely.Polygon(square.exterior, [hole.exterior] if hole else None)
        shapes.append((10 + number, shape))
        values.append((10 + number, f"340123002004GB{number + 1:05}", f"{shape.area:.2f}", f"坐落 {number}"))
    fields = ["ZDDM,Char,19", "ZDMJ,Float,15,2", "ZL,Varchar,200"]
    town.add("ZDJBXX", "6001010000", fields, values, shapes)
    return town
