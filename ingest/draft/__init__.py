"""A first mapping for an unknown file, column by column, each with what speaks for it."""

from .column import Column
from .columns import Draft, draft_mapping
from .evidence import Knowledge, knowledge
from .file import DraftedFile, NothingToDraft, draft_of_file
from .write import as_json, as_yarrrml

__all__ = [
    "Column",
    "Draft",
    "DraftedFile",
    "Knowledge",
    "NothingToDraft",
    "as_json",
    "as_yarrrml",
    "draft_mapping",
    "draft_of_file",
    "knowledge",
]
