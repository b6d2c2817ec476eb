"""The things of an IFC model as batches, while the geometry kernel makes the shapes of the following."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from .contract import GEOMETRY_COLUMNS, MOST_COLUMNS, Batch, FileInfo, Problem, Request
from .errors import FileDamaged
from .ifc_features import Features, batches_of
from .ifc_geometry import Answers, Shapes, wkb_of
from .ifc_place import Place, find_place
from .ifc_relations import Relations, entities_of, read_relations
from .ifc_rules import broken_rules
from .ifc_step import Entity, StepFile, parsed, unpacked
from .ifc_units import project_units
from .ifc_values import Values

_MOST_ROWS: Final = 1_000  # in one batch; shapes of so many are made before any is handed on
_LOD: Final = "ifc"
# Representations without a surface: they give no geometry here, which is counted.
_NO_SURFACE: Final = frozenset(
    {"Curve", "Curve2D", "Curve3D", "GeometricCurveSet", "Annotation2D", "Point", "PointCloud", "Segment", "FillArea"}
    | {"Text", "LightSource", "BoundingBox"}
)
_SURFACES: Final = frozenset({"Surface", "Surface2D", "Surface3D", "SurfaceModel", "GeometricSet", "SectionedSurface"})


def read_things(request: Request) -> Iterator[FileInfo | Batch]:
    """See `IfcReader.read`."""
    with unpacked(request.path) as (text, schema), Shapes(text) as shapes:
        step = parsed(text, schema, request.path)
        try:
            yield from _read(step, shapes, request)
        except (AttributeError, TypeError) as error:
            # ifcopenshell does not hold attributes against the schema: a number may stand where a wall should.
            what = f"an attribute has a value of a kind that its schema does not have: {str(error)[:200]}"
            hint = "Check the file by `python -m ifcopenshell.validate`, and save it anew in another program"
            raise FileDamaged(request.path, what, hint) from error


def _read(step: StepFile, shapes: Shapes, request: Request) -> Iterator[FileInfo | Batch]:
    relations = read_relations(step.model)
    values = Values(project_units(step.model))
    place = find_place(step.model, values.units)
    features = Features(step.model, relations, values, place)
    batches = list(batches_of(features.things, min(request.batch_rows, _MOST_ROWS)))
    shapes.begin([[thing.id() for thing in batch if _has_surface(thing)] for batch in batches])
    if (count := features.set_names()) > MOST_COLUMNS:
        what = f"its property sets make {count:,} columns, at most {MOST_COLUMNS:,} are read"
        raise FileDamaged(request.path, what, "Leave out sets of properties when exporting it")
    info = FileInfo(
        "IFC",
        format_version=step.schema,
        declared_crs=place.declared_crs,
        is_local=place.declared_crs is None and not place.is_mapped,
        rows=len(features.things),
        warnings=_warnings(step, relations, values, place),
        unsupported=dict(relations.left_out),
    )
    yield info
    row, failed = 1, Counter[str]()
    for batch in batches:
        frame = features.frame(batch, row)
        yield Batch(frame, _geometries(batch, shapes.next(), place, row, failed))
        row += len(batch)
    notes = [f"{number} products {why}: without geometry" for why, number in sorted(failed.items())]
    notes += [f"the geometry kernel {why} {number} x" for why, number in sorted(shapes.deaths.items())]
    left_out = relations.left_out + values.left_out + _without_surface(features.things)
    yield replace(info, warnings=(*info.warnings, *notes), unsupported=dict(left_out))


def _warnings(step: StepFile, relations: Relations, values: Values, place: Place) -> tuple[str, ...]:
    units = values.units
    found = [*place.warnings, *units.doubts]
    found.append(f"its units are {units.words}; lengths, areas and volumes are given in m, m2 and m3")
    found += [f"{number} x {note}" for note, number in step.notes.items()]
    if relations.circular:
        found.append(f"{relations.circular} things are wholes of themselves, however far away; they get no parent")
    if relations.further_wholes:
        found.append(f"{relations.further_wholes} things have a second whole; the first one is the parent")
    carried = ", ".join(f"{number} {name}" for name, number in sorted(relations.carried.items()))
    if carried:
        found.append(f"carried into columns: {carried}")
    return (*found, *broken_rules(step.model))


def _representations(thing: Entity) -> Iterator[Entity]:
    shape = getattr(thing, "Representation", None)
    return entities_of(getattr(shape, "Representations", None))


def _kinds(thing: Entity) -> list[str]:
    """The types of a product's representations, through one mapping: `SweptSolid`, `Brep`..."""
    kinds = []
    for one in _representations(thing):
        kind = one.RepresentationType
        if kind == "MappedRepresentation":
            sources = [getattr(item, "MappingSource", None) for item in entities_of(one.Items)]
            mapped = [source.MappedRepresentation for source in sources if source is not None]
            kind = next((each.RepresentationType for each in mapped if each is not None), kind)
        kinds.append(kind or "")
    return kinds


def _has_surface(thing: Entity) -> bool:
    return thing.is_a("IfcProduct") and any(kind not in _NO_SURFACE for kind in _kinds(thing))


def _is_solid(thing: Entity) -> bool:
    return not any(kind in _SURFACES for kind in _kinds(thing))


def _without_surface(things: Sequence[Entity]) -> Counter[str]:
    """Things whose shape has only lines, points or text: `curves of IfcGrid`."""
    return Counter(
        f"lines, points or text of {thing.is_a()}"
        for thing in things
        if thing.is_a("IfcProduct") and (kinds := _kinds(thing)) and all(kind in _NO_SURFACE for kind in kinds)
    )


def _geometries(
    batch: Sequence[Entity], answers: Answers, place: Place, first_row: int, failed: Counter[str]
) -> pl.DataFrame:
    """The geometries frame of a batch; a product that should have a shape and has none gets a problem."""
    with_shape = [(row, thing) for row, thing in enumerate(batch, first_row) if thing.id() in answers.shapes]
    without = [row for row, thing in enumerate(batch, first_row) if thing.id() in answers.failed]
    failed.update(answers.failed.values())
    built = wkb_of([answers.shapes[thing.id()] for _, thing in with_shape], place)
    failed.update(f"have a shape that is {problem}" for _, problem in built if problem is not None)
    rows = [row for row, _ in with_shape] + without
    shapes = [wkb for wkb, _ in built] + [None] * len(without)
    problems = [problem for _, problem in built] + [Problem.UNREADABLE] * len(without)
    return pl.DataFrame(
        {
            "@row": rows,
            "@dimension": [None if wkb is None else 3 for wkb in shapes],
            "@lod": [_LOD] * len(rows),
            "@geometry": shapes,
            "@surfaces": [None] * len(rows),
            "@solid": [_is_solid(thing) for _, thing in with_shape] + [False] * len(without),
            "@problem": [None if problem is None else str(problem) for problem in problems],
        },
        schema=dict(GEOMETRY_COLUMNS),
    ).sort("@row")
