"""Built-in mappings, one YARRRML file per real source format, and the user's own from the workspace."""

from pathlib import Path

from kg.workspace import Workspace
from ontology import Schema

from ..mapping import Mapping, load_mapping


def known_mappings(workspace: Workspace, schema: Schema, only: Path | None = None) -> list[Mapping]:
    """The one mapping that was asked for, else the workspace's own and the built-in ones.

    A workspace mapping replaces a built-in one of the same file name.
    """
    if only is not None:
        return [load_mapping(only, schema)]
    return [load_mapping(path, schema) for path in mapping_files(workspace).values()]


def mapping_files(workspace: Workspace) -> dict[str, Path]:
    """The mapping files by name: the built-in ones, those of the workspace in place of ones with the same name."""
    files = {path.name: path for path in sorted(Path(__file__).parent.glob("*.yml"))}
    return files | {path.name: path for path in sorted(workspace.ontology.glob("*.yml"))}


__all__ = ["known_mappings", "mapping_files"]
