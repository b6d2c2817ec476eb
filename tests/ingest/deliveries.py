"""Small deliveries for tests: parcels-like squares as GeoJSON, with a mapping of their own."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.pipeline import Options, ingest_files
from ingest.summary import FileSummary
from kg.ledger import Ledger
from kg.workspace import Workspace
from ontology import Schema

MAPPING = """
prefixes: {res: "https://res3d.example/ontology#"}
res3d: {source: SOURCE, title: squares, licence: CC0, rank: RANK, scale_level: city}
mappings:
  square:
    s: record/SOURCE/$(name)
    po:
      - [a, res:Building]
      - [res:bagId, $(bag)]
      - [res:yearOfConstruction, $(year)]
      - [res:status, $(status)]
"""

Square = Mapping[str, object]


def square(name: str, x: float, *, year: object = 1990, bag: str | None = None, **more: object) -> Square:
    """A square of 10 m at `x` metres east of a corner of the test area, in EPSG:4548."""
    return {"name": name, "x": x, "year": year, "bag": bag, "status": "in use", **more}


def write_squares(path: Path, squares: Sequence[Square], crs: str | None = "EPSG::4548") -> Path:
    """The squares as a GeoJSON file; a square with `geometry` has that instead."""
    features = [
        {
            "type": "Feature",
            "properties": {name: value for name, value in one.items() if name not in {"x", "geometry"}},
            "geometry": one["geometry"] if "geometry" in one else _outline(float(str(one["x"]))),
        }
        for one in squares
    ]
    document: dict[str, object] = {"type": "FeatureCollection", "features": features}
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{crs}"}}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _outline(x: float) -> dict[str, object]:
    west, south = 500_000 + x, 3_500_000.0
    ring = [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)]
    return {"type": "Polygon", "coordinates": [[[west + dx, south + dy] for dx, dy in ring]]}


class Desk:
    """A workspace with a ledger at which deliveries of squares are handed in."""

    def __init__(self, workspace: Workspace, ledger: Ledger, schema: Schema) -> None:
        self.workspace, self.ledger, self.schema = workspace, ledger, schema

    def mapping(self, source: str, rank: int = 10, text: str = MAPPING) -> Path:
        """A mapping file for a source of squares."""
        path = self.workspace.directory / f"{source}.yml"
        path.write_text(text.replace("SOURCE", source).replace("RANK", str(rank)), encoding="utf-8")
        return path

    def hand_in(
        self, squares: Sequence[Square], source: str = "town", name: str = "squares.geojson", **options: object
    ) -> FileSummary:
        """One delivery; the options are those of `ingest.pipeline.Options`."""
        path = write_squares(self.workspace.directory / name, squares)
        return self.hand_in_file(path, source, **options)

    def hand_in_file(self, path: Path, source: str = "town", **options: object) -> FileSummary:
        """One delivery of a file that is there already."""
        chosen = Options(mapping=self.mapping(source), **options)  # type: ignore[arg-type]  # names checked by Options
        return ingest_files(self.workspace, self.ledger, self.schema, [path], chosen)[0]
