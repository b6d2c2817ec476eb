"""A command line that runs in this process, and a workspace for it."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli import main


@dataclass(frozen=True)
class Ran:
    """What a command did: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # documents of every shape
        """Standard output as JSON."""
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `res3d` with these arguments, without any setting from outside."""
    for name in [name for name in os.environ if name.startswith("RES3D_")]:
        monkeypatch.delenv(name)

    def call(*arguments: object) -> Ran:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        written = capsys.readouterr()
        return Ran(code, written.out, written.err)

    return call


@pytest.fixture
def workspace(run: Run, tmp_path: Path) -> Path:
    """An empty workspace."""
    directory = tmp_path / "workspace"
    assert run("init", directory).code == 0
    return directory


@pytest.fixture
def without_views(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits are not followed by the views, so that no server is needed."""
    for verb in ("ingest", "link", "ontology_apply"):
        monkeypatch.setattr(f"api.cli.{verb}.keep_up_after_commit", lambda _: None)
