"""Parsers that start before their turn: what they read is the same, and none is left over."""

from pathlib import Path

import geopandas
import psutil
import pytest

import ingest
from ingest.readers import Ahead, FileDamaged, Limits, ReadingTask, Request, UnknownLayer
from ingest.readers.sandbox import Reading


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


@pytest.fixture
def three_layers(tmp_path: Path) -> Path:
    """A GeoPackage with the layers a, b and c, of 30 rows each."""
    path = tmp_path / "three.gpkg"
    for layer in "abc":
        points = geopandas.points_from_xy(range(30), range(30))
        frame = geopandas.GeoDataFrame(
            {"name": [f"{layer}{number}" for number in range(30)]}, geometry=points, crs=4326
        )
        frame.to_file(path, layer=layer)
    return path


def names_in(reading: Reading) -> list[str]:
    with reading:
        return [name for batch in reading.batches for name in batch.features["name"]]


@pytest.mark.process
@pytest.mark.parametrize("batch_rows", [10, 100])
def test_the_layers_of_a_file_are_read_by_one_process(three_layers: Path, batch_rows: int) -> None:
    a, b, c = (ReadingTask(Request(str(three_layers), layer, batch_rows)) for layer in "abc")
    before = parsers()
    with Ahead(None, Limits()) as ahead:
        with ahead.read(a) as reading:
            ahead.begin(b)
            assert parsers() == before + 1
            names = names_in(reading)
        begun = ahead.read(b)
        ahead.begin(c)
        assert parsers() == before + 1
        assert begun.info.rows == 30
        names += names_in(begun)
        names += names_in(ahead.read(c))
        assert parsers() == before
    assert names == [f"{layer}{number}" for layer in "abc" for number in range(30)]


@pytest.mark.process
@pytest.mark.parametrize(("batch_rows", "parsers_left"), [(10, 0), (100, 1)])
def test_a_layer_that_nobody_wants_is_left_for_the_next(three_layers: Path, batch_rows: int, parsers_left: int) -> None:
    """What is read already is thrown away; a parser with much left to read is ended, and the next layer has its own."""
    a, b = (ReadingTask(Request(str(three_layers), layer, batch_rows)) for layer in "ab")
    before = parsers()
    with Ahead(None, Limits()) as ahead:
        with ahead.read(a) as reading:
            ahead.begin(b)
            next(reading.batches)
        assert parsers() == before + parsers_left
        assert names_in(ahead.read(b)) == [f"b{number}" for number in range(30)]
        assert list(reading.batches) == []
    assert parsers() == before


@pytest.mark.process
def test_an_error_in_a_layer_is_not_that_of_the_next(three_layers: Path) -> None:
    a, nothing, c = (ReadingTask(Request(str(three_layers), layer)) for layer in ("a", "nothing", "c"))
    with Ahead(None, Limits()) as ahead:
        with ahead.read(a) as reading:
            ahead.begin(nothing)
            assert len(names_in(reading)) == 30
        with pytest.raises(UnknownLayer, match="nothing"):
            ahead.read(nothing)
        ahead.begin(c)
        assert len(names_in(ahead.read(c))) == 30
