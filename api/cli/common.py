"""What all verbs share: the two options that each of them has, and opening the workspace that they are about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from pydantic_settings import BaseSettings

    from kg.ledger import Ledger
    from kg.views import GraphPlace
    from kg.workspace import Workspace
    from ontology import Schema

Settings = TypeVar("Settings", bound="BaseSettings")

DEFAULT_WORKSPACE = Path("workspace")

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        envvar="RES3D_WORKSPACE",
        help="The workspace's directory; without it ./workspace, if there is one.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer with one JSON document on standard output.")]


class CommandFailed(RuntimeError):
    """A verb can't do what it was asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A workspace in use: its settings, its ledger and the ontology in force."""

    workspace: Workspace
    ledger: Ledger
    schema: Schema


def find_workspace(directory: Path | None) -> Workspace:
    """The workspace that was named, else the one in ./workspace."""
    from kg.workspace import WorkspaceError, open_workspace

    if directory is None and not DEFAULT_WORKSPACE.is_dir():
        raise WorkspaceError(
            "No workspace: name one with --workspace DIR or RES3D_WORKSPACE, make one with `res3d init`, "
            "or see it all work with `res3d demo`"
        )
    return open_workspace(directory or DEFAULT_WORKSPACE)


@contextmanager
def opened_workspace(directory: Path | None) -> Iterator[Opened]:
    """The workspace with its ledger open and its ontology compiled."""
    from kg.ontologies import schema_in_force

    workspace = find_workspace(directory)
    ledger = workspace.ledger()
    try:
        yield Opened(workspace, ledger, schema_in_force(ledger))
    finally:
        ledger.close()


def graph_place() -> GraphPlace:
    """Where the settings say that the property graph lives."""
    from api.settings import GraphSettings

    return read_settings(GraphSettings).place()


def read_settings(kind: type[Settings]) -> Settings:
    """The settings of one concern from the environment; says which variable is wrong."""
    from pydantic import ValidationError

    try:
        return kind()
    except ValidationError as error:
        prefix = str(kind.model_config.get("env_prefix", ""))
        problems = [
            f"{prefix}{'_'.join(map(str, each['loc']))}".upper() + f": {each['msg']}" for each in error.errors()
        ]
        raise CommandFailed("Settings in the environment are wrong: " + "; ".join(problems)) from error


def read_day(text: str, option: str) -> str:
    """A day as an option gives it."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day; expected YYYY-MM-DD", param_hint=option) from error
