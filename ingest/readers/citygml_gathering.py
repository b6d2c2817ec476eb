"""What is gathered of a CityGML file for the next batch, and what is remembered from one batch to the next."""

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from .citygml_attributes import Attributes
from .citygml_build import Geometry
from .citygml_geometry import LINE, POLYGON, Shapes, part_code
from .citygml_names import GML
from .citygml_xml import Element

_IDS: Final = tuple(f"{{{namespace}}}id" for namespace in GML)
_LIBRARY_SIZE: Final = 64_000_000  # characters of prototypes that are kept for later things


@dataclass(slots=True)
class Rows:
    """What was gathered for the next batch; the lists of the first group are aligned."""

    keys: list[str] = field(default_factory=list)
    parents: list[str | None] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    attributes: list[Attributes] = field(default_factory=list)
    geometries: list[Geometry] = field(default_factory=list)
    shapes: Shapes = field(default_factory=Shapes)
    prototypes: dict[str, list[int]] = field(default_factory=dict)  # in these shapes


@dataclass(slots=True)
class Gathering:
    """All that is known while a file is read; `rows` is emptied with every batch."""

    origin: str = ""  # of keys that are made: the name of the file, because others have things without an id, too
    declared: str | None = None
    size: int = 0
    rows: Rows = field(default_factory=Rows)
    left_out: Counter[str] = field(default_factory=Counter)
    shape_ids: "array[int]" = field(default_factory=lambda: array("q"))  # hashes of all ids of geometries
    targets: dict[int, str] = field(default_factory=dict)  # what appearances point to, by hash
    _nameless: Counter[str] = field(default_factory=Counter)
    _library: dict[str, list[tuple[int, list[tuple[str, int]]]]] = field(default_factory=dict)
    _library_size: int = 0

    def note_appearance(self, surface_data: Element) -> None:
        """Remember what a texture or material points to."""
        for target in surface_data.iter("{*}target"):
            text = target.get("uri") or (target.text or "").strip()
            if text.startswith("#") and len(self.targets) < 1_000_000:
                self.targets[hash_of(text[1:])] = text

    def lost_targets(self) -> list[str]:
        """What appearances point to that is no geometry of the file."""
        known = np.frombuffer(self.shape_ids, dtype=np.int64) if self.shape_ids else np.empty(0, dtype=np.int64)
        wanted = np.fromiter(self.targets, dtype=np.int64, count=len(self.targets))
        return [self.targets[key] for key in wanted[~np.isin(wanted, known)].tolist()]

    def finish_batch(self) -> Rows:
        """The rows gathered so far; prototypes that later things may point to are kept."""
        done, self.rows = self.rows, Rows()
        shapes = done.shapes
        starts = [0, *np.cumsum(shapes.ring_counts).tolist()] if done.prototypes else []
        for key, codes in done.prototypes.items():
            if key in self._library or self._library_size > _LIBRARY_SIZE:
                continue
            parts = []
            for code in codes:
                kind, at = code >> 1 & 3, code >> 3
                if kind == POLYGON:
                    span = range(starts[at], starts[at + 1])
                    rings = [(shapes.ring_texts[i], shapes.ring_sizes[i]) for i in span]
                    parts.append((kind, rings))
                elif kind == LINE:
                    parts.append((kind, [(shapes.line_texts[at], shapes.line_sizes[at])]))
                else:
                    parts.append((kind, [(shapes.point_texts[at], shapes.point_sizes[at])]))
            self._library[key] = parts
            self._library_size += sum(len(text) for _, rings in parts for text, _ in rings)
        return done

    def prototype(self, key: str) -> list[int] | None:
        """The parts of a prototype that an earlier thing has, in the shapes of this batch."""
        if key not in self.rows.prototypes and key in self._library:
            shapes = self.rows.shapes
            self.rows.prototypes[key] = [
                part_code(
                    kind,
                    shapes.polygon(rings) if kind == POLYGON
                    else shapes.line(*rings[0]) if kind == LINE
                    else shapes.point(*rings[0]),
                )
                for kind, rings in self._library[key]
            ]  # fmt: skip
        return self.rows.prototypes.get(key)

    def key_of(self, element: Element, parent: str | None, local: str) -> str:
        """The gml:id, or the place of the thing among those of its kind without one: `file/Road-2/Marking-1`."""
        own = id_of(element)
        if own:
            return own
        base = "/".join(filter(None, (parent or self.origin, local)))
        self._nameless[base] += 1
        made = f"{base}-{self._nameless[base]}"
        element.set(_IDS[1], made)  # a thing that ends after things within it is asked for it twice
        return made


def id_of(element: Element) -> str | None:
    """The gml:id of an element, of either version of GML."""
    own: str | None = element.get(_IDS[1]) or element.get(_IDS[0])
    return own


def hash_of(text: str) -> int:
    """64 bits that stand for an id, so that millions of them fit into memory."""
    return hash(text)
