"""Where an IFC model lies: its georeferencing of every published level, and the step from model metres to the map.

Levels (LoGeoRef) after Clemen and Görne 2019, "Level of Georeferencing (LoGeoRef) using IFC for BIM": 10 a postal
address, 20 latitude and longitude of the site, 30 the site placed by large coordinates, 40 a world coordinate system
or true north in the context, 50 a map conversion to a projected CRS. The highest that gives a place on Earth is used:
50, else 20 in a local transverse Mercator plane around the site; 10, 30 and 40 alone name no place or no CRS.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Geod
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import TransverseMercatorConversion
from pyproj.exceptions import CRSError

from .crs import metres_per_unit, split_crs
from .ifc_conversion import Conversion, conversion_of, number, ordered_contexts
from .ifc_placement import Matrix, axes, in_metres, placement, true_north, turned
from .ifc_relations import all_of
from .ifc_step import Entity, Model
from .ifc_units import Units
from .ifc_values import address_text

Floats = npt.NDArray[np.float64]

_EPSG: Final = re.compile(r"EPSG\s*:{1,2}\s*(\d{4,6})", re.IGNORECASE)
_LARGE: Final = 10_000.0  # m; a site placed farther from its origin than this is placed by map coordinates
_SCALE_TOLERANCE: Final = 0.01  # of a scale beside the ratio of units: projections scale by less than this
_CONFLICT: Final = 1_000.0  # m between two georeferences of one file
# Latitude and longitude that Revit writes when nobody chose a place: Boston.
_DEFAULT_SITES: Final = ((42.3584, -71.0598), (42.2134, -71.0329), (42.3601, -71.0589))


@dataclass(frozen=True, slots=True)
class Place:
    """How a model comes to the map: ``matrix`` (4 by 4) takes metres of the model to coordinates of ``declared_crs``.

    Without a place, ``declared_crs`` is None and the matrix is that of identity: metres of the model itself.
    """

    declared_crs: str | None
    matrix: Matrix
    levels: tuple[str, ...]
    method: str
    warnings: tuple[str, ...] = ()
    is_mapped: bool = False  # it has map coordinates, whether or not their CRS is known

    def apply(self, places: Floats) -> Floats:
        """Coordinates of shape (n, 3), in metres of the model, in the map CRS (x-y order, then height)."""
        with np.errstate(all="ignore"):  # what is not finite is found and said afterwards
            moved: Floats = places @ self.matrix[:3, :3].T + self.matrix[:3, 3]
        return moved


def find_place(model: Model, units: Units) -> Place:
    """The place of the model by its highest level of georeferencing, and what is doubtful about it."""
    sites = all_of(model, "IfcSite")
    levels = tuple(_levels(model, sites, units, conversion := conversion_of(model, units)))
    sited = [site for site in sites if _degrees(site) is not None]
    warnings: list[str] = []
    if len(sited) > 1 and len({_degrees(site) for site in sited}) > 1:
        warnings.append(f"{len(sited)} sites have different latitudes and longitudes; the first one counts")
    if sited and _is_default(_degrees(sited[0])):
        warnings.append("the latitude and longitude of the site are those that Revit writes for Boston by default")
    if conversion is not None:
        place = _by_conversion(model, conversion, units, levels)
        warnings += _conflict(place, sited, units)
    elif sited:
        place = _by_site(model, sited[0], units, levels)
    else:
        place = Place(None, np.eye(4), levels, "not located")
        has_address = "10" in levels
        said = "it has only a postal address" if has_address else "it names no place on Earth"
        warnings.append(f"not located: {said}; its coordinates are metres of the model itself, give a CRS by crs=")
    return replace(place, warnings=(*warnings, *place.warnings))


def _levels(model: Model, sites: list[Entity], units: Units, conversion: Conversion | None) -> Iterator[str]:
    addressed = [*sites, *all_of(model, "IfcBuilding")]
    if any(address_text(each) for one in addressed if (each := _address(one)) is not None):
        yield "10"
    if any(_degrees(site) is not None for site in sites):
        yield "20"
    if any(np.abs(placement(site)[:3, 3] * units.length).max() > _LARGE for site in sites):
        yield "30"
    if any(_is_set(context) for context in ordered_contexts(model)):
        yield "40"
    if conversion is not None:
        yield "50"


def _address(one: Entity) -> Entity | None:
    return getattr(one, "SiteAddress", None) or getattr(one, "BuildingAddress", None)


def _is_set(context: Entity) -> bool:
    """Whether a context moves or turns the model: level 40."""
    return not np.allclose(axes(context.WorldCoordinateSystem), np.eye(4)) or true_north(context) != 0.0


def _degrees(site: Entity) -> tuple[float, float] | None:
    """Latitude and longitude of a site in degrees; None without both, at 0/0 and outside of the Earth."""
    from ifcopenshell.util.geolocation import dms2dd

    try:
        latitude, longitude = (dms2dd(*given) for given in (site.RefLatitude, site.RefLongitude))
    except TypeError:
        return None
    if (latitude, longitude) == (0.0, 0.0) or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return float(latitude), float(longitude)


def _is_default(degrees: tuple[float, float] | None) -> bool:
    return degrees is not None and any(
        abs(degrees[0] - latitude) < 0.001 and abs(degrees[1] - longitude) < 0.001
        for latitude, longitude in _DEFAULT_SITES
    )


def _by_conversion(model: Model, said: Conversion, units: Units, levels: tuple[str, ...]) -> Place:
    declared, crs = _crs_of(said)
    contexts = ordered_contexts(model)
    wcs = np.linalg.inv(in_metres(axes(contexts[0].WorldCoordinateSystem), units)) if contexts else np.eye(4)
    if said.is_angle or (crs is not None and crs.is_geographic):
        base = crs if crs is not None and crs.is_geographic else CRS("EPSG:4326")
        north = true_north(contexts[0]) if contexts else 0.0
        matrix = turned(-north)
        matrix[2, 3] = said.height
        method = f"{said.word} to {said.name or 'a geographic CRS'}: local transverse Mercator plane around its origin"
        return Place(local_plane(said.northing, said.easting, base), matrix @ wcs, levels, method)
    warnings: list[str] = []
    crs_unit = 1.0 if crs is None else metres_per_unit(crs)
    map_unit = said.map_unit or crs_unit
    scale = _true_scale(said, map_unit, units.length, warnings)
    angle = math.atan2(said.ordinate, said.abscissa)
    matrix = turned(angle)
    matrix[:3, :3] *= np.array([factor * scale for factor in said.factors]) / crs_unit
    matrix[:3, 3] = np.array([said.easting, said.northing, said.height]) * map_unit / crs_unit
    if said.name and declared is None:
        warnings.append(f"its CRS {said.name[:60]!r} is not known; give one by crs=")
    elif not said.name:
        warnings.append("a map conversion without the name of a CRS; give one by crs=")
    method = f"{said.word} to {declared or said.name or 'an unnamed CRS'}, scale {scale:.9g}"
    return Place(declared, matrix @ wcs, levels, method, tuple(warnings), is_mapped=True)


def _true_scale(said: Conversion, map_unit: float, model_unit: float, warnings: list[str]) -> float:
    """Metres on the map for each metre of the model.

    `Scale` brings model units to map units; many files have the ratio of the units upside down or none at all. It is
    taken where it is about 1 in one of the three readings; else 1, with a warning.
    """
    readings = (said.scale * map_unit / model_unit, said.scale * model_unit / map_unit, said.scale)
    for reading in readings:
        if abs(reading - 1) <= _SCALE_TOLERANCE:
            return reading
    warnings.append(
        f"the Scale {said.scale:g} of the map conversion does not fit units of {model_unit:g} m and {map_unit:g} m; "
        "the model is taken at its true size"
    )
    return 1.0


def _crs_of(said: Conversion) -> tuple[str | None, CRS | None]:
    """The CRS as `EPSG:n`, `EPSG:n+m` with heights, or WKT; None where no name of it is known."""
    candidates = [f"EPSG:{match[1]}" for match in (_EPSG.search(said.name),) if match]
    candidates += [text for text in (said.wkt, said.name) if text and text.upper() != "WKT"]
    for text in candidates:
        try:
            horizontal, vertical = split_crs(text)
        except ValueError:
            continue
        crs = CRS(horizontal)
        if vertical is None and horizontal.startswith("EPSG:") and (code := _vertical_code(said.vertical)):
            return f"{horizontal}+{code}", crs
        return (horizontal if vertical is None else text), crs
    return None, None


def _vertical_code(name: str | None) -> str | None:
    match = _EPSG.search(name or "")
    if match is None:
        return None
    try:
        return match[1] if CRS(f"EPSG:{match[1]}").is_vertical else None
    except CRSError:
        return None


# ---- latitude and longitude of the site ----


def _by_site(model: Model, site: Entity, units: Units, levels: tuple[str, ...]) -> Place:
    latitude, longitude = _degrees(site) or (0.0, 0.0)
    contexts = ordered_contexts(model)
    north = true_north(contexts[0]) if contexts else 0.0
    origin = placement(site)[:3, 3] * units.length
    shift = np.eye(4)
    shift[:3, 3] = -origin
    matrix = turned(-north) @ shift
    matrix[2, 3] += number(site.RefElevation) * units.length
    method = (
        f"latitude {latitude:.8g} and longitude {longitude:.8g} of the site: local transverse Mercator plane around "
        f"its origin, turned to true north by {math.degrees(-north):.6g} degrees"
    )
    said = f"located by {method}; how exact that is, the file does not say"
    return Place(local_plane(latitude, longitude, CRS("EPSG:4326")), matrix, levels, method, (said,))


def local_plane(latitude: float, longitude: float, base: CRS) -> str:
    """WKT of a transverse Mercator plane of true scale around a point: east and north in metres of the ground.

    >>> CRS(local_plane(49.1, 8.44, CRS("EPSG:4326"))).coordinate_operation.method_name
    'Transverse Mercator'
    """
    conversion = TransverseMercatorConversion(latitude, longitude, 0.0, 0.0, 1.0)
    name = f"local plane at {latitude:.8g}, {longitude:.8g}"
    return str(ProjectedCRS(conversion, name=name, geodetic_crs=base).to_wkt())


def _conflict(place: Place, sited: list[Entity], units: Units) -> list[str]:
    """A warning where the site's latitude and longitude are elsewhere than the map conversion."""
    from pyproj import Transformer

    degrees = _degrees(sited[0]) if sited else None
    if degrees is None or place.declared_crs is None:
        return []
    origin = place.apply((placement(sited[0])[:3, 3] * units.length).reshape(1, 3))[0]
    try:
        horizontal = split_crs(place.declared_crs)[0]
        to_degrees = Transformer.from_crs(horizontal, "EPSG:4326", always_xy=True)
    except (CRSError, ValueError):
        return []
    longitude, latitude = to_degrees.transform(origin[0], origin[1])
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        return ["the map conversion leads out of the area of its CRS"]
    distance = Geod(ellps="WGS84").inv(longitude, latitude, degrees[1], degrees[0])[2]
    if distance <= _CONFLICT:
        return []
    return [f"the site's latitude and longitude are {distance / 1000:,.0f} km from its map conversion, which counts"]
