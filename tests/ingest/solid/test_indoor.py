"""IndoorGML on its way into the ledger: cells are held against each other and against the network of their states."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from ingest.pipeline import Options, ingest_files
from ingest.quarantine import QuarantineFilter, rows_in
from ingest.solid import Action, Body, Kind, Tolerances
from ingest.solid.indoor import Cell, Network, State, Transition, check_cells
from ingest.solid.soup import from_bodies
from ingest.summary import FileSummary
from kg.ledger import in_force
from kg.ledger import tables as t
from tests.ingest.deliveries import Desk

from .cases import FOLDER
from .prisms import nested, prism

SQUARE = np.array([[0.0, 0], [10, 0], [10, 10], [0, 10]])
FOUND = {
    "igml_v1.gml": {},
    "igml_v2.gml": {},
    "igml_701.gml": {"C2": "701 CELLS_OVERLAP: it overlaps C1"},
    "igml_702.gml": {"C1": "702 DUAL_VERTEX_OUTSIDE_CELL: its state N1 lies outside it"},
    "igml_703_1.gml": {
        "C1": "703 PRIMAL_DUAL_XLINKS_ERROR: its state N1 does not name it",
        "C2": "703 PRIMAL_DUAL_XLINKS_ERROR: its state N2 does not name it",
        "N1": "703 PRIMAL_DUAL_XLINKS_ERROR: its cell C2 does not name it",
        "N2": "703 PRIMAL_DUAL_XLINKS_ERROR: its cell C1 does not name it",
    },
    "igml_703_2.gml": {"E1": "703 PRIMAL_DUAL_XLINKS_ERROR: it joins the state N666, which is not there"},
    "igml_704_1.gml": {},
    "igml_704_2.gml": {
        "E1": "704 PRIMAL_DUAL_ADJACENCIES_INCONSISTENT: it joins C1 with C2, but they have no face in common"
    },
}
"""What is found in each file of val3dity's suite: the row that is kept out, and why."""


def hand_in(desk: Desk, path: Path, check: Action, **options: object) -> FileSummary:
    chosen = Options(crs="EPSG:4548", check_3d=check, **options)  # type: ignore[arg-type]  # names checked by Options
    return ingest_files(desk.workspace, desk.ledger, desk.schema, [path], chosen)[0]


@pytest.mark.process
@pytest.mark.parametrize("name", FOUND)
def test_what_is_wrong_keeps_its_row_out_and_no_other(desk: Desk, shared_data: Path, name: str) -> None:
    path = shared_data / FOLDER / "test_indoorgml" / name
    summary = hand_in(desk, path, Action.QUARANTINE)
    assert summary.error is None
    with desk.ledger.reading() as snapshot:
        waiting = rows_in(snapshot, QuarantineFilter())
        taken = snapshot.read(select(t.record.c.key).where(in_force(t.record)))["key"]
    assert dict(zip(waiting["key"], waiting["detail"], strict=True)) == FOUND[name]
    assert summary.taken == len(taken) == summary.rows - len(FOUND[name])
    assert summary.rows >= 1


@pytest.mark.process
def test_without_the_option_nothing_is_looked_at_and_a_warning_counts_rows(desk: Desk, shared_data: Path) -> None:
    path = shared_data / FOLDER / "test_indoorgml" / "igml_703_1.gml"
    silent = hand_in(desk, path, Action.OFF, dry_run=True)
    assert not [warning for warning in silent.warnings if "ISO 19107" in warning]
    told = hand_in(desk, path, Action.WARN)
    assert "4 x 3D geometry with error 703 PRIMAL_DUAL_XLINKS_ERROR (ISO 19107); such rows are taken" in told.warnings
    assert told.taken == told.rows


@pytest.mark.process
@pytest.mark.parametrize("name", ["igml_704_1.gml", "igml_703_2.gml"])
def test_links_into_another_part_of_the_file_are_not_called_broken(desk: Desk, shared_data: Path, name: str) -> None:
    """A state that is nowhere is not told then, either: no part knows it."""
    path = shared_data / FOLDER / "test_indoorgml" / name
    assert hand_in(desk, path, Action.QUARANTINE, batch_rows=1).quarantined == 0


def cube(x: float) -> list[list[list[list[float]]]]:
    return nested(prism(SQUARE, None, 3.0, np.eye(3), np.array([x, 0.0, 0.0])).faces)


def found(network: Network, *places: float) -> list[tuple[str, int]]:
    bodies = [Body(Kind.SOLID, [[cube(x)]]) for x in places]
    table = check_cells(network, from_bodies(bodies, 0.001), Tolerances())
    return table.select("id", "code").rows()


def test_cells_of_other_layers_divide_the_same_space() -> None:
    cells = [Cell("room", layer="rooms", row=0), Cell("radio", layer="radio", row=1), Cell("hall", row=2)]
    assert found(Network(cells, {}, []), 0, 5, 30) == []
    same = [Cell("room", layer="rooms", row=0), Cell("other", layer="rooms", row=1)]
    assert found(Network(same, {}, []), 0, 5) == [("other", 701)]
    assert found(Network(same, {}, []), 0, 10) == []


def test_a_cell_that_is_not_sound_is_held_against_nothing_and_its_links_still_are() -> None:
    open_cube = Body(Kind.SOLID, [[cube(0)[:-1]]])
    states = {"s": State((50.0, 50, 50), "a"), "t": State(None, "nowhere")}
    network = Network([Cell("a", "s", row=0), Cell("b", row=1)], states, [])
    table = check_cells(network, from_bodies([open_cube, Body(Kind.SOLID, [[cube(5)]])], 0.001), Tolerances())
    assert table.select("id", "code").rows() == [("t", 703)]


def test_states_without_cells_are_judged_by_their_links_alone() -> None:
    network = Network([], {"s": State((0, 0, 0)), "t": State((1, 0, 0))}, [Transition("e", ("s", "t"))])
    assert check_cells(network, from_bodies([], 0.001), Tolerances()).is_empty()


def test_neighbours_have_a_face_in_common() -> None:
    states = {"s": State((5, 5, 1), "a"), "t": State((15, 5, 1), "b"), "u": State((45, 5, 1), "c")}
    cells = [Cell("a", "s", row=0), Cell("b", "t", row=1), Cell("c", "u", row=2)]
    edges = [Transition("near", ("s", "t")), Transition("far", ("t", "u"))]
    assert found(Network(cells, states, edges), 0, 10, 40) == [("far", 704)]
