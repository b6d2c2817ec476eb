"""Texts noted in the course of a changeset - keys, ids - beside the ledger, so that memory doesn't grow with them."""

from collections.abc import Iterator

import polars as pl
from sqlalchemy import Column, MetaData, Table, Text, exists, insert, select

from .snapshot import Snapshot


class Noted:
    """A set of texts in a temporary table of one transaction; a new one of the same name begins empty.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from kg.ledger import Ledger
    >>> with Ledger.create(Path(tempfile.mkdtemp()) / "ledger.gpkg").reading() as snapshot:
    ...     keys = Noted(snapshot, "keys")
    ...     keys.add(pl.Series(["b", "a", "b"]))
    ...     keys.add(pl.Series(["a", "c"]))
    ...     keys.among(pl.Series(["c", "d"])).to_list(), [chunk.to_list() for chunk in keys.chunks(2)]
    (['c'], [['a', 'b'], ['c']])
    """

    def __init__(self, snapshot: Snapshot, name: str) -> None:
        self._snapshot = snapshot
        self.table = Table(
            f"noted_{name}",
            MetaData(),
            Column("text", Text, primary_key=True),
            prefixes=["TEMPORARY"],
            sqlite_with_rowid=False,
        )
        self.table.create(snapshot.connection, checkfirst=True)
        snapshot.connection.execute(self.table.delete())

    def add(self, texts: pl.Series) -> None:
        """Note texts; those that are noted already stay noted once."""
        if texts.is_empty():
            return
        wanted = self._snapshot.wanted(pl.DataFrame({"text": texts}).unique())
        is_known = exists().where(self.table.c.text == wanted.c.text)
        new = select(wanted.c.text).where(~is_known).order_by(wanted.c.text)  # in order, as the table is kept
        self._snapshot.connection.execute(insert(self.table).from_select(["text"], new))

    def among(self, texts: pl.Series) -> pl.Series:
        """Those of some texts that are noted, each once."""
        if texts.is_empty():
            return texts
        wanted = self._snapshot.wanted(pl.DataFrame({"text": texts}).unique())
        join = self.table.c.text == wanted.c.text
        return self._snapshot.read(select(self.table.c.text).join_from(wanted, self.table, join))["text"]

    def chunks(self, size: int) -> Iterator[pl.Series]:
        """All texts in their order, so many at a time."""
        after = select(self.table.c.text).order_by(self.table.c.text).limit(size)
        chunk = self._snapshot.read(after)["text"]
        while len(chunk):
            yield chunk
            chunk = self._snapshot.read(after.where(self.table.c.text > chunk[-1]))["text"]
