"""Runs morph-kgc, in its own environment: `python morph_peer.py CONFIG OUTPUT`. Imports nothing of ours.

Writes the triples it made, a line each, and prints the seconds that making them took, without start and writing.
"""

import json
import sys
import time
from pathlib import Path

import morph_kgc  # type: ignore[import-not-found, unused-ignore]  # installed in the peer's environment only


def main(config: Path, output: Path) -> None:
    """Make the triples as a set in memory, as morph-kgc offers it."""
    text = config.read_text(encoding="utf-8")
    started = time.perf_counter()
    triples: set[str] = morph_kgc.materialize_set(text)
    seconds = time.perf_counter() - started
    with output.open("w", encoding="utf-8") as file:
        file.writelines(f"{triple}\n" for triple in triples)
    json.dump({"seconds": seconds, "triples": len(triples)}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
