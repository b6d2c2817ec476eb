"""The command line as a whole: its verbs, its options, its exit codes."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer.main

from api.cli import app

from .conftest import Run

VERBS = {
    "demo": None,
    "init": None,
    "ontology": {"check", "apply", "diff", "docs", "log", "map", "show"},
    "ingest": None,
    "unlinked": None,
    "height": None,
    "heights": None,
    "link": None,
    "query": None,
    "cypher": None,
    "code": {"validate", "parse", "format", "detect", "resolve", "schemes"},
    "serve": None,
    "rebuild": None,
    "verify": None,
    "doctor": None,
}


def _commands() -> Iterator[tuple[str, object]]:
    root = typer.main.get_command(app)
    for verb, parts in VERBS.items():
        command = root.commands[verb]  # type: ignore[attr-defined]  # the root is a group
        if parts is None:
            yield verb, command
        else:
            yield from ((f"{verb} {part}", command.commands[part]) for part in parts)


def test_help_names_every_verb(run: Run) -> None:
    answer = run("--help")
    assert answer.code == 0
    for verb in VERBS:
        assert verb in answer.out


@pytest.mark.parametrize(("verb", "parts"), VERBS.items())
def test_every_verb_explains_itself(verb: str, parts: set[str] | None, run: Run) -> None:
    answer = run(verb, "--help")
    assert answer.code == 0
    for part in parts or {"--json", "--workspace"}:
        assert part in answer.out


def test_every_verb_has_json_and_workspace() -> None:
    without = [
        name
        for name, command in _commands()
        if not {"--json", "--workspace"} <= {flag for each in command.params for flag in each.opts}  # type: ignore[attr-defined]  # a command
    ]
    assert without == []


def test_help_does_not_wait_for_heavy_libraries() -> None:
    program = (
        "import sys; from api.cli import main; main(['--help']);"
        "print('loaded:', {'polars', 'sqlalchemy', 'neo4j', 'fastapi', 'shapely'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded: set()"


@pytest.mark.parametrize(
    "arguments", [[], ["ingets"], ["ingest"], ["verify", "--sample", "none"], ["rebuild", "tables"]]
)
def test_wrong_use_ends_with_2(arguments: list[str], run: Run) -> None:
    answer = run(*arguments)
    assert answer.code == 2
    assert "Usage" in answer.out + answer.err


def test_an_unknown_verb_gets_a_suggestion(run: Run) -> None:
    assert "'ingest'" in run("ingets").err


def test_without_a_workspace_every_way_to_get_one_is_named(
    run: Run, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(str(tmp_path))
    answer = run("link")
    assert answer.code == 1
    for way in ("--workspace", "RES3D_WORKSPACE", "res3d init", "res3d demo"):
        assert way in answer.err


def test_a_wrong_setting_is_named(run: Run, workspace: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RES3D_HTTP_PORT", "eighty")
    answer = run("doctor", "--workspace", workspace)
    assert answer.code == 1
    assert "RES3D_HTTP_PORT" in answer.err


def test_a_bug_of_ours_is_not_hidden(run: Run, workspace: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("api.cli.doctor.graph_place", lambda: broken(None))
    with pytest.raises(KeyError):
        run("doctor", "--workspace", workspace)
