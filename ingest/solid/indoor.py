"""Cells of IndoorGML and their dual graph: cells apart, states in their cells, links both ways, true neighbours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl
import shapely

from .codes import Code, Tolerances
from .findings import Findings
from .pieces import distances, is_inside
from .polygons import check_polygons
from .shells import check_shells
from .solids import check_solids, is_beside, is_too_large, overlaps
from .soup import Floats, Soup

Found: TypeAlias = Iterator[tuple[str, Code, str]]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell space: its id, the state that it names as its dual, the layer of that, and the row that has its solid."""

    id: str
    dual: str | None = None
    layer: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class State:
    """A node of the dual graph: where it is, and the id of the cell that it names, if any."""

    place: tuple[float, float, float] | None
    cell: str | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """An edge of the dual graph, and the states that it joins."""

    id: str
    ends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """Cells and their dual graph; `is_whole`: all that its links name must be among them."""

    cells: Sequence[Cell]
    states: Mapping[str, State]
    transitions: Sequence[Transition]
    is_whole: bool = True


def check_cells(network: Network, soup: Soup, tolerances: Tolerances) -> pl.DataFrame:
    """What is wrong between cells and their dual graph: id (of a cell, state or transition), code, name, text.

    The solids of the cells are rows of `soup`. A cell that is not sound on its own is not held against anything.
    Cells of different layers may overlap: they divide the same space in other ways.
    """
    shapes = _sound_shapes(soup, tolerances)
    solids = {cell.id: shapes[cell.row] for cell in network.cells if cell.row is not None and cell.row in shapes}
    found = [
        *_links(network),
        *_overlaps([cell for cell in network.cells if cell.id in solids], solids, tolerances),
        *_duals(network, solids, tolerances),
    ]
    columns = {"id": pl.String, "code": pl.Int64, "name": pl.String, "text": pl.String}
    rows = [(name, int(code), code.name, text) for name, code, text in found]
    return pl.DataFrame(rows, schema=columns, orient="row")


def _links(network: Network) -> Found:
    """Links that lead nowhere, or are not answered; what may be in another part of the file is not missed."""
    code, states = Code.PRIMAL_DUAL_XLINKS_ERROR, network.states
    cells = {cell.id: cell for cell in network.cells}
    for cell in network.cells:
        state = None if cell.dual is None else states.get(cell.dual)
        if state is not None and state.cell != cell.id:
            yield cell.id, code, f"its state {cell.dual} does not name it"
        elif cell.dual is not None and _is_wrong(state is not None, network.is_whole):
            yield cell.id, code, f"its state {cell.dual} is not there"
    for name, state in states.items():
        if state.cell is not None and _is_wrong(state.cell in cells, network.is_whole):
            yield name, code, f"its cell {state.cell} is not there"
        elif state.cell in cells and cells[state.cell].dual != name:
            yield name, code, f"its cell {state.cell} does not name it"
    for transition in network.transitions:
        for end in transition.ends:
            if _is_wrong(end in states, network.is_whole):
                yield transition.id, code, f"it joins the state {end}, which is not there"


def _is_wrong(is_there: bool, is_whole: bool) -> bool:
    return is_whole and not is_there


def _overlaps(cells: Sequence[Cell], solids: Mapping[str, Floats], tolerances: Tolerances) -> Found:
    """Only cells whose boxes meet in the plane are held against each other."""
    shapes = [solids[cell.id] for cell in cells]
    low, high = ([end(shape[..., :2], axis=(0, 1)) for shape in shapes] for end in (np.min, np.max))
    boxes = np.array([shapely.box(*one, *other) for one, other in zip(low, high, strict=True)], dtype=object)
    pairs = shapely.STRtree(boxes).query(boxes, predicate="intersects").T.tolist()
    for later, first in sorted(pairs):
        one, other = cells[first], cells[later]
        if first >= later or (one.layer and other.layer and one.layer != other.layer):
            continue
        if is_too_large(shapes[first], shapes[later], tolerances):
            yield other.id, Code.NOT_CHECKED, f"too many triangles to compare it with {one.id}"
        elif overlaps(shapes[first], shapes[later], tolerances.overlap):
            yield other.id, Code.CELLS_OVERLAP, f"it overlaps {one.id}"


def _duals(network: Network, solids: Mapping[str, Floats], tolerances: Tolerances) -> Found:
    cell_of_state = {cell.dual: cell for cell in network.cells if cell.dual in network.states and cell.id in solids}
    for name, cell in cell_of_state.items():
        place = network.states[str(name)].place
        if place is not None and not _holds(solids[cell.id], place, tolerances.snap):
            yield cell.id, Code.DUAL_VERTEX_OUTSIDE_CELL, f"its state {name} lies outside it"
    for transition in network.transitions:
        joined = [cell_of_state[end].id for end in transition.ends if end in cell_of_state]
        if len(joined) == 2 and not is_beside(solids[joined[0]], solids[joined[1]], tolerances.snap):
            text = f"it joins {joined[0]} with {joined[1]}, but they have no face in common"
            yield transition.id, Code.PRIMAL_DUAL_ADJACENCIES_INCONSISTENT, text


def _holds(shape: Floats, place: tuple[float, float, float], snap: float) -> bool:
    point = np.array([place])
    return bool(is_inside(point, shape)[0]) or float(distances(point, shape)[0]) <= snap


def _sound_shapes(soup: Soup, tolerances: Tolerances) -> dict[int, Floats]:
    """The triangles of each row that has solids and no error of its own, in common coordinates."""
    if not len(soup.ring):
        return {}
    findings = Findings(soup)
    shells = check_shells(soup, check_polygons(soup, tolerances, findings), tolerances, findings)
    check_solids(soup, shells, tolerances, findings)
    row = soup.row_of_shell[shells.shell_of_triangle]
    corners = shells.triangles + soup.origin[row][:, None]
    wrong = set(findings.table()["row"])
    return {int(number): corners[row == number] for number in np.unique(row) if number not in wrong}
