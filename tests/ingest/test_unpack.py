"""What was given becomes files: folders, patterns and archives, and archives that mean harm."""

import io
import tarfile
import zipfile
from pathlib import Path
from typing import Literal

import pytest

from ingest.readers import FileDamaged, ReaderError
from ingest.unpack import unpacked


def names(*paths: Path, root: Path) -> list[str]:
    with unpacked(paths) as found:
        assert all(isinstance(each, ReaderError) or each.path.exists() for each in found)
        return [
            str(each) if isinstance(each, ReaderError) else each.name.replace(str(root), "").lstrip("/")
            for each in found
        ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "town"
    (place / "deep").mkdir(parents=True)
    for name in ("b.csv", "a.geojson", "deep/p.shp", "deep/p.dbf", "deep/p.prj", "deep/p.shp.xml", ".hidden", "t.dbf"):
        (place / name).write_text("x")
    return place


def test_what_lies_beside_a_raster_belongs_to_it(tmp_path: Path) -> None:
    for name in ("dem.asc", "dem.prj", "dem.asc.aux.xml", "dem.tif", "dem.tif.ovr", "dem.tfw", "other.tfw"):
        (tmp_path / name).write_text("x")
    assert [name.rpartition("/")[2] for name in names(tmp_path, root=tmp_path)] == ["dem.asc", "dem.tif", "other.tfw"]


def test_a_folder_is_its_files_without_what_lies_beside_them(folder: Path, tmp_path: Path) -> None:
    assert names(folder, root=tmp_path) == ["town/a.geojson", "town/b.csv", "town/deep/p.shp", "town/t.dbf"]


def test_a_pattern_is_what_it_matches_and_else_itself(folder: Path, tmp_path: Path) -> None:
    assert names(folder / "*.csv", root=tmp_path) == ["town/b.csv"]
    assert names(folder / "**" / "*.shp", root=tmp_path) == ["town/deep/p.shp"]
    assert [told.split(": ")[1] for told in names(folder / "*.none", root=tmp_path)] == [
        "no file matches this pattern. Check the path, and the folder that you are in."
    ]


@pytest.mark.parametrize("ending", ["zip", "tar", "tar.gz", "tar.bz2"])
def test_an_archive_is_its_files(folder: Path, tmp_path: Path, ending: str) -> None:
    archive = tmp_path / f"town.{ending}"
    members = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    if ending == "zip":
        with zipfile.ZipFile(archive, "w") as file:
            for path in members:
                file.write(path, path.relative_to(folder))
    else:
        modes: dict[str, Literal["w", "w:gz", "w:bz2"]] = {"tar": "w", "tar.gz": "w:gz", "tar.bz2": "w:bz2"}
        with tarfile.open(archive, modes[ending]) as tar:
            for path in members:
                tar.add(path, str(path.relative_to(folder)))
    told = names(archive, root=tmp_path)
    assert told == [f"town.{ending}/{name}" for name in ("a.geojson", "b.csv", "deep/p.shp", "t.dbf")]


def test_archives_in_a_folder_are_unpacked_too(folder: Path, tmp_path: Path) -> None:
    zip_of(folder / "sheets.zip", ("one/E1.THF", b"LONSA02:E1\n"), ("one/E1.VEC", b"x"), ("two.csv", b"x"))
    told = names(folder, root=tmp_path)
    assert told[2:5] == ["town/deep/p.shp", "town/sheets.zip/one/E1.THF", "town/sheets.zip/two.csv"]


def zip_of(place: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return place


@pytest.mark.parametrize(
    "name", ["../../evil.csv", "/evil.csv", "a/../../../evil.csv", "..\\..\\evil.csv", "C:\\e.csv"]
)
def test_no_member_leaves_the_folder(tmp_path: Path, name: str) -> None:
    (said,) = names(zip_of(tmp_path / "evil.zip", (name, b"x")), root=tmp_path)
    assert "would leave the folder" in said
    assert [path.name for path in tmp_path.rglob("*")] == ["evil.zip"]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    (said,) = names(zip_of(tmp_path / "bomb.zip", ("a.csv", bytes(150 * 1024**2))), root=tmp_path)
    assert "far more than it has" in said


def test_links_and_broken_archives_are_refused(tmp_path: Path) -> None:
    link = tarfile.TarInfo("link.csv")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "link.tar", "w") as tar:
        tar.addfile(link, io.BytesIO())
    assert "is a link or device" in names(tmp_path / "link.tar", root=tmp_path)[0]
    whole = zip_of(tmp_path / "whole.zip", ("a.csv", b"a,b\n1,2\n" * 1000)).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.zip").write_bytes(zip_of(tmp_path / "e.zip").read_bytes())
    with unpacked([tmp_path / "cut.zip", tmp_path / "empty.zip"]) as found:
        assert [type(each) for each in found] == [FileDamaged, FileDamaged]
        assert "can't be unpacked" in str(found[0])
        assert "holds no file" in str(found[1])
