"""The package as others get it: the wheel, its face, and which folder may import which."""

import sys
import zipfile
from pathlib import Path

import pytest

import res3d
from kg.workspace import Workspace

from .package import ROOT, done

PACKAGES = ("coding", "ontology", "kg", "ingest", "api")


def test_the_wheel_has_every_file_of_the_packages(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    files = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files - packed == set()
    for suffix in (".ttl", ".yml", ".geojson", ".city.json.gz", ".csv", ".lock", ".conf", ".rq", ".cypher", ".html"):
        assert any(name.endswith(suffix) for name in packed), suffix
    assert "res3d.py" in packed
    assert any(name.endswith("licenses/LICENSE") for name in packed)


def test_the_wheel_has_nothing_of_the_checkout_besides(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {*PACKAGES, "res3d.py"}


def test_the_installed_command_works_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    python = installed.with_name("python")
    where = done(python, "-c", "import coding, res3d; print(coding.__file__, res3d.__file__)", at=tmp_path)
    assert all(str(installed.parents[1]) in path for path in where.split())
    assert "0.1.0" in done(installed, "--version", at=tmp_path)
    assert "340123 002004 GB00011" in done(installed, "code", "format", "340123002004gb00011", at=tmp_path)
    done(installed, "init", "mine", at=tmp_path)
    assert "Building" in done(installed, "ontology", "show", "Building", "--workspace", "mine", at=tmp_path)


def test_the_demo_runs_from_the_wheel_in_an_empty_folder(demo_told: str, demo_workspace: Workspace) -> None:
    assert demo_told.count("The answers are equal.") == 2
    assert (demo_workspace.directory / "ledger.gpkg").is_file()


def test_the_face_offers_what_it_lists() -> None:
    assert res3d.__all__ == sorted(res3d.__all__)
    for name in res3d.__all__:
        assert getattr(res3d, name).__module__.partition(".")[0] in PACKAGES
    with pytest.raises(AttributeError, match="open_workspace"):
        _ = res3d.no_such_name


def test_nothing_becomes_public_by_accident() -> None:
    public = {name for name in vars(res3d) if name.isidentifier() and not name.startswith("_")}
    assert public - set(res3d.__all__) == {"importlib", "sys", "TYPE_CHECKING"}


def test_imports_go_one_way() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    told = done(command, "--no-cache", "--no-logo", at=ROOT)
    assert "2 kept, 0 broken" in told


def test_python_m_is_the_same_command(tmp_path: Path) -> None:
    assert "res3d 0.1.0" in done(sys.executable, "-m", "res3d", "--version", at=tmp_path)
