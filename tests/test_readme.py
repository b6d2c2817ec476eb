"""What the README tells people to type works as it stands there."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.graph import stop
from kg.workspace import Workspace

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"```bash\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
SERVE = "res3d serve --port 8080\n"


@pytest.fixture(scope="module")
def folder(demo_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder as `make demo` leaves it; the views are made anew when they are first asked."""
    place = tmp_path_factory.mktemp("readme")
    views = shutil.ignore_patterns("rdf", "neo4j", "*.lock")
    shutil.copytree(demo_workspace.directory, place / "workspace", ignore=views)
    try:
        yield place
    finally:
        stop(place / "workspace" / "neo4j")


def _typed(text: str, folder: Path) -> str:
    """What a shell answers to a block of the README; it must end well."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RES3D_")} | {"PATH": path}
    command = ["bash", "-euo", "pipefail", "-c", text]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_there_is_a_tour_for_everybody() -> None:
    assert [block for block in BLOCKS if "ontology apply" in block]
    assert SERVE in BLOCKS
    assert [block for block in BLOCKS if "code resolve" in block]


@pytest.mark.timeout(600)  # some thirty commands, after the whole demo
@pytest.mark.skipif(shutil.which("curl") is None, reason="the README asks the service by curl, which is not here")
def test_every_command_of_the_tours_works(folder: Path) -> None:
    told = ""
    for block in BLOCKS:
        if block.startswith(". .venv"):
            continue
        if block == SERVE:
            break
        told += _typed(block, folder)
    assert told.count("8.5") == 1
    assert "both views say what it says" in told
    command = [sys.executable, "-m", "res3d", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as service:
        try:
            assert service.stdout is not None
            found = re.search(r"127\.0\.0\.1:\d+", service.stdout.readline())
            assert found
            told = "".join(
                _typed(block.replace("127.0.0.1:8080", found[0]), folder) for block in BLOCKS[BLOCKS.index(SERVE) + 1 :]
            )
            assert "urn:res3d:problem" not in told
            assert "ended            340123002004GB00033\n340123002004GB00034\n340123002004GB00035\n" in told
        finally:
            service.terminate()
