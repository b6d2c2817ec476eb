"""Rows of the register as they are read and written: few at a time, so as mappings and not as columns."""

from collections.abc import Collection, Mapping, Sequence

import polars as pl
from sqlalchemy import ColumnElement, RowMapping, Table, select

from ..ledger import Changes, Snapshot, in_force
from ..ledger import tables as t
from ..ledger.read import frame_schema

_OWN = ("fid", "changeset", "superseded")


def found(snapshot: Snapshot, table: Table, *conditions: ColumnElement[bool]) -> list[RowMapping]:
    """The rows in force of a table that fulfil all conditions, oldest first."""
    query = select(table).where(in_force(table), *conditions).order_by(table.c.fid)
    return list(snapshot.connection.execute(query).mappings())


def added(changes: Changes, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Add rows; what a row does not name is null, `withdrawn` false."""
    if not rows:
        return
    names = [column.name for column in table.columns if column.name not in _OWN]
    schema = frame_schema(select(*(table.c[name] for name in names)))
    default: Mapping[str, object] = {"withdrawn": False}
    filled = [{name: row.get(name, default.get(name)) for name in names} for row in rows]
    changes.add(table, pl.DataFrame(filled, schema=schema))


def matching(
    snapshot: Snapshot, table: Table, column: str, values: Collection[str], source: str | None = None
) -> list[RowMapping]:
    """The rows in force whose column has one of some values, however many."""
    own = () if source is None else (table.c.source == source,)
    ordered = sorted(set(values))
    rows: list[RowMapping] = []
    for start in range(0, len(ordered), 10_000):  # SQLite takes some 30,000 parameters in a statement
        rows += found(snapshot, table, table.c[column].in_(ordered[start : start + 10_000]), *own)
    return rows


def codes_in_force(snapshot: Snapshot, scheme: str, codes: Sequence[str]) -> list[RowMapping]:
    """The rows in force of some codes of a scheme."""
    return [row for row in matching(snapshot, t.code, "value", codes) if row["scheme"] == scheme]


def changed(changes: Changes, table: Table, rows: Sequence[RowMapping], **values: object) -> None:
    """New versions of rows that differ in some columns; rows that have these values already stay."""
    others = [row for row in rows if any(row[name] != value for name, value in values.items())]
    changes.supersede(table, pl.Series("fid", [row["fid"] for row in others], dtype=pl.Int64))
    added(changes, table, [{**row, **values} for row in others])


def next_number(changes: Changes, scope: str, at_least: int = 1) -> int:
    """The number after the last one handed out in a scope, marked as handed out."""
    last = found(changes, t.sequence, t.sequence.c.scope == scope)
    number = max(at_least, last[0]["last"] + 1 if last else 0)
    keep_number(changes, scope, number)
    return number


def keep_number(changes: Changes, scope: str, number: int) -> None:
    """Mark a number as the last one handed out in a scope."""
    last = found(changes, t.sequence, t.sequence.c.scope == scope)
    if last:
        changed(changes, t.sequence, last, last=number)
    else:
        added(changes, t.sequence, [{"scope": scope, "last": number}])
