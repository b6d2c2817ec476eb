"""Reading the ledger as columns, and which of its rows are the last word."""

import polars as pl
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    Float,
    Integer,
    LargeBinary,
    Select,
    Table,
    and_,
    or_,
)


def in_force(table: Table, as_of: int | BindParameter[int] | None = None) -> ColumnElement[bool]:
    """The rows that were the last word at changeset `as_of` (now when None), withdrawn ones left out."""
    if as_of is None:
        known: ColumnElement[bool] = table.c.superseded.is_(None)
    else:
        known = and_(table.c.changeset <= as_of, or_(table.c.superseded.is_(None), table.c.superseded > as_of))
    return and_(known, ~table.c.withdrawn) if "withdrawn" in table.c else known


def frame_schema(query: Select[tuple[object, ...]]) -> dict[str, pl.DataType]:
    """The polars type of each column of a query, from its SQL types."""
    kinds: list[tuple[type, pl.DataType]] = [
        (Boolean, pl.Boolean()),
        (BigInteger, pl.Int64()),
        (Integer, pl.Int64()),
        (Float, pl.Float64()),
        (LargeBinary, pl.Binary()),
    ]
    return {
        column.name: next((kind for sql, kind in kinds if isinstance(column.type, sql)), pl.String())
        for column in query.selected_columns
    }


def read_frame(connection: Connection, query: Select[tuple[object, ...]]) -> pl.DataFrame:
    """The whole answer of a query as columns, typed even when there is no row."""
    schema = frame_schema(query)
    # The driver's own rows: SQLAlchemy's row objects and booleans would cost as much again as the query.
    cursor = connection.execute(query).cursor
    if cursor is None:
        raise ValueError(f"Expected a query that answers rows, got: {query}")
    loaded = {name: pl.Int64() if kind == pl.Boolean() else kind for name, kind in schema.items()}
    frame = pl.DataFrame(cursor.fetchall(), schema=loaded, orient="row")
    return frame.with_columns(pl.col(name).cast(kind) for name, kind in schema.items() if kind == pl.Boolean())
