"""A draft as a mapping file, with its reasons as comments, and as JSON."""

from __future__ import annotations

import re
from dataclasses import asdict

import yaml

from ontology import Schema

from .columns import Draft


def as_yarrrml(draft: Draft, schema: Schema, source: str) -> str:
    """The mapping file: `load_mapping` reads it as it is; licence and title are for a person to fill in."""
    rows = []
    for column in draft.columns:
        if column.property is None:
            continue
        term = schema.property_(column.property)
        value = f"$({column.name})"
        if term.kind == "relation":
            value = f"code/{column.scheme}/{value}~iri"
        pair = [_name(column.property), value]
        if term.datatype == "rdf:langString":
            pair.append("zh~lang")
        rows.append(f"      - {_flow(pair)}  # {column.confidence:.2f} {_comment(column.reason)}")
    left = [column.name for column in draft.columns if column.property is None]
    lines = [
        "# A draft: look at every line, at the title and at the licence, before data is taken by it.",
        'prefixes: {res: "https://res3d.example/ontology#"}',
        f"res3d: {_flow({'source': source, 'title': source, 'licence': 'unknown', 'geometry': 'optional'})}",
        "mappings:",
        "  row:",
        f"    s: {_flow(f'record/{source}/$({draft.key})')}",
        "    po:",
        f"      - {_flow(['a', _name(draft.class_)])}  # {_comment(draft.class_reason)}",
        *rows,
        *(["# Kept with the record as they are: " + _comment(", ".join(left))] if left else []),
    ]
    return "\n".join(lines) + "\n"


def as_json(draft: Draft) -> dict[str, object]:
    """Class, key and columns with confidence and reason."""
    return asdict(draft)


def source_name(file_name: str) -> str:
    """A name for the source out of a file's name.

    >>> source_name("Kiosks der Stadt (2024).geojson")
    'kiosks-der-stadt-2024'
    """
    stem = file_name.split(".")[0].casefold()
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-") or "my-source"


def _name(term: str) -> str:
    prefix, two, local = term.partition("__")
    return f"{prefix}:{local}" if two else f"res:{term}"


def _flow(value: object) -> str:
    return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000).split("\n...")[0].strip()


def _comment(text: str) -> str:
    return " ".join(text.split())
