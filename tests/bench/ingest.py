"""`make bench-ingest`: the figures of ingest and projection, beside named peers measured in the same run.

Three parts, each by itself with `--only`: `town` (files to both views, every stage), `triples` (columns to triples
against morph-kgc) and `codes` (code to entity in process). Tables on standard output, the same as JSON in `results/`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from kg.workspace import create_workspace
from ontology import compile_schema, packaged_texts
from tests.bench import codes, triples
from tests.bench.lower_bound import Bare, bare_parse, parse_alone
from tests.bench.outcome import TownRun, town_run_from_json
from tests.bench.report import (
    Figure,
    show_figures,
    show_growth,
    show_lookups,
    show_processes,
    show_stages,
    show_triples,
)
from tests.bench.town import write_town

PARTS = ("town", "triples", "codes")
SIZES = (10_000, 100_000)
LARGE = 300_000
RESULTS = Path(__file__).parent / "results"

MEASURED_SIZE = 100_000
LEAST_RATE = 2_500
MOST_GROWTH = 1.25  # seconds a building, of the largest town to the one before: near linear
MOST_BYTES = 2 * 2**30
LEAST_RATIO = 10
MOST_P99_MS = 1.0


def bench_towns(folder: Path, sizes: Sequence[int]) -> tuple[dict[str, object], list[Figure]]:
    """Every size in a process of its own, so that its peak memory is its own."""
    runs: list[TownRun] = []
    lower: list[dict[str, Bare]] = []
    for size in sizes:
        place = folder / f"town-{size}"
        write_town(place, size)
        command = [sys.executable, "-m", "tests.bench.run_town", str(place)]
        answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        run = town_run_from_json(answer.stdout)
        bounds = {"bare pyogrio and orjson": bare_parse(place), "our parser processes alone": parse_alone(place)}
        show_stages(run, bounds)
        show_processes(run)
        runs.append(run)
        lower.append(bounds)
    show_growth(runs)
    figures = [figure for run in runs if run.buildings == MEASURED_SIZE for figure in _figures(run)]
    if len(runs) > 1:
        growth = runs[-2].rate / runs[-1].rate
        what = f"seconds a building, {runs[-1].buildings:,} to {runs[-2].buildings:,}"
        figures.append(Figure(what, f"<= {MOST_GROWTH}", f"{growth:.2f}", growth <= MOST_GROWTH))
    document: dict[str, object] = {
        "runs": [asdict(run) | {"rate": run.rate} for run in runs],
        "lower_bounds": [{name: asdict(bound) for name, bound in bounds.items()} for bounds in lower],
    }
    return document, figures


def _figures(run: TownRun) -> list[Figure]:
    peaks = {name: run.processes[name].peak for name in ("ingest", "ingest, then projection")}
    rate = Figure(
        f"{run.buildings:,} buildings end to end", f">= {LEAST_RATE:,}/s", f"{run.rate:,.0f}/s", run.rate >= LEAST_RATE
    )
    wanted = f"< {MOST_BYTES / 2**20:,.0f} MiB"
    memory = [
        Figure(f"peak memory, {name}", wanted, f"{peak / 2**20:,.0f} MiB", peak < MOST_BYTES)
        for name, peak in peaks.items()
    ]
    return [rate, *memory]


def bench_triples(folder: Path) -> tuple[dict[str, object], list[Figure]]:
    """Ours against morph-kgc; ends with an error when the graphs differ."""
    schema = compile_schema(packaged_texts())
    found = triples.compare(folder, schema, create_workspace(folder / "workspace"))
    show_triples(found)
    measured = f"{found.ratio:.1f}x (by computing {found.cpu_ratio:.1f}x)"
    figure = Figure("columns to triples, to morph-kgc", f">= {LEAST_RATIO}x", measured, found.ratio >= LEAST_RATIO)
    return asdict(found) | {"ratio": found.ratio, "cpu_ratio": found.cpu_ratio}, [figure]


def bench_codes(folder: Path) -> tuple[dict[str, object], list[Figure]]:
    """Single lookups among a million codes."""
    found = codes.measure(folder)
    show_lookups(found)
    measured = f"{found.p99_ms:.3f} ms (of computing {found.p99_cpu_ms:.3f})"
    name = f"code to entity among {found.codes:,}, p99"
    return asdict(found), [Figure(name, f"< {MOST_P99_MS:g} ms", measured, found.p99_ms < MOST_P99_MS)]


def main() -> int:
    """Measure the parts asked for; with `--strict` the exit code is 1 when a figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS, action="append", help="measure this part; may come several times")
    parser.add_argument("--large", action="store_true", help=f"a town of {LARGE:,} buildings, too")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="buildings of the towns")
    parser.add_argument("--strict", action="store_true", help="exit code 1 when a figure is missed")
    arguments = parser.parse_args()
    sizes = [*arguments.sizes, *([LARGE] if arguments.large else [])]
    parts: Sequence[str] = arguments.only or PARTS
    figures: list[Figure] = []
    RESULTS.mkdir(exist_ok=True)
    for part in parts:
        with tempfile.TemporaryDirectory(prefix="res3d-bench-") as name:
            folder = Path(name)
            if part == "town":
                document, found = bench_towns(folder, sizes)
            else:
                document, found = bench_triples(folder) if part == "triples" else bench_codes(folder)
        figures += found
        document["figures"] = [asdict(figure) for figure in found]
        (RESULTS / f"ingest-{part}.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    show_figures(figures)
    return int(arguments.strict and not all(figure.is_met for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
