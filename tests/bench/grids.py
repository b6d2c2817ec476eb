"""`make bench-grids`: positions to codes in whole arrays, on one core; H3 through its library beside for scale."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import h3
import numpy as np

from coding.beidou import encode_3d_column, encode_column

POSITIONS = 2_000_000
FEWER = 100_000  # of what works on one position at a time
GOAL = 4e6
RESULTS = Path(__file__).parent / "results"


def rate(number: int, work: Callable[[], object]) -> float:
    """Positions a second, the best of three."""
    times = []
    for _ in range(3):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return number / min(times)


def main() -> int:
    """Print and store the rates, hold the first against the goal."""
    chance = np.random.default_rng(20261127)
    lon, lat = chance.uniform(73, 135, POSITIONS), chance.uniform(18, 53, POSITIONS)
    height = chance.uniform(-50, 3000, POSITIONS)
    few = list(zip(lat[:FEWER].tolist(), lon[:FEWER].tolist(), strict=True))
    rates = {
        "BeiDou, level 10": rate(POSITIONS, lambda: encode_column(lon, lat, 10)),
        "BeiDou, level 7": rate(POSITIONS, lambda: encode_column(lon, lat, 7)),
        "BeiDou in three dimensions, level 10": rate(
            FEWER, lambda: encode_3d_column(lon[:FEWER], lat[:FEWER], height[:FEWER])
        ),
        "H3, resolution 12, one by one": rate(FEWER, lambda: [h3.latlng_to_cell(y, x, 12) for y, x in few]),
    }
    for name, found in rates.items():
        print(f"{name:40}{found / 1e6:8.2f} M positions/s")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "grids.json").write_text(json.dumps({name: round(found) for name, found in rates.items()}))
    is_met = rates["BeiDou, level 10"] >= GOAL
    print(f"goal: BeiDou {GOAL / 1e6:g} M/s on one core: {'reached' if is_met else 'MISSED'}")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
