"""What differs between two ontologies by meaning: order, layout and names of blank nodes never matter."""

from .compare import Difference, Said, difference, statements
from .show import as_json, as_kgcl, as_markdown, as_text, short, statement

__all__ = [
    "Difference",
    "Said",
    "as_json",
    "as_kgcl",
    "as_markdown",
    "as_text",
    "difference",
    "short",
    "statement",
    "statements",
]
