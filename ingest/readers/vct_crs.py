"""The reference system of a VCT file, from its head and one easting, as an EPSG code where there is one.

Chinese plane coordinates are Gauss-Krüger ones in strips of 3 or 6 degrees. An easting may have the number of its strip
before it (40 500 000 on the middle meridian of strip 40); 13 to 23 are 6-degree strips, 25 to 45 3-degree ones. Without
it the head has to name the middle meridian. Numbers of the codes: EPSG Geodetic Parameter Dataset, checked by a test.
"""

import re
from dataclasses import dataclass
from typing import Final

from .vct_head import Head

_ZONE_WIDTH_M: Final = 1_000_000
_FALSE_EASTING_M: Final = 500_000
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_ZONE_WORD: Final = re.compile(r"(?i)zone[ _]*(\d{2})\b")
_HEIGHTS_1985: Final = "5737"


@dataclass(frozen=True, slots=True)
class _Datum:
    """The first code of each family: geographic, 6-degree strips 13-23 and meridians 75-135, then 3-degree 25-45."""

    words: tuple[str, ...]
    semi_major_m: str
    geographic: int
    six_degree_zone: int
    six_degree_meridian: int
    three_degree_zone: int
    three_degree_meridian: int


_DATUMS: Final = (
    _Datum(("cgcs2000", "cgcs 2000", "2000国家", "grs80", "grs 80"), "6378137", 4490, 4491, 4502, 4513, 4534),
    _Datum(("xian", "西安", "iag"), "6378140", 4610, 2327, 2338, 2349, 2370),
    _Datum(("beijing", "北京", "krass", "克拉索夫斯基"), "6378245", 4214, 21413, 21453, 2401, 2422),
)


def declared_crs(head: Head, easting: float | None) -> tuple[str | None, str | None]:
    """``EPSG:n`` (with ``+n`` for heights), or the head's own words where they lead to no code; and why, if so.

    ``easting`` is any one of the file, in the file's unit.

    >>> entries = {"coordinatesystemtype": "P", "xyunit": "M", "spheroid": "CGCS2000,6378137.0,298.257222101"}
    >>> declared_crs(Head(entries, "3.0", ",", has_heights=False), 40_512_345.6)
    ('EPSG:4528', None)
    >>> declared_crs(Head(entries | {"parameters": "120,0,500000,0"}, "3.0", ",", has_heights=False), 512_345.6)
    ('EPSG:4549', None)
    """
    words = ", ".join(filter(None, (head.get(name) for name in ("Spheroid", "Projection", "Parameters"))))
    code, why = _code(head, easting)
    if code is None:
        return words or None, why
    datum = head.get("VerticalDatum")
    heights = f"+{_HEIGHTS_1985}" if head.has_heights and "1985" in datum else ""
    return f"EPSG:{code}{heights}", None


def zone_of(easting: float) -> int | None:
    """The strip whose number stands before an easting in metres, if one does."""
    zone = int(easting // _ZONE_WIDTH_M) if 0 < easting < 1e9 else 0
    return zone if 13 <= zone <= 23 or 25 <= zone <= 45 else None


def _code(head: Head, easting: float | None) -> tuple[int | None, str | None]:
    datum = _datum(head)
    if datum is None:
        return None, "its spheroid is not that of CGCS2000, Xian 1980 or Beijing 1954"
    unit, kind = head.get("XYUnit").upper(), head.get("CoordinateSystemType").upper()
    if unit.startswith("D") or (kind and kind[0] in "GD" and not unit.startswith("M")):
        return datum.geographic, None
    if kind and kind[0] != "P":
        return None, f"its kind of coordinates is {kind}, which is not read"
    if unit and not unit.startswith("M"):
        return None, f"the unit of its coordinates is {unit}, expected M"
    projection = head.get("Projection")
    if projection and not re.search(r"(?i)gauss|高斯|transverse|横轴", projection):
        return None, f"its projection is {projection[:40]}, expected Gauss-Krüger"
    numbers = [float(number) for number in _NUMBER.findall(head.get("Parameters"))]
    return _strip(datum, numbers, projection, easting)


def _strip(
    datum: _Datum, numbers: list[float], projection: str, easting: float | None
) -> tuple[int | None, str | None]:
    word = _ZONE_WORD.search(projection)
    shifts = [number for number in numbers if number >= 100_000]
    zones = {zone for number in shifts if (zone := zone_of(number)) is not None and number % 1e6 == _FALSE_EASTING_M}
    if easting is not None and (seen := zone_of(easting)) is not None:
        zones.add(seen)
    elif easting is not None and zones:
        return None, f"its head speaks of strip {min(zones)}, its coordinates have no strip before them"
    if len(zones) > 1:
        return None, f"its head and its coordinates speak of the strips {' and '.join(map(str, sorted(zones)))}"
    if zones:
        zone = zones.pop()
        return (datum.six_degree_zone + zone - 13 if zone <= 23 else datum.three_degree_zone + zone - 25), None
    if any(number != _FALSE_EASTING_M for number in shifts):
        return None, f"its false easting is {max(shifts):.0f} m, as of a local system"
    meridians = {number for number in numbers if 75 <= number <= 135}
    if word and not meridians:
        zone = int(word[1])
        meridians = {float(6 * zone - 3)} if 13 <= zone <= 23 else {3.0 * zone} if 25 <= zone <= 45 else set()
    if len(meridians) != 1 or (meridian := meridians.pop()) % 3:
        return None, "neither its head nor its coordinates say which strip they are in"
    # a 3-degree and a 6-degree strip about the same meridian have the same coordinates
    return datum.three_degree_meridian + int(meridian - 75) // 3, None


def _datum(head: Head) -> _Datum | None:
    spheroid = head.get("Spheroid").lower()
    by_word = (datum for datum in _DATUMS if any(word in spheroid for word in datum.words))
    by_axis = (datum for datum in _DATUMS if datum.semi_major_m in spheroid and "wgs" not in spheroid)
    return next(by_word, None) or next(by_axis, None)
