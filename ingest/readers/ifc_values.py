"""Values of an IFC model as plain ones: own attributes, property sets, quantities, materials, classification codes.

Lengths, areas and volumes come out in m, m2 and m3; text, numbers and booleans as they are; lists, bounds and tables
as JSON text. A value with a unit of its own of another kind has the unit in a column beside it (`….unit`).
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from .ifc_relations import entities_of
from .ifc_step import Entity
from .ifc_units import Units, own_factor, unit_word

Row = dict[str, Any]
_ADDRESS_PARTS: Final = ("InternalLocation", "AddressLines", "PostalBox", "PostalCode", "Town", "Region", "Country")
_QUANTITY_VALUE: Final = 3  # place of the value in every simple quantity; the name is at 0, the unit at 2
_MOST_DEPTH: Final = 16  # of complex properties in each other; a deeper or circular one is cut and counted


@dataclass(slots=True)
class Values:
    """Reads values in the units of one file; counts what it left out, by the source's word."""

    units: Units
    left_out: Counter[str] = field(default_factory=Counter)
    _attributes: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    _sets: dict[int, Row] = field(default_factory=dict)

    def own(self, entity: Entity) -> Row:
        """The simple attributes of an entity, and its addresses as text."""
        name = entity.is_a()
        known = self._attributes.get(name)
        if known is None:
            known = self._attributes[name] = list(_simple_attributes(entity))
        row: Row = {}
        for place, attribute, measure in known:
            value = entity[place]
            if value is not None:
                row[attribute] = address_text(value) if measure == "@address" else self.plain(value, measure)
        return row

    def plain(self, value: Any, measure: str = "", unit: Entity | None = None) -> Any:
        """One value without its wrapping, lengths, areas and volumes in SI."""
        if isinstance(value, tuple | list):
            return [self.plain(each, measure, unit) for each in value]
        if hasattr(value, "is_a"):
            if value.id():
                return _named(value)
            return self.plain(value.wrappedValue, value.is_a(), unit)
        if isinstance(value, float):
            factor = own_factor(unit, measure) if unit is not None else self.units.factor(measure)
            return value * factor if factor is not None else value
        return value

    def set_columns(self, definition: Entity) -> Row:
        """The columns of a property set, a set of quantities or a predefined set, each named `Set.Property`."""
        key = definition.id()
        row = self._sets.get(key)
        if row is None:
            row = self._sets[key] = self._read_set(definition)
        return row

    def _read_set(self, definition: Entity) -> Row:
        name = definition.Name or definition.is_a()
        row: Row = {}
        if definition.is_a("IfcPropertySet"):
            for one in entities_of(definition.HasProperties):
                self._property(f"{name}.{one.Name}", one, row, 0)
        elif definition.is_a("IfcElementQuantity"):
            for one in entities_of(definition.Quantities):
                self._quantity(f"{name}.{one.Name}", one, row, 0)
        else:  # predefined sets such as IfcDoorLiningProperties
            own = self.own(definition)
            for member in ("GlobalId", "Name"):
                own.pop(member, None)
            for attribute, value in own.items():
                row[f"{definition.is_a()}.{attribute}"] = value
        return row

    def _property(self, column: str, one: Entity, row: Row, depth: int) -> None:
        unit = getattr(one, "Unit", None)
        if one.is_a("IfcPropertySingleValue"):
            self._keep(row, column, one.NominalValue, unit)
        elif one.is_a("IfcPropertyEnumeratedValue"):
            values = self.plain(one.EnumerationValues)
            put(row, column, values[0] if values and len(values) == 1 else values)
        elif one.is_a("IfcPropertyListValue"):
            put(row, column, self.plain(one.ListValues, unit=unit))
        elif one.is_a("IfcPropertyBoundedValue"):
            names = ("LowerBoundValue", "UpperBoundValue", "SetPointValue")
            bounds = {part: self.plain(getattr(one, part, None), unit=unit) for part in names}
            put(row, column, {part: value for part, value in bounds.items() if value is not None})
        elif one.is_a("IfcPropertyTableValue"):
            table = [self.plain(one.DefiningValues), self.plain(one.DefinedValues)]
            put(row, column, table if any(table) else None)
        elif one.is_a("IfcComplexProperty") and depth < _MOST_DEPTH:
            for inner in entities_of(one.HasProperties):
                self._property(f"{column}.{inner.Name}", inner, row, depth + 1)
        elif one.is_a("IfcPropertyReferenceValue"):
            target = one.PropertyReference
            put(row, column, _named(target) if target is not None else None)
        else:
            self.left_out[one.is_a()] += 1

    def _quantity(self, column: str, one: Entity, row: Row, depth: int) -> None:
        if not one.is_a("IfcPhysicalComplexQuantity"):
            measure = one.is_a()
            value = one[_QUANTITY_VALUE]
            unit = one[2]
            put(row, column, self.plain(value, measure, unit))
            if unit is not None and own_factor(unit, measure) is None:
                row[f"{column}.unit"] = unit_word(unit)
        elif depth < _MOST_DEPTH:
            for inner in entities_of(one.HasQuantities):
                self._quantity(f"{column}.{inner.Name}", inner, row, depth + 1)
        else:
            self.left_out[one.is_a()] += 1

    def _keep(self, row: Row, column: str, value: Any, unit: Entity | None) -> None:
        put(row, column, self.plain(value, unit=unit))
        if unit is not None and value is not None and own_factor(unit, value.is_a()) is None:
            row[f"{column}.unit"] = unit_word(unit)


