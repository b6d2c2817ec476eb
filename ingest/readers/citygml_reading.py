"""A CityGML or IndoorGML file as batches: each city object, also one within another, a feature."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
import shapely

from .citygml_axes import north_comes_first, plain_name
from .citygml_build import build, meanings, middle, parse
from .citygml_gathering import Gathering, Rows
from .citygml_names import format_of, is_city_namespace, name_of
from .citygml_things import envelope_srs, take, things_in
from .citygml_xml import MEMBER_NAMES, Element, members, root_of, with_document_type
from .columns import series_of, unique_names
from .contract import BODY_COLUMNS, FEATURE_COLUMNS, GEOMETRY_COLUMNS, MOST_COLUMNS, Batch, FileInfo, Problem, Request
from .errors import FileDamaged, UnknownFormat
from .files import Sample, take_sample

_VERSIONS = {"CityGML": ("1.0", "2.0", "3.0"), "IndoorGML": ("1.0", "1.1")}
_MOST_TEXT = 24_000_000  # characters of coordinates in a batch
_COLLECTIONS = ("FeatureCollection", "IndoorFeatures", "CityModel")


def read_things(request: Request) -> Iterator[FileInfo | Batch]:
    """See `CityGMLReader.read`."""
    sample = take_sample(Path(request.path))
    if b"<!DOCTYPE" in sample.head:
        raise with_document_type(request.path)
    found, root = kind_of(sample), root_of(sample)
    if root is None:
        what = f"no XML element begins in its first {len(sample.head):,} bytes"
        raise FileDamaged(request.path, what, "Get the file again, or take out what stands before")
    if found is None:
        next_step = "Give CityGML or IndoorGML, or let the reader be found by content"
        raise UnknownFormat(request.path, f"its root element is {root[0]}", next_step)
    kind, version = found
    if version not in (*_VERSIONS[kind], None):
        known = ", ".join(_VERSIONS[kind])
        raise UnknownFormat(request.path, f"its {kind} version is {version}", f"Convert it to one of {known}")
    origin = Path(request.path).name.partition(".")[0]
    yield from _Reading(request, root[0], FileInfo(kind, format_version=version), Gathering(origin)).parts()


def kind_of(sample: Sample) -> tuple[str, str | None] | None:
    """Format and version by the root element, or by the first thing in a collection of GML."""
    tags = root_of(sample)
    if tags is None:
        return None
    root, first = (name_of(tag, None) if tag else None for tag in tags)
    if root is None:
        return None
    found = format_of(root.namespace)
    if found is not None:
        return found if root.local in _COLLECTIONS else None
    if root.local == "FeatureCollection" and first is not None and is_city_namespace(first.namespace):
        return format_of(first.namespace)
    return None


@dataclass(slots=True)
class _Reading:
    request: Request
    root: str
    info: FileInfo
    all: Gathering
    row: int = 1
    north_first: bool | None = None  # None: not known yet
    remark: str | None = None
    columns: set[str] | None = None

    def parts(self) -> Iterator[FileInfo | Batch]:
        """All that `Reader.read` gives. The first batch is made before the first info, because its geometries may
        name the reference system.
        """
        is_first = True
        for _ in self._chunks():
            batch = self._batch(self.all.finish_batch())
            if is_first:
                yield replace(self.info, declared_crs=self.all.declared)
            is_first = False
            yield batch
        if is_first:
            yield replace(self.info, declared_crs=self.all.declared)
        yield replace(
            self.info,
            declared_crs=self.all.declared,
            rows=self.row - 1,
            warnings=self._warnings(),
            unsupported={name: number for name, number in sorted(self.all.left_out.items()) if number},
        )

    def _chunks(self) -> Iterator[None]:
        """Stops whenever enough was gathered for a batch."""
        for member in members(self.request.path, self.root, self.all.left_out):
            self._take(member)
            rows = self.all.rows
            if len(rows.keys) >= self.request.batch_rows or rows.shapes.text_size > _MOST_TEXT:
                yield
        if self.all.rows.keys:
            yield
        elif self.row == 1 and (odd := [name for name in self.all.left_out if name not in ("Appearance",)]):
            what = f"it has no city object or cell space, but {', '.join(odd[:5])}"
            raise FileDamaged(self.request.path, what, f"Expected one of {', '.join(sorted(MEMBER_NAMES)[:8])}...")

    def _take(self, member: Element) -> None:
        local = name_of(member.tag, member.prefix).local
        if local == "boundedBy":
            self._take_bounds(member)
        elif local == "appearanceMember":
            self.all.left_out["Appearance"] += len(member)
        elif local in ("surfaceDataMember", "surfaceData"):
            self.all.note_appearance(member)
        elif local in ("versionMember", "versionTransitionMember"):
            self.all.left_out[local.removesuffix("Member")] += 1
        elif len(member) == 0:
            self.all.left_out[f"{local} without content (by reference)"] += 1
        else:
            for thing in things_in(member):
                take(self.all, thing, self._layer(member), None, is_surface=local == "cellSpaceBoundaryMember")

    def _layer(self, member: Element) -> str | None:
        """The layer that a state or transition of IndoorGML is in; nothing else has members within a thing."""
        layer = next(member.iterancestors("{*}SpaceLayer", "{*}spaceLayer"), None)
        return None if layer is None else self.all.key_of(layer, None, name_of(layer.tag, layer.prefix).local)

    def _take_bounds(self, member: Element) -> None:
        parent = member.getparent()
        if parent is None or parent.getparent() is not None:
            return  # of a thing, which sees it itself
        srs = envelope_srs(member)
        if srs and self.all.declared is None:
            self.all.declared = plain_name(srs)
        for element in member.iter():
            if (size := element.get("srsDimension")) in ("2", "3") and not self.all.size:
                self.all.size = int(size)

    def _batch(self, rows: Rows) -> Batch:
        count = len(rows.keys)
        numbers = np.arange(self.row, self.row + count)
        self.row += count
        structure = {"@row": numbers, "@key": rows.keys, "@parent": rows.parents, "@class": rows.classes}
        features = pl.DataFrame(structure, schema=dict(FEATURE_COLUMNS)).with_columns(self._columns(rows))
        return Batch(features, self._geometries(rows, numbers))

    def _columns(self, rows: Rows) -> list[pl.Series]:
        count = len(rows.keys)
        columns: dict[str, list[object]] = {}
        for position, attributes in enumerate(rows.attributes):
            for name, value in attributes.items():
                column = columns.get(name)
                if column is None:
                    column = columns[name] = [None] * count
                column[position] = value
            if len(columns) > MOST_COLUMNS:
                what = f"its things have more than {MOST_COLUMNS:,} different attributes"
                raise FileDamaged(self.request.path, what, "Split it, or turn attributes into things of their own")
        return [series_of(name, values) for name, values in zip(unique_names(columns), columns.values(), strict=True)]

    def _geometries(self, rows: Rows, numbers: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> pl.DataFrame:
        geometries = rows.geometries
        parsed = parse(rows.shapes)
        if self.north_first is None and (place := middle(parsed, rows.shapes, geometries)) is not None:
            self.north_first, self.remark = north_comes_first(self.all.declared, *place)
        built = build(parsed, rows.shapes, geometries, north_first=bool(self.north_first))
        wkb = np.full(len(geometries), None, dtype=object)
        wkb[:] = shapely.to_wkb(built.shapes, output_dimension=3, byte_order=1, flavor="iso")
        dimension = np.where(built.is_flat, 2, 3)
        return pl.DataFrame(
            {
                "@row": numbers[[one.owner for one in geometries]] if geometries else [],
                "@dimension": [
                    None if shape is None else int(size) for shape, size in zip(wkb, dimension, strict=True)
                ],
                "@lod": [one.lod for one in geometries],
                "@geometry": wkb.tolist(),
                "@surfaces": meanings(rows.shapes, geometries, built),
                "@solid": [one.is_solid for one in geometries],
                "@problem": [None if each is None else str(Problem(each)) for each in built.problems.tolist()],
                "@shells": [
                    one.shells if problem is None else None
                    for one, problem in zip(geometries, built.problems.tolist(), strict=True)
                ],
                "@composite": [one.is_composite for one in geometries],
            },
            schema={**GEOMETRY_COLUMNS, **BODY_COLUMNS},
        ).sort("@row", maintain_order=True)

    def _warnings(self) -> tuple[str, ...]:
        notes = [self.remark] if self.remark else []
        lost = self.all.lost_targets()
        if lost:
            notes.append(f"{len(lost)} targets of appearances are no surface of the file, such as {min(lost)[:80]}")
        return tuple(notes)
