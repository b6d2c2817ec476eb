"""One layer of a VCT file as batches: the rows of its table, the geometries that belong to them, and those left."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import shapely

from .contract import FEATURE_COLUMNS, GEOMETRY_COLUMNS, Batch, FileInfo, Problem, Request
from .errors import FileDamaged, UnknownLayer
from .files import open_binary
from .vct_crs import declared_crs, zone_of
from .vct_head import Choices, FeatureKind, Field, Head, feature_kinds_of, head_of, tables_of
from .vct_records import Records, records_of
from .vct_sections import Outline, outline_of, section_lines
from .vct_shapes import Axes, chained, line_shapes, parts_of, point_shapes, polygon_shapes
from .vct_store import GeometryStore
from .vct_tables import columns_of, table_rows
from .vector_geometry import Shapes, geometry_frame

Ints = npt.NDArray[np.int64]

_NEEDED: Final = ("Head", "FeatureCode", "TableStructure", "Attribute")
_GEOMETRIES: Final = ("Point", "Line", "Polygon")
_NOT_READ: Final = ("Solid", "Image", "Annotation", "Topology")


def read_layer(request: Request, choices: Choices) -> Iterator[FileInfo | Batch]:
    """See `VctReader.read`."""
    file = _opened(Path(request.path), choices)
    layer = _choose_layer(request, file.layers)
    left_out = Counter(f"section {name}" for name in _NOT_READ for _ in file.outline.of(name))
    info = FileInfo(
        "VCT",
        format_version=file.head.version,
        declared_crs=file.declared_crs,
        layers=file.layers,
        warnings=file.warnings,
        unsupported=dict(left_out),
    )
    yield info
    notes: Counter[str] = Counter()
    rows = 0
    with GeometryStore() as store:
        if kinds := [kind for kind in file.kinds if kind.table == layer]:
            _fill(store, file, kinds, request.batch_rows, left_out, notes)
        for batch in _batches(file, layer, store.finish(), request.batch_rows, left_out, notes):
            rows += len(batch.features)
            yield batch
    told = tuple(f"{count:,} x {note}" for note, count in notes.items())
    yield replace(info, rows=rows, warnings=info.warnings + told, unsupported=dict(left_out))


@dataclass(frozen=True, slots=True)
class _File:
    """What stands before the data, and what follows from it."""

    outline: Outline
    head: Head
    kinds: tuple[FeatureKind, ...]
    tables: dict[str, tuple[Field, ...]]
    layers: tuple[str, ...]
    axes: Axes
    declared_crs: str | None
    warnings: tuple[str, ...]
    choices: Choices


def _opened(path: Path, choices: Choices) -> _File:
    outline = outline_of(path)
    for name in _NEEDED:
        if not outline.of(name):
            what = f"its section {name} is missing"
            raise FileDamaged(str(path), what, "Get the file again; it may be cut off")
    with open_binary(path) as stream:
        head = head_of(outline.text_lines(stream, "Head"), str(path))
        kinds = feature_kinds_of(outline.text_lines(stream, "FeatureCode"), head, str(path))
        tables, warnings = tables_of(outline.text_lines(stream, "TableStructure"), head, str(path))
        with_rows = {name for name, rows in table_rows(stream, outline) if rows}
        first = _first_coordinates(stream, outline, head)
    with_shapes = {kind.table for kind in kinds if any(s.end > s.start + 2 for s in outline.of(kind.geometry))}
    known = dict.fromkeys([*(kind.table for kind in kinds), *tables])
    axes, said = _axes(head, first, choices, str(path))
    easting = first[0 if axes.east_first else 1] if first else None
    crs, why = declared_crs(head, easting)
    undescribed = tuple(
        f"its table {name} is not described in TableStructure, and is left out" for name in sorted(with_rows - {*known})
    )
    told = (f"names no CRS that is known here: {why}",) if why else ()
    layers = tuple(name for name in known if name in with_rows | with_shapes)
    return _File(outline, head, kinds, tables, layers, axes, crs, warnings + undescribed + said + told, choices)


def _first_coordinates(stream: object, outline: Outline, head: Head) -> tuple[float, float] | None:
    """The first two numbers on one line of the sections with geometries."""
    for name in _GEOMETRIES:
        for section in outline.of(name):
            for _, lines in section_lines(stream, section):  # type: ignore[arg-type]  # of open_binary
                for line in lines:
                    values = line.decode("latin-1").split(head.separator)
                    try:
                        east, north = map(float, values[:2])
                    except ValueError:
                        continue
                    return east, north
    return None


def _axes(head: Head, first: tuple[float, float] | None, choices: Choices, path: str) -> tuple[Axes, tuple[str, ...]]:
    """How coordinates are to be read, and what is to be said of it."""
    try:
        axis = choices.axes if choices.axes != "head" else head.first_axis()
    except ValueError as error:
        raise FileDamaged(path, str(error), "Give its coordinates to the east and to the north") from None
    said: tuple[str, ...] = ()
    if not axis:
        zones = [zone_of(value) is not None for value in first or (0.0, 0.0)]
        axis = "north" if zones == [False, True] else "east" if zones == [True, False] else choices.axes_unsaid
        said = (f"its head does not say which axis comes first; the {axis} one is taken",)
    offset = head.get("Offset")
    shift = (0.0, 0.0)
    try:
        values = [float(value) for value in offset.split(head.separator)] if offset else []
    except ValueError:
        raise FileDamaged(path, f"its Offset {offset[:40]!r} is no list of numbers", "Get the file again") from None
    if any(values):
        if choices.offset == "refuse" or len(values) < 2:
            what = f"its coordinates have an Offset of {offset[:60]}, and it is open whether that is to be added"
            raise FileDamaged(path, what, "Have it written without, or choose by `Choices.offset`")
        if choices.offset == "add":
            shift = (values[0], values[1]) if axis == "east" else (values[1], values[0])
    return Axes(head.separator, axis == "east", head.has_heights, shift), said


def _choose_layer(request: Request, layers: tuple[str, ...]) -> str:
    if not layers:
        raise FileDamaged(request.path, "it has neither rows nor geometries", "Give a file with data")
    if request.layer is None and len(layers) > 1:
        what = f"it has {len(layers)} layers: {', '.join(layers)}"
        raise UnknownLayer(request.path, what, "Name one of them by layer=", layers=layers)
    if request.layer is not None and request.layer not in layers:
        raise UnknownLayer(request.path, f"it has no layer {request.layer!r}", f"Name one of: {', '.join(layers)}")
    return request.layer or layers[0]


def _fill(
    store: GeometryStore,
    file: _File,
    kinds: list[FeatureKind],
    batch_rows: int,
    left_out: Counter[str],
    notes: Counter[str],
) -> None:
    """Keep the geometries of the layer, those of its feature codes."""
    with ExitStack() as stack:
        lines: list[GeometryStore] = []  # made when the first polygon asks for it

        def lines_of_all() -> GeometryStore:
            if not lines:
                lines.append(stack.enter_context(GeometryStore()))
                for records in _all_records(file, "Line", batch_rows):
                    lines[0].add(*_geometries(records, "Line", file, lines_of_all))
                lines[0].finish()
            return lines[0]

        for section in _GEOMETRIES:
            declared = {kind.code for kind in file.kinds if kind.geometry == section}
            wanted = pl.Series([kind.code for kind in kinds if kind.geometry == section], dtype=pl.String)
            if wanted.is_empty():
                continue
            for records in _all_records(file, section, batch_rows):
                ids, codes, geometries = _geometries(records, section, file, lines_of_all)
                is_wanted = codes.is_in(wanted.implode())
                store.add(ids.filter(is_wanted), codes.filter(is_wanted), geometries.filter(is_wanted))
                left_out.update(records.left_out)
                notes.update(records.notes)
                notes.update(
                    f"{section} of the feature code {code[:40]}, which is declared for none; not read as a feature"
                    for code in records.codes
                    if code not in declared
                )


def _all_records(file: _File, section: str, batch_rows: int) -> Iterator[Records]:
    # a stream of its own: while polygons are read, their lines are, too
    with open_binary(file.outline.path) as stream:
        for each in file.outline.of(section):
            pieces = section_lines(stream, each)
            yield from records_of(pieces, section, file.head.separator, str(file.outline.path), batch_rows)


def _geometries(
    records: Records, section: str, file: _File, lines: Callable[[], GeometryStore]
) -> tuple[pl.Series, pl.Series, pl.DataFrame]:
    """Ids, feature codes and geometries of records."""
    parts = parts_of(records, file.axes)
    if section == "Polygon":
        shapes = polygon_shapes(records, parts)
        if records.ref_id:
            may_turn = file.choices.turned_lines == "accept"
            of_lines = polygon_shapes(records, chained(records, lines(), may_turn=may_turn))
            shapes = np.where(shapely.is_missing(shapes), of_lines, shapes)
    else:
        shapes = point_shapes(records, parts) if section == "Point" else line_shapes(records, parts)
    none = np.zeros(len(shapes), dtype=bool)
    frame = geometry_frame(np.arange(len(shapes)), Shapes(shapes, none, none, none))
    known = pl.Series(records.problems, dtype=pl.String)
    empty = pl.Series([None if shape is not None else str(Problem.EMPTY) for shape in shapes], dtype=pl.String)
    problem = pl.coalesce(known, empty, frame["@problem"])
    return (
        pl.Series(records.ids, dtype=pl.String),
        pl.Series(records.codes, dtype=pl.String),
        frame.with_columns(pl.select(problem.alias("@problem")).to_series()),
    )


def _batches(
    file: _File,
    layer: str,
    store: GeometryStore,
    batch_rows: int,
    left_out: Counter[str],
    notes: Counter[str],
) -> Iterator[Batch]:
    """The rows of the table with their geometries, then the geometries that no row belongs to."""
    kinds = [kind for kind in file.kinds if kind.table == layer]
    only_code = kinds[0].code if len(kinds) == 1 else None
    is_spatial = any(kind.geometry in _GEOMETRIES for kind in kinds)
    fields = file.tables.get(layer, ())
    is_used = np.zeros(len(store.index), dtype=bool)
    first_row = 1
    with open_binary(file.outline.path) as stream:
        for rows in _in_batches(table_rows(stream, file.outline), layer, batch_rows):
            ids, columns = columns_of(rows, fields, file.outline.encoding, file.head.separator, left_out)
            begin, count = store.ranges(ids)
            index = np.repeat(begin - (np.cumsum(count) - count), count) + np.arange(count.sum())
            is_used[index] = True
            numbers = np.arange(first_row, first_row + len(ids))
            classes = (
                store.index["code"][np.where(count > 0, begin, 0)].set(pl.Series(count == 0), only_code)
                if len(store.index)
                else pl.Series([only_code] * len(ids), dtype=pl.String)
            )
            yield _batch(numbers, ids, classes, columns, store, index, np.repeat(numbers, count), is_spatial)
            first_row += len(ids)
    rest = np.flatnonzero(~is_used)
    if len(rest):
        notes["geometry without a row of attributes"] += len(rest)
    for start in range(0, len(rest), batch_rows):
        index = rest[start : start + batch_rows]
        numbers = np.arange(first_row, first_row + len(index))
        first_row += len(index)
        found = store.index[index]
        columns = columns_of([], fields, "ascii", file.head.separator, Counter())[1]
        empty = [pl.Series(column.name, [None] * len(index), dtype=column.dtype) for column in columns]
        yield _batch(numbers, found["id"], found["code"], empty, store, index, numbers, is_spatial)


def _in_batches(pieces: Iterator[tuple[str, list[bytes]]], layer: str, batch_rows: int) -> Iterator[list[bytes]]:
    waiting: list[bytes] = []
    for table, rows in pieces:
        if table == layer:
            waiting += rows
            while len(waiting) >= batch_rows:
                yield waiting[:batch_rows]
                waiting = waiting[batch_rows:]
    if waiting:
        yield waiting


def _batch(
    numbers: Ints,
    ids: pl.Series,
    classes: pl.Series,
    columns: list[pl.Series],
    store: GeometryStore,
    index: Ints,
    owners: Ints,
    is_spatial: bool,
) -> Batch:
    features = pl.DataFrame(
        {"@row": numbers, "@key": ids, "@parent": pl.Series([None] * len(ids), dtype=pl.String), "@class": classes},
        schema=dict(FEATURE_COLUMNS),
    ).with_columns(columns)
    found = store.index[index] if len(index) else store.index.clear()
    missing = np.setdiff1d(numbers, owners) if is_spatial else owners[:0]
    geometries = pl.DataFrame(
        {
            "@row": np.concatenate([owners, missing]),
            "@dimension": [*found["@dimension"], *[None] * len(missing)],
            "@lod": [None] * (len(owners) + len(missing)),
            "@geometry": [*store.wkb(index), *[None] * len(missing)],
            "@surfaces": [None] * (len(owners) + len(missing)),
            "@solid": [False] * (len(owners) + len(missing)),
            "@problem": [*found["@problem"], *[str(Problem.MISSING)] * len(missing)],
        },
        schema=dict(GEOMETRY_COLUMNS),
    )
    return Batch(features, geometries.sort("@row", maintain_order=True))
