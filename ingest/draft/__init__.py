"""A first mapping for an unknown file, column by column, each with what speaks for it."""

from .columns import Column, Draft, draft_mapping
from .evidence import Knowledge, knowledge
from .write import as_json, as_yarrrml

__all__ = ["Column", "Draft", "Knowledge", "as_json", "as_yarrrml", "draft_mapping", "knowledge"]
