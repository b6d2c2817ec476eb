"""Ontology files in the formats that libraries read; whatever the format, what goes on from here is Turtle.

Turtle, N-Triples, RDF/XML and JSON-LD are read by pyoxigraph, OWL/XML by owlready2. XML is read only without external
entities and without entities inside entities, and no file is read that is larger than any ontology has to be.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path

import pyoxigraph as ox

from . import vocabulary as v
from .errors import Finding, OntologyError
from .read import OntologyText

MOST_BYTES = 32 * 2**20
"""Of one file; the largest ontologies in use for cities and buildings (ifcOWL) have some 2 MB."""

_FORMATS: Mapping[str, ox.RdfFormat] = {
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
_UNREADABLE = {".ofn": "OWL functional syntax", ".omn": "Manchester syntax", ".obo": "OBO"}
SUFFIXES = frozenset({".ttl", ".owx", *_FORMATS, *_UNREADABLE})

_HEAD = 20_000  # characters in which an XML file declares its prefixes
_DECLARED = re.compile(r"""\bxmlns:([A-Za-z][\w-]*)\s*=\s*["']([^"'&]+)["']""")
_NOT_A_PREFIX = re.compile(r"[^a-z0-9]")
_LOCAL = re.compile(r"[^#/]*$")
_EXTERNAL = re.compile(r"<!ENTITY[^>]*\b(SYSTEM|PUBLIC)\b|<!DOCTYPE[^[>]*\b(SYSTEM|PUBLIC)\b")
_NESTED = re.compile(r"<!ENTITY\s+%?\s*\S+\s+(\"[^\"]*&[^\"]*;|'[^']*&[^']*;)")
_PARAMETER = re.compile(r"<!ENTITY\s+%")


def read_file(path: Path) -> OntologyText:
    """One file as a Turtle text of its name.

    Raises OntologyError for a format that no library here reads, a file that is too large, no UTF-8, or not what its
    name says.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        advice = "keep the part that is needed, such as by `robot extract`, and take instances in by `res3d ingest`"
        raise _refusal(
            path, "too-large", f"has {size / 2**20:,.0f} MB, at most {MOST_BYTES / 2**20:,.0f} are read; {advice}"
        )
    suffix = path.suffix.lower()
    if suffix in _UNREADABLE:
        advice = f"convert it, such as by `robot convert -i {path.name} -o {path.stem}.ttl`"
        raise _refusal(path, "format", f"is in {_UNREADABLE[suffix]}, which is not read here; {advice}")
    text = _utf8(path)
    if suffix == ".ttl":
        return OntologyText(path.name, text)
    if text.lstrip().startswith("<"):
        _check_xml(path, text)
    is_owl_xml = suffix == ".owx" or (suffix == ".owl" and re.search(r"<Ontology[\s>]", text) is not None)
    if is_owl_xml:
        return OntologyText(path.name, _turtle(path, text, lambda: _triples_of_owl_xml(text)))
    reader = ox.parse(text, format=_FORMATS[suffix], base_iri=v.BASE.rstrip("#"))
    return OntologyText(path.name, _turtle(path, text, lambda: [quad.triple for quad in reader]))


def _utf8(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal(path, "encoding", f"is not UTF-8 (byte {error.start}); save it in UTF-8") from error


def _check_xml(path: Path, text: str) -> None:
    if _EXTERNAL.search(text):
        raise _refusal(
            path, "external-entity", "refers to files or addresses outside of it; write their content into it"
        )
    if _NESTED.search(text) or _PARAMETER.search(text):
        advice = "entities may only stand for plain text, as those for namespaces do"
        raise _refusal(path, "nested-entity", f"has entities inside entities, which can grow without limit; {advice}")


def _turtle(path: Path, text: str, triples: Callable[[], list[ox.Triple]]) -> str:
    """Triples as Turtle with the prefixes that their file declares; an error has its place, as far as it is known."""
    try:
        found = triples()
        prefixes = _prefixes(path, text, found)
        return (ox.serialize(found, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b"").decode()
    except SyntaxError as error:
        message = f"can't be read as {path.suffix.lower().removeprefix('.')}: {error.msg}"
        finding = Finding(
            severity="error",
            code="syntax",
            term="the file",
            file=path.name,
            line=error.lineno,
            column=error.offset,
            message=message,
        )
        raise OntologyError([finding]) from error


def _prefixes(path: Path, text: str, triples: Sequence[ox.Triple]) -> dict[str, str]:
    """The prefixes that an XML file declares; a namespace of terms that has none gets the file's name as its prefix.

    Terms of other vocabularies are named by their prefix, in mappings as in the property graph.
    """
    prefixes = dict(_DECLARED.findall(text[:_HEAD])) if text.lstrip().startswith("<") else {}
    kinds = {ox.NamedNode(kind) for kind in v.CLASS_TYPES | v.PROPERTY_TYPES}
    typed = (triple.subject for triple in triples if triple.predicate.value == v.TYPE and triple.object in kinds)
    terms = (term.value for term in typed if isinstance(term, ox.NamedNode))
    own = _NOT_A_PREFIX.sub("", path.stem.lower()).lstrip("0123456789") or "o"
    for space in sorted({_LOCAL.sub("", term) for term in terms} - set(prefixes.values()) - {v.BASE}):
        number = next(number for number in count() if f"{own}{number or ''}" not in prefixes)
        prefixes[f"{own}{number or ''}"] = space
    return prefixes


def _triples_of_owl_xml(text: str) -> list[ox.Triple]:
    """What owlready2 understands of OWL/XML, by way of N-Triples."""
    import owlready2  # here, because it takes as long to load as all the rest and is hardly ever needed

    ontology = owlready2.World().get_ontology("https://res3d.example/imported#")
    try:
        ontology.load(fileobj=io.BytesIO(text.encode()), only_local=True)
    except owlready2.base.OwlReadyOntologyParsingError as error:
        raise SyntaxError(str(error)) from error
    written = io.BytesIO()
    ontology.save(written, format="ntriples")
    return [quad.triple for quad in ox.parse(written.getvalue(), format=ox.RdfFormat.N_TRIPLES)]


def _refusal(path: Path, code: str, message: str) -> OntologyError:
    return OntologyError([Finding(severity="error", code=code, term="the file", file=path.name, message=message)])
