"""The polar caps of the BeiDou grid, from 88 degrees on: one cell at level 1, sixteen at level 2, none finer here."""

from __future__ import annotations

from typing import Final

from .grid import UNITS_PER_DEGREE

CAP: Final = "000"  # after the hemisphere letter
CAP_LENGTH: Final = 4
CAP_FINEST_LEVEL: Final = 2
BAND_HEIGHT: Final = UNITS_PER_DEGREE // 2
SECTOR_WIDTH: Final = 60 * UNITS_PER_DEGREE

# one tuple per band of 30 minutes from 88 degrees to the pole, one code per 60 degrees eastward from the prime meridian
BANDS: Final = (
    ("10", "11", "20", "21", "31", "30"),
    ("12", "13", "22", "23", "33", "32"),
    ("01", "01", "02", "02", "03", "03"),
    ("00", "00", "00", "00", "00", "00"),
)


def is_polar(code: str) -> bool:
    return code[1:CAP_LENGTH] == CAP


def write_cap(*, is_south: bool, eastward: int, from_equator: int, level: int) -> str:
    """The cap cell of a point, given in units eastward from the prime meridian (0 to a full turn)."""
    code = f"{'S' if is_south else 'N'}{CAP}"
    if level == 1:
        return code
    band = min((from_equator - 88 * UNITS_PER_DEGREE) // BAND_HEIGHT, len(BANDS) - 1)
    return code + BANDS[band][eastward // SECTOR_WIDTH]


def cap_extent(digits: str) -> tuple[float, float, float, float]:
    """West, east, and the |latitude| of both edges, in degrees, of a cap cell ("" for the whole cap).

    West lies in [-180, 180); east may exceed 180.
    """
    if not digits:
        return -180.0, 180.0, 88.0, 90.0
    band = next(number for number, codes in enumerate(BANDS) if digits in codes)
    low, high = 88 + band / 2, 88 + (band + 1) / 2
    sectors = [number for number, code in enumerate(BANDS[band]) if code == digits]
    if len(sectors) == len(BANDS[band]):
        return -180.0, 180.0, low, high
    west, east = 60.0 * sectors[0], 60.0 * (sectors[-1] + 1)
    return (west - 360, east - 360, low, high) if west >= 180 else (west, east, low, high)
