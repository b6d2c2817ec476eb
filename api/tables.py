"""Tables that people send: CSV in any of the usual encodings and XLSX, read as text so that no code loses a zero."""

import io
from pathlib import Path
from typing import Final

import polars as pl

MOST_COLUMNS: Final = 2_000
_DELIMITERS: Final = ",;\t|"


class TableError(ValueError):
    """The table can't be read or has not the column that was named; the message says what to do."""


def read_csv(content: bytes) -> pl.DataFrame:
    """A CSV with a header line, all columns as text: UTF-8, UTF-16 with byte order mark, or GB18030.

    >>> read_csv("code;name\\n0503;甲\\n".encode("gb18030")).rows()
    [('0503', '甲')]
    """
    text = _decoded(content)
    header = text.lstrip("\ufeff").split("\n", 1)[0]
    if not header.strip():
        raise TableError("The table has no header line: the first line names the columns.")
    delimiter = max(_DELIMITERS, key=header.count)
    if header.count(delimiter) >= MOST_COLUMNS:
        raise TableError(f"The table has more than {MOST_COLUMNS:,} columns: send the column with the codes alone.")
    try:
        frame = pl.read_csv(
            io.BytesIO(text.lstrip("\ufeff").encode()), separator=delimiter, infer_schema=False, null_values=None
        )
    except pl.exceptions.PolarsError as error:
        raise TableError(f"The table can't be read: {str(error).splitlines()[0]}") from error
    return frame


def read_table(path: Path) -> pl.DataFrame:
    """A CSV or XLSX file, all columns as text; numbers in XLSX have no leading zeros any more."""
    if path.suffix.lower() == ".xlsx":
        import pyogrio

        try:
            frame = pl.DataFrame(
                pyogrio.read_dataframe(path, read_geometry=False, HEADERS="FORCE", FIELD_TYPES="STRING")
            )
        except pyogrio.errors.DataSourceError as error:
            raise TableError(f"{path} is no XLSX file: {error}") from error
        return frame.select(pl.all().cast(pl.String))
    return read_csv(path.read_bytes())


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write CSV (UTF-8 with byte order mark, which Excel needs) or XLSX, by the file's ending."""
    if path.suffix.lower() == ".xlsx":
        import pyogrio

        pyogrio.write_dataframe(frame.to_pandas(), path, driver="XLSX", layer="codes")
    else:
        frame.write_csv(path, include_bom=True)


def named_column(frame: pl.DataFrame, name: str | None) -> pl.Series:
    """The column of a name; without one the only column there is."""
    if name is None and frame.width == 1:
        return frame.to_series()
    if name is None or name not in frame.columns:
        known = ", ".join(frame.columns[:20])
        what = "Name the column with the codes" if name is None else f"There is no column {name[:80]!r}"
        raise TableError(f"{what}; the table has {known}.")
    return frame[name]


def with_answers(frame: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """The table with columns added to it, under names that it has not yet.

    >>> with_answers(pl.DataFrame({"code": ["1"]}), pl.DataFrame({"code": ["01"]})).columns
    ['code', 'res3d_code']
    """
    taken = set(frame.columns)
    names = {}
    for name in answers.columns:
        new = f"res3d_{name}"
        while new in taken:
            new += "_"
        names[name] = new
        taken.add(new)
    return frame.hstack(answers.rename(names))


def _decoded(content: bytes) -> str:
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise TableError("The table is no text in UTF-8, UTF-16 (with byte order mark) or GB18030: save it as CSV UTF-8.")
