"""Counting what an edit does, with a few examples of each."""

from dataclasses import dataclass

import polars as pl

SAMPLES = 5


@dataclass(frozen=True, slots=True)
class Effect:
    """So many things to which the same happens because of one term; `samples` are ids with their class."""

    what: str
    term: str
    count: int
    samples: tuple[tuple[str, str], ...]


class Tally:
    """Effects, added up part by part.

    >>> tally = Tally()
    >>> for number in range(7):
    ...     tally.add(pl.DataFrame({"what": ["leaves"], "term": ["Quay"], "id": [f"Q{number}"], "class": ["Quay"]}))
    >>> [(effect.what, effect.count, len(effect.samples)) for effect in tally.effects]
    [('leaves', 7, 5)]
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[int, list[tuple[str, str]]]] = {}

    def add(self, rows: pl.DataFrame) -> None:
        """rows: what, term, id, class - a line for each thing."""
        grouped = rows.group_by("what", "term", maintain_order=True).agg(
            pl.len().alias("count"), pl.col("id").head(SAMPLES), pl.col("class").head(SAMPLES)
        )
        for what, term, count, ids, classes in grouped.rows():
            before, samples = self._found.get((what, term), (0, []))
            more = list(zip(ids, classes, strict=True))
            self._found[(what, term)] = (before + count, [*samples, *more][:SAMPLES])

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What was counted, sorted by what happens and term."""
        found = sorted(self._found.items())
        return tuple(Effect(what, term, count, tuple(samples)) for (what, term), (count, samples) in found)


def record_ids(records: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Events (fid, what, term) of records as lines that a tally takes."""
    named = records.select("fid", pl.concat_str(pl.lit("record"), "source", "key", separator="/").alias("id"), "class")
    return events.select("fid", "what", "term").unique(maintain_order=True).join(named, on="fid", maintain_order="left")
