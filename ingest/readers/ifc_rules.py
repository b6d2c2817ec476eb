"""Rules of buildingSMART for georeferencing, spatial structure and project of a model; a broken one flags the file.

The families GRF, SPS and PJS of the Gherkin rules of the validation service (buildingSMART/ifc-gherkin-rules, MIT),
each as one function that yields the entities at fault; written anew from their texts. Rules whose number ends in 000
only tell whether a model uses a part of IFC: they cannot be broken.
"""

import math
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

from pyproj import CRS
from pyproj.database import query_crs_info
from pyproj.exceptions import CRSError

from .crs import metres_per_unit
from .ifc_relations import all_of, contexts_of, entities_of
from .ifc_step import Entity, Model

Check = Callable[[Model], Iterator[Entity]]
_IFC2X3: Final = frozenset({"IFC2X3"})
_IFC4: Final = frozenset({"IFC4"})
_IFC4X3: Final = frozenset({"IFC4X3"})
_ALL: Final = _IFC2X3 | _IFC4 | _IFC4X3
_MOST_NAMED: Final = 3

# Unit -> (kind, factor to SI), as the documentation of IfcConversionBasedUnit lists them.
_CONVERSIONS: Final = {
    "inch": ("LENGTHUNIT", 0.0254), "foot": ("LENGTHUNIT", 0.3048), "us survey foot": ("LENGTHUNIT", 1200 / 3937),
    "yard": ("LENGTHUNIT", 0.9144), "mile": ("LENGTHUNIT", 1609.344),
    "square inch": ("AREAUNIT", 0.00064516), "square foot": ("AREAUNIT", 0.09290304),
    "square yard": ("AREAUNIT", 0.83612736), "acre": ("AREAUNIT", 4046.873), "square mile": ("AREAUNIT", 2589988.0),
    "cubic inch": ("VOLUMEUNIT", 1.638706e-5), "cubic foot": ("VOLUMEUNIT", 0.028316846592),
    "cubic yard": ("VOLUMEUNIT", 0.7645549), "litre": ("VOLUMEUNIT", 0.001),
    "fluid ounce uk": ("VOLUMEUNIT", 2.84130625e-5), "fluid ounce us": ("VOLUMEUNIT", 2.957353e-5),
    "pint uk": ("VOLUMEUNIT", 0.000568), "pint us": ("VOLUMEUNIT", 0.0004731765),
    "gallon uk": ("VOLUMEUNIT", 0.004546), "gallon us": ("VOLUMEUNIT", 0.003785412),
    "degree": ("PLANEANGLEUNIT", math.pi / 180),
}  # fmt: skip
_SI_OF_KIND: Final = {"LENGTHUNIT": "METRE", "AREAUNIT": "SQUARE_METRE", "VOLUMEUNIT": "CUBIC_METRE",
                      "PLANEANGLEUNIT": "RADIAN"}  # fmt: skip
_OF_SI: Final = {None: 1.0, "MILLI": 1e-3, "CENTI": 1e-2, "DECI": 1e-1, "KILO": 1e3}
_POWER: Final = {"LENGTHUNIT": 1, "AREAUNIT": 2, "VOLUMEUNIT": 3, "PLANEANGLEUNIT": 1}

# Part -> the wholes that it may be aggregated by (table of spatial composition of IFC 4.3).
_AT_SITE: Final = ("IfcProject", "IfcSite")
_WHOLES_OF: Final = {
    "IfcSite": _AT_SITE, "IfcBuilding": (*_AT_SITE, "IfcBuilding"), "IfcBridge": (*_AT_SITE, "IfcBridge"),
    "IfcRoad": (*_AT_SITE, "IfcRoad"), "IfcRailway": (*_AT_SITE, "IfcRailway"),
    "IfcFacility": (*_AT_SITE, "IfcFacility"),
    "IfcMarineFacility": (*_AT_SITE, "IfcMarineFacility"), "IfcBuildingStorey": ("IfcBuilding", "IfcBuildingStorey"),
    "IfcExternalSpatialElement": (*_AT_SITE, "IfcExternalSpatialElement"),
    "IfcBridgePart": ("IfcBridge", "IfcBridgePart"), "IfcRoadPart": ("IfcRoad", "IfcRoadPart"),
    "IfcRailwayPart": ("IfcRailway", "IfcRailwayPart"), "IfcMarinePart": ("IfcMarineFacility", "IfcMarinePart"),
    "IfcFacilityPartCommon": ("IfcFacility", "IfcFacilityPartCommon"),
    "IfcSpace": (*_AT_SITE, "IfcBuilding", "IfcBuildingStorey", "IfcSpace", "IfcFacility", "IfcFacilityPart"),
    "IfcAlignment": ("IfcProject",),
}  # fmt: skip
_DECLARABLE: Final = ("IfcActor", "IfcControl", "IfcGroup", "IfcProcess", "IfcProjectLibrary", "IfcPropertySetTemplate",
                      "IfcResource", "IfcTypeObject", "IfcPropertyTemplate")  # fmt: skip
