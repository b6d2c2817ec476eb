"""Columns of a frame from values as a JSON parser gives them."""

import json
from collections.abc import Iterable, Sequence
from types import NoneType

import orjson
import polars as pl

from .contract import FEATURE_COLUMNS


def series_of(name: str, values: Sequence[object]) -> pl.Series:
    """One column of JSON values: numbers, booleans and text keep their type, all else becomes JSON text.

    >>> series_of("height", [3, None, 2.5]).to_list()
    [3.0, None, 2.5]
    >>> series_of("owner", ["A", {"share": 0.5}, None]).to_list()
    ['A', '{"share":0.5}', None]
    """
    kinds = set(map(type, values)) - {NoneType}
    if not kinds:
        return pl.Series(name, values, dtype=pl.Null)
    if kinds == {bool}:
        return pl.Series(name, values, dtype=pl.Boolean)
    if kinds == {str}:
        return pl.Series(name, values, dtype=pl.String)
    if kinds == {int}:
        try:
            return pl.Series(name, values, dtype=pl.Int64)
        except (OverflowError, TypeError):  # a whole number beyond 64 bits
            return pl.Series(name, list(map(_text, values)), dtype=pl.String)
    if kinds <= {int, float}:
        return pl.Series(name, values, dtype=pl.Float64, strict=False)
    return pl.Series(name, list(map(_text, values)), dtype=pl.String)


def unique_names(names: Iterable[str]) -> list[str]:
    """The names in their order, told apart from each other and from the structural columns.

    >>> unique_names(["code", "code", "@row"])
    ['code', 'code_2', '@row_2']
    """
    taken = set(FEATURE_COLUMNS)
    result = []
    for name in names:
        free, number = name, 1
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        taken.add(free)
        result.append(free)
    return result


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # orjson ends at 64 bits
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # more levels than it takes, or whole numbers beyond 64 bits within
        try:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        except RecursionError:
            return "(nested too deeply)"
