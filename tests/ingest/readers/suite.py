"""What every reader has to keep. A test class inherits `ReaderSuite` and gives it files by fixtures."""

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely
from polars.testing import assert_frame_equal

from ingest.readers import Batch, FileInfo, Problem, Request, detect, get_reader, read, with_bodies

_HIGHEST_ISO_TYPE = 3017  # a triangle with heights and measures; EWKB sets bits far above


def all_batches(batches: list[Batch]) -> Batch:
    """All batches as one; columns that a batch lacks are empty in its rows."""
    return Batch(
        pl.concat([batch.features for batch in batches], how="diagonal_relaxed"),
        pl.concat([batch.geometries for batch in batches]),
    )


def read_here(reader_name: str, path: Path, batch_rows: int = 20_000) -> tuple[FileInfo, list[Batch]]:
    """Read in this process, without a child: quick, for files known to be harmless."""
    parts = list(get_reader(reader_name).read(Request(str(path), batch_rows=batch_rows)))
    last = parts[-1]
    assert isinstance(parts[0], FileInfo)
    assert isinstance(last, FileInfo)
    return last, [part for part in parts if isinstance(part, Batch)]


class ReaderSuite:
    """Fixtures to give: ``path`` (a file of the format), ``reader_name`` (which is expected to take it),
    ``expected_rows`` (features, counted in another way) and ``expected_crs`` (horizontal, as the file declares).
    """

    def test_every_feature_is_read_once(self, path: Path, expected_rows: int) -> None:
        with read(path) as reading:
            rows = pl.concat([batch.features["@row"] for batch in reading.batches])
        assert rows.to_list() == list(range(1, expected_rows + 1))
        assert reading.info.rows == expected_rows

    def test_the_crs_is_named(self, path: Path, expected_crs: str | None) -> None:
        with read(path) as reading:
            assert reading.info.crs == expected_crs

    def test_every_geometry_belongs_to_a_feature(self, path: Path, reader_name: str) -> None:
        for batch in read_here(reader_name, path, batch_rows=100)[1]:
            assert batch.geometries["@row"].is_in(batch.features["@row"].implode()).all()

    def test_every_geometry_is_iso_wkb_or_has_a_problem(self, path: Path, reader_name: str) -> None:
        geometries = all_batches(read_here(reader_name, path)[1]).geometries
        is_null = geometries["@geometry"].is_null()
        assert geometries.filter(is_null)["@problem"].is_not_null().all()
        assert set(geometries["@problem"].drop_nulls()) <= {str(problem) for problem in Problem}
        wkb = geometries.filter(~is_null)["@geometry"].to_list()
        assert all(value[0] == 1 and int.from_bytes(value[1:5], "little") <= _HIGHEST_ISO_TYPE for value in wkb)
        has_height = shapely.has_z(shapely.from_wkb(wkb)) if wkb else np.empty(0, dtype=bool)
        assert geometries.filter(~is_null)["@dimension"].to_list() == np.where(has_height, 3, 2).tolist()

    def test_shells_have_all_polygons_of_their_solid(self, path: Path, reader_name: str) -> None:
        geometries = with_bodies(all_batches(read_here(reader_name, path)[1]).geometries)
        told = geometries.filter(pl.col("@shells").is_not_null())
        assert told["@solid"].all()
        counts = [sum(sum(shells) for shells in solids) for solids in told["@shells"].to_list()]
        assert counts == shapely.get_num_geometries(shapely.from_wkb(told["@geometry"].to_list())).tolist()

    @pytest.mark.parametrize("batch_rows", [37, 1000])
    def test_batches_of_any_size_hold_the_same(self, path: Path, reader_name: str, batch_rows: int) -> None:
        whole = all_batches(read_here(reader_name, path)[1])
        in_batches = all_batches(read_here(reader_name, path, batch_rows)[1])
        assert_frame_equal(in_batches.features, whole.features, check_dtypes=False, check_column_order=False)
        assert_frame_equal(in_batches.geometries, whole.geometries)

    def test_a_child_process_hands_on_the_same(self, path: Path, reader_name: str) -> None:
        with read(path) as reading:
            through_pipe = all_batches(list(reading.batches))
        here = all_batches(read_here(reader_name, path)[1])
        assert_frame_equal(through_pipe.features, here.features)
        assert_frame_equal(through_pipe.geometries, here.geometries)

    def test_the_reader_is_found_by_content_alone(self, path: Path, reader_name: str, tmp_path: Path) -> None:
        assert detect(path).name == reader_name
        if path.suffix not in (".shp", ".xlsx"):  # whose content says too little, or lies in several files
            nameless = tmp_path / "content"
            shutil.copy(path, nameless)
            assert detect(nameless).name == reader_name
