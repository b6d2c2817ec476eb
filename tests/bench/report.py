"""Tables of what was measured, for a reader who wants to know what is slow and what limits it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.cli.output import print_line, print_table
from tests.bench.codes import Lookups
from tests.bench.lower_bound import Bare
from tests.bench.outcome import TownRun
from tests.bench.stages import Spent
from tests.bench.triples import Comparison

LIMITED_BY: Mapping[str, str] = {
    "wait for the parser": "the parser process (JSON, building shapes)",
    "take batches over": "copying Arrow from the pipe",
    "map and check": "polars expressions on all columns",
    "geometry": "GEOS and PROJ, one thread",
    "content hash": "SHA-256 over words and coordinates",
    "matching": "joins; one indexed read a batch",
    "relations, entities": "reading back the entities that were known before",
    "GeoPackage layers": "a join over the whole ledger",
    "ledger: read": "SQLite, a Python object for each value",
    "ledger: write": "SQLite B-trees; two copies of each geometry",
    "ledger: digest": "canonical text and SHA-256 of every row",
    "facts": "polars joins; WKT by GEOS",
    "RDF render": "text of about 200 bytes a quad",
    "RDF load": "six RocksDB indexes a quad, in the loader process",
    "Neo4j CSV": "values from long to wide, text",
    "Neo4j import": "Java: start and import, in its own process",
    "Neo4j start, index": "Java: start, then building the indexes",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """Something that was promised, and what was measured."""

    name: str
    wanted: str
    measured: str
    is_met: bool


def show_stages(run: TownRun, bounds: Mapping[str, Bare]) -> None:
    """Each stage of one run: the clock, computing, rate, share, limit."""
    rows = [_row(f"({name})", Spent(bound.wall, bound.cpu), run, "") for name, bound in bounds.items()]
    for phase, stages, total in (
        ("into the ledger", run.ingest_stages, run.ingest_seconds),
        ("to both views", run.view_stages, run.end_to_end_seconds - run.ingest_seconds),
    ):
        ordered = sorted(stages.items(), key=lambda item: (item[1].aside, -item[1].wall))
        rows += [_row(_indented(name, spent), spent, run, LIMITED_BY.get(name, "")) for name, spent in ordered]
        cpu = sum(spent.cpu for spent in stages.values())
        rows.append(_row(f"= {phase}", Spent(total, cpu), run, ""))
    cpu = sum(spent.cpu for stages in (run.ingest_stages, run.view_stages) for spent in stages.values())
    rows.append(_row("= end to end", Spent(run.end_to_end_seconds, cpu), run, ""))
    columns = ("stage", "seconds", "of them computing", "buildings/s", "share", "limited by")
    print_table(columns, rows, f"{run.buildings:,} buildings, 2D and 3D; lower bounds in parentheses")
    print_line("Stages after a dash run side by side. Computing is that of the ingest process; of others see below.\n")


def _indented(name: str, spent: Spent) -> str:
    return f"- {name}" if spent.aside else name


def _row(name: str, spent: Spent, run: TownRun, limit: str) -> tuple[str, str, str, str, str, str]:
    rate = f"{run.buildings / spent.wall:,.0f}" if spent.wall > 0.005 else ""
    computing = "" if spent.aside else f"{spent.cpu:.1f}"
    return name, f"{spent.wall:.1f}", computing, rate, f"{spent.wall / run.end_to_end_seconds:.0%}", limit


def show_processes(run: TownRun) -> None:
    """Computing and peak memory of each process of one run."""
    rows = [(name, f"{taken.cpu:.1f}", f"{taken.peak / 2**20:,.0f}") for name, taken in run.processes.items()]
    print_table(("process", "seconds of computing", "peak MiB"), rows, f"Processes, {run.buildings:,} buildings")
    print_line("")


def show_growth(runs: Sequence[TownRun]) -> None:
    """How seconds for one building change with the size of the town: 1.0 is linear."""
    rows = []
    for run, before in zip(runs, [None, *runs], strict=False):
        growth = f"{before.rate / run.rate:.2f}" if before else ""
        ingest_rate = run.buildings / run.ingest_seconds
        size = f"{run.ledger_bytes / 2**20:,.0f}"
        rows.append((f"{run.buildings:,}", f"{ingest_rate:,.0f}", f"{run.rate:,.0f}", growth, size))
    columns = ("buildings", "into the ledger/s", "end to end/s", "seconds a building, to the row above", "ledger MiB")
    print_table(columns, rows, "Growth")
    print_line("")


def show_triples(found: Comparison) -> None:
    """Ours beside the peer's."""
    rows = [
        _maker("res3d", found.our_seconds, found.our_cpu, found.triples),
        _maker("morph-kgc", found.their_seconds, found.their_cpu, found.triples),
    ]
    title = f"Columns to triples, {found.rows:,} rows, {found.triples:,} equal triples"
    print_table(("", "seconds", "of computing", "triples/s"), rows, title)
    parts = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in found.our_parts.items())
    print_line(f"Ours: {parts}.\n")


def _maker(name: str, seconds: float, cpu: float, triples: int) -> tuple[str, str, str, str]:
    return name, f"{seconds:.2f}", f"{cpu:.2f}", f"{triples / seconds:,.0f}"


def show_lookups(found: Lookups) -> None:
    """Percentiles of single lookups."""
    times = (found.p50_ms, found.p99_ms, found.p99_cpu_ms)
    row = (f"{found.codes:,}", f"{found.lookups:,}", *(f"{ms:.3f}" for ms in times))
    print_table(("codes", "lookups", "p50 ms", "p99 ms", "p99 of computing ms"), [row], "Code to entity, in process")
    print_line("")


def show_figures(figures: Sequence[Figure]) -> None:
    """What was promised, and whether it holds."""
    rows = [(one.name, one.wanted, one.measured, "met" if one.is_met else "MISSED") for one in figures]
    print_table(("figure", "wanted", "measured", ""), rows, "Figures")
