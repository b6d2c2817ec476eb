"""The relations of an IFC model, turned over: for each thing its whole, its container, type, groups, materials, codes.

Every relation is read once. What a relation says becomes a column of the thing that it is said of; the relations
that have no column are counted by their names.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from .ifc_step import Entity, Model

# Which relation gives the parent, the first that a thing has: (entity, attribute of the whole, of the part).
# A door that fills an opening is a part of it; the storey that it is also contained in has a column of its own.
_WHOLES: Final = (
    ("IfcRelVoidsElement", "RelatingBuildingElement", "RelatedOpeningElement"),
    ("IfcRelFillsElement", "RelatingOpeningElement", "RelatedBuildingElement"),
    ("IfcRelProjectsElement", "RelatingElement", "RelatedFeatureElement"),
    ("IfcRelAdheresToElement", "RelatingElement", "RelatedSurfaceFeatures"),
    ("IfcRelAggregates", "RelatingObject", "RelatedObjects"),
    ("IfcRelNests", "RelatingObject", "RelatedObjects"),
    ("IfcRelContainedInSpatialStructure", "RelatingStructure", "RelatedElements"),
    ("IfcRelDeclares", "RelatingContext", "RelatedDefinitions"),
)
_CARRIED: Final = frozenset(
    {
        *(each[0] for each in _WHOLES),
        *("IfcRelDefinesByType", "IfcRelDefinesByProperties", "IfcRelAssignsToGroup", "IfcRelAssignsToGroupByFactor"),
        *("IfcRelAssociatesMaterial", "IfcRelAssociatesClassification", "IfcRelServicesBuildings"),
        *("IfcRelReferencedInSpatialStructure", "IfcRelOverridesProperties"),
    }
)


@dataclass(slots=True)
class Relations:
    """Step ids of the related things; lists keep the order of the file."""

    parent: dict[int, int] = field(default_factory=dict)
    parent_by: dict[int, str] = field(default_factory=dict)  # the entity of the relation
    container: dict[int, int] = field(default_factory=dict)
    referenced: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    type: dict[int, int] = field(default_factory=dict)
    properties: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    groups: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    serves: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    materials: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    classifications: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    carried: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    circular: int = 0
    further_wholes: int = 0


def read_relations(model: Model) -> Relations:
    """All relations of a model. A thing whose wholes lead back to itself gets no parent; such are counted."""
    found = Relations()
    for relation in all_of(model, "IfcRelationship"):
        name = relation.is_a()
        (found.carried if name in _CARRIED else found.left_out)[name] += 1
    for name, whole_name, parts_name in _WHOLES:
        for relation in all_of(model, name):
            whole = getattr(relation, whole_name)
            if whole is not None:
                _take_parts(found, relation.is_a(), whole.id(), entities_of(getattr(relation, parts_name)))
    for relation in all_of(model, "IfcRelReferencedInSpatialStructure"):
        if relation.RelatingStructure is not None:
            for part in entities_of(relation.RelatedElements):
                found.referenced[part.id()].append(relation.RelatingStructure.id())
    for relation in all_of(model, "IfcRelDefinesByType"):
        if relation.RelatingType is not None:
            for part in entities_of(relation.RelatedObjects):
                found.type.setdefault(part.id(), relation.RelatingType.id())
    for relation in all_of(model, "IfcRelDefinesByProperties"):
        definitions = [each.id() for each in entities_of(relation.RelatingPropertyDefinition)]
        for part in entities_of(relation.RelatedObjects):
            found.properties[part.id()] += definitions
    for kind in all_of(model, "IfcTypeObject"):
        found.properties[kind.id()] += [each.id() for each in entities_of(kind.HasPropertySets)]
    for relation in all_of(model, "IfcRelAssignsToGroup"):
        if relation.RelatingGroup is not None:
            for part in entities_of(relation.RelatedObjects):
                found.groups[part.id()].append(relation.RelatingGroup.id())
    for relation in all_of(model, "IfcRelServicesBuildings"):
        if relation.RelatingSystem is not None:
            found.serves[relation.RelatingSystem.id()] += [each.id() for each in entities_of(relation.RelatedBuildings)]
    for name, attribute, target in (
        ("IfcRelAssociatesMaterial", "RelatingMaterial", found.materials),
        ("IfcRelAssociatesClassification", "RelatingClassification", found.classifications),
    ):
        for relation in all_of(model, name):
            for said in entities_of(getattr(relation, attribute)):
                for part in entities_of(relation.RelatedObjects):
                    target[part.id()].append(said.id())
    found.left_out += _said_of_no_thing(model, found)
    _cut_circles(found)
    return found


def _said_of_no_thing(model: Model, found: Relations) -> Counter[str]:
    """Properties that are not said of a thing: those of materials and profiles, templates, sets that nothing has."""
    of_others = (each for name in ("IfcMaterialProperties", "IfcProfileProperties") for each in all_of(model, name))
    counts = Counter(str(each.is_a()) for each in of_others)
    used = {key for keys in found.properties.values() for key in keys}
    free = (each for each in all_of(model, "IfcPropertyDefinition") if each.id() not in used)
    return counts + Counter(f"{each.is_a()} of no thing" for each in free)


def _take_parts(found: Relations, name: str, whole: int, parts: Iterable[Entity]) -> None:
    is_containment = name == "IfcRelContainedInSpatialStructure"
    for part in parts:
        key = part.id()
        if is_containment:
            found.container.setdefault(key, whole)
        if key not in found.parent:
            found.parent[key], found.parent_by[key] = whole, name
        elif found.parent[key] != whole and (found.parent_by[key] == name or not is_containment):
            found.further_wholes += name != "IfcRelDeclares"


def _cut_circles(found: Relations) -> None:
    """Take the parent from every thing that is its own whole, however far away."""
    is_sound: set[int] = set()
    for start in list(found.parent):
        path: list[int] = []
        on_path: set[int] = set()
        here: int | None = start
        while here is not None and here not in is_sound and here not in on_path:
            path.append(here)
            on_path.add(here)
            here = found.parent.get(here)
        if here is not None and here in on_path:
            circle = path[path.index(here) :]
            found.circular += len(circle)
            for key in circle:
                del found.parent[key], found.parent_by[key]
        is_sound.update(path)


def all_of(model: Model, name: str) -> list[Entity]:
    """All entities of a kind; none where the schema has no such."""
    try:
        return list(model.by_type(name))
    except RuntimeError:
        return []


def contexts_of(model: Model) -> list[Entity]:
    """The geometric contexts of the project, without those within them."""
    kind = "IfcGeometricRepresentationContext"
    return [one for one in all_of(model, kind) if not one.is_a().endswith("SubContext")]


def entities_of(value: Any) -> Iterator[Entity]:
    """The entities of an attribute that holds one, several, none, or a selected set of them."""
    if value is None:
        return
    if isinstance(value, tuple | list):
        for each in value:
            yield from entities_of(each)
    elif hasattr(value, "is_a"):
        if value.id():
            yield value
        else:  # IfcPropertySetDefinitionSet, a type around a list
            yield from entities_of(value.wrappedValue)


def several(entity: Entity, name: str) -> tuple[Any, ...]:
    """The entities of an (inverse) attribute; none where the schema has no such."""
    value = getattr(entity, name, None)
    return tuple(value) if isinstance(value, tuple | list) else () if value is None else (value,)


def is_one_of(entity: Entity, names: tuple[str, ...] | list[str]) -> bool:
    return any(entity.is_a(name) for name in names)
