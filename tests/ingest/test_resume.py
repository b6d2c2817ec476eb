"""A run over many files that is killed: the same command again completes it, nothing twice and nothing missing."""

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from ingest.pipeline import Options, ingest_files
from kg.ledger import broken_rows, count_rows
from kg.ledger import tables as t

from .deliveries import Desk, square, write_squares

FILES, ROWS, BATCH = 4, 60, 20
PROGRAM = """
    import os, signal
    from pathlib import Path
    from ingest.pipeline import Options, ingest_files
    from kg.workspace import open_workspace
    from ontology import compile_schema, packaged_texts

    def deadly(name, rows, total):
        if (name, rows) == ({name!r}, {rows}):
            os.kill(os.getpid(), signal.SIGKILL)

    workspace = open_workspace(Path({directory!r}))
    options = Options(mapping=Path({mapping!r}), delivery="partial", batch_rows={batch})
    schema = compile_schema(packaged_texts())
    ingest_files(workspace, workspace.ledger(), schema, [Path({folder!r})], options, deadly)
"""


@pytest.mark.process
@pytest.mark.parametrize(("number", "rows"), [(0, 20), (1, 40), (2, 60), (3, 20)])
def test_killed_at_any_batch_of_any_file(desk: Desk, number: int, rows: int) -> None:
    folder = desk.workspace.directory / "files"
    folder.mkdir()
    for place in range(FILES):
        squares = [square(f"s{place}-{each}", (place * ROWS + each) * 20.0) for each in range(ROWS)]
        write_squares(folder / f"{place}.geojson", squares)
    mapping = desk.mapping("town")
    program = textwrap.dedent(PROGRAM).format(
        directory=str(desk.workspace.directory), mapping=str(mapping), folder=str(folder),
        name=f"{number}.geojson", rows=rows, batch=BATCH,
    )  # fmt: skip
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -signal.SIGKILL
    assert count_rows(desk.ledger, t.record) == number * ROWS  # whole files, nothing of the one in hand
    options = Options(mapping=Path(mapping), delivery="partial", batch_rows=BATCH)
    summaries = ingest_files(desk.workspace, desk.ledger, desk.schema, [folder], options)
    assert [each.unchanged for each in summaries] == [ROWS] * number + [0] * (FILES - number)
    assert [each.taken for each in summaries] == [0] * number + [ROWS] * (FILES - number)
    assert count_rows(desk.ledger, t.record) == count_rows(desk.ledger, t.entity) == FILES * ROWS
    assert list(broken_rows(desk.ledger)) == []
