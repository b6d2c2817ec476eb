"""A bundle: all that resolving needs, in one read-only SQLite file, for a counter without network.

It holds the rows in force of the ledger's own tables, so that the same resolver answers from it: no surface or outline
(boxes stay, for grid cells), nothing of sources' unmapped columns, no earlier knowledge (`as_of` needs the ledger).
"""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table, create_engine, func, literal, select

from .ledger import Ledger, in_force
from .ledger import tables as t

FORMAT: Final = 1
_HELD: Final = (
    t.changeset, t.source, t.record, t.geometry, t.entity, t.membership, t.code, t.relation, t.lineage, t.correction,
    t.ontology_version,
)  # fmt: skip
_EMPTIED: Final[dict[str, dict[str, object]]] = {
    "record": {"unmapped": "{}"},
    "geometry": {"geometry": b"", "original": None, "surfaces": None, "footprint": None},
}
_ROWS_AT_ONCE: Final = 20_000

Report = Callable[[str, int, int | None], None]


class BundleError(ValueError):
    """The file is no bundle, or can't be written; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """An opened bundle: a ledger that is only read, the base of its IRIs, and where the ledger stood."""

    ledger: Ledger
    base: str
    changeset: int
    made: str


def write_bundle(ledger: Ledger, base: str, place: Path, report: Report = lambda *_: None) -> Bundle:
    """Write what is in force now to a new file; raises BundleError when there is a file already."""
    if place.exists():
        raise BundleError(f"{place} exists already: choose another name, or delete it first.")
    engine = create_engine(f"sqlite:///{place}")
    t.metadata.create_all(engine)
    engine.dispose()
    with closing(sqlite3.connect(place)) as bundle, ledger.reading() as snapshot:
        bundle.execute("PRAGMA synchronous = OFF")  # a file that is not whole is made again
        for table in _HELD:
            _copy(snapshot.connection, bundle, table, report)
        last = select(t.changeset.c.number, t.changeset.c.time).order_by(t.changeset.c.number.desc()).limit(1)
        number, time = snapshot.connection.execute(last).one_or_none() or (0, "")
        about = json.dumps({"format": FORMAT, "base": base, "changeset": number, "made": time})
        bundle.execute("CREATE TABLE bundle (about TEXT NOT NULL)")
        bundle.execute("INSERT INTO bundle VALUES (?)", (about,))
        bundle.commit()
        bundle.execute("ANALYZE")
        bundle.execute("VACUUM")
    return open_bundle(place)


def open_bundle(place: Path) -> Bundle:
    """Open a bundle to read; raises BundleError for any other file."""
    if not place.is_file():
        raise BundleError(f"There is no bundle {place}: make one with `res3d code bundle {place.name}`.")
    try:
        with closing(sqlite3.connect(f"file:{place}?mode=ro", uri=True)) as connection:
            (about,) = connection.execute("SELECT about FROM bundle").fetchone()
        known = json.loads(about)
    except (sqlite3.Error, TypeError, ValueError) as error:
        raise BundleError(f"{place} is no bundle of ReS3D ({error}): make one with `res3d code bundle`.") from error
    if known["format"] != FORMAT:
        raise BundleError(f"{place} has the format {known['format']}, expected {FORMAT}: make it anew.")
    return Bundle(Ledger.read_only(place), known["base"], known["changeset"], known["made"])


def _copy(connection: Connection, bundle: sqlite3.Connection, table: Table, report: Report) -> None:
    emptied = _EMPTIED.get(table.name, {})
    columns = [
        literal(emptied[column.name], column.type).label(column.name) if column.name in emptied else column
        for column in table.columns
    ]
    query = select(*columns)
    count = select(func.count()).select_from(table)
    if table is not t.changeset:
        query, count = query.where(in_force(table)), count.where(in_force(table))
    total = int(connection.execute(count).scalar_one())
    places = ", ".join("?" * len(columns))
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    insert = f'INSERT INTO "{table.name}" ({names}) VALUES ({places})'  # noqa: S608 - names of our own tables
    done = 0
    cursor = connection.execute(query).cursor
    if cursor is None:
        raise BundleError(f"The table {table.name} can't be read.")
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        bundle.executemany(insert, rows)
        done += len(rows)
        report(f"bundling {table.name}", done, total)
