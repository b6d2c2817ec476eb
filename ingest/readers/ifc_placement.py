"""Placements of an IFC model as matrices (4 by 4) that take the coordinates within a thing to those around it."""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from .ifc_step import Entity
from .ifc_units import Units

Matrix = npt.NDArray[np.float64]

_FAR: Final = 20  # placements in each other; more are no longer followed


def axes(placed: Entity | None) -> Matrix:
    """The matrix of an axis placement in the units of the file; identity for none or a broken one."""
    from ifcopenshell.util.placement import get_axis2placement

    if placed is None:
        return np.eye(4)
    try:
        matrix = np.asarray(get_axis2placement(placed), dtype=np.float64)
    except (AttributeError, TypeError, ValueError, IndexError, RuntimeError, NotImplementedError):
        return np.eye(4)
    return matrix if matrix.shape == (4, 4) and np.isfinite(matrix).all() else np.eye(4)


def placement(product: Entity) -> Matrix:
    """The matrix of a product in the model, in the units of the file; a circle of placements ends where it closes."""
    matrix = np.eye(4)
    here, seen = product.ObjectPlacement, set[int]()
    while here is not None and here.id() not in seen and len(seen) < _FAR:
        seen.add(here.id())
        if here.is_a("IfcLocalPlacement"):
            matrix = axes(here.RelativePlacement) @ matrix
        here = getattr(here, "PlacementRelTo", None)
    return matrix


def true_north(context: Entity) -> float:
    """Angle from the y axis of the model to true north, counter-clockwise in radian; 0 where none is given."""
    north = context.TrueNorth
    ratios = tuple(north.DirectionRatios or ()) if north is not None else ()
    if len(ratios) < 2 or not any(ratios[:2]):
        return 0.0
    return math.atan2(-ratios[0], ratios[1])


def in_metres(matrix: Matrix, units: Units) -> Matrix:
    """The same step in metres, from one in the units of the file."""
    scaled = matrix.copy()
    scaled[:3, 3] *= units.length
    return scaled


def turned(angle: float) -> Matrix:
    """A rotation about the upright axis, counter-clockwise in radian."""
    matrix = np.eye(4)
    matrix[0, :2] = math.cos(angle), -math.sin(angle)
    matrix[1, :2] = math.sin(angle), math.cos(angle)
    return matrix
