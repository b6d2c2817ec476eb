"""Files of several layers, folders and archives: each layer is a delivery, and all that was given is accounted for."""

import zipfile
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest

from ingest.pipeline import Options, ingest_files
from ingest.quarantine import QuarantineFilter, rows_in
from ingest.summary import FileSummary

from .deliveries import MAPPING, Desk, square, write_squares

LAYERED = MAPPING.replace("rank: RANK", "rank: RANK, layer: [houses, sheds]")


@pytest.fixture
def town(desk: Desk) -> Path:
    """A GeoPackage with two layers that a mapping reads, an empty one and one that nobody knows."""
    path = desk.workspace.directory / "town.gpkg"
    squares = gpd.read_file(write_squares(desk.workspace.directory / "s.geojson", [square("a", 0), square("b", 20)]))
    for layer, rows in (("houses", squares), ("sheds", squares.iloc[:1]), ("none", squares.iloc[:0])):
        rows.to_file(path, layer=layer, driver="GPKG")
    squares[["geometry"]].assign(kind="tree").to_file(path, layer="trees", driver="GPKG")
    return path


def take(desk: Desk, *paths: Path, **options: object) -> list[FileSummary]:
    chosen = Options(mapping=desk.mapping("town", text=LAYERED), **options)  # type: ignore[arg-type]
    return ingest_files(desk.workspace, desk.ledger, desk.schema, list(paths), chosen)


def told(summaries: list[FileSummary]) -> list[tuple[str, int, int, str | None]]:
    return [
        (Path(each.path).name, each.taken, each.unchanged, each.skipped and each.skipped.split(" (")[0])
        for each in summaries
    ]


def test_each_layer_is_a_delivery_and_ends_nothing_of_another(desk: Desk, town: Path) -> None:
    first = take(desk, town)
    assert told(first) == [
        ("town.gpkg#houses", 2, 0, None),
        ("town.gpkg#sheds", 0, 1, None),  # the same thing with the same words
        ("town.gpkg#none", 0, 0, "it has no rows"),
        ("town.gpkg#trees", 0, 0, "no mapping reads it"),
    ]
    assert all(summary.ended == 0 for summary in first)
    before = desk.ledger.position()
    again = take(desk, town)
    assert [summary.unchanged for summary in again] == [2, 1, 0, 0]
    assert desk.ledger.position() == before


def test_rows_of_two_layers_wait_apart_in_quarantine(desk: Desk) -> None:
    path = desk.workspace.directory / "bad.gpkg"
    squares = gpd.read_file(write_squares(desk.workspace.directory / "b.geojson", [square("a", 0, year="long ago")]))
    for layer in ("houses", "sheds"):
        squares.to_file(path, layer=layer, driver="GPKG")
    assert [summary.quarantined for summary in take(desk, path)] == [1, 1]
    with desk.ledger.reading() as snapshot:
        assert rows_in(snapshot, QuarantineFilter("open")).height == 2


def test_one_layer_may_be_named(desk: Desk, town: Path) -> None:
    (summary,) = take(desk, town, layer="houses")
    assert (summary.layer, summary.taken, summary.error) == ("houses", 2, None)
    (unknown,) = take(desk, town, layer="roads")
    assert "it has no layer 'roads'" in str(unknown.error)


def test_a_file_of_which_no_layer_can_be_taken_is_an_error(desk: Desk, town: Path) -> None:
    (summary,) = ingest_files(desk.workspace, desk.ledger, desk.schema, [town], Options(mapping=desk.mapping("other",
        text=LAYERED.replace("[houses, sheds]", "castles"))))  # fmt: skip
    assert "no layer could be taken: houses: no mapping reads it (2 rows)" in str(summary.error)


def test_in_a_folder_what_is_no_data_is_left_out_and_said(desk: Desk, town: Path) -> None:
    folder = desk.workspace.directory / "delivery"
    folder.mkdir()
    town.rename(folder / "town.gpkg")
    (folder / "readme.md").write_text("# A town\n")
    (folder / "broken.geojson").write_text('{"type": "FeatureCollection", "features": [')
    with zipfile.ZipFile(folder / "more.zip", "w") as file:
        file.writestr("list.csv", "x,y\n1,2\n")
    summaries = take(desk, folder)
    by_name = {Path(each.path).name: each for each in summaries}
    assert by_name["readme.md"].skipped == "no reader knows its content"
    assert by_name["list.csv"].skipped == "no mapping reads it (1 rows)"
    assert by_name["town.gpkg#houses"].taken == 2
    assert "damaged or cut off" in str(by_name["broken.geojson"].error)
    assert str(desk.workspace.directory) in by_name["list.csv"].path  # as it was given, not where it was unpacked to


def test_a_dry_run_tells_all_and_keeps_nothing(desk: Desk, town: Path) -> None:
    before = desk.ledger.position()
    tried = take(desk, town, dry_run=True)
    assert desk.ledger.position() == before
    done = take(desk, town)
    same = {"seconds": 0.0}
    assert replace(tried[0], **same) == replace(done[0], **same)  # type: ignore[arg-type]
    assert desk.ledger.position() != before
