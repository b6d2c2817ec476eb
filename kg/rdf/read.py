"""What the durable store really holds, against what it should: the RDF side of `res3d verify`.

Quads are compared as lines of N-Quads, by their hashes; only what differs is looked at closer. The store writes some
literals in another form than they came (`"007"^^xsd:integer` as 7), so expected lines that are missing go through an
empty store once and get the same form before they count as different.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import polars as pl
import pyoxigraph as ox

from ontology import Schema

from ..facts import Facts
from .names import INFERRED, RDF_TYPE, graph_iri
from .render import render, render_stated
from .store import STATE, OpenStore, reading

_BATCH = 64 * 1024 * 1024
_LINE = (
    r"^<(?P<subject>[^>]*)> <(?P<predicate>[^>]*)> "
    r'(?P<object><[^>]*>|_:\S+|"(?:[^"\\]|\\.)*"(?:@\S+|\^\^<[^>]*>)?)'
    r"(?: <(?P<graph>[^>]*)>)? \.$"
)
_NO_LINES = pl.Series("line", [], dtype=pl.String)
_NO_HASHES = pl.Series("line", [], dtype=pl.UInt64)

COLUMNS = ("key", "what", "expected", "actual")


def difference(path: Path, facts: Facts, schema: Schema, base: str, *, is_whole: bool = True) -> pl.DataFrame:
    """Where the store does not hold what the facts say: frame {key, what, expected, actual}, empty when it does.

    `what` is a term name, `type` or `superclass`; a side that has nothing is null. With `is_whole=False` the facts
    are a sample: only what their nodes state is compared, and nothing is said about other nodes.
    """
    with reading(path) as opened:
        if is_whole:
            missing, unexpected = _compare(lambda: render([facts], schema, base), lambda look: _all_quads(opened, look))
        else:
            stated = _stated_quads(opened, facts, base)
            missing, unexpected = _compare(lambda: render_stated(facts, schema, base), lambda look: look(stated))
    names = {term.iri: term.name for term in schema.classes.values()}
    names |= {term.iri: term.name for term in schema.properties.values()}
    sides = (_table(missing, names, base, "expected"), _table(unexpected, names, base, "actual"))
    both = sides[0].join(sides[1], on=["key", "what"], how="full", coalesce=True)
    return both.select(COLUMNS).sort("key", "what")


Look = Callable[[bytes], None]


def _compare(expected: Callable[[], Iterable[bytes]], actual: Callable[[Look], None]) -> tuple[pl.Series, pl.Series]:
    """Lines that only `expected` gives, and lines that only `actual` shows to the function that it gets."""
    due = pl.concat([_NO_HASHES, *(_lines(chunk).hash() for chunk in expected())]).unique().implode()
    unexpected, found = [_NO_LINES], [_NO_HASHES]

    def look(chunk: bytes) -> None:
        lines = _lines(chunk)
        hashes = lines.hash()
        found.append(hashes)
        unexpected.append(lines.filter(~hashes.is_in(due)))

    actual(look)
    there = pl.concat(found).unique().implode()

    def absent(lines: pl.Series) -> pl.Series:
        return lines.filter(~lines.hash().is_in(there))

    missing = _as_stored(pl.concat([_NO_LINES, *(absent(_lines(chunk)) for chunk in expected())]))
    surplus = pl.concat(unexpected)
    return absent(missing), surplus.filter(~surplus.is_in(missing.implode()))


def _lines(chunk: bytes) -> pl.Series:
    lines = pl.Series("line", [chunk.decode()]).str.split("\n").explode()
    return lines.filter((lines != "") & ~lines.str.starts_with(str(STATE)))


def _as_stored(lines: pl.Series) -> pl.Series:
    """The same quads as the store writes them."""
    store = ox.Store()
    store.bulk_load((lines.str.join("\n").item() or "").encode(), ox.RdfFormat.N_QUADS, lenient=True)
    return _lines(store.dump(format=ox.RdfFormat.N_QUADS) or b"")


def _all_quads(opened: OpenStore, look: Look) -> None:
    output = _Batches(look)
    opened.store.dump(output, ox.RdfFormat.N_QUADS)  # type: ignore[arg-type]  # write() is all it uses
    output.finish()


class _Batches:
    """An output that shows what is written to it in batches of whole lines."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        if len(self._waiting) >= _BATCH:
            end = self._waiting.rfind(b"\n") + 1
            self._look(bytes(self._waiting[:end]))
            del self._waiting[:end]
        return len(data)

    def flush(self) -> None:
        """A part of a line can't be shown yet."""

    def finish(self) -> None:
        self._look(bytes(self._waiting))


def _stated_quads(opened: OpenStore, facts: Facts, base: str) -> bytes:
    """What the nodes of a sample state, without the relations that follow from the edges of others."""
    inferred = ox.NamedNode(graph_iri(base, INFERRED))
    copy = ox.Store()
    for key in (*facts.nodes["key"], *facts.removed):
        quads = opened.store.quads_for_pattern(ox.NamedNode(base + key), None, None, None)
        copy.extend(quad for quad in quads if quad.graph_name != inferred or quad.predicate.value == RDF_TYPE)
    return copy.dump(format=ox.RdfFormat.N_QUADS) or b""


def _table(lines: pl.Series, names: Mapping[str, str], base: str, side: str) -> pl.DataFrame:
    """One row for each subject and predicate of the lines: key, what, and all its objects as readable text."""
    graph = pl.col("graph").str.strip_prefix(f"{base}graph/").fill_null("unnamed graph")
    is_type, is_inferred = pl.col("predicate") == RDF_TYPE, graph == INFERRED
    place = pl.when(graph.is_in(["asserted", INFERRED])).then(pl.lit("")).otherwise(pl.format(" ({})", graph))
    object_ = pl.col("object").str.strip_prefix("<").str.strip_suffix(">")
    is_iri = pl.col("object").str.starts_with("<")
    shown = pl.when(is_iri).then(object_.replace(names).str.strip_prefix(base)).otherwise("object")
    what = (
        pl.when(is_type & is_inferred)
        .then(pl.lit("superclass"))
        .when(is_type)
        .then(pl.lit("type"))
        .otherwise(
            pl.col("predicate").replace(names) + pl.when(is_inferred).then(pl.lit(" (inferred)")).otherwise(pl.lit(""))
        )
    )
    return (
        lines.to_frame("line")
        .select(pl.col("line").str.extract_groups(_LINE).alias("quad"))
        .unnest("quad")
        .select(pl.col("subject").str.strip_prefix(base).alias("key"), what.alias("what"), (shown + place).alias(side))
        .group_by("key", "what")
        .agg(pl.col(side).sort().str.join(" | "))
    )
