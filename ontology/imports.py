"""The ontology files of a folder with all that they import: from local files only, found by a catalogue.

The catalogue is an OASIS XML Catalog, `catalog-v001.xml`, as Protégé writes it beside an ontology. Nothing is ever
loaded from the network.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from pathlib import Path

from . import vocabulary as v
from .errors import Finding, OntologyError
from .files import SUFFIXES, read_file
from .read import OntologyText, read

CATALOGUE = "catalog-v001.xml"
_NAMESPACE = "{urn:oasis:names:tc:entity:xmlns:xml:catalog}"


def folder_texts(folder: Path) -> tuple[OntologyText, ...]:
    """The ontology files of a folder, in order of their names, then what they import; none when it is not there.

    Raises OntologyError for a file that can't be read, and for an import that the catalogue does not lead to a file.
    """
    files = [path for path in sorted(folder.glob("*")) if path.suffix.lower() in SUFFIXES and path.is_file()]
    texts = {path.resolve(): read_file(path) for path in files}
    catalogue = _catalogue(folder)
    waiting = list(texts.values())
    while waiting:
        text = waiting.pop(0)
        for iri in _imports(text):
            if any(iri in _declared(other) for other in texts.values()) or iri == v.BASE.rstrip("#"):
                continue
            path = _file(folder, catalogue, iri, text)
            if path not in texts:
                texts[path] = read_file(path)
                waiting.append(texts[path])
    return tuple(texts.values())


def _imports(text: OntologyText) -> Iterator[str]:
    if "imports" not in text.text:
        return
    said = read([text])
    for subject in said.by_subject:
        yield from said.nodes(subject, v.OWL + "imports")


def _declared(text: OntologyText) -> frozenset[str]:
    """IRIs of the ontology and its version that a text declares."""
    if "Ontology" not in text.text:
        return frozenset()
    said = read([text])
    names = said.with_type(frozenset({v.OWL + "Ontology"}))
    return frozenset({*names, *(iri for name in names for iri in said.nodes(name, v.OWL + "versionIRI"))})


def _catalogue(folder: Path) -> Mapping[str, str]:
    """IRI -> file name of every `uri` element of the folder's catalogue."""
    path = folder / CATALOGUE
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise _refusal(CATALOGUE, "catalogue", "has a document type; write the catalogue without one, as Protégé does")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - see the import
    except ElementTree.ParseError as error:
        raise _refusal(CATALOGUE, "catalogue", f"is no XML: {error}") from error
    found = [element.attrib for element in root.iter() if element.tag in {"uri", f"{_NAMESPACE}uri"}]
    return {each["name"]: each["uri"] for each in found if {"name", "uri"} <= each.keys()}


def _file(folder: Path, catalogue: Mapping[str, str], iri: str, text: OntologyText) -> Path:
    """The file that an import means."""
    if iri not in catalogue:
        advice = f'put it into the folder and add <uri name="{iri}" uri="FILE"/> to {CATALOGUE}'
        raise _refusal(text.name, "import-missing", f"imports {iri}, which is not here; {advice}")
    path = (folder / catalogue[iri]).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise _refusal(
            CATALOGUE, "import-outside", f"leads {iri} out of its folder to {catalogue[iri]}; put the file into it"
        )
    if not path.is_file() or path.suffix.lower() not in SUFFIXES:
        raise _refusal(CATALOGUE, "import-missing", f"leads {iri} to {catalogue[iri]}, which is no ontology file there")
    return path


def _refusal(file: str, code: str, message: str) -> OntologyError:
    return OntologyError([Finding(severity="error", code=code, term="the file", file=file, message=message)])
