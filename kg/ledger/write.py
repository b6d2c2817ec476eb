"""One changeset while it is open: adding rows as columns, superseding old ones, sealing with a digest."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl
from sqlalchemy import Connection, Table, func, insert, select

from .canonical import json_object
from .snapshot import Snapshot, insert_rows
from .tables import changeset

_OWN = ("fid", "changeset", "superseded")
_CHUNK = 50_000


@dataclass(slots=True)
class _Added:
    """What a changeset added to one table so far."""

    first: int
    rows: int = 0
    hasher: "hashlib._Hash" = field(default_factory=hashlib.sha256)


def now_text() -> str:
    """Now, in UTC with microseconds, as the ledger writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest_lines(frame: pl.DataFrame) -> memoryview:
    """The canonical text of rows of one table, a line each: what the digest is taken over."""
    columns = [name for name in frame.columns if name != "superseded"]
    lines = json_object(frame, columns, keep_null=True, end="\n")
    # Arrow keeps the lines of a text column one after the other: their bytes are hashed where they lie.
    *_, content = lines.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()
    return memoryview(content)


class Changes(Snapshot):
    """The writer's handle on one open changeset; made by `Ledger.writing`."""

    def __init__(self, connection: Connection, number: int, previous: str) -> None:
        super().__init__(connection)
        self.number = number
        self._previous = previous
        self._added: dict[str, _Added] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing was added yet."""
        return not any(part.rows for part in self._added.values())

    def add(self, table: Table, rows: pl.DataFrame) -> pl.Series:
        """Append rows; every column of the table but the bookkeeping ones must be there. Gives their fids."""
        expected = [column.name for column in table.columns if column.name not in _OWN]
        if sorted(rows.columns) != sorted(expected):
            wrong = sorted(set(rows.columns) ^ set(expected))
            raise ValueError(f"Rows for {table.name} must have the columns {expected}; these differ: {wrong}")
        part = self._added.get(table.name)
        if part is None:
            last = self.connection.execute(select(func.max(table.c.fid))).scalar_one() or 0
            part = self._added[table.name] = _Added(first=int(last) + 1)
        start = part.first + part.rows
        fids = pl.Series("fid", range(start, start + rows.height), dtype=pl.Int64)
        for offset in range(0, rows.height, _CHUNK):
            chunk = rows.slice(offset, _CHUNK).with_columns(
                fids.slice(offset, _CHUNK),
                changeset=pl.lit(self.number, dtype=pl.Int64),
                superseded=pl.lit(None, dtype=pl.Int64),
            )
            chunk = chunk.select([column.name for column in table.columns])
            part.hasher.update(digest_lines(chunk))
            insert_rows(self.connection, table, chunk)
        part.rows += rows.height
        return fids

    def supersede(self, table: Table, fids: pl.Series) -> None:
        """Mark rows as no longer the last word; their successors are added in this same changeset."""
        if fids.is_empty():
            return
        wanted = self.wanted(pl.DataFrame({"fid": fids}))
        self.connection.execute(
            table.update()
            .where(table.c.fid.in_(select(wanted.c.fid)), table.c.superseded.is_(None))
            .values(superseded=self.number)
        )

    def seal(self, actor: str, reason: str) -> bool:
        """Write the changeset's own row with its digest; False when there is nothing to seal."""
        if self.is_empty:
            return False
        parts = {
            name: json_object(
                pl.DataFrame({"first": part.first, "rows": part.rows, "sha256": part.hasher.hexdigest()}),
                ["first", "rows", "sha256"],
                keep_null=True,
            )[0]
            for name, part in sorted(self._added.items())
            if part.rows
        }
        rows = "{" + ",".join(f'"{name}":{part}' for name, part in parts.items()) + "}"
        row = {
            "number": self.number,
            "time": now_text(),
            "actor": actor,
            "reason": reason,
            "rows": rows,
            "previous": self._previous,
        }
        self.connection.execute(insert(changeset).values(**row, digest=changeset_digest(row)))
        return True


def changeset_digest(row: dict[str, object]) -> str:
    """The digest of a changeset: over its own row, which holds its tables' digests and the previous digest."""
    frame = pl.DataFrame({name: [value] for name, value in row.items()})
    return hashlib.sha256(json_object(frame, frame.columns, keep_null=True)[0].encode()).hexdigest()
