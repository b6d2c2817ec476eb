"""Encode whole arrays of positions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from ..check_character import text_column
from .grid import DIGITS, LEVELS, POLAR_START, ROW_LETTERS, UNITS_PER_DEGREE, level_at
from .polar import BAND_HEIGHT, BANDS, CAP, CAP_FINEST_LEVEL, SECTOR_WIDTH
from .position import (
    LARGEST_DEGREES,
    Flags,
    Units,
    columns_from_origin,
    columns_from_prime_meridian,
    float_units,
)

_Characters = npt.NDArray[np.uint8]
_DIGIT_CODES = np.frombuffer(DIGITS.encode(), dtype=np.uint8)
_ROW_CODES = np.frombuffer(ROW_LETTERS.encode(), dtype=np.uint8)
_BAND_CODES = np.frombuffer("".join("".join(band) for band in BANDS).encode(), dtype=np.uint8).reshape(4, 6, 2)


def encode_column(lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], level: int = 10) -> pl.Series:
    """The codes of positions in CGCS2000 degrees, as a text column; what `encode` gives for the same floats.

    Null where there is no cell: a coordinate that is NaN or infinite, a latitude beyond the poles, a polar cap at a
    level finer than 2. Raises `ValueError` if the arrays differ in length, `GridError` for a level outside 1-10.

    >>> encode_column(np.array([116.3975, 0.0]), np.array([39.9087, 91.0]), 5).to_list()
    ['N50J47584C7', None]
    """
    length = level_at(level).code_length
    if lon.shape != lat.shape or lon.ndim != 1:
        raise ValueError(f"longitudes have the shape {lon.shape} and latitudes {lat.shape}; expected two equal columns")
    on_earth = (np.abs(lon) <= LARGEST_DEGREES) & (np.abs(lat) <= 90)  # false for NaN
    lon_units, lon_on_border = float_units(np.where(on_earth, lon, 0.0))
    lat_units, lat_on_border = float_units(np.where(on_earth, lat, 0.0))
    y, is_south = columns_from_origin(lat_units, lat_on_border)
    in_cap = y >= POLAR_START
    x, is_west = columns_from_prime_meridian(lon_units, lon_on_border)

    characters = _write_codes(x, np.where(in_cap, 0, y), is_south, is_west, level)
    if level <= CAP_FINEST_LEVEL and in_cap.any():
        characters[in_cap] = _write_caps(lon_units[in_cap], y[in_cap], is_south[in_cap], length)
    has_cell = on_earth & ~in_cap if level > CAP_FINEST_LEVEL else on_earth
    return text_column(characters).alias("code").set(pl.Series(~has_cell), None)


def _write_codes(x: Units, y: Units, is_south: Flags, is_west: Flags, level: int) -> _Characters:
    # A row for each place of the code, so that every write is to memory in one piece.
    places = np.empty((LEVELS[level - 1].code_length, len(x)), dtype=np.uint8)
    column, left_x = _split(x, LEVELS[0].width)
    row, left_y = _split(y, LEVELS[0].height)
    number = np.where(is_west, 30 - column, 31 + column)
    places[0] = np.where(is_south, ord("S"), ord("N"))
    places[1] = _DIGIT_CODES[number // 10]
    places[2] = _DIGIT_CODES[number % 10]
    places[3] = _ROW_CODES[row]
    for step in LEVELS[1:level]:
        column, left_x = _split(left_x, step.width)
        row, left_y = _split(left_y, step.height)
        end = step.code_length
        if step.is_z_order:
            places[end - 1] = _DIGIT_CODES[2 * row + column]
        else:
            places[end - 2] = _DIGIT_CODES[column]
            places[end - 1] = _DIGIT_CODES[row]
    return np.ascontiguousarray(places.T)


def _split(
    units: npt.NDArray[np.int64] | npt.NDArray[np.int32], size: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Whole cells and the rest; within one cell of level 1 all numbers fit into 32 bits, which numpy divides faster."""
    cells = units // size
    return cells.astype(np.int32), (units - cells * size).astype(np.int32)


def _write_caps(lon_units: Units, y: Units, is_south: Flags, length: int) -> _Characters:
    characters = np.empty((len(y), length), dtype=np.uint8)
    characters[:, 0] = np.where(is_south, ord("S"), ord("N"))
    characters[:, 1:4] = np.frombuffer(CAP.encode(), dtype=np.uint8)
    if length > 4:
        band = np.minimum((y - POLAR_START) // BAND_HEIGHT, len(BANDS) - 1)
        sector = lon_units % (360 * UNITS_PER_DEGREE) // SECTOR_WIDTH
        characters[:, 4:6] = _BAND_CODES[band, sector]
    return characters
