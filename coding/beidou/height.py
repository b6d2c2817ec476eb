"""Height layers of the three-dimensional BeiDou code: ellipsoidal metres to twelve characters and back.

Layers grow with height so that cells stay near-cubic. The standard contradicts itself twice, and the text of a code
does not say which reading made it: `HeightMode` and `BelowEllipsoid` name the readings and go with every exchange.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from .grid import DIGITS, FINEST_LEVEL, UNITS_PER_DEGREE, GridError

_RADIUS_M: Final = 6_378_137.0
_LOG_STEP: Final = math.log1p(math.pi / 180)  # of one degree
_LAYERS: Final = 256 * UNITS_PER_DEGREE
_DIGITS: Final = np.frombuffer((DIGITS + "F").encode(), dtype=np.uint8)
SIGN_AND_FIRST: Final = 3  # characters a0 a1 a2; each finer level adds one


class HeightMode(StrEnum):
    """How the layer number is cut into digits; the two agree below about 1.84 km."""

    MIXED = "mixed"  # the normative clauses: fifteen layers of 1′ in 15′, fifteen of 4″ in 1′
    ANNEX_C_BINARY = "annex_c_binary"  # the informative annex: fields of 4 bits at these two levels


class BelowEllipsoid(StrEnum):
    """How a height below the ellipsoid becomes a layer number; the readings differ by one finest layer."""

    FLOOR_FIRST = "floor_first"  # round down, then take the absolute value
    MIRROR = "mirror"  # take the absolute value, then round down


# a3 to a11, and a1a2 in front of them
_RADICES: Final = {
    HeightMode.MIXED: (64, 8, 2, 15, 15, 2, 8, 8, 8, 8),
    HeightMode.ANNEX_C_BINARY: (64, 8, 2, 16, 16, 2, 8, 8, 8, 8),
}


def layer_digits(mode: HeightMode, level: int) -> str:
    """The digits that the last character of a layer of this level (2 to 10) may have."""
    return (DIGITS + "F")[: _RADICES[mode][level - 1]]


def encode_height(
    height_m: float,
    level: int = FINEST_LEVEL,
    mode: HeightMode = HeightMode.MIXED,
    below: BelowEllipsoid = BelowEllipsoid.FLOOR_FIRST,
) -> str:
    """The layer that holds an ellipsoidal height in metres: `level` + 2 characters, a prefix of the finer ones.

    Raises `GridError` for a height outside -6302106.72 to 528680171.12 m, NaN included.

    >>> encode_height(50.0), encode_height(25125.0, 8), encode_height(25125.0, 8, HeightMode.ANNEX_C_BINARY)
    ('000000006414', '00000D9077', '00000CC077')
    """
    characters, has_layer = height_characters(np.array([height_m], dtype=np.float64), mode, below)
    if not has_layer[0]:
        raise GridError(
            f"{height_m!r} is no height that a layer holds; expected ellipsoidal metres, -6302106.72 to 528680171.12"
        )
    return characters[0, : level + 2].tobytes().decode()


def height_characters(
    height_m: npt.NDArray[np.float64], mode: HeightMode, below: BelowEllipsoid
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """Twelve ASCII characters for each ellipsoidal height in metres, and whether there is a layer for it at all."""
    in_reach = (height_m > _bottom(-_LAYERS)) & (height_m < _bottom(_LAYERS))  # false for NaN
    height = np.where(in_reach, height_m, 0.0)
    is_below = height < 0
    if below is BelowEllipsoid.MIRROR:
        # the layers below are mirror images in number, so that they are counted on their own scale
        number = np.where(is_below, -_ceiling(height), _floor(height))
    else:
        number = np.abs(_floor(height))
    has_layer = in_reach & (number < _LAYERS)
    rest = np.where(has_layer, number, 0)
    characters = np.empty((len(height), FINEST_LEVEL + 2), dtype=np.uint8)
    characters[:, 0] = np.where(is_below, ord("1"), ord("0"))
    for place, radix in reversed(tuple(enumerate(_RADICES[mode][1:], start=SIGN_AND_FIRST))):
        rest, digit = np.divmod(rest, radix)
        characters[:, place] = _DIGITS[digit]
    characters[:, 1] = _DIGITS[rest // 10]
    characters[:, 2] = _DIGITS[rest % 10]
    return characters, has_layer


def layer_bounds(
    layer: str,
    mode: HeightMode = HeightMode.MIXED,
    below: BelowEllipsoid = BelowEllipsoid.FLOOR_FIRST,
) -> tuple[float, float]:
    """Bottom and top of a layer in ellipsoidal metres; `layer` is what `encode_height` gives with the same readings.

    >>> [round(bound, 6) for bound in layer_bounds("0000000064")]
    [49.815112, 50.773099]
    """
    radices = _RADICES[mode][: len(layer) - 2]
    first = int(layer[1:SIGN_AND_FIRST])
    for radix, digit in zip(radices[1:], layer[SIGN_AND_FIRST:], strict=True):
        first = first * radix + int(digit, 16)
    size = math.prod(_RADICES[mode][len(layer) - 2 :])
    first *= size
    if layer[0] == "1" and below is BelowEllipsoid.MIRROR:
        return _bottom(-first - size), _bottom(-first)
    return layer_number_bounds(first, size, is_below=layer[0] == "1")


def layer_number(height_m: float) -> int:
    """The finest layer that holds an ellipsoidal height, rounded down; negative below the ellipsoid.

    >>> layer_number(50.0), layer_number(-0.001)
    (3340, -1)
    """
    if not _bottom(-_LAYERS) < height_m < _bottom(_LAYERS):  # also for NaN
        raise GridError(f"{height_m!r} is no height that a layer holds; expected metres above the ellipsoid")
    return int(_floor(np.array([height_m], dtype=np.float64))[0])


def layer_number_bounds(first: int, size: int, *, is_below: bool) -> tuple[float, float]:
    """Bottom and top in metres of `size` finest layers from number `first`, whose sign is told apart (floor first).

    >>> [round(bound, 3) for bound in layer_number_bounds(3340, 1, is_below=False)]
    [49.995, 50.01]
    """
    if not is_below:
        return _bottom(first), _bottom(first + size)
    # number n stands for the finest layer from -n to -n + 1; number 0 belongs to the layers above
    return _bottom(-first - size + 1), _bottom(min(0, -first + 1))


def _bottom(number: int) -> float:
    return float(_bottoms(np.array([number], dtype=np.float64))[0])


def _bottoms(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(_RADIUS_M * np.expm1(numbers / UNITS_PER_DEGREE * _LOG_STEP))


def _floor(height_m: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    numbers = np.floor(np.log1p(height_m / _RADIUS_M) / _LOG_STEP * UNITS_PER_DEGREE)
    # the logarithm may be off by a rounding: the bounds that a decoded layer shows decide
    numbers -= _bottoms(numbers) > height_m
    numbers += _bottoms(numbers + 1) <= height_m
    return numbers.astype(np.int64)


def _ceiling(height_m: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    floors = _floor(height_m)
    return np.where(_bottoms(floors.astype(np.float64)) == height_m, floors, floors + 1)
