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
    files = {path.name: path for path in sorted(Path(__file__).parent.glob("*.yml"))}
    files |= {path.name: path for path in sorted(workspace.ontology.glob("*.yml"))}
    return [load_mapping(path, schema) for path in files.values()]


__all__ = ["known_mappings"]
