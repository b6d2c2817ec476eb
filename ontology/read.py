"""Turtle texts as one set of statements, with the names of their terms and the places where they are written."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import TypeAlias

import pyoxigraph

from . import vocabulary as v
from .errors import Finding, OntologyError
from .structure import check_blank_nodes

Node: TypeAlias = str | pyoxigraph.Literal
"""An IRI, a blank node (`_:` and its label) or a literal."""

_NOT_IN_A_NAME = re.compile(r"\W")
_BEGINS_A_LINE = re.compile("^", re.MULTILINE)
_BEGINS_A_NAME = re.compile(r"(?<![\w:#])")
_GOES_ON = re.compile(r"[\w-]")


@dataclass(frozen=True, slots=True)
class OntologyText:
    """One Turtle document of an ontology; the name appears in messages."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Statements:
    """Everything the texts say, by subject and predicate."""

    by_subject: Mapping[str, Mapping[str, Sequence[Node]]]
    prefixes: Mapping[str, str]
    texts: tuple[OntologyText, ...]
    text_of: Mapping[str, OntologyText]
    """The text that declares a subject, else the first that mentions it."""
    declared_in: Mapping[str, Sequence[str]]
    """Names of the texts that give a subject a type."""
    version: str

    def values(self, subject: str, *predicates: str) -> tuple[Node, ...]:
        """All objects of a subject under any of the predicates, in the order of the texts."""
        said = self.by_subject.get(subject, {})
        return tuple(value for predicate in predicates for value in said.get(predicate, ()))

    def nodes(self, subject: str, *predicates: str) -> tuple[str, ...]:
        """The objects that are IRIs or blank nodes."""
        return tuple(value for value in self.values(subject, *predicates) if isinstance(value, str))

    def texts_of(self, subject: str, *predicates: str) -> tuple[str, ...]:
        """Lexical forms of the objects that are literals."""
        return tuple(value.value for value in self.values(subject, *predicates) if not isinstance(value, str))

    def text(self, subject: str, predicate: str) -> str | None:
        """The lexical form of the first literal."""
        return next(iter(self.texts_of(subject, predicate)), None)

    def is_true(self, subject: str, predicate: str) -> bool:
        """Whether a boolean annotation is there and true."""
        return self.text(subject, predicate) in ("true", "1")

    def by_language(self, subject: str, predicate: str) -> dict[str, str]:
        """Literals by language, without region; one that names no language counts as English."""
        found: dict[str, str] = {}
        for value in self.values(subject, predicate):
            if not isinstance(value, str):
                found.setdefault((value.language or "en").partition("-")[0], value.value)
        return found

    def listed(self, head: str) -> Iterator[Node]:
        """The members of an RDF list."""
        while head != v.NIL:
            yield from self.values(head, v.FIRST)[:1]
            head = next(iter(self.nodes(head, v.REST)), v.NIL)

    def named_subject(self, subject: str) -> str:
        """The subject itself, or the first named one that leads to a blank node."""
        while subject.startswith("_:"):
            leading = (
                other
                for other, said in self.by_subject.items()
                if any(value == subject for values in said.values() for value in values)
            )
            above = next(leading, None)
            if above is None:
                break
            subject = above
        return subject

    def with_type(self, types: frozenset[str]) -> tuple[str, ...]:
        """IRIs that are declared to be of one of the types, in the order of the texts."""
        return tuple(
            subject
            for subject, said in self.by_subject.items()
            if not subject.startswith("_:")
            and any(isinstance(type_, str) and type_ in types for type_ in said.get(v.TYPE, ()))
        )

    def name(self, iri: str) -> str:
        """Name of a term: the local name of ours, `prefix__Local` of a foreign one."""
        if iri.startswith(v.BASE):
            return _NOT_IN_A_NAME.sub("_", iri.removeprefix(v.BASE))
        prefix, local = self._split(iri)
        return _NOT_IN_A_NAME.sub("_", f"{prefix}__{local}")

    def short(self, iri: str) -> str:
        """`prefix:local` where a prefix is known, else the IRI; for datatypes and messages."""
        prefix, local = self._split(iri)
        return f"{prefix}:{local}" if local else iri

    def _split(self, iri: str) -> tuple[str, str]:
        known = (*v.WELL_KNOWN_PREFIXES.items(), *self.prefixes.items())
        fitting = [(prefix, space) for prefix, space in known if iri.startswith(space)]
        prefix, space = max(fitting, key=lambda pair: len(pair[1]), default=("", iri))
        return prefix, iri[len(space) :]

    def has_prefix(self, iri: str) -> bool:
        """Whether the term can be named: it is ours or in a namespace that a text declares."""
        return iri.startswith(v.BASE) or all(self._split(iri))

    def place(self, subject: str) -> tuple[str, int | None]:
        """Name of the text and line (1-based) where a subject is introduced, as far as it can be told."""
        text = self.text_of.get(subject)
        if text is None:
            return "", None
        # Statements about a subject usually begin a line; objects stand on indented ones.
        return text.name, self._line(text, subject, _BEGINS_A_LINE) or self._line(text, subject, _BEGINS_A_NAME)

    def mention(self, iri: str) -> tuple[str, int | None]:
        """Name of the text and line (1-based) that first mentions a term, as far as it can be told."""
        for text in self.texts:
            if line := self._line(text, iri, _BEGINS_A_NAME):
                return text.name, line
        return "", None

    def _line(self, text: OntologyText, iri: str, begins: re.Pattern[str]) -> int | None:
        fitting = [(prefix, space) for prefix, space in self.prefixes.items() if iri.startswith(space)]
        forms = [f"<{iri}>", *(f"{prefix}:{iri[len(space) :]}" for prefix, space in fitting)]
        places = [place for form in forms if (place := _found(text.text, form, begins)) is not None]
        return text.text.count("\n", 0, min(places)) + 1 if places else None


