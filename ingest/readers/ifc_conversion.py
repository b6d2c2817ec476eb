"""What an IFC model says of how it comes to a map: IfcMapConversion and its kin, or the property sets of IFC2x3."""

import math
from dataclasses import dataclass, field
from typing import Any

from .ifc_relations import all_of, contexts_of, entities_of
from .ifc_step import Entity, Model
from .ifc_units import Units


@dataclass(slots=True)
class Conversion:
    """What a map conversion says, wherever it stands."""

    name: str  # of the CRS, in the file's words
    easting: float = 0.0
    northing: float = 0.0
    height: float = 0.0
    abscissa: float = 1.0
    ordinate: float = 0.0
    scale: float = 1.0
    factors: tuple[float, float, float] = (1.0, 1.0, 1.0)
    map_unit: float | None = None  # metres
    is_angle: bool = False  # easting and northing are longitude and latitude in degrees
    wkt: str | None = None
    vertical: str | None = None
    word: str = "IfcMapConversion"
    names_crs: list[str] = field(default_factory=list)


def conversion_of(model: Model, units: Units) -> Conversion | None:
    """The first map conversion of a context, else that of the property sets; None without any."""
    for context in ordered_contexts(model):
        for operation in entities_of(getattr(context, "HasCoordinateOperation", None)):
            crs = operation.TargetCRS
            if crs is None:
                continue
            found = _of_crs(crs)
            if operation.is_a("IfcMapConversion"):
                _take(found, operation)
                return found
            if operation.is_a("IfcRigidOperation"):
                _take_rigid(found, operation, units)
                return found
    return _by_property_set(model)


def _of_crs(crs: Entity) -> Conversion:
    from ifcopenshell.util.unit import get_unit_scale

    found = Conversion(str(crs.Name or ""))
    found.vertical = getattr(crs, "VerticalDatum", None)
    well_known = getattr(crs, "WellKnownText", None)
    texts = entities_of(well_known) if not isinstance(well_known, str) else iter(())
    found.wkt = next((str(one.WellKnownText) for one in texts), well_known if isinstance(well_known, str) else None)
    unit = getattr(crs, "MapUnit", None)
    if unit is not None:
        try:
            found.map_unit = float(get_unit_scale(unit))
        except (AttributeError, KeyError, TypeError, ValueError, RuntimeError):
            found.map_unit = None
    return found


def _take(found: Conversion, operation: Entity) -> None:
    found.easting, found.northing = number(operation.Eastings), number(operation.Northings)
    found.height = number(operation.OrthogonalHeight)
    found.abscissa, found.ordinate = _direction(operation.XAxisAbscissa, operation.XAxisOrdinate)
    found.scale = number(operation.Scale) or 1.0
    found.word = operation.is_a()
    if operation.is_a("IfcMapConversionScaled"):
        factors = [number(each) or 1.0 for each in (operation.FactorX, operation.FactorY, operation.FactorZ)]
        found.factors = (factors[0], factors[1], factors[2])


def _take_rigid(found: Conversion, operation: Entity, units: Units) -> None:
    first, second = operation.FirstCoordinate, operation.SecondCoordinate
    found.word = "IfcRigidOperation"
    found.height = number(operation.Height)
    found.easting, found.northing = number(first), number(second)
    if hasattr(first, "is_a") and first.is_a("IfcPlaneAngleMeasure"):
        found.is_angle = True
        found.easting = math.degrees(found.easting * units.angle)
        found.northing = math.degrees(found.northing * units.angle)


def _by_property_set(model: Model) -> Conversion | None:
    """ePSet_MapConversion and ePSet_ProjectedCRS of the project or site, the way of IFC2x3 (buildingSMART 2020)."""
    said: dict[str, Any] = {}
    for relation in all_of(model, "IfcRelDefinesByProperties"):
        for definition in entities_of(relation.RelatingPropertyDefinition):
            name = str(definition.Name or "").lower()
            if name in ("epset_mapconversion", "epset_projectedcrs") and definition.is_a("IfcPropertySet"):
                for one in entities_of(definition.HasProperties):
                    value = getattr(one, "NominalValue", None)
                    if value is not None:
                        said[f"{name[6:]}.{one.Name}".lower()] = value.wrappedValue
    if "mapconversion.eastings" not in said or "mapconversion.northings" not in said:
        return None
    found = Conversion(str(said.get("projectedcrs.name") or said.get("mapconversion.targetcrs") or ""))
    found.word = "ePSet_MapConversion"
    found.easting = number(said["mapconversion.eastings"])
    found.northing = number(said["mapconversion.northings"])
    found.height = number(said.get("mapconversion.orthogonalheight"))
    found.abscissa, found.ordinate = _direction(
        said.get("mapconversion.xaxisabscissa"), said.get("mapconversion.xaxisordinate")
    )
    found.scale = number(said.get("mapconversion.scale")) or 1.0
    vertical = said.get("projectedcrs.verticaldatum")
    found.vertical = str(vertical) if vertical else None
    return found


def ordered_contexts(model: Model) -> list[Entity]:
    """The contexts of the project, that of the model first."""
    return sorted(contexts_of(model), key=lambda one: (one.ContextType or "") != "Model")


def _direction(abscissa: Any, ordinate: Any) -> tuple[float, float]:
    pair = number(abscissa), number(ordinate)
    return pair if any(pair) else (1.0, 0.0)


def number(value: Any) -> float:
    """A finite number from a value or its wrapping; 0 for none."""
    plain = getattr(value, "wrappedValue", value)
    return float(plain) if isinstance(plain, int | float) and math.isfinite(plain) else 0.0
