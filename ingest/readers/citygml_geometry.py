"""Geometry elements of GML, gathered as text: polygons, lines and points of a batch, and which geometry has which.

Nothing is computed here; `citygml_build` makes shapes of whole batches. A part of a geometry is a whole number
(`part_code`) or a `Link` to be followed when the whole top-level thing was seen, because links may point forward.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from .citygml_names import GML, HREF, Shape, name_of
from .citygml_xml import Element
from .contract import Problem

MOST_PARTS: Final = 300_000
"""Of a geometry with links: links to links can ask for more than any memory holds. Such a geometry is not built."""

POLYGON, LINE, POINT = 0, 1, 2
SOLID_BEGINS, SHELL_BEGINS = -1, -2
"""Marks among the parts of a solid, so that they are there where a link leads to it, too; `split_shells` takes them."""
_SHELL_PROPERTIES: Final = ("exterior", "interior")
_POS_LISTS: Final = tuple(f"{{{namespace}}}posList" for namespace in GML)


class Link(NamedTuple):
    """A part that is said elsewhere, by its id."""

    target: str
    turned: bool


Part: TypeAlias = int | Link


def part_code(kind: int, position: int, *, turned: bool = False) -> int:
    """One number for a part: its kind, its place among those of its kind, and whether its other side is meant."""
    return position << 3 | kind << 1 | turned


@dataclass(slots=True)
class Shapes:
    """All polygons, lines and points of a batch in the words of the file; the lists of a group are aligned."""

    ring_texts: list[str] = field(default_factory=list)
    ring_sizes: list[int] = field(default_factory=list)  # numbers per position, 0 where it is not said
    ring_counts: list[int] = field(default_factory=list)  # of each polygon
    words: list[str | None] = field(default_factory=list)  # of each polygon: the class of the surface it belongs to
    line_texts: list[str] = field(default_factory=list)
    line_sizes: list[int] = field(default_factory=list)
    point_texts: list[str] = field(default_factory=list)
    point_sizes: list[int] = field(default_factory=list)
    text_size: int = 0

    def polygon(self, rings: Sequence[tuple[str, int]]) -> int:
        """Add a polygon, outline first."""
        for text, size in rings:
            self.ring_texts.append(text)
            self.ring_sizes.append(size)
            self.text_size += len(text)
        self.ring_counts.append(len(rings))
        self.words.append(None)
        return len(self.ring_counts) - 1

    def line(self, text: str, size: int) -> int:
        """Add a line."""
        self.line_texts.append(text)
        self.line_sizes.append(size)
        self.text_size += len(text)
        return len(self.line_texts) - 1

    def point(self, text: str, size: int) -> int:
        """Add a point."""
        self.point_texts.append(text)
        self.point_sizes.append(size)
        self.text_size += len(text)
        return len(self.point_texts) - 1


@dataclass(slots=True)
class Gatherer:
    """Takes in the geometry elements of one top-level thing; `ids` is what they are called there."""

    shapes: Shapes
    size: int  # numbers per position where a geometry does not say
    ids: dict[str, list[Part]] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    is_sound: bool = True  # of the geometry gathered last: no element of it was left out

    def gather(self, element: Element) -> list[Part]:
        """The parts of a geometry element."""
        self.is_sound = True
        parts: list[Part] = []
        size = element.get("srsDimension")
        self._add(element, parts, int(size) if size in ("2", "3") else self.size, turned=False)
        return parts

    def _add(self, element: Element, parts: list[Part], size: int, *, turned: bool) -> None:
        name = name_of(element.tag, None)
        start = len(parts)
        if name.shape is Shape.POLYGON:
            self._polygon(element, parts, size, turned=turned)
        elif name.shape in (Shape.COLLECTION, Shape.ORIENTABLE):
            if name.shape is Shape.ORIENTABLE and element.get("orientation") == "-":
                turned = not turned
            if name.local == "Ring":
                self._curve(element, parts, size, turned=turned)
            else:
                is_solid = name.local == "Solid"
                if is_solid:
                    parts.append(SOLID_BEGINS)
                self._members(element, parts, size, turned=turned, is_solid=is_solid)
        elif name.shape is Shape.LINE:
            text, own = positions(element, size)
            parts.append(part_code(LINE, self.shapes.line(text, own), turned=turned))
        elif name.shape is Shape.POINT:
            text, own = positions(element, size)
            parts.append(part_code(POINT, self.shapes.point(text, own)))
        elif name.is_gml and name.local == "DirectPositionList":
            pass
        else:
            self.left_out[f"geometry {name.local}"] += 1
            self.is_sound = False
        key = element.get(name.id_attribute)
        if key is not None:
            self.ids.setdefault(key, parts[start:])

    def _members(self, element: Element, parts: list[Part], size: int, *, turned: bool, is_solid: bool) -> None:
        for member in element:
            if is_solid and member.tag.rpartition("}")[2] in _SHELL_PROPERTIES:
                parts.append(SHELL_BEGINS)
            target = member.get(HREF)
            if target is not None and not len(member):
                parts.append(Link(target, turned))
                continue
            for child in member:
                self._add(child, parts, size, turned=turned)

    def _curve(self, element: Element, parts: list[Part], size: int, *, turned: bool) -> None:
        """A curve that is made of curves, as one line."""
        text, own = self._joined(element, size)
        parts.append(part_code(LINE, self.shapes.line(text, own), turned=turned))

    def _polygon(self, element: Element, parts: list[Part], size: int, *, turned: bool) -> None:
        rings: list[tuple[str, int]] = []
        for boundary in element:
            for ring in boundary:
                if len(ring) == 1 and (only := ring[0]).text is not None and only.tag in _POS_LISTS:  # nearly always
                    own = only.get("srsDimension")
                    rings.append((only.text, int(own) if own in ("2", "3") else size))
                elif name_of(ring.tag, None).local == "Ring":
                    rings.append(self._joined(ring, size))
                else:
                    rings.append(positions(ring, size))
        parts.append(part_code(POLYGON, self.shapes.polygon(rings), turned=turned))

    def _joined(self, ring: Element, size: int) -> tuple[str, int]:
        """The positions of all lines of a ring in turn, each joint once."""
        texts: list[str] = []
        for line in ring.iter("{*}LineString", "{*}LineStringSegment", "{*}LinearRing"):
            text, size = positions(line, size)
            numbers = text.split()
            step = size or 3
            texts += numbers[step:] if texts and numbers[:step] == texts[-step:] else numbers
        for other in ring.iter("{*}Arc", "{*}ArcString", "{*}Circle", "{*}CubicSpline", "{*}BSpline"):
            self.left_out[f"geometry {name_of(other.tag, None).local}"] += 1
            self.is_sound = False
        return " ".join(texts), size


def positions(element: Element, size: int) -> tuple[str, int]:
    """The coordinates of a line, ring or point as one text, and the numbers per position (0: not said).

    GML has four ways: posList, pos for each position, pointProperty (or pointRep), and coordinates of GML 2.
    """
    texts: list[str] = []
    for child in element:
        local = child.tag.rpartition("}")[2]
        own = child.get("srsDimension")
        if own in ("2", "3"):
            size = int(own)
        text = child.text or ""
        if local == "pos":
            if own is None and not size:
                numbers = len(text.split())
                size = numbers if numbers in (2, 3) else 0
            texts.append(text)
        elif local == "posList":
            texts.append(text)
        elif local == "coordinates":
            tuples, size = _tuples(child, text)
            texts.append(tuples)
        elif local == "coord":
            texts.append(" ".join(part.text or "" for part in child))
        elif local in ("pointProperty", "pointRep"):
            for point in child:
                text, size = positions(point, size)
                texts.append(text)
    return " ".join(texts), size


def _tuples(element: Element, text: str) -> tuple[str, int]:
    """Coordinates of GML 2: numbers apart by commas, positions by blanks, unless the element says otherwise."""
    decimal, within, between = (element.get(name) for name in ("decimal", "cs", "ts"))
    first = (text.split(between) if between and between.strip() else text.split())[:1]
    size = len(first[0].strip(within or ",").split(within or ",")) if first else 0
    for mark in (within or ",", between or " "):
        text = text.replace(mark, " ")
    return text.replace(decimal, ".") if decimal and decimal != "." else text, size if size in (2, 3) else 0


@dataclass(frozen=True, slots=True)
class Resolved:
    """The parts of a geometry without links."""

    parts: list[int]
    problem: Problem | None


def split_shells(parts: Sequence[int]) -> tuple[list[int], list[list[int]] | None]:
    """The parts without marks, and how many each shell of each solid has; None where not all are in one.

    >>> split_shells([SOLID_BEGINS, SHELL_BEGINS, 0, 8, 16, SHELL_BEGINS, 24, SOLID_BEGINS, SHELL_BEGINS, 32])
    ([0, 8, 16, 24, 32], [[3, 1], [1]])
    >>> split_shells([0, SOLID_BEGINS, SHELL_BEGINS, 8])
    ([0, 8], None)
    """
    plain = [part for part in parts if part >= 0]
    if len(plain) == len(parts):
        return plain, None
    solids: list[list[int]] = []
    for part in parts:
        if part == SOLID_BEGINS:
            solids.append([])
        elif not solids or not (solids[-1] or part == SHELL_BEGINS):
            return plain, None
        elif part == SHELL_BEGINS:
            solids[-1].append(0)
        else:
            solids[-1][-1] += 1
    return plain, solids


def resolve(parts: Sequence[Part], ids: dict[str, list[Part]], missing: Counter[str]) -> Resolved:
    """Follow all links. What points nowhere in the same top-level thing, or in a circle, leaves the geometry without a
    shape: a solid with a face less would be another one; it is counted in ``missing``.

    >>> found = resolve([Link("#a", True)], {"a": [part_code(POLYGON, 7)]}, Counter())
    >>> found.parts == [part_code(POLYGON, 7, turned=True)]
    True
    >>> resolve([Link("#a", False)], {"a": [Link("#a", False)]}, Counter()).problem
    <Problem.BAD_INDEX: 'bad-index'>
    """
    plain = [part for part in parts if type(part) is int]  # quicker than isinstance, and there are many
    if len(plain) == len(parts):
        return Resolved(plain, None)
    found: list[int] = []
    problem: Problem | None = None
    stack: list[tuple[Part | None, bool, str]] = [(part, False, "") for part in reversed(parts)]
    open_targets: set[str] = set()
    steps = 0
    while stack:
        part, turned, target = stack.pop()
        steps += 1
        if steps > MOST_PARTS or len(stack) > MOST_PARTS:
            return Resolved([], Problem.UNREADABLE)
        if part is None:
            open_targets.discard(target)
        elif isinstance(part, int):
            found.append(part if part < 0 else part ^ turned)
        else:
            key = part.target.removeprefix("#")
            inner = ids.get(key) if part.target.startswith("#") else None
            if inner is None or key in open_targets:
                missing["link in a circle" if inner is not None else "link to what is not in the same thing"] += 1
                problem = Problem.BAD_INDEX
                continue
            open_targets.add(key)
            stack.append((None, False, key))
            stack.extend((each, turned != part.turned, "") for each in reversed(inner))
    return Resolved([] if problem else found, problem)
