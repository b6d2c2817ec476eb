"""Saved queries, `*.rq` and `*.cypher` in the workspace's `queries/` folder, with terms that an edit takes away."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ontology import Class, Property, Schema, upper_snake

FOLDER = "queries"

_SPARQL_TOKEN = re.compile(
    r"(?P<comment>\#[^\n]*)|(?P<string>\"\"\".*?\"\"\"|'''.*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
    r"|<(?P<iri>[^<>\"{}|^`\\\s]*)>|(?P<prefix>[A-Za-z][\w.-]*)?:(?P<local>[\w.%-]*)",
    re.DOTALL,
)
_PREFIX = re.compile(r"\bPREFIX\s+(?P<prefix>[\w.-]*):\s*<(?P<space>[^>]*)>", re.IGNORECASE)
_CYPHER_TOKEN = re.compile(
    r"(?P<skip>//[^\n]*|/\*.*?\*/|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<before>[:|&!(.]?)\s*`?(?P<name>[A-Za-z_]\w*)`?(?P<after>\s*:)?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class BrokenQuery:
    """A saved query with a term that is no longer there under the name that the query uses."""

    file: str
    term: str
    line: int


def broken_queries(directory: Path, old: Schema, new: Schema) -> tuple[BrokenQuery, ...]:
    """The queries in a workspace's `queries/` folder that find less or nothing after the edit; none without the folder.

    In SPARQL a term is known by its IRI, in Cypher as label, relationship type or property key.
    """
    found: list[BrokenQuery] = []
    for path in sorted((directory / FOLDER).glob("**/*")):
        if path.suffix in {".rq", ".cypher"} and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            places = sparql_terms(text, old, new) if path.suffix == ".rq" else cypher_terms(text, old, new)
            name = path.relative_to(directory / FOLDER).as_posix()
            told = dict.fromkeys((term, text.count("\n", 0, place) + 1) for term, place in places)
            found += [BrokenQuery(name, term, line) for term, line in told]
    return tuple(found)


def sparql_terms(text: str, old: Schema, new: Schema) -> Iterator[tuple[str, int]]:
    """Each lost term in a SPARQL query, with its offset."""
    names, kept = _names_by_iri(old), _names_by_iri(new)
    lost = {iri: name for iri, name in names.items() if iri not in kept}
    prefixes = dict(old.prefixes)  # a query may use these without a PREFIX line
    prefixes |= {match["prefix"]: match["space"] for match in _PREFIX.finditer(text)}
    for token in _SPARQL_TOKEN.finditer(text):
        iri = token["iri"]
        if token["local"] is not None:
            iri = prefixes.get(token["prefix"] or "", "") + token["local"].rstrip(".")
        if iri in lost:
            yield lost[iri], token.start()


def cypher_terms(text: str, old: Schema, new: Schema) -> Iterator[tuple[str, int]]:
    """Each lost label, relationship type or property key in a Cypher query, with its offset."""
    labels = old.classes.keys() - new.classes.keys()
    keys = old.properties.keys() - new.properties.keys()
    types = {upper_snake(name) for name in keys}
    for token in _CYPHER_TOKEN.finditer(text):
        name = token["name"]
        if name is None:
            continue
        is_label = token["before"] in {":", "|", "&", "!", "("} and name in labels | types
        is_key = (token["before"] == "." or token["after"]) and name in keys
        if is_label or is_key:
            yield name, token.start("name")


def _names_by_iri(schema: Schema) -> dict[str, str]:
    terms: tuple[Class | Property, ...] = (*schema.classes.values(), *schema.properties.values())
    return {term.iri: term.name for term in terms}
