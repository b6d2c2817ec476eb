"""Wavefront OBJ: objects and groups as things, polygons as they are.

By hand, because trimesh and the others cut polygons into triangles, and pass over lines that they do not understand.
Source: "Object Files (.obj)", appendix B1 of the Wavefront Advanced Visualizer manual.
"""

import re
from collections import Counter

import numpy as np
import polars as pl

from .mesh_batches import Thing
from .mesh_geometry import Mesh
from .mesh_kinds import OBJ_FREE_FORM, OBJ_KNOWN, OBJ_LOOKS, OBJ_OTHER_SHAPES
from .mesh_model import Model, bad_lines
from .mesh_text import indices_of, lines_of, numbers_of

_CONTINUED = re.compile(rb"(?:[^\n]*\\\r?\n)+[^\n]*")
_FACES = ("f", "fo")


def read_obj(content: bytes, stem: str) -> Model:
    """The things of a file; one with the name of the file where it has neither objects nor groups.

    A group within an object is a part of it. Lines that are none of the format are counted and named; a face that has
    such an index makes its thing's geometry a `Problem`.
    """
    lines = lines_of(_CONTINUED.sub(_joined, content) if b"\\" in content else content)
    word = pl.col("word")
    lines = lines.with_columns(
        (word == "v").cum_sum().alias("before"),
        _last_of("o").alias("object"),
        pl.when(word == "g")
        .then("rest")
        .when(word == "o")
        .then(pl.lit(""))
        .forward_fill()
        .fill_null("")
        .alias("group"),
        pl.when(word == "usemtl").then("rest").forward_fill().alias("material"),
    ).with_columns(_key(stem).alias("key"))
    uncommented = pl.col("rest").str.replace(r"(^|\s+)#.*$", "")
    at_vertices = lines.filter(word == "v").with_columns(uncommented)
    faces = lines.filter(word.is_in(_FACES)).with_columns(uncommented)
    vertices = numbers_of(at_vertices["rest"], 3)
    found, counts, is_none = indices_of(faces["rest"])
    face = np.repeat(np.arange(len(counts)), counts)
    # counted from 1, or backwards from the last vertex that stands before the face
    corners = np.where(found < 0, faces["before"].to_numpy()[face].astype(np.int64) + found, found - 1)

    things = _things(lines, faces, stem)
    position = {thing.key: place for place, thing in enumerate(things)}
    owner = faces["key"].replace_strict(position, return_dtype=pl.Int64).to_numpy().astype(np.int64)
    order = np.argsort(owner, kind="stable")
    wrong = [
        *lines.filter(~word.is_in(list(OBJ_KNOWN)))["number"].to_list(),
        *at_vertices["number"].to_numpy()[np.isnan(vertices).any(axis=1)].tolist(),
        *faces["number"].to_numpy()[np.unique(face[is_none])].tolist(),
    ]
    by_corner = np.argsort(owner[face], kind="stable")
    mesh = Mesh(vertices, corners[by_corner], counts[order], owner[order])
    left_out = _left_out(lines)
    left_out["lines that are not understood"] += len(wrong)
    return Model("OBJ", things, mesh, left_out=left_out, warnings=bad_lines(sorted(wrong)))


def _joined(lines: re.Match[bytes]) -> bytes:
    """Lines that end with a backslash as one line, and empty ones in their place, so that numbers stay right."""
    return re.sub(rb"\\\r?\n", b" ", lines[0]) + b"\n" * lines[0].count(b"\n")


def _last_of(word: str, ends_with: str = "") -> pl.Expr:
    """What stands in the last line so far that begins with the word; nothing again after one with another word."""
    said = pl.when(pl.col("word") == word).then("rest").when(pl.col("word") == ends_with).then(pl.lit(""))
    return said.forward_fill().fill_null("")


def _key(stem: str) -> pl.Expr:
    """What a line belongs to: object and group, one of them, or the file."""
    has_object, has_group = pl.col("object") != "", pl.col("group") != ""
    return (
        pl.when(has_object & has_group)
        .then(pl.format("{}/{}", "object", "group"))
        .when(has_object)
        .then("object")
        .when(has_group)
        .then("group")
        .otherwise(pl.lit(stem))
    )


def _things(lines: pl.DataFrame, faces: pl.DataFrame, stem: str) -> list[Thing]:
    """Objects, groups and what else has faces, in the order of the file, with the names of their materials."""
    named = lines.filter(pl.col("word").is_in(["o", "g", *_FACES]))
    first = named.unique("key", keep="first", maintain_order=True)
    materials = dict(
        faces.drop_nulls("material")
        .group_by("key")
        .agg(pl.col("material").unique(maintain_order=True))
        .select("key", "material")
        .iter_rows()
    )
    found: dict[str, Thing] = {}
    for key, of_object, group in first.select("key", "object", "group").iter_rows():
        parent = of_object if of_object and group else None
        if parent is not None:
            found.setdefault(parent, Thing(parent))
        names = materials.get(key)
        attributes = {} if not names else {"material": names[0] if len(names) == 1 else names}
        found[key] = Thing(key, parent, None, attributes)
    return list(found.values()) or [Thing(stem)]


def _left_out(lines: pl.DataFrame) -> Counter[str]:
    counts = dict(lines["word"].value_counts().iter_rows())
    left_out: Counter[str] = Counter()
    for words in (OBJ_LOOKS, OBJ_OTHER_SHAPES):
        for word, name in words.items():
            if name is not None:
                left_out[name] += counts.get(word, 0)
    left_out["free-form statements"] += sum(counts.get(word, 0) for word in OBJ_FREE_FORM)
    left_out["materials"] += lines.filter(pl.col("word") == "usemtl")["rest"].n_unique()
    return left_out
