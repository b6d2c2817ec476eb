"""A parser of a plug-in that misbehaves in its child process becomes an error here, and nothing else."""

import textwrap
import time
from pathlib import Path

import psutil
import pytest

from ingest.readers import Limits, ParserDied, ParserLimit, read

_MODULE = """
import ctypes, os, signal, sys, time
from pathlib import Path
import polars as pl
from ingest.readers import FEATURE_COLUMNS, GEOMETRY_COLUMNS, Batch, FileInfo

def batch(row):
    features = pl.DataFrame({"@row": [row], "@key": ["k"], "@parent": [None], "@class": ["c"]}, schema=FEATURE_COLUMNS)
    return Batch(features, pl.DataFrame(schema=GEOMETRY_COLUMNS))

class Misbehaving:
    name = "misbehaving"

    def recognises(self, sample):
        return sample.head.startswith(b"misbehave: ")

    def read(self, request):
        what = Path(request.path).read_text().removeprefix("misbehave: ").strip()
        if what == "silently":
            os._exit(3)
        yield FileInfo("misbehaving")
        yield batch(1)
        print("some chatter of a library", flush=True)
        if what == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if what == "eat":
            hoard = []
            while True:
                hoard.append(bytearray(16 * 2**20))
        if what == "eat natively":
            pl.zeros(200_000_000, eager=True)
        if what == "sleep":
            time.sleep(600)
        if what == "raise":
            raise RuntimeError("a bug in the parser")
        if what == "run ahead":
            for row in range(2, 4):
                small = batch(row)  # made larger than what a pipe holds
                filler = pl.lit("x" * 2**21).alias("filler")
                yield Batch(small.features.with_columns(filler), small.geometries)
                Path(request.path).with_suffix(".log").write_text(str(row))
        yield FileInfo("misbehaving", rows=1)

READER = Misbehaving()
BROKEN = object()
"""


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed distribution with a reader, as the package manager would leave it."""
    folder = tmp_path / "site"
    metadata = folder / "misbehaving-1.0.dist-info"
    metadata.mkdir(parents=True)
    (folder / "misbehaving.py").write_text(textwrap.dedent(_MODULE))
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: misbehaving\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[res3d.readers]\nmisbehaving = misbehaving:READER\n")
    monkeypatch.syspath_prepend(folder)
    return folder


def order(tmp_path: Path, what: str) -> Path:
    path = tmp_path / "order.txt"
    path.write_text(f"misbehave: {what}\n")
    return path


@pytest.mark.usefixtures("plugins")
class TestMisbehaviour:
    def test_a_reader_of_a_plug_in_is_used(self, tmp_path: Path) -> None:
        with read(order(tmp_path, "not")) as reading:
            assert [len(batch.features) for batch in reading.batches] == [1]
            assert (reading.info.format, reading.info.rows) == ("misbehaving", 1)

    def test_a_crash_names_the_signal(self, tmp_path: Path) -> None:
        with pytest.raises(ParserDied, match=r"order\.txt: the parser of the file crashed: .* SIGSEGV") as caught:
            list(read(order(tmp_path, "crash")).batches)
        assert "some chatter of a library" in caught.value.detail

    def test_an_exit_before_anything_was_said_names_its_code(self, tmp_path: Path) -> None:
        with pytest.raises(ParserDied, match="it ended with exit code 3"):
            read(order(tmp_path, "silently"))

    def test_a_bug_is_told_without_its_traceback(self, tmp_path: Path) -> None:
        with pytest.raises(ParserDied) as caught:
            list(read(order(tmp_path, "raise")).batches)
        assert "Traceback" not in str(caught.value)
        assert "RuntimeError: a bug in the parser" in caught.value.detail

    @pytest.mark.parametrize("what", ["eat", "eat natively"])
    def test_too_much_memory_is_refused(self, tmp_path: Path, what: str) -> None:
        with pytest.raises(ParserLimit, match=r"more than the 200 MiB of memory .*Limits\(memory_bytes=") as caught:
            list(read(order(tmp_path, what), limits=Limits(memory_bytes=200 * 2**20)).batches)
        assert caught.value.path.endswith("order.txt")

    @pytest.mark.parametrize(
        ("limits", "message"),
        [
            (Limits(seconds_without_progress=1.0), r"no progress for 1 s.*Limits\(seconds_without_progress="),
            (Limits(seconds=1.0), r"longer than the 1 s that it may.*Limits\(seconds="),
        ],
    )
    def test_too_much_time_is_refused(self, tmp_path: Path, limits: Limits, message: str) -> None:
        with pytest.raises(ParserLimit, match=message):
            list(read(order(tmp_path, "sleep"), limits=limits).batches)

    def test_time_in_which_nobody_waits_costs_the_parser_nothing(self, tmp_path: Path) -> None:
        limits = Limits(seconds=2.0, seconds_without_progress=2.0)
        with read(order(tmp_path, "run ahead"), limits=limits) as reading:
            for _ in reading.batches:
                time.sleep(0.8)

    def test_the_parser_works_ahead_of_its_consumer(self, tmp_path: Path) -> None:
        path = order(tmp_path, "run ahead")
        with read(path) as reading:
            next(reading.batches)
            deadline = time.monotonic() + 20
            while not path.with_suffix(".log").exists() or path.with_suffix(".log").read_text() != "3":
                assert time.monotonic() < deadline, "it waits until its batch is taken"
                time.sleep(0.01)

    def test_closing_early_ends_the_process(self, tmp_path: Path) -> None:
        before = set(psutil.Process().children())
        with read(order(tmp_path, "sleep")) as reading:
            assert set(psutil.Process().children()) - before
            next(reading.batches)
        assert not set(psutil.Process().children()) - before

    def test_an_abandoned_reading_leaves_no_process_and_no_open_file(self, tmp_path: Path) -> None:
        before = psutil.Process().num_fds()
        read(order(tmp_path, "sleep"))
        assert psutil.Process().num_fds() == before

    def test_a_broken_plug_in_only_warns(self, tmp_path: Path, plugins: Path) -> None:
        entries = plugins / "misbehaving-1.0.dist-info" / "entry_points.txt"
        entries.write_text("[res3d.readers]\nbroken = misbehaving:BROKEN\ngone = no_such_module:READER\n")
        path = tmp_path / "table.csv"
        path.write_text("a,b\n1,2\n")
        with read(path) as reading:
            assert [len(batch.features) for batch in reading.batches] == [1]
            assert [warning[:24] for warning in reading.info.warnings] == [
                "the reader 'broken' of a",
                "the reader 'gone' of a p",
            ]


def test_the_working_directory_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "polars.py").write_text("raise SystemExit('not this one')")
    (tmp_path / "table.csv").write_text("a,b\n1,2\n")
    monkeypatch.chdir(tmp_path)
    with read("table.csv") as reading:
        assert [len(batch.features) for batch in reading.batches] == [1]
