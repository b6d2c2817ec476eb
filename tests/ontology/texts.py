"""The Turtle files of these tests, and ways to compile them together with the packaged model."""

from pathlib import Path

from ontology import OntologyText, Schema, compile_schema, packaged_texts

DATA = Path(__file__).parent / "data"
PREFIXES = """
@prefix : <https://res3d.example/ontology#> .
@prefix my: <https://my.example/terms#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def file_text(path: Path) -> OntologyText:
    """A file of these tests as an ontology text."""
    return OntologyText(path.name, path.read_text(encoding="utf-8"))


def with_packaged(*added: OntologyText) -> Schema:
    """The packaged model and more texts, compiled together."""
    return compile_schema((*packaged_texts(), *added))


def with_statements(turtle: str) -> Schema:
    """The packaged model and some Turtle without its prefixes, compiled together."""
    return with_packaged(OntologyText("mine.ttl", PREFIXES + turtle))


def replaced(file: str, old: str, new: str) -> Schema:
    """The packaged model with one passage of one file replaced; the passage must be there once."""
    texts = []
    for text in packaged_texts():
        if text.name == file:
            assert text.text.count(old) == 1, f"{file} has {text.text.count(old)} times {old!r}"
            text = OntologyText(file, text.text.replace(old, new))
        texts.append(text)
    return compile_schema(texts)
