"""Facts since a changeset, put on top of the facts before it, are the facts of the ledger."""

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.facts import Facts, all_facts, changed_facts, joined
from kg.workspace import create_workspace
from ontology import Schema
from tests.ingest.deliveries import Desk, Square, square

BAG = [f"NL.IMBAG.Pand.050310000000{number:04d}" for number in range(4)]


def on_top(before: Facts, change: Facts) -> Facts:
    """What a view holds after it replaced the touched nodes."""
    gone = pl.concat([change.nodes["key"], change.removed.rename("key")]).implode()
    kept = Facts(
        before.nodes.filter(~pl.col("key").is_in(gone)),
        before.values.filter(~pl.col("key").is_in(gone)),
        before.edges.filter(~pl.col("subject").is_in(gone)),
        before.removed,
    )
    return joined([kept, change])


def lines(frame: pl.DataFrame) -> list[str]:
    return sorted(str(row) for row in frame.iter_rows())


def assert_same(one: Facts, other: Facts) -> None:
    for name in Facts.SCHEMAS:
        left, right = lines(getattr(one, name)), lines(getattr(other, name))
        assert left == right, f"{name}: {sorted(set(left) ^ set(right))[:4]}"


squares = st.lists(
    st.builds(
        square,
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from([0.0, 1.0, 30.0]),
        year=st.sampled_from([1990, 1991]),
        bag=st.sampled_from([None, *BAG[:2]]),
    ),
    max_size=3,
    unique_by=lambda one: one["name"],
)


@settings(max_examples=8, suppress_health_check=list(HealthCheck), deadline=None)
@given(deliveries=st.lists(st.tuples(st.sampled_from(["one", "two"]), squares), min_size=2, max_size=4))
def test_any_sequence_of_deliveries_ends_in_the_facts_of_the_ledger(
    schema: Schema, tmp_path_factory: pytest.TempPathFactory, deliveries: list[tuple[str, list[Square]]]
) -> None:
    workspace = create_workspace(tmp_path_factory.mktemp("follow") / "workspace")
    desk = Desk(workspace, workspace.ledger(), schema)
    shown = joined([])
    position = 0
    for number, (source, content) in enumerate(deliveries):
        desk.hand_in(content, source=source, name=f"{number}.geojson", at=f"2025-01-{number + 1:02d}")
        change = changed_facts(desk.ledger, schema, position)
        shown = change.facts if change.is_full else on_top(shown, change.facts)
        position = change.position.number
    assert_same(shown, all_facts(desk.ledger, schema).facts)
