"""Rows joined by code: what the join costs beside a pandas merge of the same keys, and beside the whole delivery.

    python -m tests.bench.joining [rows]

The merge has both tables in memory; the join reads its keys out of the ledger, and gives evidence for each row.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
from sqlalchemy import select

from ingest.link.joins import resolve_joins
from ingest.pipeline import Options, ingest_files
from kg.ledger import Ledger
from kg.ledger import tables as t
from kg.workspace import Workspace, create_workspace
from ontology import Schema, compile_schema, packaged_texts

_HEAD = 'prefixes: {res: "https://res3d.example/ontology#"}\n'
THINGS = (
    _HEAD
    + """
res3d: {source: bench-things, title: things, licence: CC0, geometry: optional}
mappings:
  thing:
    s: record/bench-things/$(bag)
    po: [[a, res:Building], [res:bagId, $(bag)]]
"""
)
ROWS = (
    _HEAD
    + """
res3d: {source: bench-rows, title: rows, licence: CC0, geometry: optional}
mappings:
  row:
    s: record/bench-rows/$(number)
    po:
      - [a, res:Observation]
      - [res:numericResult, $(value)]
      - {p: res:observes, join: {to: res:Building, by: [{code: nl.bag/$(bag)}]}}
"""
)


def run(number: int, folder: Path) -> dict[str, float]:
    """Seconds of each step for so many things and as many rows, nine in ten of which have a code that is known."""
    schema = compile_schema(packaged_texts())
    workspace = create_workspace(folder / "workspace")
    ledger = workspace.ledger()
    codes = pl.Series("bag", [f"NL.IMBAG.Pand.0503100{place:09d}" for place in range(number)])
    picked = np.random.default_rng(1).integers(0, number + number // 9, number)
    wanted = pl.Series("bag", [f"NL.IMBAG.Pand.0503100{place:09d}" for place in picked])
    rows = pl.DataFrame({"number": pl.int_range(number, eager=True), "value": 1.5}).with_columns(wanted)
    seconds = {
        "things taken": _taken(workspace, ledger, schema, folder / "things", codes.to_frame(), THINGS),
        "rows taken and joined": _taken(workspace, ledger, schema, folder / "rows", rows, ROWS),
    }
    references = 'join/Building/[{"code":"' + wanted + '","scheme":"nl.bag"}]'
    with ledger.writing("bench", "never kept") as changes:
        seconds["join"] = _best(lambda: resolve_joins(changes, schema, references, workspace.storage_crs))
        found = resolve_joins(changes, schema, references, workspace.storage_crs)
    known = ledger.read(select(t.code.c.value, t.code.c.entity))
    left, right = pd.DataFrame({"bag": wanted.to_list()}), pd.DataFrame(known.to_dict(as_series=False))
    seconds["pandas merge"] = _best(lambda: left.merge(right, left_on="bag", right_on="value", how="left"))
    merged = left.merge(right, left_on="bag", right_on="value", how="left").drop_duplicates("bag")
    if int(merged["entity"].notna().sum()) != found["object"].count():
        raise AssertionError("the join and the merge do not find the same")
    return seconds


def _taken(workspace: Workspace, ledger: Ledger, schema: Schema, path: Path, rows: pl.DataFrame, mapping: str) -> float:
    rows.write_csv(path.with_suffix(".csv"))
    path.with_suffix(".yml").write_text(mapping, encoding="utf-8")
    started = time.perf_counter()
    options = Options(mapping=path.with_suffix(".yml"))
    summary = ingest_files(workspace, ledger, schema, [path.with_suffix(".csv")], options)[0]
    if summary.taken != rows.height:
        raise AssertionError(summary)
    return time.perf_counter() - started


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> None:
    """Print the seconds of each step, and the ratio."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        seconds = run(number, Path(folder))
    for name, value in seconds.items():
        print(f"{name:>22} {value:8.3f} s  {number / value:12,.0f} rows/s")
    print(f"join / pandas merge: {seconds['join'] / seconds['pandas merge']:.1f}")


if __name__ == "__main__":
    main()
