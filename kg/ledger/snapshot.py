"""The ledger as it stands in one transaction: every read in it sees the same state."""

from collections.abc import Sequence

import polars as pl
from sqlalchemy import Column, Connection, MetaData, Select, String, Table, and_, insert, select

from .read import in_force, read_frame
from .tables import metadata


class Snapshot:
    """Reads in one transaction; made by `Ledger.reading`, and the base of an open changeset."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def read(self, query: Select[tuple[object, ...]]) -> pl.DataFrame:
        """The answer of a query as columns."""
        return read_frame(self.connection, query)

    def matching(
        self, table: Table, keys: pl.DataFrame, columns: Sequence[str], as_of: int | None = None
    ) -> pl.DataFrame:
        """The rows in force (at changeset `as_of`) whose key columns are among `keys` (its columns name them)."""
        if keys.is_empty():
            return self.read(select(*(table.c[name] for name in columns)).where(table.c.fid < 0))
        wanted = self.wanted(keys.unique())
        join = and_(*(table.c[name] == wanted.c[name] for name in keys.columns))
        query = select(*(table.c[name] for name in columns)).join_from(wanted, table, join)
        return self.read(query.where(in_force(table, as_of)))

    def wanted(self, keys: pl.DataFrame) -> Table:
        """A temporary table of keys to join with: one statement, however many keys."""
        kinds = {column.name: column.type for table in metadata.tables.values() for column in table.columns}
        wanted = Table(
            "wanted_" + "_".join(keys.columns),
            MetaData(),
            *(Column(column, kinds.get(column, String())) for column in keys.columns),
            prefixes=["TEMPORARY"],
        )
        wanted.create(self.connection, checkfirst=True)
        self.connection.execute(wanted.delete())
        insert_rows(self.connection, wanted, keys)
        return wanted


def insert_rows(connection: Connection, table: Table, rows: pl.DataFrame) -> None:
    """Insert columns as they are: SQLAlchemy writes the statement, the driver gets plain tuples.

    Its own executemany would make a dictionary per row first, four times slower.
    """
    if rows.is_empty():
        return
    statement = str(insert(table).values(dict.fromkeys(rows.columns)).compile(dialect=connection.dialect))
    connection.exec_driver_sql(statement, rows.rows())
