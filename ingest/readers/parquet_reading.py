"""The rows of a Parquet file as batches, their geometries as GeoParquet tells of them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any  # JSON

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from .contract import MOST_COLUMNS, Batch, FileInfo, Request
from .errors import FileDamaged, UnknownFormat, UnknownLayer
from .vector_frames import to_batch
from .vector_geometry import Wkb

_ROW = "@@row"
_LAYER = "rows"  # a file is one table, which has no name of its own
_NO_CRS_SAID = "OGC:CRS84"  # what the specification takes where the key is left out; null says that it is unknown


def read_rows(request: Request) -> Iterator[FileInfo | Batch]:
    """See `ParquetReader.read`."""
    if request.layer not in (None, _LAYER):
        what = f"it has no layer {request.layer!r}: a Parquet file is one table"
        raise UnknownLayer(request.path, what, "Leave the layer out", layers=(_LAYER,))
    try:
        with pq.ParquetFile(request.path) as file:
            yield from _read(file, request)
    except (pa.ArrowException, OSError) as error:
        what = f"the file is damaged or cut off: {str(error).splitlines()[0]}"
        raise FileDamaged(request.path, what, "Get the file again", detail=str(error)) from None


def _read(file: pq.ParquetFile, request: Request) -> Iterator[FileInfo | Batch]:
    schema = file.schema_arrow
    if len(schema.names) > MOST_COLUMNS:
        what = f"its table has {len(schema.names):,} columns, at most {MOST_COLUMNS:,} are read"
        raise FileDamaged(request.path, what, "Split it, with the key in each part; or turn columns into rows")
    geometry, said = _geometry_column(schema, request.path)
    crs = said.get("crs", _NO_CRS_SAID) if geometry else None
    version = json.loads(schema.metadata[b"geo"])["version"] if geometry else None
    info = FileInfo(
        "GeoParquet" if geometry else "Parquet",
        format_version=version,
        declared_crs=json.dumps(crs) if isinstance(crs, dict) else crs,
        epoch=said.get("epoch"),
        rows=file.metadata.num_rows,
        layers=(_LAYER,),
    )
    yield info
    row = 1
    for arrow in file.iter_batches(request.batch_rows):
        numbers = pl.int_range(row, row + arrow.num_rows, eager=True).to_arrow()
        named = zip(arrow.schema.names, arrow.columns, strict=True)
        plain = (_little_endian(column) if name == geometry else _plain(column) for name, column in named)
        columns = [numbers, *plain]
        batch = to_batch(
            pa.RecordBatch.from_arrays(columns, names=[_ROW, *arrow.schema.names]),
            fid_name=_ROW,
            has_own_ids=False,
            geometry_name=geometry,
            layer=_LAYER,
            first_row=row,
            linear=_no_arcs,
        )
        row += len(batch.features)
        yield batch
    yield replace(info, rows=row - 1)


def _geometry_column(schema: pa.Schema, path: str) -> tuple[str | None, dict[str, Any]]:
    """The primary geometry column and what the file says of it."""
    text = (schema.metadata or {}).get(b"geo")
    if text is None:
        return None, {}
    try:
        said = json.loads(text)
        name, column = said["primary_column"], said["columns"][said["primary_column"]]
    except (ValueError, KeyError, TypeError) as error:
        raise FileDamaged(path, f"its GeoParquet metadata can't be read: {error}", "Write the file anew") from None
    if column.get("encoding") != "WKB":
        what = f"its geometries are encoded as {column.get('encoding')!r}, only WKB is read"
        raise UnknownFormat(path, what, "Write it with the encoding WKB")
    return str(name), column


def _plain(column: pa.Array) -> pa.Array:
    """A column of a type that frames have: no dictionaries, no decimals, no views."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_decimal(column.type):
        return column.cast(pa.string())
    if pa.types.is_large_binary(column.type):
        return column.cast(pa.binary())
    return column


def _little_endian(column: pa.Array) -> pa.Array:
    """WKB in the byte order that all others have; what can't be read stays as it is, to be told from none."""
    given = pl.Series(pl.from_arrow(column))
    if not given.bin.starts_with(b"\x00").any():
        return _plain(column)
    shapes = shapely.from_wkb(given.to_list(), on_invalid="ignore")
    turned = pl.Series(shapely.to_wkb(shapes, byte_order=1, output_dimension=4, flavor="iso").tolist(), dtype=pl.Binary)
    return turned.zip_with(turned.is_not_null(), given).to_arrow().cast(pa.binary())


def _no_arcs(fids: list[int]) -> Wkb:
    return [None] * len(fids)  # WKB with arcs is no GeoParquet: such rows become unreadable
