"""City objects of a member as rows: the thing itself, and all things within it, each with its words and geometries."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np

from .citygml_attributes import Attributes, put_generic, put_property
from .citygml_axes import plain_name
from .citygml_build import Floats, Geometry
from .citygml_gathering import Gathering, hash_of, id_of
from .citygml_geometry import POINT, POLYGON, Gatherer, Link, Part, part_code, positions, resolve, split_shells
from .citygml_names import (
    HREF,
    NAMES,
    SOLIDS,
    SURFACE_PROPERTIES,
    Name,
    Role,
    is_left_out,
    is_thing,
    name_of,
)
from .citygml_xml import Element
from .contract import Problem
from .crs import split_crs


@dataclass(slots=True)
class _Waiting:
    """A geometry whose links are still to be followed."""

    owner: int
    lod: str | None
    parts: list[Part]
    is_solid: bool
    is_sound: bool
    word: str | None  # the meaning that it gives to its polygons
    placement: Floats | None = None
    is_composite: bool = False


def take(gathering: Gathering, element: Element, parent: str | None, srs: str | None, *, is_surface: bool) -> None:
    """Add a top-level thing with all within it."""
    gatherer = Gatherer(gathering.rows.shapes, gathering.size, left_out=gathering.left_out)
    _Thing(gathering, gatherer).take(element, parent, srs, is_surface=is_surface)


@dataclass(slots=True)
class _Thing:
    """One top-level thing being taken in."""

    all: Gathering
    gatherer: Gatherer
    waiting: list[_Waiting] = field(default_factory=list)
    prototype_ids: list[str] = field(default_factory=list)

    def take(self, element: Element, parent: str | None, srs: str | None, *, is_surface: bool) -> None:
        self._row(element, parent, srs, is_surface=is_surface)
        self._follow_links()
        self.all.shape_ids.extend(map(hash_of, self.gatherer.ids))

    def _row(self, element: Element, parent: str | None, srs: str | None, *, is_surface: bool) -> None:
        name = name_of(element.tag, element.prefix)
        key = self.all.key_of(element, parent, name.local)
        rows = self.all.rows
        row = len(rows.keys)
        attributes: Attributes = {}
        rows.keys.append(key)
        rows.parents.append(parent)
        rows.classes.append(name.local)
        rows.attributes.append(attributes)
        word = name.local if is_surface else None
        simple: dict[Name, list[Element]] = {}
        for child in element:
            tag = child.tag
            said = NAMES.get(tag) or name_of(tag, child.prefix)
            if said.role is Role.GEOMETRY:
                self._geometry(child, said, row, said.lod, srs, word)
            elif said.role is Role.OTHER:
                if len(child) == 0:
                    simple.setdefault(said, []).append(child)
                    continue
                within = name_of(child[0].tag, child[0].prefix)
                if _is_thing(child[0], within):
                    inside = said.local in SURFACE_PROPERTIES
                    for each in child:
                        self._row(each, key, srs, is_surface=inside)
                elif within.shape or within.local in _INDOOR_SHAPES:
                    self._geometry(child, said, row, _lod_of(element), srs, word)
                elif is_left_out(within):
                    self.all.left_out[within.local] += len(child)
                else:
                    if not said.is_city or said.local.startswith("adeOf"):
                        self._within_words(child, key, srs)
                    simple.setdefault(said, []).append(child)
            elif said.role is Role.GENERIC:
                put_generic(attributes, child)
            elif said.role is Role.IMPLICIT:
                self._implicit(child, row, said.lod, srs, word)
            elif said.role is Role.NOT_SHAPE:
                self.all.left_out[said.local] += 1
            elif said.local == "boundedBy":
                srs = envelope_srs(child) or srs
        for said, elements in simple.items():
            put_property(attributes, elements, said.column)

    def _within_words(self, element: Element, parent: str, srs: str | None) -> None:
        """Take the things out of a structured value of an extension, which is a word of its owner without them."""
        for child in list(element):
            name = name_of(child.tag, child.prefix) if isinstance(child.tag, str) else None
            if name and name.local[:1].isupper() and id_of(child) is not None and _is_thing(child, name):
                self._row(child, parent, srs, is_surface=False)
                element.remove(child)
            else:
                self._within_words(child, parent, srs)

    def _geometry(
        self, element: Element, said: Name, row: int, lod: str | None, srs: str | None, word: str | None
    ) -> None:
        """The geometry in a property, one or - where the property repeats itself or holds several - more."""
        target = element.get(HREF)
        if target is not None and len(element) == 0:
            self.waiting.append(_Waiting(row, lod, [Link(target, False)], "Solid" in said.local, True, word))
        for child in element:
            name = name_of(child.tag, child.prefix)
            if name.local in _INDOOR_SHAPES:
                for inner in child:
                    self._one_geometry(inner, row, lod, srs, word)
            else:
                self._one_geometry(child, row, lod, srs, word)

    def _one_geometry(self, element: Element, row: int, lod: str | None, srs: str | None, word: str | None) -> None:
        own_srs = element.get("srsName") or srs
        if self._is_elsewhere(own_srs):
            self.all.left_out[f"geometry in another CRS ({str(own_srs)[:60]})"] += 1
            self.all.rows.geometries.append(Geometry(row, lod, [], problem=Problem.UNSUPPORTED_TYPE))
            return
        name = name_of(element.tag, element.prefix)
        if name.local == "ImplicitGeometry":
            self._placed(element, row, lod, word)
            return
        parts = self.gatherer.gather(element)
        is_sound, is_composite = self.gatherer.is_sound, name.local in _COMPOSITES
        self.waiting.append(_Waiting(row, lod, parts, name.local in SOLIDS, is_sound, word, is_composite=is_composite))

    def _is_elsewhere(self, srs: str | None) -> bool:
        """Whether a geometry is in another system than the file; the first one named is that of the file."""
        if srs is None:
            return False
        if self.all.declared is None:
            self.all.declared = plain_name(srs)
        return srs != self.all.declared and _system(plain_name(srs)) != _system(self.all.declared)

    def _implicit(self, element: Element, row: int, lod: str | None, srs: str | None, word: str | None) -> None:
        for child in element:
            self._one_geometry(child, row, lod, srs, word)

    def _placed(self, element: Element, row: int, lod: str | None, word: str | None) -> None:
        """An implicit geometry: a prototype of its own or of another thing, moved to its place."""
        matrix: Floats | None = np.eye(4)
        anchor: tuple[str, int] | None = None
        parts: list[Part] | None = None
        has_library = False
        for child in element:
            local = name_of(child.tag, child.prefix).local
            if local == "transformationMatrix":
                matrix = _matrix(child.text or "")
            elif local == "referencePoint":
                for point in child:
                    anchor = positions(point, self.gatherer.size)
            elif local in ("relativeGMLGeometry", "relativeGeometry"):
                target = child.get(HREF)
                parts = [Link(target, False)] if target is not None and len(child) == 0 else []
                for shape in child:
                    parts += self.gatherer.gather(shape)
                    self.prototype_ids += [own] if (own := id_of(shape)) else []
            elif local == "libraryObject":
                has_library = True
        if has_library:
            self.all.left_out["library object of an implicit geometry"] += 1
        if parts is None and has_library and anchor is not None:  # its place at least
            at = self.all.rows.shapes.point(*anchor)
            self.waiting.append(_Waiting(row, lod, [part_code(POINT, at)], False, True, None))
            return
        place = None if matrix is None or anchor is None else _moved(matrix, anchor[0])
        if place is None or not parts:
            self.all.rows.geometries.append(Geometry(row, lod, [], problem=Problem.UNREADABLE))
            return
        self.waiting.append(_Waiting(row, lod, parts, False, self.gatherer.is_sound, word, place))

    def _follow_links(self) -> None:
        ids, missing, rows = self.gatherer.ids, self.all.left_out, self.all.rows
        for one in self.waiting:
            if one.placement is not None:
                for part in one.parts:
                    if isinstance(part, Link) and (key := part.target.removeprefix("#")) not in ids:
                        known = self.all.prototype(key)
                        if known is not None:
                            ids[key] = list(known)
            found = resolve(one.parts, ids, missing)
            problem = found.problem if one.is_sound else Problem.UNSUPPORTED_TYPE
            all_codes, shells = split_shells(found.parts)
            kinds = {code & 6 for code in all_codes} or {POLYGON << 1}
            for bits in sorted(kinds):
                codes = all_codes if len(kinds) == 1 else [code for code in all_codes if code & 6 == bits]
                kind = bits >> 1
                is_solid = one.is_solid and kind == POLYGON
                own_shells = shells if is_solid and len(kinds) == 1 else None
                rows.geometries.append(
                    Geometry(
                        one.owner, one.lod, codes, kind, is_solid, problem, own_shells, one.is_composite, one.placement
                    )
                )
                if one.word is not None and kind == POLYGON and one.placement is None:
                    words = rows.shapes.words
                    for code in codes:
                        if words[code >> 3] is None:
                            words[code >> 3] = one.word
        for key in self.prototype_ids:
            rows.prototypes[key] = split_shells(resolve(ids[key], ids, Counter()).parts)[0]


_COMPOSITES: Final = frozenset({"CompositeSolid", "CompositeSurface"})
_INDOOR_SHAPES: Final = frozenset({"Geometry3D", "Geometry2D", "geometry3D", "geometry2D"})


def envelope_srs(bounded_by: Element) -> str | None:
    """The reference system that an envelope names for all within it."""
    names: list[str | None] = [envelope.get("srsName") for envelope in bounded_by if isinstance(envelope.tag, str)]
    return names[0] if names else None


def things_in(member: Element) -> Iterator[Element]:
    """The things that a member of a collection holds."""
    for child in member:
        if isinstance(child.tag, str):
            name = name_of(child.tag, child.prefix)
            if not (name.is_gml or name.shape or is_left_out(name)):
                yield child


@lru_cache(maxsize=256)
def _system(declared: str) -> tuple[str, str | None] | str:
    try:
        return split_crs(declared)
    except ValueError:
        return declared


def _is_thing(element: Element, name: Name) -> bool:
    has_lod = not name.is_city and any(
        isinstance(child.tag, str) and (own := name_of(child.tag, child.prefix)).is_city and own.lod
        for child in element
    )
    return is_thing(name, has_id=id_of(element) is not None, has_lod=has_lod)


def _lod_of(element: Element) -> str | None:
    """The level of detail that a thing says of itself (relief does), or None."""
    for child in element:
        if isinstance(child.tag, str) and name_of(child.tag, child.prefix).local == "lod":
            return (child.text or "").strip() or None
    return None


def _matrix(text: str) -> Floats | None:
    try:
        values = np.array(text.split(), dtype=np.float64)
    except ValueError:
        return None
    return values.reshape(4, 4) if values.shape == (16,) and np.isfinite(values).all() else None


def _moved(matrix: Floats, anchor: str) -> Floats | None:
    """The matrix with the reference point added to its shift."""
    try:
        place = np.array(anchor.split(), dtype=np.float64)
    except ValueError:
        return None
    if place.shape != (3,) or not np.isfinite(place).all():
        return None
    moved = matrix.copy()
    moved[:3, 3] += place
    return moved
