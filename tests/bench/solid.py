"""Solids that are checked per second: buildings of the generated town and of a real tile, on one core and on two.

`python -m tests.bench.solid [BUILDINGS [CITYJSON]]`; figures of wall time and of processor time, which a busy machine
does not change much. Two cores: halves of the column, each in a process of its own.
"""

import json
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import polars as pl
import shapely

from ingest.readers import Batch, Request, get_reader
from ingest.solid import check_geometries
from tests.bench.ratios import RESULTS
from tests.bench.town import CITY, write_city


def solids_of(path: Path) -> pl.DataFrame:
    """The solids of a CityJSON file."""
    parts = [part for part in get_reader("cityjson").read(Request(str(path))) if isinstance(part, Batch)]
    geometries = pl.concat([part.geometries for part in parts])
    return geometries.filter(pl.col("@solid").fill_null(value=False)).select("@geometry", "@solid")


def checked(rows: pl.DataFrame) -> tuple[int, float]:
    """(errors, seconds of the processor) of checking them."""
    started = time.process_time()
    table = check_geometries(rows["@geometry"], rows["@solid"])
    return table.height, time.process_time() - started


def measure(name: str, rows: pl.DataFrame) -> dict[str, object]:
    """One core and two, the second run of each."""
    checked(rows.head(10))
    started = time.perf_counter()
    errors, seconds = checked(rows)
    wall = time.perf_counter() - started
    half = (rows.height + 1) // 2
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:  # polars must not be forked
        list(pool.map(checked, [rows.head(10), rows.head(10)]))
        started = time.perf_counter()
        list(pool.map(checked, [rows[:half], rows[half:]]))
        wall_of_two = time.perf_counter() - started
    return {
        "data": name,
        "solids": rows.height,
        "faces": int(shapely.get_num_geometries(shapely.from_wkb(rows["@geometry"].to_numpy())).sum()),
        "errors": errors,
        "solids per second of a core": round(rows.height / seconds),
        "solids per second": round(rows.height / wall),
        "solids per second, two processes": round(rows.height / wall_of_two),
    }


def main(buildings: int, real: Path | None) -> None:
    """Measure and print; the results go to tests/bench/results/solid.json."""
    with tempfile.TemporaryDirectory() as folder:
        write_city(Path(folder) / CITY, buildings)
        results = [measure(f"town of {buildings:,} buildings", solids_of(Path(folder) / CITY))]
    if real is not None:
        results.append(measure(real.name, solids_of(real)))
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "solid.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    for result in results:
        print("; ".join(f"{key} {value}" for key, value in result.items()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