_GUID: Final = re.compile(r"[0-3][0-9A-Za-z_$]{21}")


def broken_rules(model: Model) -> tuple[str, ...]:
    """One line for each rule that the model breaks: its name, what it asks, how many entities break it and which.

    A rule that the model makes impossible to look at (an attribute is missing or of a wrong kind) is broken, too.
    """
    found = []
    for rule, schemas, asks, check in _RULES:
        if model.schema not in schemas:
            continue
        try:
            guilty = list(check(model))
        except (AttributeError, TypeError, ValueError, RuntimeError, KeyError, IndexError) as error:
            found.append(f"{rule}: {asks}; it can't be checked here: {str(error)[:100]}")
            continue
        if guilty:
            named = ", ".join(map(_word, guilty[:_MOST_NAMED]))
            further = f" and {len(guilty) - _MOST_NAMED:,} more" if len(guilty) > _MOST_NAMED else ""
            found.append(f"{rule}: {asks}; not so: {named}{further}")
    return tuple(found)


def _word(guilty: Entity | None) -> str:
    return "there is none" if guilty is None else f"#{guilty.id()} {guilty.is_a()}"


# ---- georeferencing ----


def _same_operation(model: Model) -> Iterator[Entity]:
    contexts = contexts_of(model)
    said = {_said(operation) for context in contexts for operation in _several(context, "HasCoordinateOperation")}
    with_one = [one for one in contexts if _several(one, "HasCoordinateOperation")]
    if with_one and (len(said) > 1 or len(with_one) < len(contexts)):
        yield from contexts


def _said(operation: Entity) -> str:
    """What an operation says, without the context that it is of."""
    info = operation.get_info(include_identifier=False)
    return repr({name: str(value) for name, value in info.items() if name != "SourceCRS"})


def _code_is_known(model: Model) -> Iterator[Entity]:
    return (crs for crs in all_of(model, "IfcCoordinateReferenceSystem") if crs.Name not in _epsg_codes())


def _building_has_crs(model: Model) -> Iterator[Entity]:
    is_4x3 = model.schema == "IFC4X3"
    if not all_of(model, "IfcCoordinateReferenceSystem" if is_4x3 else "IfcProjectedCRS"):
        yield from all_of(model, "IfcFacility" if is_4x3 else "IfcBuilding")


def _prefixed_codes_are_known(model: Model) -> Iterator[Entity]:
    for crs in all_of(model, "IfcCoordinateReferenceSystem"):
        texts = [getattr(crs, name, None) for name in ("Name", "GeodeticDatum", "VerticalDatum")]
        if any(text and text.startswith("EPSG:") and text not in _epsg_codes() for text in texts):
            yield crs


def _scale_fits_units(model: Model) -> Iterator[Entity]:
    from ifcopenshell.util.unit import calculate_unit_scale

    for operation in all_of(model, "IfcMapConversion"):
        unit = _map_metres(operation.TargetCRS.Name) if operation.TargetCRS is not None else None
        if unit is None:
            continue
        model_unit = calculate_unit_scale(model)
        ratio = 1.0 if operation.Scale in (None, 0.0, 1.0) else operation.Scale
        if not math.isclose(unit / model_unit, ratio, rel_tol=1e-9):
            yield operation


def _wkt_where_no_code(model: Model) -> Iterator[Entity]:
    for crs in all_of(model, "IfcCoordinateReferenceSystem"):
        has_code = (crs.Name or "").startswith("EPSG:")
        has_wkt = bool(_several(crs, "WellKnownText"))
        if has_wkt == has_code or (not has_code and crs.Name != "WKT"):
            yield crs


def _vertical_datum_is_vertical(model: Model) -> Iterator[Entity]:
    for crs in all_of(model, "IfcProjectedCRS"):
        if crs.VerticalDatum in _epsg_codes():
            found = CRS(crs.VerticalDatum)
            if not (found.is_compound or found.is_vertical):
                yield crs


