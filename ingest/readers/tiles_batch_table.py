"""Batch tables of 3D Tiles 1.0: the attributes of the features of a tile, and the hierarchy that they may have.

Source: 3D Tiles 1.0 (OGC 18-053r2), "Batch Table", and the extension 3DTILES_batch_table_hierarchy.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from .errors import FileDamaged
from .gltf_features import Feature
from .gltf_metadata import Table
from .json_values import JsonObject, list_of, text_of

_NUMBERS = {
    "BYTE": "i1", "UNSIGNED_BYTE": "u1", "SHORT": "<i2", "UNSIGNED_SHORT": "<u2", "INT": "<i4", "UNSIGNED_INT": "<u4",
    "FLOAT": "<f4", "DOUBLE": "<f8",
}  # fmt: skip
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}
_HIERARCHY = "3DTILES_batch_table_hierarchy"
_NO_PROPERTIES = frozenset({"extensions", "extras", "HIERARCHY"})
_MOST = 50_000_000


class BatchTable:
    """The two parts of a batch table, JSON and binary, of a tile with so many features."""

    def __init__(self, name: str, content: JsonObject, binary: bytes, count: int) -> None:
        self.name = name
        self.content = content
        self.binary = binary
        self.count = count

    def table(self, left_out: Counter[str]) -> Table:
        """Its own columns. Raises `FileDamaged` for a column that has not a value for each feature."""
        extensions = self.content.get("extensions")
        for name in extensions if isinstance(extensions, dict) else ():
            left_out[f"extension {name}"] += name != _HIERARCHY
        own = {name: values for name, values in self.content.items() if name not in _NO_PROPERTIES}
        return Table(self.count, {name: self._column(name, values, self.count) for name, values in own.items()})

    def add_hierarchy(self, features: list[Feature], left_out: Counter[str]) -> None:
        """Give the features of the table (the first ones of the list) their classes, parents and further attributes.

        The instances beyond them, which have no shape of their own, become features behind them.
        """
        extensions = self.content.get("extensions")
        found = extensions.get(_HIERARCHY) if isinstance(extensions, dict) else None
        found = found if found is not None else self.content.get("HIERARCHY")
        if not isinstance(found, dict):
            return
        length = found.get("instancesLength")
        if type(length) is not int or not self.count <= length <= _MOST:
            raise self._damaged(f"a hierarchy of {length!r} instances for {self.count:,} features")
        class_of = self._numbers("classIds", found.get("classIds"), length)
        parents = self._parents(found, length)
        features += [Feature(f"h{number}") for number in range(len(features), length)]
        next_row: Counter[int] = Counter()
        classes = [self._class(each if isinstance(each, dict) else {}) for each in list_of(found.get("classes"))]
        for number, kind in enumerate(class_of.tolist()):
            if not 0 <= kind < len(classes):
                raise self._damaged(f"an instance of class {kind} of {len(classes)}")
            feature, table, row = features[number], classes[kind], next_row[kind]
            if row >= table.count:
                raise self._damaged(f"more instances of class {kind} than it has")
            next_row[kind] += 1
            feature.class_ = table.class_
            feature.attributes = table.row(row) | feature.attributes
            if feature.own_id is None and (ids := table.own_ids()) is not None and isinstance(ids[row], str):
                feature.own_id = ids[row]
            own = [each for each in parents[number] if each != number]
            feature.parent = own[0] if own else None
            left_out["further parents of a feature"] += max(len(own) - 1, 0)

    def _class(self, content: JsonObject) -> Table:
        count, instances = content.get("length"), content.get("instances")
        if type(count) is not int or not 0 <= count <= _MOST or not isinstance(instances, dict):
            raise self._damaged("a class without length or instances")
        columns = {name: self._column(name, values, count) for name, values in instances.items()}
        return Table(count, columns, text_of(content.get("name")))

    def _parents(self, found: JsonObject, length: int) -> list[list[int]]:
        """The parents of each instance; one that is its own parent has none."""
        if "parentIds" not in found:
            return [[]] * length
        counts = (
            self._numbers("parentCounts", found["parentCounts"], length)
            if "parentCounts" in found
            else np.ones(length, dtype=np.int64)
        )
        if length and (counts.min() < 0 or counts.sum() > _MOST):
            raise self._damaged("counts of parents that can't be")
        ids = self._numbers("parentIds", found["parentIds"], int(counts.sum()))
        if len(ids) and not (ids.min() >= 0 and ids.max() < length):
            raise self._damaged(f"a parent beyond its {length:,} instances")
        ends = np.cumsum(counts).tolist()
        return [ids[start:end].tolist() for start, end in zip([0, *ends], ends, strict=False)]

    def _numbers(self, name: str, values: object, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        found = self._column(name, values, count, default="UNSIGNED_SHORT")
        if not all(type(each) is int for each in found):
            raise self._damaged(f"{name} that are no whole numbers")
        return np.array(found, dtype=np.int64)

    def _column(self, name: str, values: object, count: int, default: str | None = None) -> Sequence[object]:
        if isinstance(values, list):
            if len(values) != count:
                raise self._damaged(f"{len(values):,} values of {name[:60]} for {count:,} features")
            return values
        words = values if isinstance(values, dict) else {}
        offset = words.get("byteOffset")
        kind = _NUMBERS.get(str(words.get("componentType", default)))
        width = _WIDTHS.get(str(words.get("type", "SCALAR")))
        if type(offset) is not int or offset < 0 or kind is None or width is None:
            raise self._damaged(f"{name[:60]} that is neither a list nor a place in the binary part")
        if offset + count * width * np.dtype(kind).itemsize > len(self.binary):
            raise self._damaged(f"{name[:60]} that reaches beyond the {len(self.binary):,} bytes of the binary part")
        found = np.frombuffer(self.binary, dtype=kind, count=count * width, offset=offset)
        result: list[object] = (found.reshape(count, width) if width > 1 else found).tolist()
        return result

    def _damaged(self, what: str) -> FileDamaged:
        return FileDamaged(self.name, f"its batch table has {what}", "Get the file again, or export it anew")
