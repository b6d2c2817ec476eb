"""Members of `unmapped` texts, put in and taken out as columns: values that wait there for their property.

A parked value stands first in the object, under `@` and the name of its property (no source's column begins with `@`),
as the JSON text of the value: `{"@depth":"8.5","colour":"red"}`.
"""

import json
import re

import polars as pl

PARKED_PREFIX = '{"@'
"""How an `unmapped` text with parked values begins."""

_STRING = r'"(?:[^"\\]|\\.)*"'
_VALUE = rf'(?:{_STRING}|\[(?:{_STRING}|[^\]"])*\]|[^",\[\]{{}}]+)'
_PARKED_NAME = r'[{,]"@([A-Za-z_]\w*)":'


def parked_names(unmapped: pl.Series) -> list[str]:
    """The properties whose values are parked in some of the texts, in the order of their names.

    >>> parked_names(pl.Series(['{"@depth":"8.5","colour":"red"}', '{}']))
    ['depth']
    """
    waiting = unmapped.filter(unmapped.str.starts_with(PARKED_PREFIX))
    found = waiting.str.extract_all(_PARKED_NAME).explode(empty_as_null=False).drop_nulls().unique()
    return sorted(name[3:-2] for name in found)


def parked_values(unmapped: pl.Series, name: str) -> pl.Series:
    """The parked values of one property as lists of their lexical forms; null where there is none.

    >>> parked_values(pl.Series(['{"@depth":"8.5"}', '{}']), "depth").to_list()
    [['8.5'], None]
    """
    text = unmapped.str.json_path_match(f'$["@{name}"]')
    wrapped = pl.select(pl.when(text.is_not_null()).then('{"v":' + text + "}")).to_series()
    return wrapped.str.json_decode(pl.Struct({"v": pl.List(pl.String)})).struct.field("v")


def park(unmapped: pl.Series, name: str, values: pl.Series) -> pl.Series:
    """The texts with the JSON texts of some values put in; a null value changes nothing.

    >>> park(pl.Series(['{"colour":"red"}', "{}"]), "depth", pl.Series(["8.5", None])).to_list()
    ['{"@depth":"8.5","colour":"red"}', '{}']
    """
    quoted = values.str.replace_all(r"[\\\"]", r"\$0")
    rest = unmapped.str.slice(1)
    comma = pl.when(rest == "}").then(pl.lit("")).otherwise(pl.lit(","))
    put = pl.lit(f'{{"@{name}":"') + quoted + pl.lit('"') + comma + rest
    return pl.select(pl.when(values.is_not_null()).then(put).otherwise(unmapped)).to_series()


def without(unmapped: pl.Series, name: str, rows: pl.Series) -> pl.Series:
    """The texts of some rows (a boolean column) without one member.

    >>> without(pl.Series(['{"a":[1,2],"b":"x"}', '{"b":"y"}']), "b", pl.Series([True, True])).to_list()
    ['{"a":[1,2]}', '{}']
    """
    member = re.escape(json.dumps(name, ensure_ascii=False)) + ":" + _VALUE + ",?"
    taken = unmapped.str.replace(member, "").str.replace(r",\}$", "}")
    return pl.select(pl.when(rows).then(taken).otherwise(unmapped)).to_series()
