"""The rules PJS of buildingSMART, for the project of a model; each check yields the entities at fault."""

import math
import re
from collections.abc import Iterator
from typing import Final

from .ifc_relations import all_of, entities_of, is_one_of, several
from .ifc_rule import ALL, IFC4, IFC4X3, Rule
from .ifc_step import Entity, Model

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
_DECLARABLE: Final = ("IfcActor", "IfcControl", "IfcGroup", "IfcProcess", "IfcProjectLibrary", "IfcPropertySetTemplate",
                      "IfcResource", "IfcTypeObject", "IfcPropertyTemplate")  # fmt: skip
_GUID: Final = re.compile(r"[0-3][0-9A-Za-z_$]{21}")


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
        for relation in several(project, "Declares"):
            yield from (each for each in relation.RelatedDefinitions if not is_one_of(each, _DECLARABLE))


def _guids(model: Model) -> Iterator[Entity]:
    return (each for each in all_of(model, "IfcRoot") if not _GUID.fullmatch(str(each.GlobalId or "")))


def _one_project(model: Model) -> Iterator[Entity]:
    projects = all_of(model, "IfcProject")
    if len(projects) > 1:
        yield from projects
    elif not projects:
        yield None


def _project_units(model: Model) -> Iterator[Entity]:
    for project in all_of(model, "IfcProject"):
        if project.UnitsInContext is not None:
            yield from entities_of(project.UnitsInContext.Units)


RULES: Final = (
    Rule("PJS001", ALL, "conversion-based units have the name and factor of the standard's table", _conversion_units),
    Rule("PJS002", IFC4 | IFC4X3, "a project declares no occurrences", _declares_no_occurrence),
    Rule("PJS003", ALL, "a GlobalId has 22 of the 64 characters and begins with 0 to 3", _guids),
    Rule("PJS101", ALL, "a model has exactly one project", _one_project),
)
