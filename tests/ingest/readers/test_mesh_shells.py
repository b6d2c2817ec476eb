"""Closed meshes with cavities: their shells are told whatever order the faces come in, and checked as such."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from ingest.geometry_3d import solid_errors
from ingest.solid import Action, Check3D

from .mesh_samples import one

Box = tuple[tuple[int, int, int], int]  # the lowest corner and the length of the sides
Face = list[tuple[int, ...]]

BIG: Box = ((0, 0, 0), 10)
SMALL: Box = ((2, 2, 2), 2)
OTHER: Box = ((5, 5, 5), 2)
ACROSS: Box = ((9, 2, 2), 3)
AWAY: Box = ((20, 0, 0), 4)


def outwards(box: Box) -> list[Face]:
    """The six squares of a box, seen from outside."""
    low, side = box
    faces = []
    for axis, is_high in product(range(3), (0, 1)):
        corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
        face = []
        for first, second in corners if is_high else corners[::-1]:
            point = list(low)
            point[axis] += side * is_high
            point[(axis + 1) % 3] += side * first
            point[(axis + 2) % 3] += side * second
            face.append(tuple(point))
        faces.append(face)
    return faces


def inwards(box: Box) -> list[Face]:
    return [face[::-1] for face in outwards(box)]


def obj(folder: Path, faces: list[Face]) -> Path:
    lines = ["o body"]
    for number, face in enumerate(faces):
        lines += [f"v {x} {y} {z}" for x, y, z in face]
        lines.append("f " + " ".join(str(number * 4 + corner) for corner in (1, 2, 3, 4)))
    path = folder / "body.obj"
    path.write_text("\n".join(lines) + "\n")
    return path


def checked(folder: Path, faces: list[Face]) -> tuple[list[list[int]] | None, list[int]]:
    """The shells that the reader tells, and the errors that are found by them."""
    batch = one(obj(folder, faces))[1]
    errors = solid_errors(batch.features, batch.geometries, None, Check3D(Action.WARN)).errors
    return batch.geometries["@shells"].to_list()[0], errors["code"].to_list()


CASES = [
    (outwards(BIG), None, []),
    (outwards(BIG) + inwards(SMALL), [[6, 6]], []),
    (outwards(BIG) + inwards(SMALL) + inwards(OTHER), [[6, 6, 6]], []),
    (outwards(BIG) + outwards(AWAY), [[6], [6]], []),
    (outwards(BIG) + inwards(SMALL) + outwards(AWAY), [[6, 6], [6]], []),
    (outwards(BIG) + inwards(ACROSS), [[6, 6]], [401]),
    (outwards(BIG) + inwards(AWAY), [[6, 6]], [403]),
    (inwards(BIG), None, [405]),
]


@pytest.mark.parametrize(("faces", "shells", "codes"), CASES)
@pytest.mark.parametrize("seed", [None, 0, 1, 2])
def test_shells_are_told_in_any_order_of_the_faces(
    tmp_path: Path, faces: list[Face], shells: list[list[int]] | None, codes: list[int], seed: int | None
) -> None:
    order = range(len(faces)) if seed is None else np.random.default_rng(seed).permutation(len(faces)).tolist()
    told, found = checked(tmp_path, [faces[place] for place in order])
    assert (sorted(told) if told else told) == (sorted(shells) if shells else shells)
    assert found == codes


def test_of_an_open_mesh_no_shells_are_told(tmp_path: Path) -> None:
    told, _ = checked(tmp_path, (outwards(BIG) + inwards(SMALL))[:-1])
    assert told is None
