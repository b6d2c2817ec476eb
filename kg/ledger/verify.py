"""Does the ledger still say what was committed? Recompute every digest and the chain."""

import hashlib
import json
from collections.abc import Iterator

from sqlalchemy import func, select

from .store import GENESIS, Ledger
from .tables import VERSIONED, changeset, metadata
from .write import changeset_digest, digest_lines

_CHUNK = 100_000


def broken_rows(ledger: Ledger) -> Iterator[str]:
    """A sentence for every place where the ledger differs from its digest chain; none when it is whole.

    >>> import tempfile, pathlib
    >>> list(broken_rows(Ledger.create(pathlib.Path(tempfile.mkdtemp()) / "ledger.gpkg")))
    []
    """
    previous = GENESIS
    sealed: dict[str, int] = {}
    with ledger.engine.connect() as connection:
        rows = connection.execute(select(changeset).order_by(changeset.c.number)).mappings().all()
        for number, row in enumerate(rows, start=1):
            own = {name: value for name, value in row.items() if name != "digest"}
            if row["number"] != number:
                yield f"changeset {number} is missing"
            if row["previous"] != previous or changeset_digest(own) != row["digest"]:
                yield f"changeset {row['number']} was altered after it was committed"
            previous = str(row["digest"])
            for name, part in json.loads(row["rows"]).items():
                if _rows_digest(ledger, name, part["first"], part["rows"]) != part["sha256"]:
                    yield f"rows of table {name} in changeset {row['number']} were altered after they were committed"
                sealed[name] = sealed.get(name, 0) + part["rows"]
        for table in VERSIONED:
            found = connection.execute(select(func.count()).select_from(table)).scalar_one()
            if found != sealed.get(table.name, 0):
                yield f"table {table.name} has {found} rows, its changesets sealed {sealed.get(table.name, 0)}"


def _rows_digest(ledger: Ledger, name: str, first: int, count: int) -> str:
    table = metadata.tables[name]
    hasher = hashlib.sha256()
    for start in range(first, first + count, _CHUNK):
        end = min(start + _CHUNK, first + count)
        query = select(table).where(table.c.fid >= start, table.c.fid < end).order_by(table.c.fid)
        hasher.update(digest_lines(ledger.read(query)))
    return hasher.hexdigest()
