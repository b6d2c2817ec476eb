"""Attributes of features in glTF: property tables, as lists of values by column.

Source: EXT_structural_metadata and the 3D Metadata Specification 1.1 of Cesium ("Binary Table Format"), and the older
EXT_feature_metadata, whose words are brought to those of the newer one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import numpy as np

from .gltf_file import COMPONENTS, GltfFile
from .json_values import JsonObject, list_of, member_of, text_of

_NUMBERS = {
    "INT8": "i1", "UINT8": "u1", "INT16": "<i2", "UINT16": "<u2", "INT32": "<i4", "UINT32": "<u4", "INT64": "<i8",
    "UINT64": "<u8", "FLOAT32": "<f4", "FLOAT64": "<f8",
}  # fmt: skip
_MOST_ROWS = 50_000_000
# Columns that name the thing beyond its file, when they have a different value in each row.
_ID_NAMES = (
    "gml:id", "gml_id", "gmlid", "globalid", "guid", "uuid", "identifier", "identificatie", "elementid", "element_id",
    "featureid", "feature_id", "id", "objectid", "osm_id", "fid",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """The attributes of some features, one row each."""

    count: int
    columns: dict[str, Sequence[object]] = field(default_factory=dict)
    class_: str | None = None
    id_column: str | None = None  # the one that its schema says to be the id

    def row(self, position: int) -> dict[str, object]:
        """The attributes of one feature."""
        return {name: values[position] for name, values in self.columns.items()}

    def own_ids(self) -> Sequence[object] | None:
        """The id of each row that holds beyond the file, None when no column can be it: text or whole numbers.

        >>> Table(2, {"height": [3, 4], "GUID": ["a", "b"]}).own_ids()
        ['a', 'b']
        >>> Table(2, {"GUID": ["a", "a"]}).own_ids() is None
        True
        """
        by_name = {name.casefold(): values for name, values in reversed(self.columns.items())}
        candidates = [by_name[name] for name in _ID_NAMES if name in by_name]
        if self.id_column in self.columns:
            candidates.insert(0, self.columns[str(self.id_column)])
        for values in candidates:
            is_id = all((isinstance(value, str) and value) or type(value) is int for value in values)
            if is_id and len(set(values)) == self.count:
                return values
        return None


def tables_of(file: GltfFile, left_out: Counter[str]) -> dict[str, Table]:
    """The tables by their position (a number as text) or, in EXT_feature_metadata, by their name.

    Raises `FileDamaged` for columns that reach beyond their bytes.
    """
    newer = file.extension(file.json, "EXT_structural_metadata")
    older = file.extension(file.json, "EXT_feature_metadata")
    if newer is not None:
        for name in ("propertyTextures", "propertyAttributes"):
            left_out[name] += len(list_of(newer.get(name)))
        tables = {str(number): each for number, each in enumerate(list_of(newer.get("propertyTables")))}
        return _tables(file, newer, tables, left_out, is_older=False)
    if older is not None:
        found = older.get("featureTables")
        left_out["featureTextures"] += len(older["featureTextures"]) if _is_object(older.get("featureTextures")) else 0
        return _tables(file, older, found if _is_object(found) else {}, left_out, is_older=True)
    return {}


def _tables(
    file: GltfFile, extension: JsonObject, tables: JsonObject, left_out: Counter[str], *, is_older: bool
) -> dict[str, Table]:
    schema = extension.get("schema")
    if not _is_object(schema):
        left_out["metadata schema in a file of its own"] += "schemaUri" in extension
        schema = {}
    result = {}
    for key, table in tables.items():
        if not _is_object(table) or type(count := table.get("count")) is not int or not 0 <= count <= _MOST_ROWS:
            raise file.damaged(f"its table {key} has no count of rows")
        class_name = text_of(table.get("class"))
        declared = member_of(member_of(schema, "classes"), class_name or "").get("properties")
        columns: dict[str, Sequence[object]] = {}
        id_column = None
        for name, binary in member_of(table, "properties").items():
            kind = declared.get(name) if _is_object(declared) else None
            if not _is_object(kind) or not _is_object(binary):
                left_out["property without a declaration"] += 1
                continue
            if is_older:
                kind, binary = _newer(kind, binary)
            columns[name] = _Column(file, f"{key}.{name}", kind, binary, schema).values(count)
            id_column = name if kind.get("semantic") == "ID" else id_column
        result[key] = Table(count, columns, class_name, id_column)
    return result


def _newer(kind: JsonObject, binary: JsonObject) -> tuple[JsonObject, JsonObject]:
    """A property of EXT_feature_metadata in the words of EXT_structural_metadata."""
    is_array = kind.get("type") == "ARRAY"
    element = kind.get("componentType") if is_array else kind.get("type")
    words = {"type": "SCALAR", "componentType": element} if element in _NUMBERS else {"type": element}
    if is_array:
        words |= {"array": True, "count": kind.get("componentCount")}
    offset_type = binary.get("offsetType", "UINT32")
    renamed = {
        "values": binary.get("bufferView"),
        "arrayOffsets": binary.get("arrayOffsetBufferView"),
        "stringOffsets": binary.get("stringOffsetBufferView"),
        "arrayOffsetType": offset_type,
        "stringOffsetType": offset_type,
    }
    kept = {name: kind[name] for name in ("enumType", "normalized", "noData", "default", "semantic") if name in kind}
    return kept | words, renamed


@dataclass(frozen=True, slots=True)
class _Column:
    """One column: how it is declared and where its bytes are."""

    file: GltfFile
    place: str
    kind: JsonObject
    binary: JsonObject
    schema: JsonObject

    def values(self, count: int) -> list[object]:
        if not self.kind.get("array"):
            return self._with_missing(self._elements(count))
        fixed = self.kind.get("count")
        if type(fixed) is int and fixed >= 0:
            ends = np.arange(count + 1, dtype=np.int64) * fixed
        else:
            ends = self._offsets("arrayOffsets", "arrayOffsetType", count)
        elements = self._elements(int(ends[-1]))
        pairs = zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
        return self._with_missing([elements[start:end] for start, end in pairs])

    def _elements(self, count: int) -> list[Any]:
        kind = self.kind.get("type")
        content = self.file.view(self.binary.get("values"))
        if kind == "STRING":
            ends = self._offsets("stringOffsets", "stringOffsetType", count)
            if int(ends[-1]) > len(content):
                raise self._damaged(f"texts up to byte {int(ends[-1]):,} of {len(content):,}")
            pairs = zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)
            return [content[start:end].decode("utf-8", errors="replace") for start, end in pairs]
        if kind == "BOOLEAN":
            if count > 8 * len(content):
                raise self._damaged(f"{count:,} values in {len(content):,} bytes")
            bits = np.unpackbits(np.frombuffer(content, dtype=np.uint8), count=count, bitorder="little")
            return bits.astype(bool).tolist()
        if kind == "ENUM":
            return self._words(content, count)
        width = COMPONENTS.get(str(kind))
        number = _NUMBERS.get(str(self.kind.get("componentType")))
        if width is None or number is None:
            raise self._damaged(f"a type {kind!r} that is not known")
        found = self._numbers(content, number, count * width)
        found = self._scaled(found)
        return found.reshape(count, width).tolist() if width > 1 else found.tolist()

    def _words(self, content: bytes, count: int) -> list[object]:
        enum = member_of(member_of(self.schema, "enums"), str(self.kind.get("enumType")))
        number = _NUMBERS.get(str(enum.get("valueType", "UINT16")), "<u2")
        names = {each.get("value"): each.get("name") for each in list_of(enum.get("values")) if _is_object(each)}
        return [names.get(value, value) for value in self._numbers(content, number, count).tolist()]

    def _numbers(self, content: bytes, number: str, count: int) -> np.ndarray[Any, np.dtype[Any]]:
        size = np.dtype(number).itemsize
        if count * size > len(content):
            raise self._damaged(f"{count:,} numbers in {len(content):,} bytes")
        return np.frombuffer(content, dtype=number, count=count)

    def _scaled(self, found: np.ndarray[Any, np.dtype[Any]]) -> np.ndarray[Any, np.dtype[Any]]:
        if self.kind.get("normalized") is True and found.dtype.kind in "iu":
            found = np.maximum(found / float(np.iinfo(found.dtype).max), -1.0)
        offset, scale = (self.binary.get(name, self.kind.get(name)) for name in ("offset", "scale"))
        if isinstance(scale, int | float):
            found = found * float(scale)
        return found + float(offset) if isinstance(offset, int | float) else found

    def _offsets(self, member: str, type_member: str, count: int) -> np.ndarray[Any, np.dtype[Any]]:
        number = _NUMBERS.get(str(self.binary.get(type_member, "UINT32")), "<u4")
        found = self._numbers(self.file.view(self.binary.get(member)), number, count + 1).astype(np.int64)
        if found[0] < 0 or (np.diff(found) < 0).any():
            raise self._damaged("offsets that go back")
        return found

    def _with_missing(self, values: list[Any]) -> list[object]:
        """Values that stand for none, as the declaration says, are none, or its default."""
        no_data = self.kind.get("noData")
        if no_data is None:
            return values
        default = self.kind.get("default")
        return [default if value == no_data else value for value in values]

    def _damaged(self, what: str) -> Exception:
        return self.file.damaged(f"its column {self.place} has {what}")


def _is_object(value: object) -> TypeGuard[JsonObject]:
    return isinstance(value, dict)
