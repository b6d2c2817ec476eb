"""The least that any ingest of the same two files would take: reading them, and nothing else."""

import time
from dataclasses import dataclass
from pathlib import Path

import orjson
import psutil
import pyogrio

from ingest.readers import read
from tests.bench.town import CITY, FOOTPRINTS


@dataclass(frozen=True, slots=True)
class Bare:
    """Seconds on the clock and of computing, child processes included."""

    wall: float
    cpu: float


def bare_parse(folder: Path) -> Bare:
    """The footprints as Arrow by pyogrio and each line of the 3D file as Python objects by orjson."""
    start = _now()
    _, table = pyogrio.read_arrow(folder / FOOTPRINTS)
    with (folder / CITY).open("rb") as lines:
        objects = sum(len(orjson.loads(line)["CityObjects"]) for line in lines)
    if table.num_rows != objects:
        raise AssertionError(f"{table.num_rows} footprints, {objects} objects")
    return _since(start)


def parse_alone(folder: Path) -> Bare:
    """Our readers in their limited child processes, with nobody who does anything with the batches."""
    start = _now()
    for name in (FOOTPRINTS, CITY):
        with read(folder / name) as reading:
            rows = sum(batch.features.height for batch in reading.batches)
        if not rows:
            raise AssertionError(f"{name} gave no rows")
    return _since(start)


def _now() -> Bare:
    return Bare(time.perf_counter(), sum(psutil.Process().cpu_times()[:4]))  # our own and of children that ended


def _since(start: Bare) -> Bare:
    now = _now()
    return Bare(now.wall - start.wall, now.cpu - start.cpu)
