"""Built-in mappings, one YARRRML file per real source format, and the user's own from the workspace."""

import warnings
from pathlib import Path

from kg.workspace import Workspace
from ontology import Schema

from ..mapping import Mapping, MappingError
from ..mapping_text import load_mapping

_OURS = Path(__file__).parent


def known_mappings(workspace: Workspace, schema: Schema, only: Path | None = None) -> list[Mapping]:
    """The one mapping that was asked for, else the workspace's own and the built-in ones.

    A workspace mapping replaces a built-in one of the same file name. Built-in ones that speak of terms which the
    ontology in force has not (any more) are left out with a `RuntimeWarning`; any other that is wrong raises.
    """
    if only is not None:
        return [load_mapping(only, schema)]
    found, lost = [], []
    for path in mapping_files(workspace).values():
        try:
            found.append(load_mapping(path, schema, is_ours=is_ours(path)))
        except MappingError:
            if not is_ours(path):
                raise
            lost.append(path.name)
    if lost:
        warnings.warn(
            f"{len(lost)} built-in mappings speak of terms that the ontology in force has not, and are left out: "
            f"{', '.join(lost[:5])}. `res3d ontology diff` shows what it lacks.",
            RuntimeWarning,
            stacklevel=2,
        )
    return found


def is_ours(path: Path) -> bool:
    """Whether a mapping file is a built-in one."""
    return path.parent == _OURS


def mapping_files(workspace: Workspace) -> dict[str, Path]:
    """The mapping files by name: the built-in ones, those of the workspace in place of ones with the same name."""
    files = {path.name: path for path in sorted(_OURS.glob("*.yml"))}
    return files | {path.name: path for path in sorted(workspace.ontology.glob("*.yml"))}


__all__ = ["is_ours", "known_mappings", "mapping_files"]
