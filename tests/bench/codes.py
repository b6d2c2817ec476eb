"""Code -> entity in process: the product's own lookup on a ledger with millions of registered codes."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import psutil

from api.cli.output import print_line, print_table
from coding import mint_entity_ids
from coding.bag import BagIdentification
from kg.ledger import Ledger
from kg.ledger import tables as t
from kg.ontologies import schema_in_force
from kg.resolve import Resolver
from tests.bench import codes_http

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


def generated(codes: int) -> tuple[pl.Series, pl.Series]:
    """BAG codes in sequence, and an entity for each."""
    values = "050310" + pl.Series("value", range(codes)).cast(pl.String).str.zfill(10)
    return values, mint_entity_ids(codes)


def measure(folder: Path, codes: int = 1_000_000, lookups: int = 20_000) -> Lookups:
    """Look registered codes up in random order, each answer checked."""
    values, entities = generated(codes)
    ledger = Ledger.create(folder / "codes.gpkg")
    register(ledger, values, entities)
    found = look_up(ledger, values, entities, lookups)
    ledger.close()
    return found


def look_up(ledger: Ledger, values: pl.Series, entities: pl.Series, lookups: int) -> Lookups:
    """The same on a ledger that is filled already."""
    resolver = Resolver(ledger, schema_in_force(ledger), "https://res3d.example/")
    chosen = np.random.default_rng(11).integers(len(values), size=lookups)
    questions = list(zip(values.gather(chosen), entities.gather(chosen), strict=True))
    wall, cpu = np.empty(lookups), np.empty(lookups)
    for place, (code, entity) in enumerate(questions):
        started, cpu_before = time.perf_counter(), time.thread_time()
        found = resolver.entity_of(BagIdentification.id, code)
        cpu[place], wall[place] = time.thread_time() - cpu_before, time.perf_counter() - started
        if found is None or found.entity != entity:
            raise AssertionError(f"{code} was registered for {entity}; the lookup found {found}")
    p50, p99 = np.percentile(wall * 1000, [50, 99])
    return Lookups(len(values), lookups, float(p50), float(p99), float(np.percentile(cpu * 1000, 99)))


def main(arguments: list[str] | None = None) -> None:
    """`make bench-codes`: look-ups in process and over HTTP on ten million codes, beside a bare FastAPI route."""
    codes = int((arguments or sys.argv[1:] or ["10000000"])[0])
    with TemporaryDirectory() as folder:
        place = Path(folder) / "codes.gpkg"
        values, entities = generated(codes)
        ledger = Ledger.create(place)
        started = time.perf_counter()
        register(ledger, values, entities)
        print_line(
            f"{codes:,} codes registered in {time.perf_counter() - started:.0f} s, {place.stat().st_size / 1e9:.1f} GB"
        )
        alone = look_up(ledger, values, entities, 20_000)
        print_line(
            f"in process: p50 {alone.p50_ms:.3f} ms, p99 {alone.p99_ms:.3f} ms ({alone.p99_cpu_ms:.3f} ms of computing)"
        )
        memory = psutil.Process().memory_info().rss
        print_line(f"memory of this process, which also holds all codes as columns: {memory / 1e6:,.0f} MB")
        ledger.close()
        asked = values.sample(8_000, seed=5).to_list()
        rows = []
        for clients in (4, 16):
            for name, serve in (("bare FastAPI", codes_http.serve_bare), ("/resolve", codes_http.serve_resolver)):
                with codes_http.running(serve, place) as port:
                    found = codes_http.load(port, asked, clients)
                    rows.append((name, clients, found.requests, round(found.p50_ms, 2), round(found.p99_ms, 2)))
        print_table(("route", "clients", "requests", "p50 ms", "p99 ms"), rows)
        for bare, ours in zip(rows[::2], rows[1::2], strict=True):
            print_line(
                f"{ours[1]} clients: p99 is {ours[4] / bare[4]:.2f} times that of the bare route (goal 1.5 at 4)"
            )
        with codes_http.running(codes_http.serve_resolver, place) as port:
            many = values.sample(10_000, seed=6).to_list()
            print_line(f"CSV of {len(many):,} codes: {codes_http.csv_seconds(port, many):.2f} s (goal 2)")
            more = values.sample(min(100_000, codes), seed=7).to_list()
            print_line(f"CSV of {len(more):,} codes: {codes_http.csv_seconds(port, more):.2f} s")


if __name__ == "__main__":
    main()
