"""Cells of IndoorGML and their dual graph: cells apart, states in their cells, links both ways, true neighbours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from .check import check_bodies
from .codes import Code, Tolerances
from .findings import Findings
from .pieces import distances, is_inside
from .polygons import check_polygons
from .shells import check_shells
from .solids import is_beside, overlaps
from .soup import Body, Floats, from_bodies


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell space: its id, its solid, and the id of the state that it names as its dual, if any."""

    id: str
    body: Body
    dual: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """A node of the dual graph: where it is, and the id of the cell that it names, if any."""

    place: tuple[float, float, float] | None
    cell: str | None = None


def check_cells(
    cells: Sequence[Cell],
    states: Mapping[str, State],
    transitions: Sequence[tuple[str, str]],
    tolerances: Tolerances | None = None,
) -> pl.DataFrame:
    """What is wrong with cells and their dual graph: cell (or state), code, name, text.

    First the cells on their own; overlaps, links and neighbours are looked at when those are sound.
    """
    chosen = tolerances or Tolerances()
    bodies = [cell.body for cell in cells]
    alone = check_bodies(bodies, chosen)
    found = [(cells[row].id, Code(code), text) for row, code, text in alone.select("row", "code", "text").iter_rows()]
    if not found:
        found = [*_links(cells, states, transitions)]
        shapes = _triangles(bodies, chosen)
        for one, other in combinations(range(len(cells)), 2):
            if overlaps(shapes[one], shapes[other], chosen.overlap):
                found.append((cells[other].id, Code.CELLS_OVERLAP, f"it overlaps {cells[one].id}"))
        found += _duals(cells, states, transitions, shapes, chosen)
    columns = {"cell": pl.String, "code": pl.Int64, "name": pl.String, "text": pl.String}
    rows = [(name, int(code), code.name, text) for name, code, text in found]
    return pl.DataFrame(rows, schema=columns, orient="row")


def _links(
    cells: Sequence[Cell], states: Mapping[str, State], transitions: Sequence[tuple[str, str]]
) -> list[tuple[str, Code, str]]:
    known = {cell.id: cell for cell in cells}
    found = []
    for cell in cells:
        if cell.dual is not None and (cell.dual not in states or states[cell.dual].cell != cell.id):
            found.append((cell.id, f"its state {cell.dual} is not there, or does not name it"))
    for name, state in states.items():
        if state.cell is not None and (state.cell not in known or known[state.cell].dual != name):
            found.append((name, f"its cell {state.cell} is not there, or does not name it"))
    for ends in transitions:
        found += [(end, "a transition names this state, which is not there") for end in ends if end not in states]
    return [(name, Code.PRIMAL_DUAL_XLINKS_ERROR, text) for name, text in found]


def _duals(
    cells: Sequence[Cell],
    states: Mapping[str, State],
    transitions: Sequence[tuple[str, str]],
    shapes: Sequence[Floats],
    tolerances: Tolerances,
) -> list[tuple[str, Code, str]]:
    found = []
    cell_of_state = {cell.dual: number for number, cell in enumerate(cells) if cell.dual in states}
    for name, number in cell_of_state.items():
        place = states[str(name)].place
        if place is not None and not _holds(shapes[number], place, tolerances.snap):
            text = f"its state {name} lies outside it"
            found.append((cells[number].id, Code.DUAL_VERTEX_OUTSIDE_CELL, text))
    for begin, end in transitions:
        if begin in cell_of_state and end in cell_of_state:
            one, other = cell_of_state[begin], cell_of_state[end]
            if not is_beside(shapes[one], shapes[other], tolerances.snap):
                text = f"a transition joins it with {cells[other].id}, but they have no face in common"
                found.append((cells[one].id, Code.PRIMAL_DUAL_ADJACENCIES_INCONSISTENT, text))
    return found


def _holds(shape: Floats, place: tuple[float, float, float], snap: float) -> bool:
    point = np.array([place])
    return bool(is_inside(point, shape)[0]) or float(distances(point, shape)[0]) <= snap


def _triangles(bodies: Sequence[Body], tolerances: Tolerances) -> list[Floats]:
    """The triangles of each body, in common coordinates."""
    soup = from_bodies(bodies, tolerances.snap)
    findings = Findings(soup)
    shells = check_shells(soup, check_polygons(soup, tolerances, findings), tolerances, findings)
    row = soup.row_of_shell[shells.shell_of_triangle]
    corners = shells.triangles + soup.origin[row][:, None]
    return [corners[row == number] for number in range(len(bodies))]