def _rigid_coordinates_are_measures(model: Model) -> Iterator[Entity]:
    for operation in all_of(model, "IfcRigidOperation"):
        for value in (operation.FirstCoordinate, operation.SecondCoordinate):
            # A number without its measure breaks the schema; ifcopenshell hands it on bare.
            if not hasattr(value, "is_a") or value.is_a() not in ("IfcLengthMeasure", "IfcPlaneAngleMeasure"):
                yield operation
                break


# ---- spatial structure ----


def _simple_structure(model: Model) -> Iterator[Entity]:
    if "CoordinationView_V2.0" not in " ".join(model.header.file_description.description):
        return
    sites, buildings = all_of(model, "IfcSite"), all_of(model, "IfcBuilding")
    if len(sites) > 1:
        yield from sites
    if not buildings:
        yield from all_of(model, "IfcProject")
    whole = "IfcSite" if sites else "IfcProject"
    for building in buildings:
        if any(not relation.RelatingObject.is_a(whole) for relation in _several(building, "Decomposes")):
            yield building


def _spatial_composition(model: Model) -> Iterator[Entity]:
    spatial = all_of(model, "IfcSpatialElement") + all_of(model, "IfcProject")
    for one in spatial:
        wholes = [name for part, names in _WHOLES_OF.items() if one.is_a(part) for name in names]
        decomposes = _several(one, "Decomposes")
        if wholes and not (decomposes and _is_one_of(decomposes[0].RelatingObject, wholes)):
            yield one
            continue
        parts = [part for part, names in _WHOLES_OF.items() if any(one.is_a(name) for name in names)]
        related = [each for relation in _several(one, "IsDecomposedBy")[:1] for each in relation.RelatedObjects]
        if parts and not all(_is_one_of(each, parts) for each in related):
            yield one


def _assembled_not_contained(model: Model) -> Iterator[Entity]:
    return (each for each in _elements(model) if _several(each, "Decomposes") and _is_contained(each))


def _positioned_not_contained(model: Model) -> Iterator[Entity]:
    products = all_of(model, "IfcProduct")
    return (each for each in products if _several(each, "PositionedRelativeTo") and _is_contained(each))


def _one_relation(model: Model) -> Iterator[Entity]:
    names = ("Nests", "Decomposes", "ContainedInStructure", "AdheresToElement", "VoidsElements")
    return (each for each in _elements(model) if sum(bool(_several(each, name)) for name in names) != 1)


def _positioned_is_referenced(model: Model) -> Iterator[Entity]:
    for element in _elements(model):
        if _several(element, "PositionedRelativeTo") and not _several(element, "ReferencedInStructures"):
            yield element


def _containment(model: Model) -> Iterator[Entity]:
    for product in all_of(model, "IfcProduct"):
        contained = _is_contained(product)
        if product.is_a("IfcElement"):
            wholes = [each.RelatingObject for each in _several(product, "Decomposes") if each.is_a("IfcRelAggregates")]
            free = product.is_a("IfcFeatureElement") or bool(_several(product, "Decomposes"))
            is_nested = bool(_several(product, "Nests"))
            if (any(each.is_a("IfcElement") for each in wholes) and contained) or not (free or contained or is_nested):
                yield product
        elif product.is_a("IfcGrid"):
            if not contained:
                yield product
        elif product.is_a("IfcAnnotation"):
            hosts = [each.RelatingObject for each in _several(product, "Nests")]
            if not contained and not any(each.is_a("IfcAnnotation") for each in hosts):
                yield product
        elif contained:
            yield product


def _containers_have_no_shape(model: Model) -> Iterator[Entity]:
    names = ["IfcBuildingStorey"]
    if model.schema != "IFC2X3":
        names.append("IfcSite")
    if model.schema == "IFC4X3":
        names += ["IfcBridge", "IfcMarineFacility", "IfcRailway", "IfcRoad"]
    return (each for name in names for each in all_of(model, name) if each.Representation is not None)


# ---- project ----


def _conversion_units(model: Model) -> Iterator[Entity]:
    units = (unit for unit in _project_units(model) if unit.is_a("IfcConversionBasedUnit"))
    return (unit for unit in units if not _is_standard(unit))


def _is_standard(unit: Entity) -> bool:
    kind, known = unit.UnitType, _CONVERSIONS.get((unit.Name or "").lower())
    component = unit.ConversionFactor.UnitComponent
    if component is None or not component.is_a("IfcSIUnit"):
        return False
    if kind in _SI_OF_KIND and (known is None or known[0] != kind or component.Name != _SI_OF_KIND[kind]):
        return False
    if known is None:
        return True
    expected = known[1] / _OF_SI.get(component.Prefix, 1.0) ** _POWER[known[0]]
    return math.isclose(unit.ConversionFactor.ValueComponent.wrappedValue, expected, rel_tol=1e-6)


