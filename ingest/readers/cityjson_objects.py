"""CityObjects of CityJSON as frames: one feature per object and per semantic surface, one geometry per LOD."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import shapely

from .cityjson_geometry import COMPOSITE_TYPES, SOLID_TYPES, Floats, Ints, SourceGeometry, build, shells_of
from .cityjson_semantics import Components, Geometries, Meanings, find_components, read_semantics
from .columns import series_of, unique_names
from .contract import BODY_COLUMNS, FEATURE_COLUMNS, GEOMETRY_COLUMNS, Batch
from .json_values import JsonObject, is_index, list_of, text_of

_HANDLED_MEMBERS = frozenset({"type", "attributes", "geometry", "parents", "children", "geographicalExtent"})
_HANDLED_SURFACE_MEMBERS = frozenset({"type", "parent", "children"})


@dataclass(frozen=True, slots=True)
class CityObject:
    """One object as it stands in the file, and where its vertices are among those of the batch."""

    key: str
    content: JsonObject
    first_vertex: int
    vertex_count: int


@dataclass(frozen=True, slots=True)
class Templates:
    """Geometries that are defined once and placed many times, in coordinates of their own."""

    geometries: Sequence[JsonObject]
    vertices: Floats


def to_batch(
    objects: Sequence[CityObject], vertices: Floats, templates: Templates, first_row: int, left_out: Counter[str]
) -> Batch:
    """Features and geometries of the objects; counts in ``left_out`` what has no place in them.

    Each object is followed by the semantic surfaces of its highest level of detail that has any.
    """
    geometries = _gather_geometries(objects, vertices, templates, left_out)
    meanings = read_semantics(geometries)
    components = find_components(len(objects), geometries, meanings)

    component_counts = np.bincount(components.owner, minlength=len(objects))
    object_rows = first_row + np.arange(len(objects)) + np.cumsum(component_counts) - component_counts
    rank = np.arange(len(components.owner)) - (np.cumsum(component_counts) - component_counts)[components.owner]
    component_rows = object_rows[components.owner] + 1 + rank

    features = _features(objects, object_rows, components, component_rows, left_out)
    return Batch(features, _geometry_frame(geometries, meanings, object_rows, components, component_rows))


def component_weight(content: JsonObject) -> int:
    """The number of features that an object may become: itself and its semantic surfaces.

    >>> component_weight({"geometry": [{"semantics": {"surfaces": [{"type": "RoofSurface"}]}}]})
    2
    """
    most = 0
    for geometry in list_of(content.get("geometry")):
        if isinstance(geometry, dict) and isinstance(semantics := geometry.get("semantics"), dict):
            most = max(most, len(list_of(semantics.get("surfaces"))))
    return 1 + most


def lod_text(lod: object) -> str | None:
    """A level of detail as text; CityJSON 1.0 has it as a number.

    >>> lod_text(2.2), lod_text(1), lod_text("1.3")
    ('2.2', '1', '1.3')
    """
    if isinstance(lod, str):
        return lod
    return format(lod, "g") if isinstance(lod, int | float) else None


def _gather_geometries(
    objects: Sequence[CityObject], vertices: Floats, templates: Templates, left_out: Counter[str]
) -> Geometries:
    owner: list[int] = []
    lod: list[str | None] = []
    semantics: list[Any] = []
    sources: list[SourceGeometry] = []
    placed: list[Floats] = []
    next_vertex = len(vertices)
    for position, one in enumerate(objects):
        for geometry in list_of(one.content.get("geometry")):
            content: JsonObject = geometry if isinstance(geometry, dict) else {}
            for appearance in ("material", "texture"):
                left_out[appearance] += appearance in content
            source = SourceGeometry(
                text_of(content.get("type")) or "", content.get("boundaries") or [], one.first_vertex, one.vertex_count
            )
            if source.type == "GeometryInstance":
                content, source, corners = _place(content, source, vertices, templates, next_vertex)
                placed.append(corners)
                next_vertex += len(corners)
            owner.append(position)
            lod.append(lod_text(content.get("lod")))
            semantics.append(content.get("semantics"))
            sources.append(source)
    all_vertices = np.concatenate([vertices, *placed]) if placed else vertices
    return Geometries(np.array(owner, dtype=np.int64), lod, semantics, sources, build(sources, all_vertices))


def _place(
    instance: JsonObject, source: SourceGeometry, vertices: Floats, templates: Templates, first_vertex: int
) -> tuple[JsonObject, SourceGeometry, Floats]:
    """The template of an instance, as a geometry with vertices of its own at the instance's place."""
    nowhere = np.empty((0, 3))
    matrix, number, anchor = instance.get("transformationMatrix"), instance.get("template"), source.boundaries
    try:
        transform = np.array(matrix, dtype=np.float64).reshape(4, 4)
    except (TypeError, ValueError):
        return instance, SourceGeometry("MultiPoint", [None], 0, 0), nowhere  # comes out as unreadable
    if not is_index(number, len(templates.geometries)) or not (
        isinstance(anchor, list) and len(anchor) == 1 and is_index(anchor[0], source.vertex_count)
    ):
        return instance, SourceGeometry("MultiPoint", [0], 0, 0), nowhere  # comes out as a bad index
    template = templates.geometries[number]
    corners = templates.vertices @ transform[:3, :3].T + transform[:3, 3] + vertices[source.first_vertex + anchor[0]]
    boundaries = template.get("boundaries") or []
    return (
        template,
        SourceGeometry(text_of(template.get("type")) or "", boundaries, first_vertex, len(corners)),
        corners,
    )


