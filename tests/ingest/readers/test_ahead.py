"""Parsers that start before their turn: what they read is the same, and none is left over."""

from pathlib import Path

import psutil
import pytest

import ingest
from ingest.readers import Ahead, FileDamaged, Limits, ReadingTask, Request


def parsers() -> int:
    """How many child processes of ours there are."""
    return len(psutil.Process().children())


def town() -> Path:
    return Path(str(ingest.__file__)).parent / "sample" / "delft" / "bag_pand.geojson"


def test_a_begun_parser_reads_the_same_and_is_used_once() -> None:
    wanted = ReadingTask(Request(str(town())))
    before = parsers()
    with Ahead(None, Limits()) as ahead:
        ahead.begin(wanted)
        ahead.begin(wanted)
        assert parsers() == before + 1
        with ahead.read(wanted) as begun:
            assert parsers() == before + 1
            early = [batch.features for batch in begun.batches]
        with ahead.read(wanted) as fresh:
            late = [batch.features for batch in fresh.batches]
        assert begun.info == fresh.info
    assert len(early) == len(late)
    assert all(one.equals(other) for one, other in zip(early, late, strict=True))
    assert parsers() == before


def test_what_is_wrong_with_a_file_is_said_in_its_turn(tmp_path: Path) -> None:
    broken = tmp_path / "broken.geojson"
    broken.write_bytes(town().read_bytes()[:9000])
    with Ahead(None, Limits()) as ahead:
        ahead.begin(ReadingTask(Request(str(broken))))
        with (
            pytest.raises(FileDamaged, match=r"broken\.geojson"),
            ahead.read(ReadingTask(Request(str(broken)))) as reading,
        ):
            list(reading.batches)


def test_what_is_not_wanted_after_all_is_ended() -> None:
    before = parsers()
    with Ahead(None, Limits()) as ahead:
        ahead.begin(ReadingTask(Request(str(town()))))
        ahead.drop(town())
        assert parsers() == before
        ahead.begin(ReadingTask(Request(str(town()), "a layer")))
    assert parsers() == before


def test_an_unknown_crs_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="EPSG:1"):
        Ahead("EPSG:1", Limits())
