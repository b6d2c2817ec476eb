"""Which coordinate comes first in a GML file: east or north.

By OGC 05-096r1 (the practice of GML) a reference system named by ``urn:ogc:def:crs`` or ``…/def/crs/…`` has its axes as
the authority gives them, one named ``EPSG:n`` or by the old address has east first. Files of projected systems whose
authority puts north first (Gauss-Krüger, Soldner) nearly all have east first nonetheless, so the coordinates decide
there, and for a geographic system that they fit only in the other order.
"""

import re
from typing import Final

from pyproj import CRS, Transformer

from .crs import is_in_area_of_use, split_crs

_BY_AUTHORITY: Final = re.compile(r"(?i)^urn:(?:x-)?ogc:def:crs|/def/crs")
_CODES: Final = re.compile(r"(?i)EPSG:+(?:[\d.]+:)?(\d{4,6})")


def plain_name(declared: str) -> str:
    """The name of a system, in the usual spelling where real files have one of several unusual ones.

    >>> plain_name("urn:ogc:def:crs:EPSG:25832, crs:EPSG:5783")
    'urn:ogc:def:crs,crs:EPSG::25832,crs:EPSG::5783'
    >>> plain_name("EPSG:4979")
    'EPSG:4979'
    """
    text = declared.strip()
    codes = _CODES.findall(text)
    if len(codes) == 2 and text.lower().startswith("urn:ogc:def:crs"):
        return f"urn:ogc:def:crs,crs:EPSG::{codes[0]},crs:EPSG::{codes[1]}"
    return text


def north_comes_first(declared: str | None, first: float, second: float) -> tuple[bool, str | None]:
    """Whether coordinates stand north before east, and what is to be said of it.

    ``first`` and ``second`` are the middle of some coordinates as they stand in the file.

    >>> north_comes_first("http://www.opengis.net/def/crs/EPSG/0/6697", 35.26, 139.73)
    (True, None)
    >>> north_comes_first("EPSG:4979", -77.0, 38.9)
    (False, None)
    >>> north_comes_first("urn:ogc:def:crs:EPSG::31466", 2523800.0, 5705800.0)[0]
    False
    """
    if declared is None:
        return False, None
    try:
        crs = CRS.from_user_input(split_crs(declared)[0])
    except ValueError:
        return False, None
    directions = [axis.direction for axis in crs.axis_info[:2]]
    by_word = directions == ["north", "east"] and _BY_AUTHORITY.search(declared) is not None
    expected = by_word and crs.is_geographic
    fits, fits_turned = _is_inside(crs, first, second), _is_inside(crs, second, first)
    is_north_first = expected if fits == fits_turned else fits_turned
    if is_north_first == by_word:
        return is_north_first, None
    order, other = ("north, east", "east, north") if is_north_first else ("east, north", "north, east")
    return is_north_first, f"its coordinates are read as {order}, although {declared[:60]} says {other}"


def _is_inside(crs: CRS, x: float, y: float) -> bool:
    if crs.is_geographic:
        return is_in_area_of_use(crs, x, y)
    return is_in_area_of_use(crs, *Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x, y))
