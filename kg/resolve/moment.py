"""Which state of the world and of our knowledge is asked about: a date, and a changeset of the ledger."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVarTuple

from sqlalchemy import Connection, CursorResult, Select, func, select

from ..ledger import tables as t

Columns = TypeVarTuple("Columns")

LATEST: Final = 2**62
"""A changeset after all others."""
_TIME: Final = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?Z)?", re.ASCII)


class NoSuchMoment(ValueError):
    """The text names no date or no state of the ledger; the message says what does."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One read of the ledger: as the world was on `date`, as far as it was known with changeset `as_of`."""

    connection: Connection
    date: str
    as_of: int

    def rows(self, statement: Select[*Columns], **parameters: object) -> CursorResult[*Columns]:
        """The answer of a prepared statement at this moment."""
        return self.connection.execute(statement, {**parameters, "as_of": self.as_of})


def valid_date(text: str) -> str:
    """A date of the world, as `at=` gives it.

    >>> valid_date("2024-02-29")
    '2024-02-29'
    """
    try:
        if len(text) == len("2024-02-29"):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise NoSuchMoment(f"at={text[:40]!r} is no date: expected YYYY-MM-DD.")


def changeset_as_of(connection: Connection, text: str) -> int:
    """The last changeset that `as_of=` lets us know: its number, a time in UTC, or a date to its end.

    Raises NoSuchMoment for what is neither.
    """
    if text.isascii() and text.isdigit() and len(text) < 18:
        return int(text)
    c = t.changeset
    known = select(func.max(c.c.number))
    if not _TIME.fullmatch(text):
        raise NoSuchMoment(
            f"as_of={text[:40]!r} is no state of the ledger: expected the number of a changeset, YYYY-MM-DD, "
            "or YYYY-MM-DDThh:mm:ssZ."
        )
    if "T" in text:
        moment = text.removesuffix("Z")
        moment += ":00" if moment.count(":") == 1 else ""
        moment += "" if "." in moment else "."
        until = c.c.time <= moment.ljust(len("2024-02-29T00:00:00.000000"), "0") + "Z"
    else:
        until = c.c.time < (date.fromisoformat(valid_date(text)) + timedelta(days=1)).isoformat()
    return int(connection.execute(known.where(until)).scalar() or 0)
