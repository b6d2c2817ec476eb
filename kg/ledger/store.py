"""Opening a ledger, reading it as columns, and committing one changeset at a time."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import polars as pl
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Select,
    Table,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.exc import OperationalError

from . import geopackage
from .errors import LedgerDamaged, LedgerFull, LedgerLocked, LedgerMissing
from .read import in_force, read_frame
from .snapshot import Snapshot
from .tables import changeset, metadata, ontology_version
from .write import Changes

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Position:
    """A point in the ledger: the number and digest of its last changeset; 0 before the first."""

    number: int
    digest: str


class Ledger:
    """The record of everything: append-only, bitemporal, one writer and many readers.

    >>> import tempfile
    >>> ledger = Ledger.create(Path(tempfile.mkdtemp()) / "ledger.gpkg")
    >>> ledger.position().number
    0
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @staticmethod
    def create(place: Path | str) -> "Ledger":
        """A new, empty ledger at a file path (SQLite, also a GeoPackage) or a database URL."""
        url = _url(place)
        if url.database and url.get_backend_name() == "sqlite" and Path(url.database).exists():
            raise LedgerDamaged(f"{url.database} exists already: open it, or choose another place")
        ledger = Ledger(_engine(url))
        with ledger.engine.begin() as connection:
            metadata.create_all(connection)
            if url.get_backend_name() == "sqlite":
                geopackage.create(connection)
        return ledger

    @staticmethod
    def open(place: Path | str) -> "Ledger":
        """An existing ledger. Raises LedgerMissing or LedgerDamaged."""
        url = _url(place)
        if url.get_backend_name() == "sqlite":
            path = Path(url.database or "")
            if not path.is_file():
                raise LedgerMissing(f"No ledger at {path}: make one with `res3d init`")
        ledger = Ledger(_engine(url))
        try:
            ledger.position()
            metadata.create_all(ledger.engine)  # tables that came with a later version than the one that made it
        except Exception as error:
            ledger.close()
            if isinstance(error.__cause__, sqlite3.DatabaseError) or isinstance(error, OperationalError):
                raise LedgerDamaged(
                    f"{place} is no ledger of ReS3D ({error.__cause__}): restore it from a copy"
                ) from error
            raise
        return ledger

    @staticmethod
    def read_only(path: Path) -> "Ledger":
        """A SQLite file with the ledger's tables that nobody writes to any more."""
        engine = create_engine(f"sqlite:///file:{quote(str(path.resolve()))}?mode=ro&immutable=1&uri=true")
        return Ledger(engine)

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    def position(self) -> Position:
        """Where the ledger stands now."""
        with self.engine.connect() as connection:
            return position_of(connection)

    def read(self, query: Select[tuple[object, ...]]) -> pl.DataFrame:
        """The answer of a SQLAlchemy query as columns."""
        with self.engine.connect() as connection:
            return read_frame(connection, query)

    def ontology_texts(self) -> dict[str, str] | None:
        """The ontology in force, file name -> Turtle; None before the first version."""
        query = select(ontology_version.c.texts).order_by(ontology_version.c.fid.desc()).limit(1)
        with self.engine.connect() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return None if found is None else dict(json.loads(found))

    @contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """A transaction in which every read sees the same state, while writers go on."""
        with self.engine.connect() as connection:
            yield Snapshot(connection)

    @contextmanager
    def writing(self, actor: str, reason: str, *, wait_s: float = 5.0) -> Iterator[Changes]:
        """One changeset: committed as a whole when the block ends, rolled back when it raises.

        A block that adds no row commits nothing. Raises LedgerLocked when another writer holds the ledger for
        longer than `wait_s`, LedgerFull when the disk is full.
        """
        with self.engine.connect() as connection:
            _begin_writing(connection, wait_s)
            try:
                last = position_of(connection)
                changes = Changes(connection, last.number + 1, last.digest)
                yield changes
                if changes.seal(actor, reason):
                    connection.commit()
                else:
                    connection.rollback()
            except OperationalError as error:
                connection.rollback()
                if "full" in str(error.orig):
                    raise LedgerFull(
                        "The disk is full: nothing of this change was written. Free some space and run it again"
                    ) from error
                raise
            except BaseException:
                connection.rollback()
                raise


def _url(place: Path | str) -> URL:
    if isinstance(place, Path) or "://" not in place:
        return URL.create("sqlite", database=str(place))
    return make_url(place)


def _engine(url: URL) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # SQLAlchemy, not the driver, says when a transaction begins
    for pragma in (
        "page_size = 16384",  # solids are one to two kilobytes each; has an effect on a new file only
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "cache_size = -65536",
        "busy_timeout = 5000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("writing") else "BEGIN")


def _begin_writing(connection: Connection, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute("PRAGMA busy_timeout = 0")
    while True:
        connection.info["writing"] = True
        try:
            connection.begin()
            break
        except OperationalError as error:
            if "locked" not in str(error.orig):
                raise
            if time.monotonic() >= deadline:
                raise LedgerLocked(
                    f"Another process is writing to the ledger (waited {wait_s:g} s): try again when it has finished"
                ) from error
            time.sleep(0.05)
        finally:
            connection.info.pop("writing", None)


def position_of(connection: Connection) -> Position:
    """Where the ledger stands in this transaction."""
    query = select(changeset.c.number, changeset.c.digest).order_by(changeset.c.number.desc()).limit(1)
    found = connection.execute(query).one_or_none()
    return Position(0, GENESIS) if found is None else Position(int(found.number), str(found.digest))


def count_rows(ledger: Ledger, table: Table) -> int:
    """How many rows of a table are in force."""
    with ledger.engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table).where(in_force(table))).scalar_one())


def since(connection: Connection, number: int) -> dict[str, int]:
    """For each table the first row number that came after changeset `number`; untouched tables are absent."""
    query = select(changeset.c.rows).where(changeset.c.number > number).order_by(changeset.c.number)
    first: dict[str, int] = {}
    for (rows,) in connection.execute(query):
        for table, part in json.loads(rows).items():
            first.setdefault(table, int(part["first"]))
    return first
