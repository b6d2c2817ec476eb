"""The names by which files declare their coordinate reference system, brought to one spelling."""

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyproj import CRS

_AUTHORITY = re.compile(r"(?i)^(?:urn:(?:ogc|x-ogc):def:crs[:,])?(?:crs:)?epsg:(?:[\w.]*:)?(\d+)$")
_URL = re.compile(r"(?i)^https?://(?:www\.)?opengis\.net/(?:def/crs/epsg/[\w.]+/|gml/srs/epsg\.xml#)(\d+)$")
_COMPOUND_URL = re.compile(r"(?i)^https?://(?:www\.)?opengis\.net/def/crs-compound\?(.+)$")
_LONGITUDE_LATITUDE = re.compile(
    r"(?i)^(?:urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?ogc[:/](?:[\w.]*[:/])?crs84(h?)$"
)
# Names of the German surveying authorities (AdV), GeoInfoDok 6.0.1, "Koordinatenreferenzsysteme".
_ADV = re.compile(r"(?i)^urn:adv:crs:(?:(ETRS89_UTM(?:31|32|33))|(DE_DHDN_3GK[2-5])\w*)(?:\*(DE_DHHN(?:92|2016)_NH))?$")
_ADV_HORIZONTAL = {
    "ETRS89_UTM31": "EPSG:25831", "ETRS89_UTM32": "EPSG:25832", "ETRS89_UTM33": "EPSG:25833",
    "DE_DHDN_3GK2": "EPSG:31466", "DE_DHDN_3GK3": "EPSG:31467", "DE_DHDN_3GK4": "EPSG:31468",
    "DE_DHDN_3GK5": "EPSG:31469",
}  # fmt: skip
_ADV_VERTICAL = {"DE_DHHN92_NH": "EPSG:5783", "DE_DHHN2016_NH": "EPSG:7837"}
_MARGIN = 2.0  # degrees; areas of use are drawn roughly, and things at their border are drawn on
_CONFIDENCE = 90  # of pyproj, in percent: the same definition, at most under another name


def split_crs(declared: str) -> tuple[str, str | None]:
    """The horizontal (or only) and the vertical CRS of a declaration, as ``EPSG:n`` or else as WKT.

    Longitude before latitude (OGC:CRS84) is EPSG:4326 here, because our coordinates are always in x-y order.
    Raises `ValueError` for a declaration that names no known CRS.

    >>> split_crs("https://www.opengis.net/def/crs/EPSG/0/7415")
    ('EPSG:28992', 'EPSG:5709')
    >>> split_crs("urn:ogc:def:crs,crs:EPSG::28992,crs:EPSG::5709")
    ('EPSG:28992', 'EPSG:5709')
    >>> split_crs("urn:ogc:def:crs:OGC:1.3:CRS84")
    ('EPSG:4326', None)
    >>> split_crs("urn:adv:crs:ETRS89_UTM32*DE_DHHN92_NH")
    ('EPSG:25832', 'EPSG:5783')
    """
    text = declared.strip()
    if match := _LONGITUDE_LATITUDE.match(text):
        return ("EPSG:4979" if match[1] else "EPSG:4326"), None
    if match := _ADV.match(text):
        return _ADV_HORIZONTAL[(match[1] or match[2]).upper()], _ADV_VERTICAL.get((match[3] or "").upper())
    from pyproj import CRS  # late: every parser loads this module, and most of them leave the names to who asked
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_user_input(_plain(text))
    except CRSError:
        raise ValueError(f"{declared!r} names no known coordinate reference system; expected EPSG:n or WKT") from None
    if crs.is_compound:
        horizontal, vertical = crs.sub_crs_list[:2]
        return _name(horizontal), _name(vertical)
    return _name(crs), None


def metres_per_unit(crs: "CRS") -> float:
    """Metres in one unit of the first axis of a projected system; 1 where it has no axes.

    >>> from pyproj import CRS
    >>> metres_per_unit(CRS.from_epsg(28992)), round(metres_per_unit(CRS.from_epsg(2225)), 10)
    (1.0, 0.3048006096)
    """
    return float(crs.axis_info[0].unit_conversion_factor or 1.0) if crs.axis_info else 1.0


def is_in_area_of_use(crs: "CRS", longitude: float, latitude: float) -> bool:
    """Whether a place lies where a system is for, or near it; always where the system does not say.

    >>> from pyproj import CRS
    >>> is_in_area_of_use(CRS.from_epsg(28992), 4.4, 52.0), is_in_area_of_use(CRS.from_epsg(28992), 52.0, 4.4)
    (True, False)
    """
    area = crs.area_of_use
    if area is None:
        return True
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        return False
    east = area.east + 360 if area.east < area.west else area.east  # over the antimeridian
    return area.south - _MARGIN <= latitude <= area.north + _MARGIN and any(
        area.west - _MARGIN <= each <= east + _MARGIN for each in (longitude, longitude + 360)
    )


def _plain(text: str) -> str:
    """The spelling that pyproj takes: ``EPSG:n``, ``EPSG:n+m``, or the text itself."""
    if match := _AUTHORITY.match(text) or _URL.match(text):
        return f"EPSG:{match[1]}"
    if text.isdigit():
        return f"EPSG:{text}"
    parts: list[str] = []
    if text.lower().startswith("urn:ogc:def:crs,"):
        parts = text[len("urn:ogc:def:crs,") :].split(",")
    elif match := _COMPOUND_URL.match(text):
        parts = [part.partition("=")[2] for part in match[1].split("&")]
    codes = [code[1] for part in parts if (code := _AUTHORITY.match(part) or _URL.match(part))]
    return f"EPSG:{'+'.join(codes)}" if codes and len(codes) == len(parts) else text


def _name(crs: "CRS") -> str:
    if crs.to_authority(min_confidence=_CONFIDENCE) == ("OGC", "CRS84"):
        return "EPSG:4326"
    code = crs.to_epsg(min_confidence=_CONFIDENCE)
    return f"EPSG:{code}" if code is not None else str(crs.to_wkt())
