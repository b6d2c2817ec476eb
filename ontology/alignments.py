"""What our terms correspond to in other vocabularies: SSSOM tables are the source, Turtle is written from them.

SSSOM is the Simple Standard for Sharing Ontological Mappings (mapping-commons.github.io/sssom); one table a vocabulary
in `alignments/`. `python -m ontology.alignments` writes the Turtle files anew after a table was changed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any  # YAML

import yaml

from . import vocabulary as v
from .errors import Finding, OntologyError

PREDICATES = (
    "owl:equivalentClass",
    "owl:equivalentProperty",
    "rdfs:subClassOf",
    "rdfs:subPropertyOf",
    "skos:exactMatch",
    "skos:closeMatch",
    "skos:broadMatch",
    "skos:narrowMatch",
    "skos:relatedMatch",
)
_PREFIXES = {"owl": v.OWL, "rdfs": v.RDFS, "skos": v.SKOS, "semapv": "https://w3id.org/semapv/vocab/"}


@dataclass(frozen=True, slots=True)
class Alignment:
    """One line of a table: our term, how it corresponds, and the term of the other vocabulary."""

    vocabulary: str
    """Title of the other vocabulary."""
    subject: str
    """IRI of our term."""
    subject_label: str
    predicate: str
    """One of `PREDICATES`."""
    object: str
    """IRI of the other term."""
    object_short: str
    """The other term as prefix and local name."""
    object_label: str
    confidence: float
    comment: str


@cache
def packaged_alignments() -> tuple[Alignment, ...]:
    """All lines of all packaged tables.

    >>> {"GeoSPARQL 1.1"} <= {each.vocabulary for each in packaged_alignments()}
    True
    """
    folder = resources.files(__package__).joinpath("alignments")
    names = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sssom.tsv"))
    return tuple(each for name in names for each in read_table(folder.joinpath(name).read_text(encoding="utf-8")))


def folder_alignments(folder: Path) -> tuple[Alignment, ...]:
    """The packaged alignments with those of a folder's own tables (`*.sssom.tsv`).

    Raises OntologyError for a table that is none.
    """
    own: list[Alignment] = []
    for path in _tables(folder):
        try:
            own += read_table(path.read_text(encoding="utf-8"))
        except (ValueError, KeyError, TypeError, yaml.YAMLError) as error:
            message = f"is no SSSOM table: {error!r}; see ontology/alignments for how one looks"
            finding = Finding(severity="error", code="alignment", term="the table", file=path.name, message=message)
            raise OntologyError([finding]) from error
    return (*packaged_alignments(), *own)


def read_table(text: str) -> tuple[Alignment, ...]:
    """The lines of an SSSOM table, whose head of commented YAML has title and prefixes.

    Raises ValueError for a CURIE without a prefix in the head, and KeyError for a missing column.
    """
    head, body = _parts(text)
    prefixes = {**_PREFIXES, **head["curie_map"]}
    return tuple(
        Alignment(
            vocabulary=head["title"],
            subject=_expanded(row["subject_id"], prefixes),
            subject_label=row["subject_label"],
            predicate=row["predicate_id"],
            object=_expanded(row["object_id"], prefixes),
            object_short=row["object_id"],
            object_label=row["object_label"],
            confidence=float(row["confidence"]),
            comment=row["comment"],
        )
        for row in csv.DictReader(body, delimiter="\t")
    )


def as_turtle(text: str) -> str:
    """The same table as Turtle: one statement a line, with what the table says of it as a comment."""
    head, body = _parts(text)
    prefixes = {**_PREFIXES, **head["curie_map"]}
    lines = [f"# {head['title']}, from {head['mapping_set_id'].rpartition('/')[2]} by `python -m ontology.alignments`"]
    lines += [f"@prefix {prefix}: <{space}> ." for prefix, space in sorted(prefixes.items()) if prefix != "semapv"]
    lines.append("")
    for row in csv.DictReader(body, delimiter="\t"):
        comment = f"  # {row['comment']}" if row["comment"] else ""
        lines.append(f"{row['subject_id']} {row['predicate_id']} {row['object_id']} .{comment}")
    return "\n".join(lines) + "\n"


def _parts(text: str) -> tuple[dict[str, Any], list[str]]:
    lines = text.splitlines()
    head = [line.removeprefix("#").removeprefix(" ") for line in lines if line.startswith("#")]
    return yaml.safe_load("\n".join(head)), [line for line in lines if not line.startswith("#")]


def _expanded(curie: str, prefixes: dict[str, str]) -> str:
    prefix, colon, local = curie.partition(":")
    if not colon or prefix not in prefixes:
        raise ValueError(f"{curie!r} has no prefix of the table's curie_map: {', '.join(sorted(prefixes))}")
    return prefixes[prefix] + local


def _tables(folder: Path) -> Iterator[Path]:
    yield from sorted(folder.glob("*.sssom.tsv"))


def main() -> None:
    """Write the Turtle file of every table."""
    for table in _tables(Path(__file__).parent / "alignments"):
        turtle = table.with_name(table.name.removesuffix(".sssom.tsv") + ".ttl")
        turtle.write_text(as_turtle(table.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
