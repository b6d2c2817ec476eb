"""Code -> entity in process: the product's own lookup on a ledger with a million registered codes."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from coding import mint_entity_ids
from coding.bag import BagIdentification
from kg.ledger import Ledger
from kg.ledger import tables as t
from kg.resolve import Resolver
from kg.views import schema_in_force

_SLICE = 100_000


@dataclass(frozen=True, slots=True)
class Lookups:
    """How long single lookups take, in milliseconds."""

    codes: int
    lookups: int
    p50_ms: float
    p99_ms: float
    p99_cpu_ms: float
    """Of computing alone: steadier on a machine with other work."""


def register(ledger: Ledger, values: pl.Series, entities: pl.Series) -> None:
    """Register each value as a current BAG code of the entity beside it, in one changeset."""
    text = pl.lit(None, dtype=pl.String)
    with ledger.writing("bench", "generated codes") as changes:
        for start in range(0, len(values), _SLICE):
            part = pl.DataFrame({"value": values, "entity": entities}).slice(start, _SLICE)
            times = {"valid_from": text, "valid_to": text}
            changes.add(
                t.entity,
                part.select(
                    id="entity",
                    state=pl.lit("active"),
                    **{"class": pl.lit("Building")},
                    **times,
                ),
            )
            changes.add(
                t.code,
                part.select(
                    "value",
                    "entity",
                    scheme=pl.lit(BagIdentification.id),
                    property=pl.lit("bagId"),
                    source=pl.lit("bench"),
                    key="value",
                    issuer=pl.lit("bench"),
                    state=pl.lit("current"),
                    withdrawn=pl.lit(value=False),
                    **times,
                ),
            )


def measure(folder: Path, codes: int = 1_000_000, lookups: int = 20_000) -> Lookups:
    """Look registered codes up in random order, each answer checked."""
    values = pl.Series("value", range(codes)).cast(pl.String).str.zfill(10)
    values = "050310" + values
    entities = mint_entity_ids(codes)
    Ledger.create(folder / "codes.gpkg").close()
    ledger = Ledger.open(folder / "codes.gpkg")
    register(ledger, values, entities)
    resolver = Resolver(ledger, schema_in_force(ledger), "https://res3d.example/")
    chosen = np.random.default_rng(11).integers(codes, size=lookups)
    questions = list(zip(values.gather(chosen), entities.gather(chosen), strict=True))
    wall, cpu = np.empty(lookups), np.empty(lookups)
    for place, (code, entity) in enumerate(questions):
        started, cpu_before = time.perf_counter(), time.thread_time()
        found = resolver.entity_of(BagIdentification.id, code)
        cpu[place], wall[place] = time.thread_time() - cpu_before, time.perf_counter() - started
        if found is None or found.entity != entity:
            raise AssertionError(f"{code} was registered for {entity}; the lookup found {found}")
    ledger.close()
    p50, p99 = np.percentile(wall * 1000, [50, 99])
    return Lookups(codes, lookups, float(p50), float(p99), float(np.percentile(cpu * 1000, 99)))
