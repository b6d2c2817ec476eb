"""Rows of the quarantine as a table in the source's own columns, and the table back, corrected by a person.

Beside the source's columns stand ours, which begin with `@`: where the row stands and what is wrong with it. The shape
of a thing is not in the table; it stays with the row.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
import polars as pl

from kg.ledger import Snapshot

from .quarantine import PLACE, QuarantineError, QuarantineFilter, rows_in, with_content
from .readers import FEATURE_COLUMNS
from .reasons import Reason

_SAID = ("source", "delivery", "position", "reason", "detail", "hint")
_HIDDEN = frozenset({"@row", "@crs", "@geometries"})
_STRUCTURE = frozenset(FEATURE_COLUMNS) - _HIDDEN
"""What a reader has given beside the source's columns, and a mapping may read: it can be corrected, too."""

Row = Mapping[str, object]


def table_rows(snapshot: Snapshot, wanted: QuarantineFilter) -> list[dict[str, object]]:
    """The rows as they can be corrected, all with the same columns; those that no delivery brought are left out."""
    rows = rows_in(snapshot, wanted).filter(pl.col("reason") != str(Reason.NO_LONGER_FITS))
    rows = with_content(snapshot, rows)
    contents = [orjson.loads(content) for content in rows["content"]]
    own = sorted(_own_names(contents), key=lambda name: not name.startswith("@"))
    said = rows.select(pl.col(name).alias(f"@{name}") for name in _SAID).iter_rows(named=True)
    return [{**row, **{name: content.get(name) for name in own}} for row, content in zip(said, contents, strict=True)]


def text_table(rows: Sequence[Row]) -> pl.DataFrame:
    """Rows of `table_rows` as text, so that no spreadsheet has to guess."""
    names = list(rows[0]) if rows else [f"@{name}" for name in _SAID]
    return pl.DataFrame(
        {name: [cell_text(row[name]) for row in rows] for name in names}, schema=dict.fromkeys(names, pl.String)
    )


def read_rows(text: str, name: str) -> list[dict[str, object]]:
    """The rows of an exported JSON document."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise QuarantineError(f"{name} is no JSON ({error}): give a file of `res3d quarantine export`") from error
    if not isinstance(document, list) or not all(isinstance(row, dict) for row in document):
        raise QuarantineError(f"{name} is no list of rows: give a file of `res3d quarantine export`")
    return document


def corrected(snapshot: Snapshot, table: Iterable[Row], name: str) -> pl.DataFrame:
    """The rows of the quarantine that a table is about, with its values in `content`; `@line` is the row's number.

    Cells that are as they were exported change nothing, an empty cell takes the value away. Raises QuarantineError
    when the table is none of the quarantine, names a row twice, or one that was never there.
    """
    rows = [row for row in table if any(cell_text(value) for value in row.values())]
    if not rows:
        raise QuarantineError(f"{name} has no rows: give a file of `res3d quarantine export`")
    missing = [f"@{column}" for column in PLACE if f"@{column}" not in rows[0]]
    if missing:
        raise QuarantineError(
            f"{name} has no column {', '.join(missing)}, by which a row is found again: correct the values of a file "
            "of `res3d quarantine export`, and leave its columns as they are"
        )
    places = [_place(row, number, name) for number, row in enumerate(rows, start=1)]
    kinds = {"source": pl.String, "delivery": pl.String, "position": pl.Int64}
    asked = pl.DataFrame(places, schema=kinds, orient="row").with_row_index("@line", offset=1)
    twice = asked.filter(pl.struct(PLACE).is_duplicated())
    if not twice.is_empty():
        _, source, _, position = twice.row(0)
        lines = twice.join(twice.head(1), on=PLACE, how="semi", maintain_order="left")["@line"]
        raise QuarantineError(
            f"{name}: rows {', '.join(map(str, lines))} are all row {position} of one delivery of {source}: "
            "keep the right one"
        )
    there = rows_in(snapshot, QuarantineFilter(None)).join(asked, on=PLACE, maintain_order="right")
    unknown = asked.join(there, on=PLACE, how="anti", maintain_order="left")
    if not unknown.is_empty():
        line, source, delivery, position = unknown.row(0)
        raise QuarantineError(
            f"{name}: row {line} is row {position} of the delivery {delivery} of {source}, which never was in "
            f"quarantine ({unknown.height} such rows): leave {', '.join(f'@{part}' for part in PLACE)} as they are"
        )
    there = with_content(snapshot, there)
    contents = [
        with_values(orjson.loads(content), rows[line - 1])
        for line, content in there.select("@line", "content").iter_rows()
    ]
    return there.with_columns(pl.Series("content", [orjson.dumps(each).decode() for each in contents], dtype=pl.String))


def cell_text(value: object) -> str | None:
    """A value as it stands in a cell; null and the empty text are one.

    >>> cell_text(120.0), cell_text("甲"), cell_text(True), cell_text("")
    ('120.0', '甲', 'true', None)
    """
    if value is None or isinstance(value, str):
        return value or None
    return json.dumps(value, ensure_ascii=False)


def _own_names(contents: Iterable[Mapping[str, object]]) -> list[str]:
    """The columns that some row has, in the order in which they come."""
    return list(dict.fromkeys(name for content in contents for name in content if name not in _HIDDEN))


def _place(row: Row, number: int, name: str) -> tuple[str | None, str | None, int]:
    source, delivery, position = (cell_text(row.get(f"@{column}")) for column in PLACE)
    if position is None or not (position.isascii() and position.isdigit()):
        raise QuarantineError(
            f"{name}: row {number} has the @position {position!r}, expected a whole number as it was exported"
        )
    return source, delivery, int(position)


def with_values(content: dict[str, Any], row: Row) -> dict[str, Any]:
    """The content of a row with the values of a table's row."""
    kept = dict(content)
    for column, value in row.items():
        if (column.startswith("@") and column not in _STRUCTURE) or cell_text(value) == cell_text(content.get(column)):
            continue
        if cell_text(value) is None:
            kept.pop(column, None)
        else:
            kept[column] = _like(content.get(column), value)
    return kept


def _like(before: object, value: object) -> object:
    """A cell's text as a number or truth value where one stood there before."""
    if not isinstance(value, str) or not isinstance(before, int | float):
        return value
    if isinstance(before, bool):  # spreadsheets write TRUE
        return {"true": True, "false": False}.get(value.lower(), value)
    try:
        read = json.loads(value)
    except ValueError:
        return value
    is_number = isinstance(read, int | float) and not isinstance(read, bool) and math.isfinite(read)
    return (before if read == before else read) if is_number else value
