"""The section Attribute of a VCT file: rows of tables as typed columns.

A table is a line with its name, rows of an id and the values of its columns, and ``TableEnd``. The separator does not
occur within values (writers put the full-width comma there), so that there are no quotes.
"""

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO, Final

import polars as pl

from .columns import unique_names
from .errors import FileDamaged
from .vct_head import Field
from .vct_sections import Outline, section_lines

_TABLE_END: Final = b"TableEnd"
_DAY: Final = r"^(\d{4})(\d{2})(\d{2})$"
_BINARY: Final = ("varbin", "blob", "binary", "image")


def table_rows(stream: BinaryIO, outline: Outline) -> Iterator[tuple[str, list[bytes]]]:
    """The name of a table and some of its rows, in the order of the file; a table without rows has an empty list.

    Raises `FileDamaged` for a table that does not end.
    """
    for section in outline.of("Attribute"):
        table: str | None = None
        number = section.line
        for number, piece in section_lines(stream, section):  # noqa: B007 - told in the error below
            lines = [line for line in piece if line]
            at = 0
            while at < len(lines):
                if table is None:
                    table = lines[at].decode(outline.encoding)
                    at += 1
                    yield table, []
                    continue
                try:
                    end = lines.index(_TABLE_END, at)
                except ValueError:
                    end = len(lines)
                if end > at:
                    yield table, lines[at:end]
                at = end + 1
                table = table if end == len(lines) else None
        if table is not None:
            what = f"its table {table[:60]} has no TableEnd"
            raise FileDamaged(str(outline.path), what, "Get the file again", place=f"behind line {number}")


def columns_of(
    rows: list[bytes], fields: tuple[Field, ...], encoding: str, separator: str, left_out: Counter[str]
) -> tuple[pl.Series, list[pl.Series]]:
    """The ids of rows, and their other columns. A row with another number of values has none but its id: nobody can
    say which value is whose.
    """
    texts = pl.Series([row.decode(encoding) for row in rows], dtype=pl.String)
    values = texts.str.split(separator)
    lengths = values.list.len()
    is_ended = (lengths == len(fields) + 2) & (values.list.last().str.strip_chars() == "")  # by one more separator
    is_fitting = (lengths == len(fields) + 1) | is_ended
    if not is_fitting.all():
        left_out[f"row that has not {len(fields)} values and an id"] += int((~is_fitting).sum())
    ids = values.list.first().str.strip_chars()
    values = values.set(~is_fitting, None)
    columns = [
        _typed(values.list.get(place, null_on_oob=True).str.strip_chars().alias(name), field, left_out)
        for place, (name, field) in enumerate(zip(unique_names(field.name for field in fields), fields, strict=True), 1)
    ]
    return ids, columns


def _typed(text: pl.Series, field: Field, left_out: Counter[str]) -> pl.Series:
    """Numbers as numbers, days as ISO 8601, all else as text; a number that is none is left out and counted."""
    text = text.replace("", None)
    if field.type in _BINARY and text.null_count() < len(text):
        left_out[f"content of {field.name} ({field.type}), kept as the text that the file has"] += 1
    if field.type.startswith("date"):
        return text.str.replace(_DAY, "$1-$2-$3")
    kind = (
        pl.Int64()
        if field.type.startswith("int")
        else pl.Float64()
        if field.type.startswith(("float", "double", "numeric", "decimal"))
        else None
    )
    if kind is None:
        return text
    numbers = text.cast(kind, strict=False)
    if kind == pl.Float64():
        numbers = numbers.set(~numbers.is_finite().fill_null(True), None)
    if lost := numbers.null_count() - text.null_count():
        left_out[f"value of {field.name} that is no {field.type}"] += lost
    return numbers
