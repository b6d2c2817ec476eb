"""Meshes as text: lines as a table, and the numbers in them as arrays, with what is no number told apart."""

from typing import Any

import numpy as np
import polars as pl

from .mesh_geometry import Floats, Ints


def lines_of(content: bytes) -> pl.DataFrame:
    """The filled lines without comments (`#` at the beginning): ``number`` from 1, ``word`` (the first one), ``rest``.

    >>> lines_of(b"# a cube\\nv 0 0  1\\n\\ng north wing").rows()
    [(2, 'v', '0 0  1'), (4, 'g', 'north wing')]
    """
    text = content.decode("utf-8", errors="replace").removeprefix("\ufeff")
    line = pl.col("line").str.strip_chars()
    rest = pl.col("line").str.slice(pl.col("word").str.len_chars()).str.strip_chars()
    return (
        pl.DataFrame({"line": text.split("\n")})
        .with_row_index("number", offset=1)
        .with_columns(line)
        .filter(pl.col("line").str.len_bytes() > 0, ~pl.col("line").str.starts_with("#"))
        .with_columns(pl.col("line").str.extract(r"^(\S+)").alias("word"))
        .select("number", "word", rest.alias("rest"))
    )


def numbers_of(texts: pl.Series, width: int) -> Floats:
    """The first so many numbers of each text, shape (n, width); NaN where there is none.

    >>> numbers_of(pl.Series(["1 2.5\\t3 9", "4 x"]), 3).tolist()
    [[1.0, 2.5, 3.0], [4.0, nan, nan]]
    """
    if not len(texts):
        return np.empty((0, width))
    fields = _single_spaced(texts).str.splitn(" ", width + 1).struct.unnest()
    columns = [fields[f"field_{place}"].cast(pl.Float64, strict=False).to_numpy() for place in range(width)]
    return np.column_stack(columns).astype(np.float64)


def _single_spaced(texts: pl.Series) -> pl.Series:
    """The same with one space between words; looked at first, because regular expressions take long."""
    texts = texts.str.strip_chars()
    is_odd = (texts.str.contains("  ", literal=True) | texts.str.contains("\t", literal=True)).any()
    return texts.str.replace_all(r"\s+", " ") if is_odd else texts


def indices_of(texts: pl.Series) -> tuple[Ints, Ints, Any]:
    """(all whole numbers that words begin with, how many words each text has, which are none) of texts in turn.

    A word is a number, or numbers with slashes between, of which the first counts; what is none is 0.

    >>> [each.tolist() for each in indices_of(pl.Series(["1/2/3 -4//5", "7 x"]))]
    [[1, -4, 7, 0], [2, 2], [False, False, False, True]]
    """
    words = _single_spaced(texts).str.split(" ").list.filter(pl.element() != "")
    all_words = words.explode(empty_as_null=False)
    found = all_words.cast(pl.Int64, strict=False)
    if found.null_count():
        found = all_words.str.extract(r"^([+-]?\d{1,18})(?:/[+-]?\d*){0,2}$").cast(pl.Int64, strict=False)
    return (
        found.fill_null(0).to_numpy().astype(np.int64),
        words.list.len().to_numpy().astype(np.int64),
        found.is_null().to_numpy(),
    )
