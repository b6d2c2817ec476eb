"""The package as others get it: the wheel, its face, and which folder may import which."""

import os
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import res3d

ROOT = Path(__file__).parents[1]
PACKAGES = ("coding", "ontology", "kg", "ingest", "api")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    _done(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, at=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel, which sees our dependencies but not this checkout; its `res3d` command."""
    home = tmp_path_factory.mktemp("installed") / "env"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin" / "python"
    (packages,) = home.glob("lib/python*/site-packages")
    # A path in a .pth file is searched, but the .pth files in it, our editable install among them, are not read.
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    _done(
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel, at=home
    )
    return home / "bin" / "res3d"


def _done(*command: object, at: Path) -> str:
    """What a command wrote; it must end well. No setting of ours and no search path leads it back here."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RES3D_", "PYTHONPATH", "VIRTUAL_ENV"))
    }
    done = subprocess.run(list(map(str, command)), cwd=at, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


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
    where = _done(python, "-c", "import coding, res3d; print(coding.__file__, res3d.__file__)", at=tmp_path)
    assert all(str(installed.parents[1]) in path for path in where.split())
    assert "0.1.0" in _done(installed, "--version", at=tmp_path)
    assert "340123 002004 GB00011" in _done(installed, "code", "format", "340123002004gb00011", at=tmp_path)
    _done(installed, "init", "mine", at=tmp_path)
    assert "Building" in _done(installed, "ontology", "show", "Building", "--workspace", "mine", at=tmp_path)


@pytest.mark.neo4j
def test_the_demo_runs_from_the_wheel_in_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    from kg.graph import stop

    try:
        assert _done(installed, "demo", at=tmp_path).count("The answers are equal.") == 2
        assert (tmp_path / "workspace" / "ledger.gpkg").is_file()
    finally:
        stop(tmp_path / "workspace" / "neo4j")


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
    told = _done(command, "--no-cache", "--no-logo", at=ROOT)
    assert "2 kept, 0 broken" in told


def test_python_m_is_the_same_command(tmp_path: Path) -> None:
    assert "res3d 0.1.0" in _done(sys.executable, "-m", "res3d", "--version", at=tmp_path)
