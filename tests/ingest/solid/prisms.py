"""Prisms with or without a hole through them, of any outline and in any position, as nested lists of points."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

Floats = npt.NDArray[np.float64]
Faces = list[list[Floats]]  # polygons, each of rings of points


@dataclass(frozen=True, slots=True)
class Prism:
    """A closed shell: the bottom, the top, then the sides; `up` is the direction in which it was drawn up."""

    faces: Faces
    up: Floats
    middle: Floats
    """The point from which its outline was drawn, at half height."""


def prism(outline: Floats, hole: Floats | None, height: float, turn: Floats, shift: Floats) -> Prism:
    """The prism over an outline of the plane that runs counter-clockwise, turned and shifted in space."""
    rings = [outline] if hole is None else [outline, hole[::-1]]
    low = [np.c_[ring, np.zeros(len(ring))] for ring in rings]
    high = [ring + np.array([0.0, 0.0, height]) for ring in low]
    faces: Faces = [[ring[::-1] for ring in low], high]
    for below, above in zip(low, high, strict=True):
        after = np.roll(np.arange(len(below)), -1)
        faces += [[np.array([below[a], below[b], above[b], above[a]])] for a, b in enumerate(after)]
    return Prism(
        [[ring @ turn.T + shift for ring in face] for face in faces],
        turn[:, 2] * height,
        shift + turn[:, 2] * height / 2,
    )


def nested(faces: Faces) -> list[list[list[list[float]]]]:
    """The faces as plain lists."""
    return [[ring.tolist() for ring in face] for face in faces]


@st.composite
def prisms(draw: st.DrawFn, *, hole: bool | None = None, least: int = 3) -> Prism:
    """Star-shaped outlines of 3 to 9 corners, 2 to 20 m wide; a hole in the middle of some; anywhere in a country."""
    count = draw(st.integers(least, 9))
    radii = np.array(draw(st.lists(st.floats(4.0, 10.0), min_size=count, max_size=count)))
    angles = np.arange(count) * 2 * np.pi / count
    directions = np.c_[np.cos(angles), np.sin(angles)]
    has_hole = draw(st.booleans()) if hole is None else hole
    # The middle of a star-shaped outline is free as far as its narrowest chord.
    inner = directions * 0.2 * radii.min() * np.cos(np.pi / count) if has_hole else None
    axis = np.array([draw(st.floats(-1, 1)) for _ in range(3)]) + np.array([0, 0, 1.5])
    turn = rotation(axis / np.linalg.norm(axis), draw(st.floats(0, 6.28)))
    shift = np.array([draw(st.floats(0, 900_000)), draw(st.floats(0, 6_000_000)), draw(st.floats(-10, 4_000))])
    return prism(directions * radii[:, None], inner, draw(st.floats(2.0, 30.0)), turn, shift)


def rotation(axis: Floats, angle: float) -> Floats:
    """The turn about an axis (Rodrigues)."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)
