"""Shapes at ingest and under an edit of the ontology: what breaks one waits in quarantine, and comes back."""

from pathlib import Path

import pytest

from ingest.migrate import apply_edit, plan_ontology, undo_edit
from kg.ledger import tables as t
from tests.ingest.harbour import ROWS, TERMS, Harbour

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
:QuayShape a sh:NodeShape ; sh:targetClass :Quay ; sh:property :QuayShape_depth, :QuayShape_ships .
:QuayShape_depth a sh:PropertyShape ; sh:path :quayDepth ; sh:maxInclusive 10 ; sh:message "No quay is so deep"@en .
:QuayShape_ships a sh:PropertyShape ; sh:path :ships ; sh:pattern "^[AB]" ; sh:severity sh:Warning .
"""


@pytest.fixture
def harbour(tmp_path: Path) -> Harbour:
    return Harbour(tmp_path / "workspace", TERMS + SHAPES)


def keys(harbour: Harbour) -> list[str]:
    return sorted(str(row[0]) for row in harbour.rows(t.record, ("key",)))


def test_a_row_that_breaks_a_shape_waits(harbour: Harbour) -> None:
    summary = harbour.hand_in(ROWS)
    assert (summary.taken, summary.quarantined, summary.reasons) == (4, 1, {"broken_shape": 1})
    (row,) = harbour.rows(t.quarantine, ("key", "reason", "detail"))
    assert row == ("Q2", "broken_shape", "No quay is so deep (QuayShape_depth, MaxInclusive); given is 11")
    assert keys(harbour) == ["C1", "C2", "Q1", "Q3"]


def test_a_warning_is_told_and_the_row_taken(harbour: Harbour) -> None:
    summary = harbour.hand_in(ROWS.replace("Anna", "Zora"))
    assert [text for text in summary.warnings if "QuayShape" in text] == [
        "1 x ships does not match ^[AB] (QuayShape_ships, Pattern); such rows are taken"
    ]
    assert "Q1" in keys(harbour)


def test_a_shape_for_a_superclass_holds_below_it(tmp_path: Path) -> None:
    harbour = Harbour(
        tmp_path / "workspace", TERMS + SHAPES.replace("sh:targetClass :Quay", "sh:targetClass :Construction")
    )
    assert harbour.hand_in(ROWS).reasons == {"broken_shape": 1}


def test_a_stricter_shape_is_planned_applied_and_undone(harbour: Harbour) -> None:
    harbour.hand_in(ROWS)
    harbour.write(TERMS + SHAPES.replace("10", "9"))
    plan = plan_ontology(harbour.workspace, harbour.ledger)
    assert plan.needs_consent is False
    harbour.write(TERMS + SHAPES.replace("10", "8"))
    plan = plan_ontology(harbour.workspace, harbour.ledger)
    assert [(effect.what, effect.term, effect.count) for effect in plan.misfits] == [("shape", "QuayShape_depth", 2)]
    assert [(change.kind, change.name) for change in plan.terms.changed] == [("shape", "QuayShape_depth")]
    assert (plan.quarantined, plan.needs_consent) == (2, True)
    done = apply_edit(harbour.workspace, harbour.ledger, reason="stricter", base=plan.base, accept_loss=True)
    assert done.moved.quarantined == 2
    assert keys(harbour) == ["C1", "C2"]
    undone = undo_edit(harbour.workspace, harbour.ledger, None, accept_loss=True)
    assert undone.moved.returned == 2
    assert keys(harbour) == ["C1", "C2", "Q1", "Q3"]


def test_a_milder_shape_lets_the_row_in(harbour: Harbour) -> None:
    harbour.hand_in(ROWS)
    harbour.write(TERMS + SHAPES.replace("10", "12"))
    plan = plan_ontology(harbour.workspace, harbour.ledger)
    assert sum(effect.count for effect in plan.retried) == 1
    done = apply_edit(harbour.workspace, harbour.ledger, reason="milder", base=plan.base)
    assert done.moved.retried == 1
    assert keys(harbour) == ["C1", "C2", "Q1", "Q2", "Q3"]


def test_a_shape_that_nothing_breaks_costs_nothing(harbour: Harbour) -> None:
    harbour.hand_in(ROWS)
    more = ":CraneShape a sh:NodeShape ; sh:targetClass :Crane ; sh:property :CraneShape_surface .\n"
    more += ":CraneShape_surface a sh:PropertyShape ; sh:path :surface ; sh:in ( 'steel' 'wood' ) .\n"
    harbour.write(TERMS + SHAPES + more)
    plan = plan_ontology(harbour.workspace, harbour.ledger)
    assert (plan.changed, plan.quarantined, plan.misfits) == (0, 0, ())
