"""Joins that a mapping declares: the ways, in order, by which a row without geometry finds the thing that it is about.

A join is said as a *join reference*, `join/CLASS/[{...}, ...]`: one object a way, with what the row has to go by. It
stands where `record/SOURCE/KEY` and `code/SCHEME/VALUE` stand, so that it waits, and is tried again, as those do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from coding import schemes, validate_column
from coding.grids import grids
from kg.ledger.canonical import json_object

from .template import Template, text_of

PREFIX = "join/"
WAYS = ("code", "address", "name", "cell", "point")
ADDRESS_PARTS = ("street", "number", "postcode", "locality")
FIELDS = ("code", "scheme", "address", *ADDRESS_PARTS, "name", "cell", "lon", "lat")
"""The members that the object of a way may have, all of them text."""

Fail = Callable[[str], Exception]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to find the thing: its kind, the scheme of a code or cell, and what fills each field."""

    kind: str
    scheme: str | None
    fields: tuple[tuple[str, Template], ...]


@dataclass(frozen=True, slots=True)
class Join:
    """A declared join: the class of the things that are looked among, and the ways in their order."""

    to: str
    ways: tuple[Way, ...]

    @property
    def carrier(self) -> Template:
        """A template that refers to all columns which the ways read."""
        names = dict.fromkeys(name for way in self.ways for _, value in way.fields for name in value.references)
        return Template("".join(f"$({name})" for name in names))


def parse_join(to: str, found: object, fail: Fail) -> Join:
    """The ways under `by`, checked; `fail` makes the error of a message."""
    entries = found if isinstance(found, list) else [found]
    if not entries:
        raise fail(f"`by` is empty: give at least one of {', '.join(WAYS)}")
    join = Join(to, tuple(_way(entry, fail) for entry in entries))
    if not join.carrier.references:
        raise fail("no column is read: every row would find the same thing")
    return join


def _way(entry: object, fail: Fail) -> Way:
    if not isinstance(entry, Mapping) or len(entry) != 1 or next(iter(entry)) not in WAYS:
        raise fail(f"{entry!r}; expected one of {', '.join(WAYS)} with what it goes by")
    ((kind, value),) = entry.items()
    if kind in {"code", "cell"}:
        scheme, _, text = str(value).partition("/")
        known = schemes() if kind == "code" else grids()
        if scheme not in known or not text:
            kinds = "SCHEME/$(column) of a code scheme" if kind == "code" else "SCHEME/$(column) of a grid"
            raise fail(f"{kind}: {value!r}; expected {kinds}; known are {', '.join(sorted(known))}")
        return Way(kind, scheme, ((str(kind), Template(text)),))
    if kind == "point":
        if not isinstance(value, list) or len(value) != 2:
            raise fail(f"point: {value!r}; expected [longitude, latitude] in degrees")
        return Way(kind, None, tuple(zip(("lon", "lat"), (Template(str(each)) for each in value), strict=True)))
    if kind == "address" and isinstance(value, Mapping):
        if unknown := sorted(str(name) for name in value if name not in ADDRESS_PARTS):
            raise fail(f"address: unknown part {', '.join(unknown)}; known are {', '.join(ADDRESS_PARTS)}")
        if "street" not in value and "locality" not in value:
            raise fail("address: expected a street, or the locality where streets have no names")
        return Way(kind, None, tuple((name, Template(str(value[name]))) for name in ADDRESS_PARTS if name in value))
    if not isinstance(value, str):
        raise fail(f"{kind}: {value!r}; expected a text such as $(column)")
    return Way(str(kind), None, ((str(kind), Template(value)),))


def join_references(rows: pl.DataFrame, join: Join) -> pl.Series:
    """The join reference of each row; a way of which the row has nothing is left out, codes are canonical.

    >>> join = parse_join("County", [{"code": "cn.xzq/$(xzq)"}, {"name": "$(name)"}], ValueError)
    >>> join_references(pl.DataFrame({"xzq": ["340123", None], "name": ["肥西县", "巢湖市"]}), join).to_list()
    ['join/County/[{"code":"340123","scheme":"cn.xzq"},{"name":"肥西县"}]', 'join/County/[{"name":"巢湖市"}]']
    """
    texts = [_way_text(rows, way).alias(str(place)) for place, way in enumerate(join.ways)]
    ways = pl.DataFrame(texts).select(pl.concat_str(pl.all(), separator=",", ignore_nulls=True)).to_series()
    return f"{PREFIX}{join.to}/[" + ways.fill_null("") + "]"


def _way_text(rows: pl.DataFrame, way: Way) -> pl.Series:
    """The JSON object of a way for each row, null where the row lacks what the way needs."""
    filled = rows.with_columns(text_of(rows, value).str.strip_chars().alias(f"@@{name}") for name, value in way.fields)
    values = filled.select(pl.col(f"@@{name}").alias(name) for name, _ in way.fields)
    needed = pl.any_horizontal if way.kind == "address" and len(way.fields) > 1 else pl.all_horizontal
    names = [name for name, _ in way.fields]
    if way.kind == "code" and way.scheme is not None:
        canonical = validate_column(way.scheme, values["code"])["code"]
        values = values.with_columns(canonical.zip_with(canonical.is_not_null(), values["code"]).alias("code"))
    if way.scheme is not None:
        values = values.with_columns(pl.lit(way.scheme).alias("scheme"))
        names.append("scheme")
    is_there = values.select(needed(pl.col(name).str.len_bytes().fill_null(0) > 0 for name, _ in way.fields))
    return json_object(values, names, keep_null=False).set(~is_there.to_series(), None)
