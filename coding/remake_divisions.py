"""Makes `divisions.csv.gz` out of a copy of the lists: `python -m coding.remake_divisions FOLDER`.

FOLDER has `provinces.csv`, `cities.csv`, `areas.csv` and `streets.csv` of modood/Administrative-divisions-of-China
(WTFPL 2), which took them from the National Bureau of Statistics of China.
"""

from __future__ import annotations

import csv
import gzip
import sys
from pathlib import Path

TABLE = Path(__file__).with_name("divisions.csv.gz")
_HEAD = (
    "# Administrative divisions of China by code: province 2 digits, prefecture 4, county 6, township 9.\n"
    "# Origin: National Bureau of Statistics of China, by modood/Administrative-divisions-of-China, commit 57a0aa9c,\n"
    "# WTFPL 2. No dates of validity are given there. Hong Kong, Macao and Taiwan have no codes there.\n"
    "code,name\n"
)


def main() -> None:
    """Write the table anew; the same lists give the same bytes."""
    folder = Path(sys.argv[1])
    lines = []
    for name in ("provinces", "cities", "areas", "streets"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            lines += [f"{row['code']},{row['name']}\n" for row in csv.DictReader(file)]
    with TABLE.open("wb") as raw, gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as packed:
        packed.write((_HEAD + "".join(lines)).encode())


if __name__ == "__main__":
    main()
