"""`res3d ontology plan`: what the workspace's edited texts would do to its data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .common import JsonOption, WorkspaceOption, opened_workspace
from .output import print_facts, print_heading, print_json, print_line, print_table

if TYPE_CHECKING:
    from ingest.migrate import Effect, Plan


def plan(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Tell what applying the workspace's texts would do to entities, records, queries and Neo4j; writes nothing."""
    from ingest.migrate import plan_ontology

    with opened_workspace(workspace) as opened:
        found = plan_ontology(opened.workspace, opened.ledger)
    if as_json:
        print_json(found.as_json())
    else:
        show_plan(found)


def show_plan(plan: Plan) -> None:
    """The parts of a plan that are not empty, each as a table."""
    if plan.base == plan.version:
        print_line("Nothing would change: this ontology is in force already.")
        return
    terms = {
        what: ", ".join(f"{change.kind} {change.name}" for change in getattr(plan.terms, what))
        for what in ("added", "changed", "removed")
    }
    told = [(name, value) for name, value in terms.items() if value]
    print_facts(
        [
            *told,
            ("from version", plan.base[:12]),
            ("to version", plan.version[:12]),
            ("records changed", f"{plan.changed:,}"),
            ("records to quarantine", f"{plan.quarantined:,}"),
            ("rows out of quarantine", f"{sum(effect.count for effect in plan.retried):,}"),
        ]
    )
    _effects("Entities", "class", plan.entities)
    _table(
        "Types of entities",
        ("class", "becomes", "gains", "loses", "entities"),
        [(one.class_, one.becomes, ", ".join(one.gained), ", ".join(one.lost), one.count) for one in plan.types],
    )
    _effects("Records", "term", plan.records)
    _effects("Records that no longer fit", "term", plan.misfits)
    _effects("Rows in quarantine", "source", plan.retried)
    _table(
        "Mappings that would break",
        ("file", "term", "problem"),
        [(one.file, one.term, one.problem) for one in plan.mappings],
    )
    _table(
        "Saved queries that would break",
        ("file", "line", "term"),
        [(one.file, one.line, one.term) for one in plan.queries],
    )
    _table(
        "Names in Neo4j",
        ("kind", "name", "becomes", "now on"),
        [(one.kind, one.before, one.after or "(gone)", one.count) for one in plan.graph],
    )
    _effects("Relations", "relation", plan.relations)
    _effects("Rules", "rule", plan.rules)
    _table("Taken away or narrowed", ("term", "how"), [(found.term, found.message) for found in plan.narrowing])


def _effects(title: str, term: str, effects: Iterable[Effect]) -> None:
    rows = [
        (each.term, each.what, each.count, ", ".join(f"{name} ({class_})" for name, class_ in each.samples))
        for each in effects
    ]
    _table(title, (term, "what happens", "number", "such as"), rows)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        print_heading(title)
        print_table(columns, rows)
