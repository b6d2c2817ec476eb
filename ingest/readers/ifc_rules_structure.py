"""The rules SPS of buildingSMART, for the spatial structure of a model; each check yields the entities at fault."""

from collections.abc import Iterator
from typing import Final

from .ifc_relations import all_of, is_one_of, several
from .ifc_rule import ALL, IFC2X3, IFC4, IFC4X3, Rule
from .ifc_step import Entity, Model

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
        if any(not relation.RelatingObject.is_a(whole) for relation in several(building, "Decomposes")):
            yield building


def _spatial_composition(model: Model) -> Iterator[Entity]:
    spatial = all_of(model, "IfcSpatialElement") + all_of(model, "IfcProject")
    for one in spatial:
        wholes = [name for part, names in _WHOLES_OF.items() if one.is_a(part) for name in names]
        decomposes = several(one, "Decomposes")
        if wholes and not (decomposes and is_one_of(decomposes[0].RelatingObject, wholes)):
            yield one
            continue
        parts = [part for part, names in _WHOLES_OF.items() if any(one.is_a(name) for name in names)]
        related = [each for relation in several(one, "IsDecomposedBy")[:1] for each in relation.RelatedObjects]
        if parts and not all(is_one_of(each, parts) for each in related):
            yield one


def _assembled_not_contained(model: Model) -> Iterator[Entity]:
    return (each for each in _elements(model) if several(each, "Decomposes") and _is_contained(each))


def _positioned_not_contained(model: Model) -> Iterator[Entity]:
    products = all_of(model, "IfcProduct")
    return (each for each in products if several(each, "PositionedRelativeTo") and _is_contained(each))


def _one_relation(model: Model) -> Iterator[Entity]:
    names = ("Nests", "Decomposes", "ContainedInStructure", "AdheresToElement", "VoidsElements")
    return (each for each in _elements(model) if sum(bool(several(each, name)) for name in names) != 1)


def _positioned_is_referenced(model: Model) -> Iterator[Entity]:
    for element in _elements(model):
        if several(element, "PositionedRelativeTo") and not several(element, "ReferencedInStructures"):
            yield element


def _containment(model: Model) -> Iterator[Entity]:
    for product in all_of(model, "IfcProduct"):
        contained = _is_contained(product)
        if product.is_a("IfcElement"):
            wholes = [each.RelatingObject for each in several(product, "Decomposes") if each.is_a("IfcRelAggregates")]
            free = product.is_a("IfcFeatureElement") or bool(several(product, "Decomposes"))
            is_nested = bool(several(product, "Nests"))
            if (any(each.is_a("IfcElement") for each in wholes) and contained) or not (free or contained or is_nested):
                yield product
        elif product.is_a("IfcGrid"):
            if not contained:
                yield product
        elif product.is_a("IfcAnnotation"):
            hosts = [each.RelatingObject for each in several(product, "Nests")]
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


def _elements(model: Model) -> list[Entity]:
    return all_of(model, "IfcElement")


def _is_contained(entity: Entity) -> bool:
    return bool(several(entity, "ContainedInStructure"))


RULES: Final = (
    Rule("SPS001", IFC2X3, "one site at most, a building, and it is part of the site or project", _simple_structure),
    Rule("SPS002", IFC4 | IFC4X3, "spatial elements are aggregated by what may have such parts", _spatial_composition),
    Rule("SPS003", ALL, "a part of an element is not contained in a spatial element, too", _assembled_not_contained),
    Rule("SPS004", IFC4X3, "what is positioned is not contained, too", _positioned_not_contained),
    Rule("SPS005", ALL, "an element has one place in the structure", _one_relation),
    Rule("SPS006", IFC4X3, "a positioned element is referenced in a spatial structure", _positioned_is_referenced),
    Rule("SPS007", ALL, "elements, grids and annotations are contained in a spatial element, others not", _containment),
    Rule("SPS008", ALL, "storeys, sites and infrastructure have no shape of their own", _containers_have_no_shape),
)
