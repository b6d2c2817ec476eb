"""Tables of a PostgreSQL database, with the geometries of PostGIS: read-only, one consistent state, batch by batch.

A database is never opened because of what a file says: only `ingest.unpack` names this reader, for a URL that the user
gave. Without a layer all tables with a geometry are told; a table without one is read when it is named.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import psycopg
from psycopg import IsolationLevel

from .columns import unique_names
from .contract import FEATURE_COLUMNS, GEOMETRY_COLUMNS, Batch, FileInfo, Problem, Request
from .errors import FileDamaged, FileMissing, ParserLimit, UnknownLayer
from .files import Sample
from .postgis_address import connection_entries
from .postgis_tables import (
    Column,
    Connection,
    Layer,
    columns_of,
    declared_crs,
    extension_schema,
    key_of,
    layers_of,
    select_all,
    srid_of,
)
from .vector_geometry import geometry_frame, shapes_of_wkb

_SECONDS_TO_CONNECT: Final = 15
_SECONDS_PER_STATEMENT: Final = 240  # below `Limits.seconds_without_progress`, so that the server's word comes first
_SETTINGS: Final = {
    "statement_timeout": str(_SECONDS_PER_STATEMENT * 1000),
    "search_path": "pg_catalog",
    "DateStyle": "ISO",
    "TimeZone": "UTC",
    "IntervalStyle": "iso_8601",
    "extra_float_digits": "1",
}


class PostgisReader:
    """Reads one table by a cursor of the server."""

    name = "postgis"

    def recognises(self, sample: Sample) -> bool:  # noqa: ARG002 - of the contract
        """Never: no content of a file makes anybody call a server."""
        return False

    def read(self, request: Request) -> Iterator[FileInfo | Batch]:
        """See `Reader.read`; the path is that of `write_address`.

        Raises `FileMissing` for a server or table that can't be reached, `UnknownLayer`, `ParserLimit` for a query that
        takes too long and `FileDamaged` for one that breaks off.
        """
        try:
            with _connected(request.path) as connection:
                yield from _read(connection, request)
        except psycopg.errors.QueryCanceled:
            what = f"a query took more than the {_SECONDS_PER_STATEMENT} s that it may take"
            raise ParserLimit(request.path, what, "Give a table or a simpler view") from None
        except psycopg.errors.InsufficientPrivilege as error:
            raise FileMissing(request.path, _said(error), "Ask for the right to read it") from None
        except (psycopg.Error, UnicodeDecodeError) as error:
            raise FileDamaged(request.path, f"the query broke off: {_said(error)}", "Try again") from None


READER = PostgisReader()


@contextmanager
def _connected(path: str) -> Iterator[Connection]:
    """A connection in a transaction that reads one state and writes nothing."""
    entries = connection_entries(Path(path))
    try:
        connection = psycopg.connect(
            **entries,  # type: ignore[arg-type]  # names of libpq, known by `connection_entries`
            client_encoding="utf8",
            connect_timeout=_SECONDS_TO_CONNECT,
            application_name="res3d",
        )
    except psycopg.OperationalError as error:
        raise FileMissing(
            path, f"the database can't be reached: {_said(error)}", "Check address and password"
        ) from None
    with connection:
        connection.read_only = True
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        for name, value in _SETTINGS.items():
            connection.execute("SELECT set_config(%s, %s, true)", (name, value))
        yield connection


def _read(connection: Connection, request: Request) -> Iterator[FileInfo | Batch]:
    layers = layers_of(connection)
    layer = _choose_layer(request, layers)
    postgis = extension_schema(connection)
    columns, further = columns_of(connection, layer)
    srid = srid_of(connection, layer, postgis) if layer.geometry is not None else 0
    info = FileInfo(
        "PostGIS",
        format_version=str(connection.info.server_version // 10_000),
        declared_crs=declared_crs(connection, srid, postgis) if srid else None,
        layers=tuple(each.name for each in layers if each.geometry is not None) or (layer.name,),
    )
    yield info
    left_out: Counter[str] = Counter()
    rows = 0
    with connection.cursor(name="res3d", binary=True) as cursor:
        cursor.execute(select_all(layer, columns, key_of(connection, layer), postgis))
        while fetched := cursor.fetchmany(request.batch_rows):
            yield _batch(fetched, layer, columns, srid, rows + 1, left_out)
            rows += len(fetched)
    left_out.update({f"geometry column {name}": rows for name in further})
    yield replace(info, rows=rows, unsupported={name: count for name, count in left_out.items() if count})


def _choose_layer(request: Request, layers: Sequence[Layer]) -> Layer:
    spatial = [layer for layer in layers if layer.geometry is not None]
    if request.layer is None:
        if len(spatial) == 1:
            return spatial[0]
        if not spatial:
            what = "it has no table with a geometry that you may read"
            raise UnknownLayer(request.path, what, "Name a table by layer=schema.table")
        names = tuple(layer.name for layer in spatial)
        what = f"it has {len(names)} tables with geometry: {', '.join(names)}"
        raise UnknownLayer(request.path, what, "Name one of them by layer=", layers=names)
    named = [layer for layer in layers if request.layer in (layer.name, f"{layer.schema}.{layer.table}")]
    named = named or [layer for layer in layers if request.layer == layer.table]
    if len(named) != 1:
        what = f"it has {'several layers' if named else 'no layer'} {request.layer!r} that you may read"
        known = ", ".join(layer.name for layer in named or layers)
        raise UnknownLayer(request.path, what, f"Name one of: {known}")
    return named[0]


def _batch(
    rows: Sequence[tuple[Any, ...]],
    layer: Layer,
    columns: Sequence[Column],
    srid: int,
    first_row: int,
    left_out: Counter[str],
) -> Batch:
    keys, *values = map(list, zip(*rows, strict=True))
    numbers = np.arange(first_row, first_row + len(rows))
    geometries = pl.DataFrame(schema=dict(GEOMETRY_COLUMNS))
    if layer.geometry is not None:
        wkb, srids, *values = values
        geometries = geometry_frame(numbers, shapes_of_wkb(wkb, numbers, lambda at: [None] * len(at)))
        is_other = pl.Series(srids, dtype=pl.Int64).is_not_null() & (pl.Series(srids, dtype=pl.Int64) != srid)
        if is_other.any():
            left_out[f"geometry with another SRID than {srid}"] += int(is_other.sum())
            geometries = geometries.with_columns(
                pl.when(is_other).then(None).otherwise(pl.col(name)).alias(name) for name in ("@geometry", "@dimension")
            ).with_columns(
                pl.when(is_other).then(pl.lit(str(Problem.UNREADABLE))).otherwise("@problem").alias("@problem")
            )
    names = unique_names(column.name for column in columns)
    attributes = [
        pl.Series(name, found, dtype=column.type) for name, found, column in zip(names, values, columns, strict=True)
    ]
    features = pl.DataFrame(
        {"@row": numbers, "@key": keys, "@parent": [None] * len(rows), "@class": [layer.name] * len(rows)},
        schema=dict(FEATURE_COLUMNS),
    ).with_columns(attributes)
    return Batch(features, geometries)


def _said(error: Exception) -> str:
    """The first line of what the server or libpq says; neither repeats a password."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
