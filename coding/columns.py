"""Validation of whole columns: one pattern for the clean values, Python for the distinct others."""

from __future__ import annotations

import polars as pl

from .contract import CodeError, Scheme
from .registry import get_scheme


def validate_column(scheme_id: str, values: pl.Series) -> pl.DataFrame:
    """Canonical code and error message of every value: columns `code` and `error`, one of them null.

    Both are null where the value is null. Rows keep their order. A column of numbers raises `TypeError`, because
    its leading zeros are gone already; an unknown scheme raises `UnknownScheme`.

    >>> validate_column("cn.djq", pl.Series(["340123 002", "34012300", None])).get_column("code").to_list()
    ['340123002', None, None]
    """
    scheme = get_scheme(scheme_id)
    texts = _as_texts(values)
    codes = scheme.canonical_codes(texts).alias("code")
    undecided = texts.filter(codes.is_null() & texts.is_not_null()).unique()
    if undecided.is_empty():
        return pl.DataFrame([codes, pl.Series("error", [None] * len(codes), pl.String)])
    judged = pl.DataFrame(
        [(text, *_judge(scheme, text)) for text in undecided.to_list()],
        schema={"text": pl.String, "judged_code": pl.String, "error": pl.String},
        orient="row",
    )
    return (
        pl.DataFrame([texts.alias("text"), codes])
        .join(judged, on="text", how="left", maintain_order="left")
        .select(pl.coalesce("code", "judged_code").alias("code"), "error")
    )


def _as_texts(values: pl.Series) -> pl.Series:
    if values.dtype == pl.String:
        return values
    if values.dtype in (pl.Null, pl.Categorical, pl.Enum):
        return values.cast(pl.String)
    raise TypeError(
        f"column {values.name!r} has the type {values.dtype}; codes are text. "
        "Read the column as text from the file, so that leading zeros survive."
    )


def _judge(scheme: Scheme, text: str) -> tuple[str | None, str | None]:
    try:
        return scheme.validate(text), None
    except CodeError as error:
        return None, str(error)
