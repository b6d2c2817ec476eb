"""The process that fills a fresh store from N-Quads on standard input: `python -m kg.rdf.bulk DIRECTORY`.

A process of its own, because the bulk loader takes about 1 GB that it does not give back.
"""

from __future__ import annotations

import sys

import pyoxigraph as ox


def main(directory: str) -> None:
    """Load standard input into a new store in `directory`; an error is one line on standard error and exit code 1."""
    try:
        store = ox.Store(directory)
        # lenient: the text was written by `kg.rdf.render`, which checks every IRI
        store.bulk_load(path="/dev/stdin", format=ox.RdfFormat.N_QUADS, lenient=True)
        store.flush()
    except (OSError, SyntaxError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1])