def _found(text: str, form: str, begins: re.Pattern[str]) -> int | None:
    """Where a whole name is first written; by plain search, twenty times as quick as one expression for all of it."""
    place = text.find(form)
    while place >= 0:
        if begins.match(text, place) and not _GOES_ON.match(text, place + len(form)):
            return place
        place = text.find(form, place + 1)
    return None


def packaged_texts() -> tuple[OntologyText, ...]:
    """The Turtle texts that ship with this package, in order of their names."""
    folder = resources.files(__package__).joinpath("model")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".ttl")), key=lambda file: file.name)
    return tuple(OntologyText(file.name, file.read_text(encoding="utf-8")) for file in files)


def read(texts: Sequence[OntologyText]) -> Statements:
    """Parse Turtle texts; raises `OntologyError` with file, line and column at the first syntax error.

    The statements of the last few texts are kept: who checks texts compiles them next.
    """
    return _read(tuple(texts))


@lru_cache(maxsize=4)
def _read(texts: tuple[OntologyText, ...]) -> Statements:
    by_subject: dict[str, dict[str, list[Node]]] = {}
    prefixes: dict[str, str] = {}
    mentioned: dict[str, OntologyText] = {}
    declared: dict[str, OntologyText] = {}
    declared_in: dict[str, list[str]] = {}
    triples = pyoxigraph.Dataset()
    for text in texts:
        for quad in _parsed(text, prefixes):
            subject = _key(quad.subject)
            predicate = quad.predicate.value
            if predicate == v.TYPE and text.name not in (names := declared_in.setdefault(subject, [])):
                names.append(text.name)
            if quad in triples:
                continue
            triples.add(quad)
            said = by_subject.setdefault(subject, {})
            said.setdefault(predicate, []).append(_node(quad.object))
            mentioned.setdefault(subject, text)
            if predicate == v.TYPE:
                declared.setdefault(subject, text)
    text_of = {**mentioned, **declared}
    check_blank_nodes(by_subject, {subject: text.name for subject, text in mentioned.items()})
    return Statements(by_subject, prefixes, texts, text_of, declared_in, _version(triples))


def _parsed(text: OntologyText, prefixes: dict[str, str]) -> Iterator[pyoxigraph.Quad]:
    reader = pyoxigraph.parse(
        text.text,
        format=pyoxigraph.RdfFormat.TURTLE,
        base_iri=v.BASE.rstrip("#"),
        rename_blank_nodes=True,
    )
    try:
        yield from reader
    except SyntaxError as error:
        finding = Finding(
            severity="error",
            code="syntax",
            term="the text",
            file=text.name,
            line=error.lineno,
            column=error.offset,
            message=f"is not Turtle: {error.msg}",
        )
        raise OntologyError([finding]) from error
    for prefix, space in reader.prefixes.items():
        prefixes.setdefault(prefix, space)


def _node(term: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple) -> Node:
    return term if isinstance(term, pyoxigraph.Literal) else _key(term)


def _key(term: pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Triple) -> str:
    return term.value if isinstance(term, pyoxigraph.NamedNode) else str(term)


def _version(triples: pyoxigraph.Dataset) -> str:
    triples.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return hashlib.sha256("\n".join(sorted(str(triple) for triple in triples)).encode()).hexdigest()
