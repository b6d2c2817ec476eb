"""`cn.beidou-3d`: the three-dimensional BeiDou grid code, the 2D code with the characters of a height layer between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from ..base import BaseScheme, Given
from ..check_character import text_column
from ..contract import Kind, Labels, ParsedCode, Part, WrongValue
from .codec import Cell, decode, encode
from .columns import encode_column
from .grid import LEVELS, POLAR_LATITUDE, ROW_LETTERS, GridError
from .height import (
    SIGN_AND_FIRST,
    BelowEllipsoid,
    HeightMode,
    encode_height,
    height_characters,
    layer_bounds,
    layer_digits,
)
from .position import Coordinate
from .scheme import BeidouGrid, alphabets

_FLAT_FIRST: Final = LEVELS[0].code_length
_LEVEL_OF_LENGTH: Final = {level.code_length + level.number + 2: level.number for level in LEVELS}
_LENGTHS: Final = ", ".join(str(length) for length in _LEVEL_OF_LENGTH)
_CAP: Final = "^[NS]000"
_SIDES: Final[dict[str, Labels]] = {
    "0": {"zh": "椭球面以上", "en": "above the ellipsoid"},
    "1": {"zh": "椭球面以下（不等于地下）", "en": "below the ellipsoid, which need not be underground"},
}
_ZERO_BELOW: Final = "^[NS]1.{3}00.{2}0.0.{2}0.{2}0.0.{2}0.{2}0.{2}0.{2}0$"


@dataclass(frozen=True, slots=True)
class SolidCell:
    """The box of a 3D cell: degrees CGCS2000 and ellipsoidal metres."""

    code: str
    flat: Cell
    bottom_m: float
    top_m: float


@dataclass(frozen=True, slots=True)
class BeidouSolid(BaseScheme):
    """3D cells of the levels 1 to 10 outside the polar caps, heights in one of the two published modes.

    A height below the ellipsoid whose layer number is zero at level 10 is read as zero and written above.

    >>> BeidouSolid().parse("N050J004705039DB8920557347").form
    'level 8'
    """

    id: ClassVar[str] = "cn.beidou-3d"
    kind: ClassVar[Kind] = Kind.PLACE
    labels: ClassVar[Labels] = {"zh": "北斗三维网格位置码", "en": "three-dimensional BeiDou grid location code"}

    height_mode: HeightMode = HeightMode.MIXED

    @property
    def canonical_pattern(self) -> str:
        pattern = ""
        for level in reversed(LEVELS[1:]):
            allowed = (*alphabets(level), layer_digits(self.height_mode, level.number))
            pattern = f"(?:{''.join(f'[{alphabet}]' for alphabet in allowed)}{pattern})?"
        return f"[NS][01](?:0[1-9]|[1-5][0-9]|60)[A-V](?:[0-5][0-9]|6[0-3]){pattern}"

    def read(self, given: Given) -> ParsedCode:
        code = given.code
        if len(code) not in _LEVEL_OF_LENGTH:
            raise given.wrong_length(f"one of {_LENGTHS} (levels 1 to 10)", "Cut the code at the end of a level.")
        level = _LEVEL_OF_LENGTH[len(code)]
        given.check_characters(0, 1, "NS", "hemisphere")
        given.check_characters(1, 2, "01", "side of the ellipsoid")
        given.check_digits(2, 4, "column")
        if not 1 <= int(code[2:4]) <= 60:
            raise given.error(WrongValue, f"has the column {code[2:4]}", "01 to 60", "The caps have no 3D cells.", 3)
        given.check_characters(4, 5, ROW_LETTERS, "row")
        given.check_digits(5, 7, "first height layer")
        if int(code[5:7]) > 63:
            raise given.error(WrongValue, f"has the height layer {code[5:7]}", "00 to 63", "Compare the digits.", 6)
        place = 7
        for number in range(2, level + 1):
            for alphabet in alphabets(LEVELS[number - 1]):
                given.check_characters(place, place + 1, alphabet, f"digits of level {number}")
                place += 1
            hint = "F occurs only in codes of the height mode annex_c_binary." if code[place] == "F" else "Compare."
            allowed = layer_digits(self.height_mode, number)
            given.check_characters(place, place + 1, allowed, f"height layer of level {number}", hint)
            place += 1
        flat, layer = split(code)
        if layer == "1" + "0" * 11:
            code = join(flat, "0" * 12)
        return ParsedCode(self.id, code, f"level {level}", _parts(*split(code)))

    def is_canonical(self, values: pl.Series) -> pl.Series:
        is_zero_below = values.str.contains(_ZERO_BELOW).fill_null(value=False)
        return BaseScheme.is_canonical(self, values) & ~is_zero_below


def encode_3d(
    lon: Coordinate,
    lat: Coordinate,
    height_m: float,
    level: int = 10,
    mode: HeightMode = HeightMode.MIXED,
    below: BelowEllipsoid = BelowEllipsoid.FLOOR_FIRST,
) -> str:
    """The code of the 3D cell that holds a position: CGCS2000 degrees as in `encode`, ellipsoidal metres.

    Raises `GridError` where `encode` and `encode_height` do, and in the polar caps, which have no 3D cells.

    >>> encode_3d("116.31260277777778", "39.993161111111114", 25125.0, 8)
    'N050J004705039DB8920557347'
    """
    flat = encode(lon, lat, level)
    if flat.startswith(("N000", "S000")):
        raise GridError(
            f"latitude {lat} lies in a polar cap; expected less than {POLAR_LATITUDE} degrees for a 3D code"
        )
    return join(flat, encode_height(height_m, level, mode, below))


def encode_3d_column(
    lon: npt.NDArray[np.float64],
    lat: npt.NDArray[np.float64],
    height_m: npt.NDArray[np.float64],
    level: int = 10,
    mode: HeightMode = HeightMode.MIXED,
    below: BelowEllipsoid = BelowEllipsoid.FLOOR_FIRST,
) -> pl.Series:
    """`encode_3d` of whole columns of floats, as a text column; null where there is no 3D cell.

    Raises `ValueError` if the arrays differ in length, `GridError` for a level outside 1-10.

    >>> encode_3d_column(np.array([121.4737]), np.array([31.2304]), np.array([-12.5])).to_list()
    ['N151H0026030D306C000551265100754']
    """
    if height_m.shape != lon.shape:
        raise ValueError(f"heights have the shape {height_m.shape}, longitudes {lon.shape}; expected two equal columns")
    flat = encode_column(lon, lat, level)
    characters, has_layer = height_characters(height_m, mode, below)
    layer = text_column(characters).set(pl.Series(~has_layer), None)
    pieces = [
        flat.str.slice(start, stop - start) if is_flat else layer.str.slice(start, stop - start)
        for is_flat, start, stop in _pieces(level)
    ]
    names = [piece.alias(str(place)) for place, piece in enumerate(pieces)]
    codes = pl.DataFrame(names).select(pl.concat_str(pl.all()).alias("code")).get_column("code")
    return codes.set(flat.str.contains(_CAP).fill_null(value=False), None)


def decode_3d(
    code: str,
    mode: HeightMode = HeightMode.MIXED,
    below: BelowEllipsoid = BelowEllipsoid.FLOOR_FIRST,
) -> SolidCell:
    """The box of a 3D code under the height readings that made it, or a `CodeError`.

    >>> round(decode_3d("N050J004705039DB8920557347").bottom_m, 6)
    25124.460201
    """
    scheme = BeidouSolid(mode)
    canonical = scheme.validate(code)
    # in the mirrored reading there is a layer zero below, which the canonical code of the other reading hides
    code = scheme.compact(code) if below is BelowEllipsoid.MIRROR else canonical
    flat, layer = split(code)
    bottom, top = layer_bounds(layer, mode, below)
    return SolidCell(code, decode(flat), bottom, top)


def join(flat: str, layer: str) -> str:
    """The 3D code of a 2D code and a height layer of the same level."""
    return "".join((flat if is_flat else layer)[start:stop] for is_flat, start, stop in _pieces(len(layer) - 2))


def split(code: str) -> tuple[str, str]:
    """The 2D code and the height layer of a canonical 3D code.

    >>> split("N050J004705039DB8920557347")
    ('N50J47539B825534', '00000D9077')
    """
    texts, place = {True: "", False: ""}, 0
    for is_flat, start, stop in _pieces(_LEVEL_OF_LENGTH[len(code)]):
        texts[is_flat] += code[place : place + stop - start]
        place += stop - start
    return texts[True], texts[False]


def _pieces(level: int) -> list[tuple[bool, int, int]]:
    """In the order of a 3D code: whether a piece is of the 2D code, and its start and stop there or in the layer."""
    pieces = [(True, 0, 1), (False, 0, 1), (True, 1, _FLAT_FIRST), (False, 1, SIGN_AND_FIRST)]
    start = _FLAT_FIRST
    for step in LEVELS[1:level]:
        pieces += [(True, start, step.code_length), (False, step.number + 1, step.number + 2)]
        start = step.code_length
    return pieces


def _parts(flat: str, layer: str) -> tuple[Part, ...]:
    hemisphere, column, row, *finer = BeidouGrid().parse(flat).parts
    side = Part("side", layer[0], {"zh": "高度方向", "en": "side of the ellipsoid"}, _SIDES[layer[0]])
    parts = [hemisphere, side, column, row, _layer(1, layer[1:SIGN_AND_FIRST])]
    for number, part in enumerate(finer, start=2):
        parts += [part, _layer(number, layer[number + 1])]
    return tuple(parts)


def _layer(number: int, digits: str) -> Part:
    index = int(digits) if number == 1 else int(digits, 16)
    return Part(
        f"height_{number}",
        digits,
        {"zh": f"第 {number} 级高度层", "en": f"height layer of level {number}"},
        {"zh": f"第 {index} 层（从 0 起）", "en": f"layer {index}, counted from 0"},
    )
