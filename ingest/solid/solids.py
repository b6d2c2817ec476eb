"""Solids of a soup: shells turned the right way, cavities inside and apart, and solids beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..connected import connected
from .codes import Code, Tolerances
from .findings import Findings
from .pieces import distances, is_inside, pieces, sides
from .rings import COUNTS_AS_ZERO
from .shells import Shells
from .soup import Bools, Floats, Ints, Kind, Soup
from .visible import falls_apart


@dataclass(frozen=True, slots=True)
class _Solid:
    """A sound solid: its row, its shells from the outer one, and the triangles of each as they are turned."""

    row: int
    shells: tuple[int, ...]
    parts: tuple[Floats, ...]

    @property
    def triangles(self) -> Floats:
        return np.concatenate(self.parts)


def check_solids(
    soup: Soup, shells: Shells, tolerances: Tolerances, findings: Findings, together: Ints | None = None
) -> None:
    """Check the solids of sound shells, then those of a row, then those of rows that are parts of one thing.

    `together` has a number for each row, equal for parts of one thing (as of a building), negative for none.
    """
    solid = _solid_of_shells(soup, shells)
    is_outer = np.r_[True, solid[1:] != solid[:-1]][: len(solid)]
    turned = ~shells.is_bad & np.where(is_outer, shells.volume < 0, shells.volume > 0)
    findings.at_shells(
        Code.WRONG_ORIENTATION_SHELL, np.flatnonzero(turned), "the polygons of an outer shell look inwards, or outwards"
    )
    is_bad = np.zeros(int(solid.max(initial=-1)) + 1, dtype=bool)
    is_bad[solid[shells.is_bad | turned]] = True
    is_bad[solid[~(soup.kind[soup.row_of_shell] >= Kind.SOLID)]] = True
    row = soup.row_of_shell[is_outer]
    several_shells = np.bincount(solid) > 1
    bonded = soup.kind[row] == Kind.COMPOSITE_SOLID
    grouped = np.zeros(len(row), dtype=bool) if together is None else together[row] >= 0
    needed = ~is_bad & (several_shells | bonded | grouped)
    if not needed.any():
        return
    built = _built(solid, row, shells, needed)
    for number in np.flatnonzero(needed & several_shells):
        outer, *inner = built[int(number)].parts
        if is_too_large(np.concatenate(inner), np.concatenate([outer, *inner]), tolerances):
            findings.at_rows(Code.NOT_CHECKED, row[[number]], "too many triangles to compare its shells")
        elif found := _cavities(built[int(number)], tolerances):
            findings.at_rows(found[0], row[[number]], found[1])
            is_bad[number] = True
    for composite in np.unique(row[bonded]):
        members = np.flatnonzero(row == composite)
        if not is_bad[members].any():
            _check_composite([built[int(number)] for number in members], tolerances, findings)
    if together is not None:
        _check_parts([one for number, one in built.items() if grouped[number]], together, soup, tolerances, findings)


def _solid_of_shells(soup: Soup, shells: Shells) -> Ints:
    """The solid of each shell; where it is not said, a shell that looks inwards is a cavity of the solid before it."""
    is_unknown = (soup.kind == Kind.UNKNOWN_SOLIDS)[soup.row_of_shell]
    begins = np.r_[True, soup.solid[1:] != soup.solid[:-1]][: len(soup.solid)]
    return np.cumsum(begins | (is_unknown & ~(shells.volume < 0))) - 1


def _built(solid: Ints, row: Ints, shells: Shells, needed: Bools) -> dict[int, _Solid]:
    order = np.argsort(shells.shell_of_triangle, kind="stable")
    bounds = np.searchsorted(shells.shell_of_triangle[order], np.arange(len(solid) + 1))
    members: dict[int, list[int]] = {}
    for shell in np.flatnonzero(needed[solid]):
        members.setdefault(int(solid[shell]), []).append(int(shell))
    return {
        number: _Solid(
            int(row[number]),
            tuple(mine),
            tuple(shells.triangles[order[bounds[shell] : bounds[shell + 1]]] for shell in mine),
        )
        for number, mine in members.items()
    }


def _cavities(solid: _Solid, tolerances: Tolerances) -> tuple[Code, str] | None:
    """What is wrong with the cavities of a solid, if anything."""
    outer, *inner = solid.parts
    cavities = [shape[:, ::-1] for shape in inner]  # turned, a cavity is a solid
    for one, other in combinations([outer, *cavities], 2):
        if _is_same(one, other, tolerances.snap):
            return Code.DUPLICATED_SHELLS, "two shells are the same"
    for cavity in cavities:
        lies = sides(pieces(cavity, outer), outer)
        if not lies.behind.any():
            swallowed = sides(pieces(outer, cavity), cavity).behind.any()
            return (
                (Code.INTERSECTION_SHELLS, "a cavity is around the outer shell")
                if swallowed
                else (Code.INNER_SHELL_OUTSIDE, "a cavity is outside the outer shell")
            )
        if not (lies.behind.all() and lies.front.all()):
            return Code.INTERSECTION_SHELLS, "a cavity crosses the outer shell, or has a part of a face in common"
    for one, other in combinations(cavities, 2):
        lies = sides(pieces(one, other), other)
        if lies.behind.any() or lies.front.any() or sides(pieces(other, one), one).behind.any():
            return Code.INTERSECTION_SHELLS, "two cavities cross, or have a part of a face in common"
    if falls_apart(outer, cavities):
        return Code.SOLID_INTERIOR_DISCONNECTED, "cavities cut the solid into pieces"
    return None


def _check_composite(solids: Sequence[_Solid], tolerances: Tolerances, findings: Findings) -> None:
    row = np.array([solids[0].row])
    meets: list[tuple[int, int]] = []
    is_sound = True
    for (number, one), (other_number, other) in combinations(enumerate(solids), 2):
        if is_too_large(one.triangles, other.triangles, tolerances):
            findings.at_rows(Code.NOT_CHECKED, row, f"solids {number} and {other_number} have too many triangles")
            is_sound = False
        elif _is_same(one.triangles, other.triangles, tolerances.snap):
            findings.at_rows(Code.DUPLICATED_SOLIDS, row, f"solids {number} and {other_number} are the same")
            is_sound = False
        elif overlaps(one.triangles, other.triangles, tolerances.overlap):
            findings.at_rows(Code.INTERSECTION_SOLIDS, row, f"solids {number} and {other_number} overlap")
            is_sound = False
        elif is_beside(one.triangles, other.triangles, tolerances.snap):
            meets.append((number, other_number))
    pairs = np.array(meets, dtype=np.int64).reshape(-1, 2)
    if is_sound and len(np.unique(connected(len(solids), pairs[:, 0], pairs[:, 1]))) > 1:
        findings.at_rows(Code.DISCONNECTED_SOLIDS, row, "solids of a composite have no face in common with the others")


def _check_parts(
    solids: Sequence[_Solid], together: Ints, soup: Soup, tolerances: Tolerances, findings: Findings
) -> None:
    """Each part is held against those before it; the first overlap of a part is told."""
    groups: dict[int, list[_Solid]] = {}
    for part in solids:
        others = groups.setdefault(int(together[part.row]), [])
        for other in others:
            if other.row == part.row:
                continue
            shift = soup.origin[other.row] - soup.origin[part.row]
            row, place = np.array([part.row]), part.parts[0][:1, 0]
            if is_too_large(part.triangles, other.triangles, tolerances):
                findings.at_rows(Code.NOT_CHECKED, row, "too many triangles to compare it with another part", place)
            elif overlaps(part.triangles, other.triangles + shift, tolerances.overlap):
                text = "it overlaps another part of the same thing"
                findings.at_rows(Code.BUILDINGPARTS_OVERLAP, row, text, place)
                break
        others.append(part)


def is_too_large(one: Floats, other: Floats, tolerances: Tolerances) -> bool:
    """Whether comparing each triangle of one with each of the other would take too long: some seconds, as a rule."""
    return len(one) * len(other) > 20 * tolerances.most_pairs


def _is_same(one: Floats, other: Floats, snap: float) -> bool:
    """Whether two solids have the same corners and the same area."""
    if (np.abs(_box(one) - _box(other)) > snap).any():
        return False
    corners, others = one.reshape(-1, 3), other.reshape(-1, 3)
    gap = max(_farthest(corners, others), _farthest(others, corners))
    return gap <= snap and bool(np.isclose(_area(one), _area(other), rtol=1e-6, atol=snap))


def _farthest(points: Floats, others: Floats) -> float:
    return max(float(np.linalg.norm(others - point, axis=1).min()) for point in np.unique(points, axis=0))


def _area(triangles: Floats) -> float:
    cross = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    return float(np.linalg.norm(cross, axis=1).sum() / 2)


def _box(triangles: Floats) -> Floats:
    return np.stack([triangles.min(axis=(0, 1)), triangles.max(axis=(0, 1))])


def overlaps(one: Floats, other: Floats, tolerance: float) -> bool:
    """Whether two solids share a volume into which a ball of more than this diameter fits.

    The surface of what they share is made of pieces of both surfaces, behind which is the other solid. The ball is
    looked for at one place behind each piece.
    """
    box, other_box = _box(one), _box(other)
    shared = np.minimum(box[1], other_box[1]) - np.maximum(box[0], other_box[0])
    if (shared <= max(tolerance, COUNTS_AS_ZERO)).any() or _is_apart(one, other) or _is_apart(other, one):
        return False
    radius = max(tolerance / 2 * (1 + 1e-9) + 1e-9, COUNTS_AS_ZERO)
    for mine, theirs in ((one, other), (other, one)):
        cut = pieces(mine, theirs)
        behind = cut.points - radius * cut.normals
        is_shared = is_inside(behind, theirs) & is_inside(behind, mine)
        if tolerance > 0 and is_shared.any():
            behind = behind[is_shared]
            is_shared = np.minimum(distances(behind, mine), distances(behind, theirs)) >= tolerance / 2
        if is_shared.any():
            return True
    return False


def _is_apart(one: Floats, other: Floats) -> bool:
    """Whether all of the other solid is in front of a face behind which all of this one is."""
    normal = np.cross(one[:, 1] - one[:, 0], one[:, 2] - one[:, 0])
    length = np.linalg.norm(normal, axis=1)
    normal = normal[length > 0] / length[length > 0][:, None]
    start = one[length > 0, 0]
    level = np.einsum("ij,ij->i", start, normal)
    own = (one.reshape(-1, 3) @ normal.T - level).max(axis=0)
    theirs = (other.reshape(-1, 3) @ normal.T - level).min(axis=0)
    return bool(((own <= COUNTS_AS_ZERO) & (theirs >= -COUNTS_AS_ZERO)).any())


def is_beside(one: Floats, other: Floats, snap: float) -> bool:
    """Whether two solids that do not overlap have a part of a face in common."""
    box, other_box = _box(one), _box(other)
    if (np.minimum(box[1], other_box[1]) - np.maximum(box[0], other_box[0]) < -snap).any():
        return False
    return bool(sides(pieces(one, other), other, snap + COUNTS_AS_ZERO).front.any())
