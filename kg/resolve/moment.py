"""Which state of the world and of our knowledge is asked about: a date, and a changeset of the ledger."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, TypeVarTuple, cast

from sqlalchemy import Connection, CursorResult, Dialect, Select, func, select

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
        """The answer of a prepared statement at this moment.

        Its text is made once: SQLAlchemy would spend more on each call than SQLite does on the answer.
        """
        lengths = tuple(len(value) if isinstance(value, list) else -1 for value in parameters.values())
        text, names, fixed = _prepared(statement, self.connection.dialect, tuple(parameters), lengths)
        values: dict[str, object] = {**fixed, "as_of": self.as_of}
        for name, value in parameters.items():
            if isinstance(value, list):
                values.update((f"{name}_{place}", each) for place, each in enumerate(value, 1))
            else:
                values[name] = value
        given = values if names is None else tuple(values[name] for name in names)
        return cast("CursorResult[*Columns]", self.connection.exec_driver_sql(text, given))


@lru_cache(maxsize=1_000)
def _prepared(
    statement: Select[*tuple[object, ...]], dialect: Dialect, names: tuple[str, ...], lengths: tuple[int, ...]
) -> tuple[str, tuple[str, ...] | None, dict[str, object]]:
    """The SQL of a statement for lists of these lengths, the names of its places, and its constants."""
    examples = {name: ["x"] * length if length >= 0 else "x" for name, length in zip(names, lengths, strict=True)}
    state = statement.compile(dialect=dialect).construct_expanded_state({**examples, "as_of": 0})
    return state.statement, None if state.positiontup is None else tuple(state.positiontup), dict(state.parameters)


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
