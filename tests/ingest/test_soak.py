"""Long runs: an import killed at any moment leaves the ledger at its last commit, and the next run completes it."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from kg.ledger import broken_rows, count_rows
from kg.ledger import tables as t
from tests.ingest.deliveries import Desk, square, write_squares

ROWS = 20_000


@pytest.mark.soak
def test_an_import_killed_at_any_moment_is_completed_by_the_next(desk: Desk) -> None:
    desk.hand_in([square("first", -100)], delivery="partial", name="first.geojson")
    path = write_squares(
        desk.workspace.directory / "many.geojson", [square(f"s{number}", number * 20.0) for number in range(ROWS)]
    )
    program = textwrap.dedent(f"""
        from pathlib import Path
        from ingest.pipeline import Options, ingest_files
        from kg.workspace import open_workspace
        from ontology import compile_schema, packaged_texts
        workspace = open_workspace(Path({str(desk.workspace.directory)!r}))
        options = Options(mapping=Path({str(desk.mapping("town"))!r}), delivery="partial", batch_rows=500)
        schema, files = compile_schema(packaged_texts()), [Path({str(path)!r})]
        ingest_files(workspace, workspace.ledger(), schema, files, options)
    """)
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", program.replace("many.geojson", "first.geojson")], check=True)
    least = time.monotonic() - started  # what an import takes that finds everything in place
    for seed in range(12):
        with subprocess.Popen([sys.executable, "-c", program]) as child:
            time.sleep(least + random.Random(seed).uniform(0.0, 6.0))
            os.kill(child.pid, signal.SIGKILL)
        assert count_rows(desk.ledger, t.record) in {1, ROWS + 1}
        assert list(broken_rows(desk.ledger)) == []
    assert desk.hand_in_file(path, delivery="partial").error is None
    assert count_rows(desk.ledger, t.record) == ROWS + 1
    assert count_rows(desk.ledger, t.entity) == ROWS + 1
    assert list(broken_rows(desk.ledger)) == []
