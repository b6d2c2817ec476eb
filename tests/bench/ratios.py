"""How benches take a time, and how they tell and keep what they found."""

import json
import resource
import time
from collections.abc import Callable, Mapping
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def best(
    work: Callable[[], int], expected: int, times: int = 2, clock: Callable[[], float] = time.perf_counter
) -> float:
    """The shortest time of a few; each must give the expected number."""
    found = []
    for _ in range(times):
        started = clock()
        got = work()
        found.append(clock() - started)
        if got != expected:
            raise AssertionError(f"{got:,} instead of {expected:,}")
    return min(found)


def used_by_children() -> float:
    """Processor seconds of child processes that have ended: a clock that other programs on the machine do not turn."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def tell(
    topic: str,
    found: Mapping[str, float],
    *,
    at_least: Mapping[str, float] | None = None,
    at_most: Mapping[str, float] | None = None,
) -> None:
    """Print each figure, with its goal where it has one, and keep them all in ``results/TOPIC.json``."""
    for name, value in found.items():
        said = ""
        if name in (at_least or {}):
            goal = (at_least or {})[name]
            said = f"   goal {goal:g}: {'reached' if value >= goal else 'MISSED'}"
        elif name in (at_most or {}):
            goal = (at_most or {})[name]
            said = f"   goal at most {goal:g}: {'reached' if value <= goal else 'MISSED'}"
        print(f"{name:48}{value:10.2f}{said}")
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{topic}.json").write_text(json.dumps({name: round(value, 3) for name, value in found.items()}))
