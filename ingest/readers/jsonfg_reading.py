"""The features of a JSON-FG file, read whole, as batches."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import shapely
from pyproj import CRS

from .columns import series_of, unique_names
from .contract import BODY_COLUMNS, FEATURE_COLUMNS, Batch, FileInfo, Request
from .crs import split_crs
from .errors import FileDamaged
from .files import open_binary
from .json_values import json_object
from .jsonfg_shapes import as_geojson
from .vector_geometry import Objects, Shapes, geometry_frame

_LONGITUDE_LATITUDE: Final = "http://www.opengis.net/def/crs/OGC/0/CRS84"
_TIMES: Final = ("time", "time_start", "time_end")
_MEMBERS: Final = frozenset(
    {"type", "id", "geometry", "place", "properties", "time", "featureType", "coordRefSys", "bbox", "links"}
    | {"conformsTo", "featureSchema", "geometryDimension", "features", "schema", "timeStamp", "numberReturned"}
    | {"numberMatched"}
)


def read_features(request: Request) -> Iterator[FileInfo | Batch]:
    """See `JsonFgReader.read`."""
    document = _document(Path(request.path))
    features = _features(document, request.path)
    crs = next((found for feature in features if (found := _crs_of(feature, document))), None)
    file = _File(document, crs or _Crs(_LONGITUDE_LATITUDE, None))
    types = sorted({file.type_of(feature) for feature in features} - {None, ""}, key=str)
    name = str(types[0]) if len(types) == 1 else Path(request.path).name.split(".")[0]
    info = FileInfo("JSON-FG", declared_crs=file.crs.declared, epoch=file.crs.epoch, rows=len(features), layers=(name,))
    yield info
    for start in range(0, len(features), request.batch_rows):
        yield file.batch(features[start : start + request.batch_rows], start + 1)
    left_out = {name: count for name, count in file.left_out.items() if count}
    yield replace(info, unsupported=left_out)


@dataclass(frozen=True, slots=True)
class _Crs:
    """A reference system in a spelling that `split_crs` knows, and the moment that its coordinates hold for."""

    declared: str
    epoch: float | None


@dataclass(slots=True)
class _File:
    """A document and the reference system of all that is read of it."""

    document: dict[str, Any]
    crs: _Crs
    left_out: Counter[str] = field(default_factory=Counter)

    def type_of(self, feature: dict[str, Any]) -> str | None:
        """The feature type: its own, or that of the collection."""
        found = feature.get("featureType", self.document.get("featureType"))
        return ", ".join(map(str, found)) if isinstance(found, list) else None if found is None else str(found)

    def batch(self, features: list[dict[str, Any]], first_row: int) -> Batch:
        """Some features as frames."""
        rows = np.arange(first_row, first_row + len(features))
        properties = [self._properties(feature) for feature in features]
        names = list(dict.fromkeys(name for each in properties for name in each))
        times = [self._times(feature) for feature in features]
        columns = [[each.get(name) for each in properties] for name in names]
        columns += [[each[position] for each in times] for position in range(len(_TIMES))]
        ids = [feature.get("id") for feature in features]
        frame = pl.DataFrame(
            {
                "@row": rows,
                "@key": [None if each is None else str(each) for each in ids],
                "@parent": [None] * len(features),
                "@class": [self.type_of(feature) for feature in features],
            },
            schema=dict(FEATURE_COLUMNS),
        ).with_columns(
            [series_of(name, values) for name, values in zip(unique_names([*names, *_TIMES]), columns, strict=True)]
        )
        for feature in features:
            self.left_out.update(f"member {name}" for name in feature if name not in _MEMBERS)
        return Batch(frame, self._geometries(features, rows))

    def _geometries(self, features: list[dict[str, Any]], rows: Any) -> pl.DataFrame:
        given, is_place = self._chosen(features)
        found = [as_geojson(geometry) for geometry in given]
        self.left_out.update(f"geometry of type {one.unknown}" for one in found if one.unknown)
        is_unsupported = np.array([one.unknown is not None for one in found], dtype=bool)
        is_solid = np.array([one.shells is not None for one in found], dtype=bool)
        texts = [one.text for one in found]
        shapes: Objects = np.array([*shapely.from_geojson(texts, on_invalid="ignore"), None], dtype=object)[:-1]
        if _north_comes_first(self.crs.declared):
            for is_hit, order in (
                (is_place & shapely.has_z(shapes), [1, 0, 2]),
                (is_place & ~shapely.has_z(shapes), [1, 0]),
            ):
                shapes[is_hit] = _reordered(shapes[is_hit], order)
        is_missing = np.array([geometry is None for geometry in given])
        frame = geometry_frame(rows, Shapes(shapes, is_missing, is_unsupported, is_solid))
        shells = pl.Series("@shells", [one.shells for one in found], dtype=BODY_COLUMNS["@shells"])
        return frame.with_columns(pl.when(pl.col("@problem").is_null()).then(shells).alias("@shells"))

    def _chosen(self, features: list[dict[str, Any]]) -> tuple[list[Any], Any]:
        """The geometry of each feature, and whether it is a place; one in another reference system is unreadable."""
        given: list[Any] = []
        is_place = np.zeros(len(features), dtype=bool)
        for number, feature in enumerate(features):
            place, geometry = feature.get("place"), feature.get("geometry")
            is_place[number] = place is not None
            crs = (_crs_of(feature, self.document) or _Crs(_LONGITUDE_LATITUDE, None)) if place is not None else None
            declared = crs.declared if crs else _LONGITUDE_LATITUDE
            chosen = place if place is not None else geometry
            if chosen is not None and declared != self.crs.declared and not _same(declared, self.crs.declared):
                self.left_out[f"geometry in {declared}, not in {self.crs.declared}"] += 1
                chosen = {}
            given.append(chosen)
        return given, is_place

    def _properties(self, feature: dict[str, Any]) -> dict[str, Any]:
        found = feature.get("properties")
        if found is not None and not isinstance(found, dict):
            self.left_out["properties that are no object"] += 1
        return found if isinstance(found, dict) else {}

    def _times(self, feature: dict[str, Any]) -> tuple[str | None, str | None, str | None]:
        """Date or moment, start and end."""
        time = feature.get("time")
        if time is None:
            return None, None, None
        if isinstance(time, dict):
            interval = time.get("interval")
            moment = time.get("timestamp") or time.get("date")
            ends: list[Any] = interval if isinstance(interval, list) and len(interval) == 2 else [0]
            if all(isinstance(end, str | None) for end in ends):
                start, end = (None if each in ("..", "") else each for each in ends)
                return (moment if isinstance(moment, str) else None), start, end
            if isinstance(moment, str) and interval is None:
                return moment, None, None
        self.left_out["time that is no date, moment or interval"] += 1
        return None, None, None


def _document(path: Path) -> dict[str, Any]:
    with open_binary(path) as stream:
        return json_object(stream.read(), str(path), "Give a JSON-FG file")


def _features(document: dict[str, Any], path: str) -> list[dict[str, Any]]:
    found = [document] if document.get("type") == "Feature" else document.get("features")
    if not isinstance(found, list):
        raise FileDamaged(path, "it has no features", "Give a Feature or a FeatureCollection")
    for number, feature in enumerate(found, 1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise FileDamaged(
                path, "a member of features is no Feature", "Get the file again", place=f"number {number}"
            )
    return found


def _crs_of(feature: dict[str, Any], document: dict[str, Any]) -> _Crs | None:
    """The reference system of a place: its own, else that of the feature, else that of the collection."""
    place = feature.get("place")
    if place is None:
        return None
    holders = (place if isinstance(place, dict) else {}, feature, document)
    found = next((each["coordRefSys"] for each in holders if each.get("coordRefSys") is not None), None)
    if found is None:
        return None
    parts = [_reference(part) for part in (found if isinstance(found, list) else [found])]
    epoch = next((epoch for _, epoch in parts if epoch is not None), None)
    names = [name for name, _ in parts]
    return _Crs(names[0] if len(names) == 1 else f"urn:ogc:def:crs,{','.join(map(_urn, names))}", epoch)


def _reference(part: Any) -> tuple[str, float | None]:
    if isinstance(part, dict):
        epoch = part.get("epoch")
        return str(part.get("href", "")).strip("[]"), float(epoch) if isinstance(epoch, int | float) else None
    return str(part).strip("[]"), None


def _urn(name: str) -> str:
    """A part of a compound URN: ``crs:EPSG::5555`` of the URL or the name with a colon."""
    code = re.search(r"(\d+)$", name)
    return f"crs:EPSG::{code[1]}" if code and "epsg" in name.lower() else name


def _north_comes_first(declared: str) -> bool:
    if "CRS84" in declared.upper():
        return False
    try:
        axes = CRS.from_user_input(split_crs(declared)[0]).axis_info
    except ValueError:
        return False
    return bool(axes) and axes[0].direction.lower() == "north"


def _same(one: str, other: str) -> bool:
    if ("CRS84" in one.upper()) != ("CRS84" in other.upper()):
        return False  # the same system, but not the same order
    try:
        return split_crs(one) == split_crs(other)
    except ValueError:
        return False


def _reordered(shapes: Objects, order: list[int]) -> Objects:
    return np.asarray(shapely.transform(shapes, lambda at: at[:, order], include_z=len(order) == 3), dtype=object)
