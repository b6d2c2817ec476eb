"""Finds the ontology that a name means: files, a folder, the packaged one, the workspace's, or a version of the log."""

from pathlib import Path

from ontology import OntologyText, folder_texts, packaged_texts
from ontology.files import SUFFIXES, read_file

from .ledger import Ledger
from .ontologies import UnknownVersion, find_version, texts_in_force, version_texts, workspace_texts
from .workspace import Workspace

NAMES = ("packaged", "workspace", "in-force")


class UnknownOntology(LookupError):
    """A name that means no ontology; says which are understood."""


def named_texts(name: str, workspace: Workspace, ledger: Ledger) -> tuple[OntologyText, ...]:
    """The text of an ontology file or those of a folder, else what `known_texts` finds under the name.

    Raises UnknownOntology, and OntologyError for a file that can't be read.
    """
    path = Path(name)
    if name not in NAMES and path.is_dir() and (texts := folder_texts(path)):
        return texts
    if name not in NAMES and path.is_file():
        if path.suffix.lower() not in SUFFIXES:
            raise UnknownOntology(f"{path} is no ontology file: expected one called *{', *'.join(sorted(SUFFIXES))}")
        return (read_file(path),)
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
    try:
        return version_texts(ledger, find_version(ledger, name))
    except UnknownVersion as error:
        raise UnknownOntology(
            f"{name!r} is no ontology: give an ontology file or a folder of them, {', '.join(NAMES)}, or the first "
            f"characters of a version ({error})"
        ) from error
