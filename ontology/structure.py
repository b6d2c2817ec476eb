"""Blank nodes of an ontology are written as trees of few levels; others are refused before anything walks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import TypeAlias

import pyoxigraph

from . import vocabulary as v
from .errors import Finding, OntologyError

Said: TypeAlias = Mapping[str, Mapping[str, Sequence[str | pyoxigraph.Literal]]]

MOST_LEVELS = 100
"""Of class expressions inside class expressions; members of one list are on one level."""


def check_blank_nodes(by_subject: Said, text_names: Mapping[str, str]) -> None:
    """Raise OntologyError for blank nodes that lead back to themselves, and for nesting without end.

    `text_names` tells in which text a blank node stands. OWL knows neither (Mapping to RDF Graphs, 3.2.5), and what
    follows such nodes - a list, a class expression, the canonical form - would not come to an end.
    """
    leads_to: dict[str, set[str]] = {
        subject: {value for values in said.values() for value in values if isinstance(value, str) and value[:2] == "_:"}
        for subject, said in by_subject.items()
        if subject.startswith("_:")
    }
    try:
        order = list(TopologicalSorter(leads_to).static_order())
    except CycleError as error:
        node = next(each for each in error.args[1] if each in text_names)
        advice = "a list or class expression can't be part of itself; write it anew"
        raise _refusal(
            text_names[node], "circular", f"has blank nodes that lead back to themselves; {advice}"
        ) from error
    level: dict[str, int] = {}
    for node in order:  # what is led to comes first
        said = by_subject.get(node, {})
        # The rest of a list is no level of its own.
        below = [(level.get(str(value), 0) - (word == v.REST)) for word, values in said.items() for value in values]
        level[node] = 1 + max(below, default=0)
        if level[node] > MOST_LEVELS:
            advice = "give names to the inner classes"
            raise _refusal(
                text_names[node], "too-deep", f"nests blank nodes on more than {MOST_LEVELS} levels; {advice}"
            )


def _refusal(file: str, code: str, message: str) -> OntologyError:
    return OntologyError([Finding(severity="error", code=code, term="the text", file=file, message=message)])
