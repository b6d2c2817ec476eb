"""Arrow record batches of GDAL as frames: text for dates, JSON text for nested values, checked geometries."""

from collections.abc import Callable, Sequence

import numpy as np
import orjson
import polars as pl
import pyarrow as pa

from .columns import unique_names
from .contract import FEATURE_COLUMNS, GEOMETRY_COLUMNS, Batch
from .vector_geometry import Shapes, Wkb, geometry_frame, shapes_of_table, shapes_of_wkb


def to_batch(
    arrow: pa.RecordBatch,
    *,
    fid_name: str,
    has_own_ids: bool,
    geometry_name: str | None,
    layer: str,
    first_row: int,
    linear: Callable[[list[int]], Wkb],
) -> Batch:
    """The features of one record batch and, if the layer or table has any, their geometries.

    ``linear`` gets the numbers of features with arcs and returns them drawn as short lines.
    Raises `UnicodeDecodeError` or `pyarrow.ArrowInvalid` for text that is not UTF-8.
    """
    arrow.validate(full=True)
    names = arrow.schema.names
    fid_at = names.index(fid_name)
    # An attribute may have the name of the geometry column, which is the last one.
    geometry_at = len(names) - 1 - names[::-1].index(geometry_name) if geometry_name in names else None
    attribute_at = [i for i in range(len(names)) if i not in (fid_at, geometry_at)]
    attributes = [
        _attribute(name, arrow.column(i))
        for i, name in zip(attribute_at, unique_names(names[i] for i in attribute_at), strict=True)
    ]
    rows = np.arange(first_row, first_row + arrow.num_rows)
    fids = arrow.column(fid_at).to_numpy()
    features = pl.DataFrame(
        {
            "@row": rows,
            "@key": _keys(pl.Series(fids), attributes, has_own_ids),
            "@parent": pl.Series([None] * arrow.num_rows, dtype=pl.String),
            "@class": [layer] * arrow.num_rows,
        },
        schema=dict(FEATURE_COLUMNS),
    ).with_columns(attributes)
    if geometry_at is not None:
        found: Shapes | None = shapes_of_wkb(arrow.column(geometry_at).to_pylist(), fids, linear)
    else:
        found = shapes_of_table(features)
    return Batch(
        features, pl.DataFrame(schema=dict(GEOMETRY_COLUMNS)) if found is None else geometry_frame(rows, found)
    )


def _keys(fids: pl.Series, attributes: Sequence[pl.Series], has_own_ids: bool) -> pl.Series:
    """The ids that the format itself keeps; GDAL hands on those of GeoJSON that are text as a column ``id``."""
    if not has_own_ids:
        return pl.Series([None] * len(fids), dtype=pl.String)
    text_ids = [column for column in attributes if column.name == "id" and column.dtype == pl.String]
    return text_ids[0] if text_ids else fids.cast(pl.String)


def _attribute(name: str, values: pa.Array) -> pl.Series:
    """One attribute: integers, floats, booleans and text as they are, all else as text."""
    if isinstance(values.type, pa.BaseExtensionType):
        values = values.storage  # GDAL marks a column of mixed values as JSON; it is text all the same
    if pa.types.is_nested(values.type):
        texts = [None if value is None else orjson.dumps(value).decode() for value in values.to_pylist()]
        return pl.Series(name, texts, dtype=pl.String)
    column = pl.Series(name, pl.from_arrow(values))
    if column.dtype == pl.Binary:
        return column.bin.encode("hex")
    return column.dt.to_string("iso") if column.dtype.is_temporal() else column
