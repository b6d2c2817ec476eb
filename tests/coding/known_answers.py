"""Known answers: CSV files under data/, whose first lines say where they come from."""

from __future__ import annotations

import csv
from pathlib import Path

_DATA = Path(__file__).parent / "data"


def known_answers(name: str) -> list[dict[str, str]]:
    """The rows of a file of known answers; never none, so that no test passes on nothing."""
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    assert rows, f"{name} holds no rows"
    return rows
