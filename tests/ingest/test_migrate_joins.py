"""An edit of the ontology leaves links that were looked for as they are, and an undo gives back what was."""

from pathlib import Path

from ingest.migrate import apply_edit, plan_ontology, undo_edit
from kg.ledger import broken_rows
from kg.ledger import tables as t
from tests.ingest.harbour import MAPPING, Harbour
from tests.ingest.test_migrate import WHARF

JOINED = MAPPING.replace(
    "[res:moored, record/harbour/$(at)]", "{p: res:moored, join: {to: res:Quay, by: [{code: nl.bag/$(at)}]}}"
)
ROWS = """number,kind,depth,surface,first,second,bag,at
Q1,quay,8.5,stone,,,0503100000000001,
C1,crane,,steel,,,,0503100000000001
C2,crane,,wood,,,,0503100000000009
"""
LOOK = ("subject", "object", "reference", "evidence", "origin")


def test_links_stay_when_the_class_is_renamed(tmp_path: Path) -> None:
    harbour = Harbour(tmp_path / "workspace")
    harbour.write_mapping(JOINED)
    summary = harbour.hand_in(ROWS)
    assert (summary.taken, summary.joined, summary.unlinked) == (3, 1, {"no such code": 1})
    before = harbour.rows(t.relation, LOOK)
    harbour.write(WHARF)
    plan = plan_ontology(harbour.workspace, harbour.ledger)
    apply_edit(harbour.workspace, harbour.ledger, reason="edit", base=plan.base, accept_loss=True)
    assert harbour.rows(t.relation, LOOK) == before
    assert {row[0] for row in harbour.rows(t.relation, ("predicate",))} == {"madeFastTo"}
    undo_edit(harbour.workspace, harbour.ledger, None, accept_loss=True)
    assert harbour.rows(t.relation, LOOK) == before
    late = "Q9,quay,9,stone,,,0503100000000009,\n"
    assert harbour.hand_in(ROWS.splitlines(keepends=True)[0] + late, name="late.csv").relations == 1
    assert all(row[1] is not None for row in harbour.rows(t.relation, LOOK))
    assert list(broken_rows(harbour.ledger)) == []
