"""The ontology: what classes, properties, relations and rules there are, as Turtle and compiled."""

from __future__ import annotations

from .check import check
from .compile import compile_schema
from .edit import Changes, TermChange, additive_problems, changes
from .errors import Finding, OntologyError, UnknownTerm
from .imports import folder_texts
from .moves import Edit, carries, edit_between, ledger_problems, replacements, unit_differs
from .read import OntologyText, packaged_texts
from .sarif import as_sarif
from .schema import Class, Condition, LinkRule, Property, Schema, SpatialRule, upper_snake

__all__ = [
    "Changes",
    "Class",
    "Condition",
    "Edit",
    "Finding",
    "LinkRule",
    "OntologyError",
    "OntologyText",
    "Property",
    "Schema",
    "SpatialRule",
    "TermChange",
    "UnknownTerm",
    "additive_problems",
    "as_sarif",
    "carries",
    "changes",
    "check",
    "compile_schema",
    "edit_between",
    "folder_texts",
    "ledger_problems",
    "packaged_texts",
    "replacements",
    "unit_differs",
    "upper_snake",
]
