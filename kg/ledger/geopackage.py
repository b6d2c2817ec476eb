"""What makes the SQLite ledger a GeoPackage (OGC 12-128r18): its tables, and a layer per class of current entities."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
 organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
 description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
 min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT
 NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', NULL),
 ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL);
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300
"""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that QGIS and GDAL list: the current entities of one class that have geometry of one dimension.

    `class_name` and `properties` are checked names of the ontology: they become SQL identifiers. Of a property with
    several values (`True`) the layer shows the first.
    """

    class_name: str
    dimension: int
    properties: tuple[tuple[str, bool], ...]

    @property
    def name(self) -> str:
        return f"{self.class_name}_{self.dimension}d"


def create(connection: Connection) -> None:
    """Turn a fresh SQLite file into an empty GeoPackage."""
    for statement in _TABLES.split(";"):
        connection.exec_driver_sql(statement)


def set_layers(connection: Connection, layers: Iterable[Layer], srs_id: int, definition: str) -> None:
    """Make the layers of current entities exactly these; their geometries are in EPSG:`srs_id`."""
    run = connection.exec_driver_sql
    run(
        "INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?, ?, 'EPSG', ?, ?, NULL)",
        (f"EPSG:{srs_id}", srs_id, srs_id, definition),
    )
    old = {str(name) for (name,) in run("SELECT table_name FROM gpkg_contents")}
    wanted = {layer.name: layer for layer in layers}
    for name in old - wanted.keys():
        run(f'DROP VIEW IF EXISTS "{name}"')
        run("DELETE FROM gpkg_geometry_columns WHERE table_name = ?", (name,))
        run("DELETE FROM gpkg_contents WHERE table_name = ?", (name,))
    for name, layer in wanted.items():
        run(f'DROP VIEW IF EXISTS "{name}"')
        run(_view(layer, srs_id))
        if name not in old:
            run(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, 'features', ?, ?)",
                (name, name, srs_id),
            )
            run(
                "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'GEOMETRY', ?, ?, 0)",
                (name, srs_id, 2),  # 2 = Z optional
            )


def _view(layer: Layer, srs_id: int) -> str:
    """The SELECT behind a layer: per entity the geometry that wins (source rank, highest LOD, newest)."""
    names = [(name.replace('"', '""'), "[0]" if is_many else "") for name, is_many in layer.properties]
    columns = "".join(f""", json_extract(r.attributes, '$."{name}"{first}') AS "{name}\"""" for name, first in names)
    header = "X'" + (b"GP\x00\x01" + struct.pack("<i", srs_id)).hex() + "'"
    return f"""CREATE VIEW "{layer.name}" AS
SELECT fid AS OGC_FID, CAST({header} || geometry AS BLOB) AS geom, id, class, source, key, lod{
        "".join(f', "{name}"' for name, _ in names)
    } FROM (
 SELECT g.fid, g.geometry, e.id, e.class, r.source, r.key, g.lod{columns},
  ROW_NUMBER() OVER (PARTITION BY e.id ORDER BY s.rank, g.lod DESC, g.fid DESC) AS place
 FROM entity e
 JOIN membership m ON m.entity = e.id AND m.superseded IS NULL AND NOT m.withdrawn
 JOIN record r ON r.source = m.source AND r.key = m.key AND r.superseded IS NULL
 JOIN source s ON s.id = r.source AND s.superseded IS NULL
 JOIN geometry g ON g.source = r.source AND g.key = r.key AND g.superseded IS NULL AND NOT g.withdrawn
 WHERE e.class = '{layer.class_name}' AND e.state = 'active' AND e.superseded IS NULL AND g.dimension = {
        layer.dimension
    }) WHERE place = 1"""  # noqa: S608 - checked names of the ontology, no input
