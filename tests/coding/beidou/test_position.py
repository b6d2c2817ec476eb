"""The nearest-double rule: a float is on a border exactly when it is the double nearest to it."""

from __future__ import annotations

import numpy as np
import pytest

from coding.beidou.grid import UNITS_PER_DEGREE
from coding.beidou.position import exact_units, float_units

BORDERS = np.random.default_rng(11).integers(-360 * UNITS_PER_DEGREE, 360 * UNITS_PER_DEGREE, 100_000)
NEAREST = BORDERS / UNITS_PER_DEGREE


def test_double_nearest_to_a_border_is_on_it() -> None:
    units, on_border = float_units(NEAREST)
    assert (units == BORDERS).all()
    assert on_border.all()


@pytest.mark.parametrize(("towards", "step"), [(-np.inf, -1), (np.inf, 0)])
def test_next_double_is_on_its_own_side(towards: float, step: int) -> None:
    units, on_border = float_units(np.nextafter(NEAREST, towards))
    assert (units == BORDERS + step).all()
    assert not on_border.any()


def test_single_floats_follow_the_same_rule() -> None:
    for border, nearest in zip(BORDERS[:200].tolist(), NEAREST[:200].tolist(), strict=True):
        assert exact_units(nearest, "longitude") == (border, True)