def put(row: Row, column: str, value: Any) -> None:
    """Keep a value; of two different ones of one name the second gets a name of its own.

    >>> row = {"Pset.Width": 1}
    >>> put(row, "Pset.Width", 2); row
    {'Pset.Width': 1, 'Pset.Width_2': 2}
    """
    if value is None:
        return
    free, number = column, 1
    while free in row and row[free] != value:
        number += 1
        free = f"{column}_{number}"
    row[free] = value


def address_text(address: Entity) -> str | None:
    """An IfcPostalAddress on one line, from the small to the large; None for one without any part.

    The purpose and description of the address are no part of it.
    """
    parts: list[str] = []
    for name in _ADDRESS_PARTS:
        value = getattr(address, name, None)
        parts += [str(each) for each in (value if isinstance(value, tuple) else (value,)) if each]
    return ", ".join(parts) or None


def material_columns(materials: Iterator[Entity], values: Values) -> Row:
    """`Material` (names, joined) and `MaterialLayers` (JSON: material and thickness in m) of what is associated."""
    names: list[str] = []
    layers: list[Row] = []
    for one in materials:
        _gather_material(one, names, layers, values, 0)
    row: Row = {}
    if names:
        row["Material"] = "; ".join(dict.fromkeys(names))
    if layers:
        row["MaterialLayers"] = layers
    return row


def classification_text(reference: Entity) -> str | None:
    """`system:code`, or as much of it as the reference says; an IfcClassification alone is its name."""
    if reference.is_a("IfcClassification"):
        return reference.Name or None
    code = _first(reference, "Identification", "ItemReference") or _first(reference, "Name", "Location")
    if code is None and reference.is_a("IfcClassificationNotation"):
        code = ".".join(each.NotationValue for each in entities_of(reference.NotationFacets))
    seen: set[int] = set()
    source = getattr(reference, "ReferencedSource", None)
    while source is not None and not source.is_a("IfcClassification") and source.id() not in seen:
        seen.add(source.id())
        source = getattr(source, "ReferencedSource", None)
    system = source.Name if source is not None and source.is_a("IfcClassification") else None
    return ":".join(filter(None, (system, code))) or None


def _gather_material(one: Entity, names: list[str], layers: list[Row], values: Values, depth: int) -> None:
    if depth > _MOST_DEPTH:
        values.left_out["material within itself"] += 1
    elif one.is_a("IfcMaterial"):
        names.append(one.Name)
    elif one.is_a("IfcMaterialLayer"):
        name = one.Material.Name if one.Material is not None else None
        if name:
            names.append(name)
        layers.append({"material": name, "thickness": values.plain(one.LayerThickness, "IfcLengthMeasure")})
    elif one.is_a("IfcMaterialConstituent") or one.is_a("IfcMaterialProfile"):
        name = one.Material.Name if one.Material is not None else one.Name
        if name:
            names.append(name)
    else:
        inner: Callable[[str], Iterator[Entity]] = lambda name: entities_of(getattr(one, name, None))  # noqa: E731
        for member in ("ForLayerSet", "ForProfileSet", "MaterialLayers", "MaterialConstituents", "MaterialProfiles",
                       "Materials"):  # fmt: skip
            for each in inner(member):
                _gather_material(each, names, layers, values, depth + 1)


def _simple_attributes(entity: Entity) -> Iterator[tuple[int, str, str]]:
    """Place, name and measure of the attributes that are values; `@address` as the measure of addresses."""
    from ifcopenshell import ifcopenshell_wrapper

    schema = ifcopenshell_wrapper.schema_by_name(entity.file.schema_identifier)
    declaration: Any = schema.declaration_by_name(entity.is_a())
    for place, attribute in enumerate(declaration.all_attributes()):
        kind, name = attribute.type_of_attribute(), attribute.name()
        while (aggregate := kind.as_aggregation_type()) is not None:
            kind = aggregate.type_of_element()
        named = kind.as_named_type()
        target = named.declared_type() if named is not None else None
        if target is None or target.as_type_declaration() or target.as_enumeration_type():
            yield place, name, target.name() if target is not None else ""
        elif target.name() == "IfcPostalAddress":
            yield place, name, "@address"


def _named(entity: Entity) -> str:
    """What an entity that is only referred to is called."""
    word = _first(entity, "Name", "Identification", "Description", "Location", "NotationValue")
    return word or str(entity.is_a())


def _first(entity: Entity, *names: str) -> str | None:
    """The first attribute of these that has a text."""
    for name in names:
        value = getattr(entity, name, None)
        if isinstance(value, str) and value:
            return value
    return None
