"""Hypothesis strategies for positions, with many of them on and beside cell borders."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from coding.beidou.grid import LEVELS, UNITS_PER_DEGREE

LONGEST_EXACT_DECIMAL = 11  # places up to which text and float name the same cell


def decimals(limit: int) -> st.SearchStrategy[Decimal]:
    """Decimals of up to eleven places between -limit and limit."""
    return st.integers(0, LONGEST_EXACT_DECIMAL).flatmap(
        lambda places: st.integers(-limit * 10**places, limit * 10**places).map(
            lambda number: Decimal(number).scaleb(-places)
        )
    )


@st.composite
def borders(draw: st.DrawFn, limit: int, *, of_rows: bool) -> Fraction:
    """Exact cell borders of any level between -limit and limit degrees."""
    level = draw(st.sampled_from(LEVELS))
    size = level.height if of_rows else level.width
    count = limit * UNITS_PER_DEGREE // size
    return Fraction(draw(st.integers(-count, count)) * size, UNITS_PER_DEGREE)


def floats(limit: int, *, of_rows: bool) -> st.SearchStrategy[float]:
    """Floats of all kinds: any, the nearest to a border, and the ones right beside those."""
    on_border = borders(limit, of_rows=of_rows).map(float)
    return st.one_of(
        st.floats(),
        st.floats(-limit, limit),
        on_border,
        on_border.map(lambda degrees: math.nextafter(degrees, math.inf)),
        on_border.map(lambda degrees: math.nextafter(degrees, -math.inf)),
    )


def degrees(text: str) -> Decimal | Fraction:
    """Decimal degrees, or degrees minutes seconds separated by spaces."""
    if " " not in text:
        return Decimal(text)
    whole, minutes, seconds = map(Fraction, text.split())
    return whole + minutes / 60 + seconds / 3600
