"""The words of SHACL Core by what they do; whatever else is in its namespace is refused by name."""

from __future__ import annotations

from .. import vocabulary as v


def _iris(names: str) -> frozenset[str]:
    return frozenset(v.SHACL + name for name in names.split())


SHAPE_TYPES = _iris("NodeShape PropertyShape")
MAKES_A_SHAPE = _iris("targetClass targetNode targetSubjectsOf targetObjectsOf path property")
SHAPE_PARAMETERS = _iris("node property not qualifiedValueShape")
SHAPE_LISTS = _iris("and or xone")
UNSUPPORTED_TYPES = _iris(
    "ConstraintComponent SPARQLConstraint SPARQLTarget SPARQLTargetType SPARQLFunction SPARQLRule TripleRule "
    "JSConstraint JSTarget JSFunction JSRule JSLibrary SPARQLAskValidator SPARQLSelectValidator"
)

TERM_COMPONENTS = {
    "class": "Class", "datatype": "Datatype", "nodeKind": "NodeKind", "hasValue": "HasValue",
    "minExclusive": "MinExclusive", "minInclusive": "MinInclusive", "maxExclusive": "MaxExclusive",
    "maxInclusive": "MaxInclusive", "equals": "Equals", "disjoint": "Disjoint", "lessThan": "LessThan",
    "lessThanOrEquals": "LessThanOrEquals",
}  # fmt: skip
COUNT_COMPONENTS = {"minCount": "MinCount", "maxCount": "MaxCount", "minLength": "MinLength", "maxLength": "MaxLength"}
SHAPE_COMPONENTS = {"property": "Property", "node": "Node", "not": "Not"}
LIST_COMPONENTS = {"in": "In", "languageIn": "LanguageIn", "and": "And", "or": "Or", "xone": "Xone"}
QUALIFIED = {"qualifiedMinCount": "QualifiedMinCount", "qualifiedMaxCount": "QualifiedMaxCount"}
OF_PATHS = frozenset(
    {"MinCount", "MaxCount", "UniqueLang", "LessThan", "LessThanOrEquals", "QualifiedMinCount", "QualifiedMaxCount"}
)
AT_MOST_ONE = frozenset(
    {"datatype", "nodeKind", "minExclusive", "minInclusive", "maxExclusive", "maxInclusive", "uniqueLang", "flags"}
    | {"languageIn", "in", "closed", "ignoredProperties", "path", "severity", *COUNT_COMPONENTS, *QUALIFIED}
)
OF_SHAPES = frozenset({"And", "Or", "Xone"})

KNOWN = frozenset(
    {*TERM_COMPONENTS, *COUNT_COMPONENTS, *SHAPE_COMPONENTS, *LIST_COMPONENTS, *QUALIFIED}
    | {"pattern", "flags", "uniqueLang", "closed", "ignoredProperties"}
    | {"qualifiedValueShape", "qualifiedValueShapesDisjoint"}
    | {"targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "path", "severity", "message", "deactivated"}
    | {"name", "description", "order", "group", "defaultValue"}  # for people and forms, not for validation
)
