"""Rows of an IFC model: one for each thing that it defines, with all that is said of it as columns.

Own columns of the reader, beside attributes in the words of IFC: `Supertype`, `ParentBy`, `ContainedIn`,
`ReferencedIn`, `Type`, `TypeName`, `Zones`, `Systems`, `Groups`, `Serves`, `Classification`, `Material`,
`MaterialLayers`, `Address`, `Layer`; of the project and the sites also `LoGeoRef`, `Georeference`, `Units`.
Several keys in one column are separated by a space.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from .columns import series_of, unique_names
from .contract import FEATURE_COLUMNS
from .ifc_place import Place
from .ifc_relations import Relations, all_of, entities_of
from .ifc_step import Entity, Model
from .ifc_values import Row, Values, classification_text, material_columns, put

# The general entity that a thing is one of, the first that it is: what a mapping can fall back on.
_SUPERTYPES: Final = (
    "IfcProject", "IfcProjectLibrary", "IfcContext", "IfcTypeObject", "IfcSpatialZone", "IfcSpatialStructureElement",
    "IfcSpatialElement", "IfcFeatureElement", "IfcDistributionElement", "IfcFurnishingElement",
    "IfcTransportationDevice", "IfcTransportElement", "IfcElement", "IfcAnnotation", "IfcGrid",
    "IfcPositioningElement", "IfcPort", "IfcProduct", "IfcZone", "IfcSystem", "IfcGroup", "IfcActor", "IfcControl",
    "IfcProcess", "IfcResource",
)  # fmt: skip
# In every batch, filled or not, so that mappings find them.
_ALWAYS: Final = (
    "Supertype", "Name", "LongName", "Description", "ObjectType", "Tag", "PredefinedType", "ParentBy", "ContainedIn",
    "ReferencedIn", "Type", "TypeName", "Zones", "Systems", "Groups", "Serves", "Classification", "Material",
    "MaterialLayers", "Layer", "Address", "Elevation", "LoGeoRef", "Georeference", "Units",
)  # fmt: skip
_ADDRESSES: Final = ("SiteAddress", "BuildingAddress")


@dataclass(slots=True)
class Features:
    """Makes rows of the things of one model."""

    model: Model
    relations: Relations
    values: Values
    place: Place
    things: list[Entity] = field(init=False)
    _keys: dict[int, str] = field(default_factory=dict)
    _sets: dict[int, Row] = field(default_factory=dict)
    _supertypes: dict[str, str | None] = field(default_factory=dict)
    _materials: dict[tuple[int, ...], Row] = field(default_factory=dict)
    _layers: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.things = all_of(self.model, "IfcObjectDefinition")
        self.things.sort(key=lambda thing: int(thing.id()))
        self._keys = {thing.id(): str(thing.GlobalId or f"#{thing.id()}") for thing in self.things}
        for layer in all_of(self.model, "IfcPresentationLayerAssignment"):
            for item in entities_of(layer.AssignedItems):
                self._layers.setdefault(item.id(), str(layer.Name))

    def frame(self, things: Sequence[Entity], first_row: int) -> pl.DataFrame:
        """The features frame of these things."""
        rows = [self._row(thing) for thing in things]
        names = list(dict.fromkeys([*_ALWAYS, *(name for row in rows for name in row)]))
        ids = [thing.id() for thing in things]
        structure = {
            "@row": range(first_row, first_row + len(things)),
            "@key": [self._keys[key] for key in ids],
            "@parent": [self._key(self.relations.parent.get(key)) for key in ids],
            "@class": [thing.is_a() for thing in things],
        }
        columns = [
            series_of(column, [row.get(name) for row in rows])
            for name, column in zip(names, unique_names(names), strict=True)
        ]
        return pl.DataFrame(structure, schema=dict(FEATURE_COLUMNS)).with_columns(columns)

    def set_names(self) -> int:
        """How many columns the property sets of the whole model make."""
        used = {key for keys in self.relations.properties.values() for key in keys}
        return len({name for key in used for name in self.values.set_columns(self.model.by_id(key))})

    def _row(self, thing: Entity) -> Row:
        key = thing.id()
        row = self.values.own(thing)
        row.pop("GlobalId", None)
        found = self.relations
        row["Supertype"] = self._supertype(thing)
        row["Address"] = next((row[name] for name in _ADDRESSES if row.get(name)), None)
        row["ParentBy"] = found.parent_by.get(key)
        row["ContainedIn"] = self._key(found.container.get(key))
        row["ReferencedIn"] = self._joined(found.referenced.get(key, ()))
        row["Serves"] = self._joined(found.serves.get(key, ()))
        kind = found.type.get(key)
        if kind is not None:
            row["Type"], row["TypeName"] = self._key(kind), self.model.by_id(kind).Name
        row |= self._memberships(key)
        row |= self._said_of(key, kind)
        row |= self._layer(thing)
        if thing.is_a("IfcProject") or thing.is_a("IfcSite"):
            row["LoGeoRef"] = ",".join(self.place.levels) or "none"
            row["Georeference"] = self.place.method
            row["Units"] = self.values.units.words
        return row | self._properties(key, kind)

    def _memberships(self, key: int) -> Row:
        members: dict[str, list[int]] = {"Zones": [], "Systems": [], "Groups": []}
        for group in self.relations.groups.get(key, ()):
            entity = self.model.by_id(group)
            column = "Zones" if entity.is_a("IfcZone") else "Systems" if entity.is_a("IfcSystem") else "Groups"
            members[column].append(group)
        return {column: self._joined(groups) for column, groups in members.items() if groups}

    def _said_of(self, key: int, kind: int | None) -> Row:
        """Materials and classification, its own or else those of its type."""
        found = self.relations
        materials = found.materials.get(key) or found.materials.get(kind or 0, [])
        row = dict(self._material_columns(tuple(materials)))
        codes = [*found.classifications.get(key, ()), *found.classifications.get(kind or 0, ())]
        texts = [classification_text(self.model.by_id(one)) for one in codes]
        row["Classification"] = "; ".join(dict.fromkeys(filter(None, texts))) or None
        return row

    def _material_columns(self, materials: tuple[int, ...]) -> Row:
        """The columns of some materials, which many things have in common."""
        if materials not in self._materials:
            entities = (self.model.by_id(one) for one in materials)
            self._materials[materials] = material_columns(entities, self.values)
        return self._materials[materials]

    def _properties(self, key: int, kind: int | None) -> Row:
        """The columns of the property sets, those of the type behind its own."""
        own = self._set_columns(key)
        return {**self._set_columns(kind), **own} if kind is not None else own

    def _set_columns(self, key: int) -> Row:
        row = self._sets.get(key)
        if row is None:
            row = {}
            for definition in self.relations.properties.get(key, ()):
                for name, value in self.values.set_columns(self.model.by_id(definition)).items():
                    put(row, name, value)
            if self.model.by_id(key).is_a("IfcTypeObject"):  # read again by each of its occurrences
                self._sets[key] = row
        return row

    def _layer(self, thing: Entity) -> Row:
        shape = getattr(thing, "Representation", None)
        if shape is None or not self._layers:
            return {}
        names = [self._layers.get(each.id()) for each in entities_of(shape.Representations)]
        text = "; ".join(dict.fromkeys(filter(None, names)))
        return {"Layer": text} if text else {}

    def _supertype(self, thing: Entity) -> str | None:
        name = thing.is_a()
        if name not in self._supertypes:
            self._supertypes[name] = next((each for each in _SUPERTYPES if thing.is_a(each)), None)
        return self._supertypes[name]

    def _key(self, thing: int | None) -> str | None:
        return self._keys.get(thing) if thing is not None else None

    def _joined(self, things: Sequence[int]) -> str | None:
        return " ".join(dict.fromkeys(filter(None, map(self._key, things)))) or None


def batches_of(things: Sequence[Any], rows: int) -> Iterator[Sequence[Any]]:
    """The things in their order, so many at a time."""
    for first in range(0, len(things), rows):
        yield things[first : first + rows]
