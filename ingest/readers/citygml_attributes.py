"""The words of a city object as columns.

The name of a column is that of the element: `measuredHeight`, with what its XML attributes say beside it
(`measuredHeight@uom`, `function@codeSpace`). Elements of extensions have their prefix (`uro:buildingID`), generic
attributes `gen:` before their own names, so that no name of the one kind can meet one of another. Structured values are
spread by their path (`height.value`); what occurs more than once is JSON text, whose objects name their type.
"""

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from .citygml_names import HREF, XSI, Name, name_of
from .citygml_xml import Element

Value: TypeAlias = Any  # of a column: text, number, or lists and objects of such that become JSON
Attributes: TypeAlias = dict[str, Value]

_WHOLE: Final = frozenset({"storeysAboveGround", "storeysBelowGround"})
_NUMBERS: Final = {"int": int, "integer": int, "double": float, "measure": float}
_XLINK: Final = HREF.removesuffix("href")


def put(attributes: Attributes, name: str, value: Value) -> None:
    """Add a value; one that has a value already becomes a list."""
    if name not in attributes:
        attributes[name] = value
    elif isinstance(attributes[name], list):
        attributes[name].append(value)
    else:
        attributes[name] = [attributes[name], value]


def put_property(attributes: Attributes, elements: list[Element], path: str) -> None:
    """Add all elements of one name that a city object has."""
    if len(elements) == 1:
        _spread(attributes, elements[0], path)
        return
    for element in elements:
        if len(element):
            put(attributes, path, _json(element))
        else:
            _spread(attributes, element, path)


def put_generic(attributes: Attributes, element: Element, path: str = "gen:") -> None:
    """Add a generic attribute, or a set of them (`gen:SET.NAME`), as the type that it has."""
    kind = name_of(element.tag, element.prefix).local
    if kind == "genericAttribute":  # CityGML 3: the property around it
        for child in element:
            put_generic(attributes, child, path)
        return
    own_name, value = element.get("name"), None
    members: list[Element] = []
    for child in element:
        local = name_of(child.tag, child.prefix).local
        if local == "name":
            own_name = (child.text or "").strip()
        elif local == "value":
            value = child
        else:
            members.append(child)
    column = f"{path}{own_name or '(no name)'}"
    for member in members:
        put_generic(attributes, member, f"{column}.")
    if value is not None:
        number = _NUMBERS.get(kind.removesuffix("Attribute").lower())
        text = (value.text or "").strip()
        put(attributes, column, _number(text, number) if number else text)
        for key, said in _xml_attributes(value):
            put(attributes, f"{column}@{key}", said)


def _spread(attributes: Attributes, element: Element, path: str) -> None:
    for key, said in _xml_attributes(element):
        put(attributes, f"{path}@{key}", said)
    target = element.get(HREF)
    if target is not None:
        put(attributes, path, target)
    if not len(element):
        value = _simple(element)
        if value is not None:
            put(attributes, path, value)
        return
    within = _value_of_property(element)
    if within is not element:
        kind = name_of(within.tag, within.prefix).local
        if kind.casefold() != name_of(element.tag, element.prefix).local.casefold():
            put(attributes, f"{path}@type", kind)
        for key, said in _xml_attributes(within):
            put(attributes, f"{path}@{key}", said)
        if not len(within):
            value = _simple(within)
            if value is not None:
                put(attributes, path, value)
            return
    base = path.partition(".")[0]
    for name, same in _by_name(within):
        if name.is_xal:
            inner = f"{base}.{_xal_path(name_of(within.tag, within.prefix), name)}"
        else:
            inner = f"{path}.{name.local if _is_home(name, within) else name.column}"
        put_property(attributes, same, inner)


def _is_home(name: Name, parent: Element) -> bool:
    """Whether a name is of the same vocabulary as the structured value that it is in."""
    return name.namespace == name_of(parent.tag, parent.prefix).namespace


def _xal_path(parent: Name, name: Name) -> str:
    """Address elements nest deeply and in several ways; the last two words say what they are.

    A name that holds that of its parent stands alone: `ThoroughfareName`, but `Thoroughfare.Number`.
    """
    stands_alone = not parent.is_xal or name.local.startswith(parent.local) or parent.local == "AddressDetails"
    return name.local if stands_alone else f"{parent.local}.{name.local}"


def _json(element: Element) -> Value:
    """A structured value as JSON: an object with its type, or a simple value where it is one."""
    within = _value_of_property(element)
    members: dict[str, Value] = {}
    if within is not element:
        members["@type"] = name_of(within.tag, within.prefix).local
    for source in (element, within) if within is not element else (element,):
        members.update({f"@{key}": said for key, said in _xml_attributes(source)})
        if (target := source.get(HREF)) is not None:
            members["@href"] = target
    if not len(within):
        value = _simple(within)
        if not members:
            return value
        if value is not None:
            members["value"] = value
        return members
    for name, same in _by_name(within):
        values = [_json(each) for each in same]
        members[name.local if _is_home(name, within) else name.column] = values[0] if len(values) == 1 else values
    return members


def _value_of_property(element: Element) -> Element:
    """GML puts the type of a structured value between a property and its members; the value, or the element itself."""
    if len(element) != 1 or name_of(element.tag, element.prefix).local[:1].isupper():
        return element
    child = element[0]
    return child if name_of(child.tag, child.prefix).local[:1].isupper() else element


def _by_name(element: Element) -> Iterator[tuple[Name, list[Element]]]:
    found: dict[Name, list[Element]] = {}
    for child in element:
        if isinstance(child.tag, str):
            found.setdefault(name_of(child.tag, child.prefix), []).append(child)
    yield from found.items()


def _simple(element: Element) -> Value:
    text = (element.text or "").strip()
    if not text:
        return None
    if element.get("uom") is not None:
        return _number(text, float)
    if name_of(element.tag, element.prefix).local in _WHOLE:
        return _number(text, int)
    return text


def _number(text: str, kind: type[int] | type[float]) -> Value:
    """The number that a text is; the text where it is none."""
    try:
        return text if "_" in text else kind(text)  # Python takes 1_000, nobody else does
    except ValueError:
        return text


def _xml_attributes(element: Element) -> Iterator[tuple[str, str]]:
    for key, said in element.items():
        if key == HREF or str(key).startswith((_XLINK, f"{{{XSI}}}")):
            continue
        yield str(key).rpartition("}")[2], str(said)