def _features(
    objects: Sequence[CityObject],
    object_rows: Ints,
    components: Components,
    component_rows: Ints,
    left_out: Counter[str],
) -> pl.DataFrame:
    keys = [one.key for one in objects]
    owner_keys = [keys[owner] for owner in components.owner.tolist()]
    component_keys = [
        f"{key}#{lod}-{surface}"
        for key, lod, surface in zip(owner_keys, components.lod, components.surface.tolist(), strict=True)
    ]
    structure = {
        "@row": np.concatenate([object_rows, component_rows]),
        "@key": keys + component_keys,
        "@parent": [_first_parent(one.content) for one in objects] + owner_keys,
        "@class": [text_of(one.content.get("type")) for one in objects]
        + [text_of(surface.get("type")) for surface in components.contents],
    }
    object_attributes = [_attributes(one.content, left_out) for one in objects]
    names = list(dict.fromkeys(name for attributes in object_attributes for name in attributes))
    surface_names = list(
        dict.fromkeys(
            name for surface in components.contents for name in surface if name not in _HANDLED_SURFACE_MEMBERS
        )
    )
    no_object, no_surface = [None] * len(objects), [None] * len(components.contents)
    all_names = list(dict.fromkeys([*names, *surface_names]))
    is_object_name, is_surface_name = set(names), set(surface_names)
    columns = [
        series_of(
            column,
            ([attributes.get(name) for attributes in object_attributes] if name in is_object_name else no_object)
            + ([surface.get(name) for surface in components.contents] if name in is_surface_name else no_surface),
        )
        for name, column in zip(all_names, unique_names(all_names), strict=True)
    ]
    return pl.DataFrame(structure, schema=dict(FEATURE_COLUMNS)).with_columns(columns).sort("@row")


def _attributes(content: JsonObject, left_out: Counter[str]) -> JsonObject:
    """The attributes of an object, and those of its members that have no other place (addresses, extensions)."""
    attributes = content.get("attributes")
    if attributes is not None and not isinstance(attributes, dict):
        left_out["attributes that are no object"] += 1
        attributes = None
    others = {name: value for name, value in content.items() if name not in _HANDLED_MEMBERS}
    if len(list_of(content.get("parents"))) > 1:
        others["parents"] = content["parents"]
    return others | attributes if attributes else others


def _geometry_frame(
    geometries: Geometries, meanings: Meanings, object_rows: Ints, components: Components, component_rows: Ints
) -> pl.DataFrame:
    count = len(geometries.sources)
    words = (
        pl.DataFrame({"geometry": geometries.built.part_geometry, "@surfaces": meanings.part_word})
        .cast({"@surfaces": pl.String})
        .filter(pl.col("geometry").is_in(list(meanings.surfaces)))
        .group_by("geometry", maintain_order=True)
        .agg("@surfaces")
    )
    own_words = pl.DataFrame({"geometry": np.arange(count)}).join(
        words, on="geometry", how="left", maintain_order="left"
    )["@surfaces"]
    component_words = pl.DataFrame(
        {
            "word": pl.Series([text_of(one.get("type")) for one in components.contents], dtype=pl.String),
            "parts": shapely.get_num_geometries(components.shapes),
        }
    ).select(pl.col("word").repeat_by("parts"))["word"]
    problems = [None if problem is None else str(problem) for problem in geometries.built.problems.tolist()]
    component_count = len(components.contents)
    shapes = np.concatenate([geometries.built.geometries, components.shapes])
    wkb = shapely.to_wkb(shapes, output_dimension=3, byte_order=1, flavor="iso").tolist()
    return pl.DataFrame(
        {
            "@row": np.concatenate([object_rows[geometries.owner], component_rows]),
            "@dimension": pl.Series([None if one is None else 3 for one in wkb], dtype=pl.Int8),
            "@lod": geometries.lod + components.lod,
            "@geometry": wkb,
            "@surfaces": pl.concat([own_words, component_words.alias("@surfaces")]),
            "@solid": [source.type in SOLID_TYPES for source in geometries.sources] + [False] * component_count,
            "@problem": problems + [None] * component_count,
            "@shells": [
                None if problem else shells_of(source)
                for source, problem in zip(geometries.sources, problems, strict=True)
            ]
            + [None] * component_count,
            "@composite": [source.type in COMPOSITE_TYPES for source in geometries.sources] + [False] * component_count,
        },
        schema={**GEOMETRY_COLUMNS, **BODY_COLUMNS},
    ).sort("@row", maintain_order=True)


def _first_parent(content: JsonObject) -> str | None:
    parents = list_of(content.get("parents"))
    return text_of(parents[0]) if parents else None
