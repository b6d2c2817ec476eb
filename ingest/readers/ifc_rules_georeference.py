"""The rules GRF of buildingSMART, for the georeferencing of a model; each check yields the entities at fault."""

import math
from collections.abc import Iterator
from functools import cache
from typing import Final

from pyproj import CRS
from pyproj.database import query_crs_info
from pyproj.exceptions import CRSError

from .crs import metres_per_unit
from .ifc_relations import all_of, contexts_of, several
from .ifc_rule import IFC4, IFC4X3, Rule
from .ifc_step import Entity, Model


def _same_operation(model: Model) -> Iterator[Entity]:
    contexts = contexts_of(model)
    said = {_said(operation) for context in contexts for operation in several(context, "HasCoordinateOperation")}
    with_one = [one for one in contexts if several(one, "HasCoordinateOperation")]
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
        has_wkt = bool(several(crs, "WellKnownText"))
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


RULES: Final = (
    Rule("GRF001", IFC4X3, "all contexts have the same coordinate operation", _same_operation),
    Rule("GRF002", IFC4X3, "the name of a CRS is a code of EPSG", _code_is_known),
    Rule("GRF003", IFC4 | IFC4X3, "a model with a building or facility has a CRS", _building_has_crs),
    Rule("GRF004", IFC4 | IFC4X3, "what begins with EPSG: is a code of EPSG", _prefixed_codes_are_known),
    Rule("GRF005", IFC4 | IFC4X3, "Scale is the ratio of the units of map and project", _scale_fits_units),
    Rule("GRF006", IFC4X3, "a CRS has a code or, named WKT, its well-known text", _wkt_where_no_code),
    Rule("GRF007", IFC4 | IFC4X3, "a vertical datum is a CRS of heights", _vertical_datum_is_vertical),
    Rule("GRF008", IFC4X3, "a rigid operation has lengths or angles", _rigid_coordinates_are_measures),
)
