"""Finds the ontology that a name means: files, a folder, the packaged one, the workspace's, or a version of the log."""

import json
from pathlib import Path

from sqlalchemy import select

from ontology import OntologyText, folder_texts, packaged_texts

from .ledger import Ledger
from .ledger import tables as t
from .ontologies import workspace_texts
from .workspace import Workspace

NAMES = ("packaged", "workspace", "in-force")


class UnknownOntology(LookupError):
    """A name that means no ontology; says which are understood."""


def named_texts(name: str, workspace: Workspace, ledger: Ledger) -> tuple[OntologyText, ...]:
    """The texts of a Turtle file or a folder of them, else what `known_texts` finds under the name.

    Raises UnknownOntology, and OntologyError for a file that is not UTF-8.
    """
    path = Path(name)
    if name not in NAMES and path.is_dir() and (texts := folder_texts(path)):
        return texts
    if name not in NAMES and path.is_file():
        return tuple(text for text in folder_texts(path.parent) if text.name == path.name) or _no_turtle(path)
    return known_texts(name, workspace, ledger)


def known_texts(name: str, workspace: Workspace, ledger: Ledger) -> tuple[OntologyText, ...]:
    """The texts of `packaged`, `workspace` or `in-force`, or of a version by its changeset or its hash's beginning.

    Reads no other file, whatever the name: this is what a client of the service may ask for.
    """
    if name == "packaged":
        return packaged_texts()
    if name == "workspace":
        return workspace_texts(workspace)
    if name == "in-force":
        return texts_in_force(ledger)
    return _version(name, ledger)


def texts_in_force(ledger: Ledger) -> tuple[OntologyText, ...]:
    """The ontology in force as texts; the packaged one before the first version was applied."""
    return _texts(ledger.ontology_texts()) or packaged_texts()


def _version(name: str, ledger: Ledger) -> tuple[OntologyText, ...]:
    o = t.ontology_version
    found = ledger.read(select(o.c.version, o.c.changeset).order_by(o.c.fid.desc()))
    fitting = [version for version, changeset in found.rows() if version.startswith(name) or str(changeset) == name]
    versions = list(dict.fromkeys(fitting))
    if len(versions) != 1:
        problem = "means several versions" if versions else "is no ontology"
        raise UnknownOntology(
            f"{name!r} {problem}: give a Turtle file or a folder of them, {', '.join(NAMES)}, or the changeset or the "
            "first characters of a version that `res3d ontology log` lists"
        )
    query = select(o.c.texts).where(o.c.version == versions[0]).order_by(o.c.fid.desc()).limit(1)
    return _texts(json.loads(ledger.read(query)["texts"][0]))


def _texts(texts: dict[str, str] | None) -> tuple[OntologyText, ...]:
    return tuple(OntologyText(name, text) for name, text in (texts or {}).items())


def _no_turtle(path: Path) -> tuple[OntologyText, ...]:
    raise UnknownOntology(f"{path} is not called *.ttl: give a Turtle file")
