"""From coordinates to whole units, exactly: decimal text and rationals as they are, floats by the nearest-double rule.

A float is taken to lie on a cell border when it is the double nearest to that border. So the floats of a decoded cell
encode back into it, and every decimal of up to eleven places gives the same cell as text and as a float.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from .grid import HALF_TURN, UNITS_PER_DEGREE, GridError

Coordinate: TypeAlias = str | int | float | Decimal | Fraction
Units: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

LARGEST_DEGREES: Final = 1_000_000  # a longitude may be wound round the globe, but this is no longitude in degrees
_DECIMAL_TEXT: Final = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{0,100})?(?:[eE][+-]?[0-9]{1,2})?")


def exact_units(value: Coordinate, name: str) -> tuple[int, bool]:
    """Units below the value (rounded down) and whether the value is exactly that many; `GridError` if no number."""
    if isinstance(value, float):
        if not abs(value) <= LARGEST_DEGREES:  # also true for NaN
            raise _no_degrees(value, name)
        below, on_border = float_units(np.array([value]))
        return int(below[0]), bool(on_border[0])
    exact = _rational(value, name) * UNITS_PER_DEGREE
    return math.floor(exact), exact.denominator == 1


def float_units(degrees: npt.NDArray[np.float64]) -> tuple[Units, Flags]:
    """`exact_units` of a whole array of floats of at most `LARGEST_DEGREES`."""
    units = np.floor(degrees * UNITS_PER_DEGREE)
    # the product may be rounded across a border by one unit; the quotients are the doubles nearest to the borders
    units -= units / UNITS_PER_DEGREE > degrees
    units += (units + 1) / UNITS_PER_DEGREE <= degrees
    return units.astype(np.int64), units / UNITS_PER_DEGREE == degrees


def from_origin(units: int, *, on_border: bool) -> tuple[int, bool]:
    """Whole units away from the origin and whether the value is negative."""
    if units >= 0:
        return units, False
    return (-units if on_border else -units - 1), True


def from_prime_meridian(units: int, *, on_border: bool) -> tuple[int, bool]:
    """`from_origin` of a longitude, brought into [-180, 180); both ends belong to the last cell of their side."""
    if units > HALF_TURN or (units == HALF_TURN and not on_border) or units < -HALF_TURN:
        units = (units + HALF_TURN) % (2 * HALF_TURN) - HALF_TURN
    distance, is_west = from_origin(units, on_border=on_border)
    return min(distance, HALF_TURN - 1), is_west


def columns_from_origin(units: Units, on_border: Flags) -> tuple[Units, Flags]:
    """`from_origin` of whole columns."""
    is_negative = units < 0
    return np.where(is_negative, np.where(on_border, -units, -units - 1), units), is_negative


def columns_from_prime_meridian(units: Units, on_border: Flags) -> tuple[Units, Flags]:
    """`from_prime_meridian` of whole columns."""
    is_outside = (units > HALF_TURN) | ((units == HALF_TURN) & ~on_border) | (units < -HALF_TURN)
    inside = np.where(is_outside, (units + HALF_TURN) % (2 * HALF_TURN) - HALF_TURN, units)
    distance, is_west = columns_from_origin(inside, on_border)
    return np.minimum(distance, HALF_TURN - 1), is_west


def _rational(value: str | int | Decimal | Fraction, name: str) -> Fraction:
    if isinstance(value, str) and not _DECIMAL_TEXT.fullmatch(value):
        raise _no_degrees(value[:60], name)
    if isinstance(value, Decimal) and not (value.is_finite() and -200 < value.adjusted() < 10):
        if not value.is_zero():
            raise _no_degrees(value, name)
        return Fraction(0)
    rational = Fraction(value)
    if abs(rational) > LARGEST_DEGREES:
        raise _no_degrees(value, name)
    return rational


def _no_degrees(value: Coordinate, name: str) -> GridError:
    return GridError(
        f"{value!r} is no {name} in degrees; expected a number such as 116.3126 or '116.3126'. "
        "Transform projected coordinates to CGCS2000 longitude and latitude first."
    )
