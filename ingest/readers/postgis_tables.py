"""What there is in a PostgreSQL database: its tables, their columns and keys, and how each column is asked for.

Names come from the catalogue and are quoted by psycopg; none is pasted into a query.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
import psycopg
from psycopg import sql

_GEOMETRY: Final = ("geometry", "geography")
_EXACT_DIGITS: Final = 15  # of a decimal number that a float holds
_EXACT_WHOLE_DIGITS: Final = 18
_CURVES: Final = ("CIRCULARSTRING", "COMPOUNDCURVE", "CURVEPOLYGON", "MULTICURVE", "MULTISURFACE")

Connection = psycopg.Connection[tuple[Any, ...]]
"""Rows are whatever the columns hold."""

_TABLES: Final = sql.SQL("""
SELECT c.oid, n.nspname, c.relname,
  ARRAY(SELECT a.attname::text FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND t.typname IN ('geometry', 'geography')
        ORDER BY a.attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT c.relispartition
  AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
ORDER BY n.nspname, c.relname""")
_COLUMNS: Final = sql.SQL("""
SELECT a.attname, COALESCE(b.typname, t.typname), COALESCE(b.typcategory, t.typcategory),
  CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON b.oid = NULLIF(t.typbasetype, 0)
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum""")
_KEY: Final = sql.SQL("""
SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
WHERE i.indrelid = %s AND i.indisprimary ORDER BY array_position(i.indkey::int[], a.attnum::int)""")
_EXTENSION: Final = sql.SQL(
    "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'postgis'"
)


@dataclass(frozen=True, slots=True)
class Layer:
    """A table, or one of several geometry columns of a table."""

    name: str
    oid: int
    schema: str
    table: str
    geometry: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column, how it is asked for, and its type in a frame."""

    name: str
    expression: sql.Composable
    type: pl.DataType


def layers_of(connection: Connection) -> tuple[Layer, ...]:
    """All tables and views that may be read, as ``schema.table``, or ``schema.table.column`` for each of several."""
    found = []
    for oid, schema, table, geometries in connection.execute(_TABLES):
        for geometry in geometries or [None]:
            name = ".".join((schema, table, geometry) if len(geometries) > 1 else (schema, table))
            found.append(Layer(name, oid, schema, table, geometry))
    return tuple(found)


def extension_schema(connection: Connection) -> str:
    """The schema that PostGIS is in; without PostGIS none is asked for."""
    row = connection.execute(_EXTENSION).fetchone()
    return str(row[0]) if row else ""


def columns_of(connection: Connection, layer: Layer) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """The columns that are read, and the names of those that are further geometries."""
    columns, further = [], []
    for name, kind, category, modifier in connection.execute(_COLUMNS, (layer.oid,)):
        if kind in _GEOMETRY:
            further += [name] if name != layer.geometry else []
        else:
            columns.append(Column(name, *_asked(sql.Identifier(name), kind, category, modifier)))
    return tuple(columns), tuple(further)


def key_of(connection: Connection, layer: Layer) -> tuple[str, ...]:
    """The columns of the primary key; none of a view."""
    return tuple(row[0] for row in connection.execute(_KEY, (layer.oid,)))


def srid_of(connection: Connection, layer: Layer, postgis: str) -> int:
    """The SRID of the geometry column: that of its type, else of the first geometry; 0 is none."""
    column = _as_geometry(layer, postgis)
    query = sql.SQL("SELECT {srid}({column}) FROM {table} WHERE {name} IS NOT NULL LIMIT 1").format(
        srid=sql.Identifier(postgis, "st_srid"),
        column=column,
        table=sql.Identifier(layer.schema, layer.table),
        name=sql.Identifier(layer.geometry or ""),
    )
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def declared_crs(connection: Connection, srid: int, postgis: str) -> str | None:
    """``EPSG:n`` by the table of the database, else the WKT that stands there; None for an SRID that is not there."""
    query = sql.SQL("SELECT auth_name, auth_srid, srtext FROM {} WHERE srid = %s")
    row = connection.execute(query.format(sql.Identifier(postgis, "spatial_ref_sys")), (srid,)).fetchone()
    if row is None:
        return None
    authority, code, text = row
    return f"EPSG:{code}" if authority and authority.upper() == "EPSG" else text or None


def select_all(layer: Layer, columns: Sequence[Column], key: Sequence[str], postgis: str) -> sql.Composed:
    """Key, geometry as ISO WKB with its SRID, then the columns; in the order of the key."""
    names = [sql.Identifier(name) for name in key]
    texts = [sql.SQL("{}::text").format(name) for name in names]
    parts = [sql.SQL("concat_ws('/', {})").format(sql.SQL(", ").join(texts)) if key else sql.SQL("NULL::text")]
    if layer.geometry is not None:
        shape = _as_geometry(layer, postgis)
        straight = sql.SQL(
            "CASE WHEN {has_arc}({shape}) OR {type}({shape}) IN ({curves}) THEN {to_line}({shape}) ELSE {shape} END"
        ).format(
            has_arc=sql.Identifier(postgis, "st_hasarc"),
            type=sql.Identifier(postgis, "geometrytype"),
            to_line=sql.Identifier(postgis, "st_curvetoline"),
            curves=sql.SQL(", ").join(map(sql.Literal, _CURVES)),
            shape=shape,
        )
        parts += [
            sql.SQL("{}({}, 'NDR')").format(sql.Identifier(postgis, "st_asbinary"), straight),
            sql.SQL("{}({})").format(sql.Identifier(postgis, "st_srid"), shape),
        ]
    query = sql.SQL("SELECT {} FROM {}").format(
        sql.SQL(", ").join([*parts, *(column.expression for column in columns)]),
        sql.Identifier(layer.schema, layer.table),
    )
    return query + sql.SQL(" ORDER BY {}").format(sql.SQL(", ").join(names)) if key else query


def _as_geometry(layer: Layer, postgis: str) -> sql.Composed:
    return sql.SQL("CAST({} AS {})").format(sql.Identifier(layer.geometry or ""), sql.Identifier(postgis, "geometry"))


def _asked(name: sql.Identifier, kind: str, category: str, modifier: int) -> tuple[sql.Composable, pl.DataType]:
    """How a column of that type is asked for: the server makes numbers, text and ISO 8601 of all types that it has."""
    if kind in ("int2", "int4", "int8"):
        return sql.SQL("{}::int8").format(name), pl.Int64()
    if kind in ("float4", "float8"):
        return sql.SQL("{}::float8").format(name), pl.Float64()
    if kind == "bool":
        return name, pl.Boolean()
    if kind == "numeric" and modifier >= 4:
        digits, scale = (modifier - 4) >> 16 & 0xFFFF, (modifier - 4) & 0x7FF
        if scale == 0 and digits <= _EXACT_WHOLE_DIGITS:
            return sql.SQL("{}::int8").format(name), pl.Int64()
        if digits <= _EXACT_DIGITS:
            return sql.SQL("{}::float8").format(name), pl.Float64()
    if kind == "bytea":
        return sql.SQL("encode({}, 'hex')").format(name), pl.String()
    if category == "D":  # dates and times
        return sql.SQL("to_json({}) #>> '{{}}'").format(name), pl.String()
    if category in "AC":  # arrays and composed ones
        return sql.SQL("to_json({})::text").format(name), pl.String()
    return sql.SQL("{}::text").format(name), pl.String()