def _declares_no_occurrence(model: Model) -> Iterator[Entity]:
    for project in all_of(model, "IfcProject"):
        for relation in _several(project, "Declares"):
            yield from (each for each in relation.RelatedDefinitions if not _is_one_of(each, _DECLARABLE))


def _guids(model: Model) -> Iterator[Entity]:
    return (each for each in all_of(model, "IfcRoot") if not _GUID.fullmatch(str(each.GlobalId or "")))


def _one_project(model: Model) -> Iterator[Entity]:
    projects = all_of(model, "IfcProject")
    if len(projects) > 1:
        yield from projects
    elif not projects:
        yield None


_RULES: Final[tuple[tuple[str, frozenset[str], str, Check], ...]] = (
    ("GRF001", _IFC4X3, "all contexts have the same coordinate operation", _same_operation),
    ("GRF002", _IFC4X3, "the name of a CRS is a code of EPSG", _code_is_known),
    ("GRF003", _IFC4 | _IFC4X3, "a model with a building or facility has a CRS", _building_has_crs),
    ("GRF004", _IFC4 | _IFC4X3, "what begins with EPSG: is a code of EPSG", _prefixed_codes_are_known),
    ("GRF005", _IFC4 | _IFC4X3, "Scale is the ratio of the units of map and project", _scale_fits_units),
    ("GRF006", _IFC4X3, "a CRS has a code or, named WKT, its well-known text", _wkt_where_no_code),
    ("GRF007", _IFC4 | _IFC4X3, "a vertical datum is a CRS of heights", _vertical_datum_is_vertical),
    ("GRF008", _IFC4X3, "a rigid operation has lengths or angles", _rigid_coordinates_are_measures),
    ("SPS001", _IFC2X3, "one site at most, a building, and it is part of the site or project", _simple_structure),
    ("SPS002", _IFC4 | _IFC4X3, "spatial elements are aggregated by what may have such parts", _spatial_composition),
    ("SPS003", _ALL, "a part of an element is not contained in a spatial element, too", _assembled_not_contained),
    ("SPS004", _IFC4X3, "what is positioned is not contained, too", _positioned_not_contained),
    ("SPS005", _ALL, "an element has one place in the structure", _one_relation),
    ("SPS006", _IFC4X3, "a positioned element is referenced in a spatial structure", _positioned_is_referenced),
    ("SPS007", _ALL, "elements, grids and annotations are contained in a spatial element, others not", _containment),
    ("SPS008", _ALL, "storeys, sites and infrastructure have no shape of their own", _containers_have_no_shape),
    ("PJS001", _ALL, "conversion-based units have the name and factor of the standard's table", _conversion_units),
    ("PJS002", _IFC4 | _IFC4X3, "a project declares no occurrences", _declares_no_occurrence),
    ("PJS003", _ALL, "a GlobalId has 22 of the 64 characters and begins with 0 to 3", _guids),
    ("PJS101", _ALL, "a model has exactly one project", _one_project),
)
GATING_RULES: Final = tuple(rule for rule, *_ in _RULES)


# ---- what the rules share ----


@cache
def _epsg_codes() -> frozenset[str]:
    return frozenset(f"EPSG:{each.code}" for each in query_crs_info(auth_name="EPSG"))


@cache
def _map_metres(name: str) -> float | None:
    """Metres in the horizontal unit of a CRS; None for an unknown name."""
    try:
        crs = CRS.from_string(name)
    except CRSError:
        return None
    horizontal = crs.sub_crs_list[0] if crs.is_compound else crs
    return metres_per_unit(horizontal) if horizontal.is_projected else None


def _elements(model: Model) -> list[Entity]:
    return all_of(model, "IfcElement")


def _project_units(model: Model) -> Iterator[Entity]:
    for project in all_of(model, "IfcProject"):
        if project.UnitsInContext is not None:
            yield from entities_of(project.UnitsInContext.Units)


def _several(entity: Entity, name: str) -> tuple[Any, ...]:
    """The entities of an (inverse) attribute; none where the schema has no such."""
    value = getattr(entity, name, None)
    return tuple(value) if isinstance(value, tuple | list) else () if value is None else (value,)


def _is_contained(entity: Entity) -> bool:
    return bool(_several(entity, "ContainedInStructure"))


def _is_one_of(entity: Entity, names: tuple[str, ...] | list[str]) -> bool:
    return any(entity.is_a(name) for name in names)
