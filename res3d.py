"""ReS3D: a knowledge graph and semantic service for geographic entities. This module is its face.

`python -m res3d` and the command `res3d` run the command line; the other names are what a program needs to open a
workspace and fill it. They are loaded when they are first asked for, so that the command line starts at once.

>>> import res3d
>>> [candidate.scheme for candidate in res3d.detect("N50J47539B8255346152")]
['cn.beidou']
"""

import importlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.cli import main
    from coding import detect, get_scheme
    from ingest.pipeline import Options, ingest_files
    from kg.ontologies import schema_in_force
    from kg.views import GraphPlace, catch_up, projection_lock
    from kg.workspace import Workspace, create_workspace, open_workspace

__all__ = [
    "GraphPlace",
    "Options",
    "Workspace",
    "catch_up",
    "create_workspace",
    "detect",
    "get_scheme",
    "ingest_files",
    "main",
    "open_workspace",
    "projection_lock",
    "schema_in_force",
]

_HOMES = {
    "api.cli": ("main",),
    "coding": ("detect", "get_scheme"),
    "ingest.pipeline": ("Options", "ingest_files"),
    "kg.ontologies": ("schema_in_force",),
    "kg.views": ("GraphPlace", "catch_up", "projection_lock"),
    "kg.workspace": ("Workspace", "create_workspace", "open_workspace"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """A public name, loaded from the module that owns it."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'res3d' has no attribute {name!r}; it offers {', '.join(__all__)}")
    return getattr(importlib.import_module(_HOME_OF[name]), name)


if __name__ == "__main__":
    from api.cli import main

    sys.exit(main())
