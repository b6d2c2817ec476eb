"""A mapping for a file: its first rows, read as every delivery is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kg.ledger import Ledger
from kg.ontologies import texts_in_force
from kg.workspace import Workspace
from ontology import Schema

from ..mappings import known_mappings
from ..readers import read
from .columns import Draft, draft_mapping
from .evidence import knowledge
from .write import as_yarrrml, source_name

ROWS = 2_000
"""So many rows are looked at."""


class NothingToDraft(ValueError):
    """The file can be read, but has nothing from which a mapping could be drafted."""


@dataclass(frozen=True, slots=True)
class DraftedFile:
    """A draft, and the mapping that it makes, in YARRRML."""

    draft: Draft
    mapping: str


def draft_of_file(
    workspace: Workspace, ledger: Ledger, schema: Schema, file: Path, *, name: str = "", layer: str | None = None
) -> DraftedFile:
    """Draft a mapping for a file; `name` is what it is called, when that is not its path.

    Raises NothingToDraft, and ReaderError for a file that can't be read.
    """
    called = Path(name or file.name).name
    known = knowledge(schema, texts_in_force(ledger), known_mappings(workspace, schema))
    with read(file, batch_rows=ROWS, layer=layer) as reading:
        batch = next(iter(reading.batches), None)
    if batch is None:
        raise NothingToDraft(f"{called} has no rows: there is nothing to draft from")
    try:
        draft = draft_mapping(batch.features, schema, known, hint=f"{called.split('.')[0]} {layer or ''}")
    except ValueError as error:
        raise NothingToDraft(f"{called}: {error}") from error
    return DraftedFile(draft, as_yarrrml(draft, schema, source_name(called)))
