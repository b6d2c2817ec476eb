"""Fixtures of the whole suite."""

import os
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from ingest.pipeline import Options, ingest_files
from kg.graph import stop
from kg.ontologies import schema_in_force
from kg.workspace import Workspace, create_workspace, open_workspace

from .package import built_wheel, done, installed_wheel

collect_ignore_glob = ["bench/*_peer.py"]  # they run in environments of their own, with what they are compared with

collect_ignore = ["coding/fuzz.py"]  # a program of `make soak`, which alone installs what it needs
_DEFAULT_SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"

# The same examples in every run and no deadline: a busy machine must not make a test fail.
settings.register_profile("suite", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("soak", max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


# Neo4j's Java compiles quickly instead of well: no test asks enough of it to earn back the better code, and each start
# takes half of the processor time. Its launcher reads this, and processes of ours hand it on.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1")

_ROOT = Path(__file__).parent
_NEO4J_FIXTURES = ("demo_workspace", "server")
"""Session fixtures with a real Neo4j, which takes seconds to start."""
_INSTALLED = frozenset({"wheel", "installed"})
"""Fixtures of the package, by which the demo is run, too."""
_WITH_PROCESSES = (
    "coding/test_grids.py",
    "coding/test_schemes.py",
    "coding/test_solid_cover.py",
    "ingest/readers/test_cityjson.py",
    "ingest/readers/test_formats.py",
    "ingest/readers/test_sandbox.py",
    "ingest/readers/test_vector.py",
    "ingest/solid/test_boxes.py",
    "ingest/test_deliveries.py",
    "ingest/test_facts_follow.py",
    "ingest/test_registration.py",
    "ingest/test_suspects.py",
    "kg/rdf/test_client.py",
    "kg/rdf/test_update.py",
    "kg/register/test_histories.py",
    "kg/resolve/",
    "ontology/shacl/test_model_shapes.py",
    "ontology/shacl/test_w3c.py",
    "ontology/test_files.py",
    "api/cli/test_bundle.py",
    "test_package.py",
)
"""Tests that send whole files through child processes or whole deliveries through the ledger, or try many examples."""
_WITH_FILES = frozenset({"shared_data", "tmp_path", "tmp_path_factory", "workspace", "desk", "ledger", "run"})
"""Fixtures of files and ledgers: what uses them takes too long for `make check`, too."""


_SLOWEST = ("test_package.py", "test_readme.py", "api/", "ingest/test_views.py", "kg/graph/")
"""Begun first, so that the two processes end at about the same time."""


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks for groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make check` leaves out, and what must stay together when two processes share the tests.

    Tests of one file, and all tests with the same Neo4j, run in one process, so that nothing is started twice.
    """
    for item in items:
        file = item.path.relative_to(_ROOT).as_posix() if item.path.is_relative_to(_ROOT) else str(item.path)
        fixtures = getattr(item, "fixturenames", ())
        neo4j = next((name for name in _NEO4J_FIXTURES if name in fixtures), None)
        group = "demo_workspace" if _INSTALLED.intersection(fixtures) else neo4j or file
        if neo4j:
            item.add_marker(pytest.mark.neo4j)
        if file.startswith(_WITH_PROCESSES) or _WITH_FILES.intersection(fixtures):
            item.add_marker(pytest.mark.process)
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    file = item.path.relative_to(_ROOT).as_posix() if item.path.is_relative_to(_ROOT) else ""
    return next((place for place, start in enumerate(_SLOWEST) if file.startswith(start)), len(_SLOWEST))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets (setting RES3D_SHARED_DATA); tests that need it are skipped without it.

    In CI it has to be there, so that a missing folder never looks like success.
    """
    folder = Path(os.environ.get("RES3D_SHARED_DATA", _DEFAULT_SHARED_DATA))
    if not folder.is_dir():
        reason = f"no shared data sets at {folder}; say where they are by RES3D_SHARED_DATA"
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    return built_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command `res3d` of a fresh environment with the wheel."""
    return installed_wheel(wheel, tmp_path_factory.mktemp("installed") / "env")


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder, empty at first, in which the one demo of all tests is run."""
    folder = tmp_path_factory.mktemp("demo")
    try:
        yield folder
    finally:
        stop(folder / "workspace" / "neo4j")


@pytest.fixture(scope="session")
def demo_told(installed: Path, demo_folder: Path) -> str:
    """What `res3d demo` of the wheel told."""
    return done(installed, "demo", at=demo_folder)


@pytest.fixture(scope="session")
def demo_workspace(demo_told: str, demo_folder: Path) -> Workspace:
    """The workspace that `res3d demo` makes, with both views; shared by all tests, so leave it as it is."""
    return open_workspace(demo_folder / "workspace")


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The workspace of a registration office; shared, so leave it as it is."""
    workspace = create_workspace(tmp_path_factory.mktemp("registry") / "workspace")
    folder = Path(str(files("ingest.sample"))) / "registration"
    paths = sorted(path for path in folder.iterdir() if path.suffix in {".csv", ".json", ".geojson"})
    ledger = workspace.ledger()
    summaries = ingest_files(workspace, ledger, schema_in_force(ledger), paths, Options())
    ledger.close()
    assert paths
    assert [summary.error for summary in summaries if summary.error] == []
    return workspace
