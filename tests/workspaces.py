"""Workspaces for tests and benches that take coordinates of systems from which no operation of known accuracy leads."""

from pathlib import Path

from kg.workspace import create_workspace


def allow(
    workspace: Path, *sources: str, target: str = "EPSG:4490", through: str | None = None, uncertainty_m: float = 1.0
) -> Path:
    """Let a workspace take coordinates of these systems, by the words of its settings; gives its directory."""
    by_way = "" if through is None else f'through = "{through}"\n'
    with (workspace / "workspace.toml").open("a", encoding="utf-8") as settings:
        for source in sources:
            settings.write(f'\n[[datum.allow]]\nsource = "{source}"\ntarget = "{target}"\n{by_way}')
            settings.write(f"uncertainty_m = {uncertainty_m}\n")
    return workspace


def european_workspace(place: Path, *sources: str, uncertainty_m: float = 1.0) -> Path:
    """An empty workspace that keeps European coordinates (EPSG:4258) and takes those of these systems."""
    workspace = create_workspace(place).directory
    settings = workspace / "workspace.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('"EPSG:4490"', '"EPSG:4258"'), encoding="utf-8")
    return allow(workspace, *sources, target="EPSG:4258", uncertainty_m=uncertainty_m)
