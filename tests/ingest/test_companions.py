"""What belongs to a file of its own name is no file of its own; everything else in a folder is told of."""

from pathlib import Path

import geopandas as gpd
import pytest

from ingest.companions import Folder, parts_of
from ingest.pipeline import Options, ingest_files
from ingest.readers import ReaderError
from ingest.unpack import files_of, unpacked

from .deliveries import Desk, square, write_squares

THF = b"RTYSA03:GTL\nRIDSA06:EDAB01\n\nLONSA06:EDAB01\nGNNSA02:SE\n"


def listed(folder: Path) -> set[str]:
    with unpacked([folder]) as found:
        return {Path(each.name).name for each in found if not isinstance(each, ReaderError)}


@pytest.mark.parametrize(
    ("main", "its_own", "others"),
    [
        ("p.shp", ["p.dbf", "p.DBF", "p.shx", "p.cpg", "p.shp.xml", "p.sbn"], ["q.dbf", "p.dat", "p.mid", "p.vec"]),
        ("p.tab", ["p.dat", "p.map", "p.id"], ["q.dat", "p.mid", "p.shx"]),
        ("p.mif", ["p.mid"], ["p.dat", "q.mid", "p.dbf"]),
        ("p.gml", ["p.gfs", "p.xsd"], ["p.dbf", "q.gfs", "p.map", "p.dat"]),
        ("p.xml", ["p.gfs", "p.xsd"], ["p.dbf", "p.map", "p.dat", "q.xsd"]),
        ("P.TIF", ["p.tfw", "p.tif.ovr", "P.TIF.AUX.XML"], ["p.dbf", "q.tfw", "p.shx"]),
        ("E0.THF", ["EDAB01S1.VEC", "edab01se.gen", "EDAB01SE.QAL"], ["EDAB02S1.VEC", "EDAB01.DBF"]),
    ],
)
def test_only_what_a_format_uses_beside_a_file_of_its_name_belongs_to_it(
    tmp_path: Path, main: str, its_own: list[str], others: list[str]
) -> None:
    for name in (main, *its_own, *others):
        (tmp_path / name).write_bytes(THF)
    assert listed(tmp_path) == {main, *others}


def test_a_table_between_documents_is_a_file_of_its_own(tmp_path: Path) -> None:
    for name in ("metadata.xml", "town.gml", "owners.dbf", "heights.dat", "plan.map"):
        (tmp_path / name).write_text("x")
    assert listed(tmp_path) == {"metadata.xml", "town.gml", "owners.dbf", "heights.dat", "plan.map"}


def test_the_files_of_real_exchanges_belong_to_their_catalogue(shared_data: Path) -> None:
    archive = shared_data / "fr-edigeo" / "25354" / "edigeo-25354000AB01.tar.bz2"
    with unpacked([archive]) as found:
        (given,) = [each for each in found if not isinstance(each, ReaderError)]
        belonging = [path.name for path in files_of(given.path)]
    assert given.name.endswith("/E000AB01.THF")
    assert len(belonging) == 10
    assert {name[-3:] for name in belonging} == {"THF", "VEC", "DIC", "GEN", "GEO", "QAL", "SCD"}


def test_parts_are_those_that_hold_data(tmp_path: Path) -> None:
    for name in ("p.shp", "p.dbf", "p.SHX", "p.qix", "p.shp.xml", "q.dbf"):
        (tmp_path / name).write_text("x")
    assert [path.name for path in parts_of(tmp_path / "p.shp")] == ["p.SHX", "p.dbf"]
    assert parts_of(tmp_path / "q.dbf") == []
    assert Folder(tmp_path.iterdir()).has_owner(tmp_path / "p.qix")


@pytest.mark.process
def test_a_shapefile_whose_table_alone_has_changed_is_read_again(desk: Desk, tmp_path: Path) -> None:
    squares = gpd.read_file(write_squares(tmp_path / "s.geojson", [square("a", 0), square("b", 20)]))
    path = tmp_path / "town.shp"
    squares.to_file(path)
    outlines = path.read_bytes()
    assert desk.hand_in_file(path).taken == 2
    assert desk.hand_in_file(path).unchanged == 2
    squares.assign(year=2001).to_file(path)
    assert path.read_bytes() == outlines
    assert desk.hand_in_file(path).changed == 2


@pytest.mark.process
def test_each_geodatabase_is_known_by_the_content_of_its_files(desk: Desk, tmp_path: Path) -> None:
    first, second = tmp_path / "one.gdb", tmp_path / "two.gdb"
    for path, east in ((first, 0), (second, 40)):
        gpd.read_file(write_squares(tmp_path / "s.geojson", [square("a", east)])).to_file(path, driver="OpenFileGDB")
    assert desk.hand_in_file(first).taken == 1
    before = desk.ledger.position()
    (first / "a00000001.gdbtable.host.1.2.sr.lock").write_text("")
    first.rename(tmp_path / "same.gdb")
    assert desk.hand_in_file(tmp_path / "same.gdb").unchanged == 1
    assert desk.ledger.position() == before
    assert desk.hand_in_file(second).changed == 1
    assert desk.ledger.position() != before


def test_a_folder_of_data_that_is_no_data_is_told(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "empty.gdb").mkdir()
    (summary,) = ingest_files(desk.workspace, desk.ledger, desk.schema, [tmp_path / "empty.gdb"], Options())
    assert summary.error is not None
    assert "empty.gdb" in summary.error
