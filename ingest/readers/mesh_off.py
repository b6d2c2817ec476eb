"""Object File Format (OFF) as text: one thing, polygons as they are. Source: Geomview manual, "OFF Files"."""

from collections import Counter

import numpy as np
import polars as pl

from .mesh_batches import Thing
from .mesh_geometry import Mesh
from .mesh_model import Model, bad_lines, damaged
from .mesh_text import indices_of, lines_of, numbers_of


def read_off(content: bytes, path: str, stem: str) -> Model:
    """The one thing of a file, by its name. Raises `FileDamaged` when it has not as many lines as it says."""
    found = lines_of(content)
    whole = pl.concat_str("word", pl.lit(" "), "rest").str.replace(r"\s+#.*$", "").str.strip_chars()
    lines = found.select("number", whole.alias("text"))
    if found["word"][0].endswith("OFF"):  # the counts may stand on the same line
        rest = found["rest"][0].strip()
        lines = (
            lines.slice(1)
            if not rest
            else lines.with_columns(
                pl.when(pl.col("number") == lines["number"][0]).then(pl.lit(rest)).otherwise("text").alias("text")
            )
        )
    said = numbers_of(lines["text"].head(1), 2)
    if not len(said) or not (np.isfinite(said).all() and (said >= 0).all() and (said <= 2**40).all()):
        raise damaged(path, "it does not say how many vertices and faces it has")
    vertex_count, face_count = (int(number) for number in said[0])
    if len(lines) < 1 + vertex_count + face_count:
        what = f"it says {vertex_count:,} vertices and {face_count:,} faces, and has {len(lines) - 1:,} lines"
        raise damaged(path, what)
    at_vertices, at_faces = lines.slice(1, vertex_count), lines.slice(1 + vertex_count, face_count)
    vertices = numbers_of(at_vertices["text"], 3)
    numbers, width, is_none = indices_of(at_faces["text"])
    line = np.repeat(np.arange(len(width)), width)
    step = np.arange(len(line)) - np.repeat(np.cumsum(width) - width, width)
    counts = numbers[step == 0]
    is_short = (counts < 0) | (counts > width - 1)
    counts = np.clip(counts, 0, width - 1)
    is_corner = (step > 0) & (step <= counts[line])  # colours may follow
    corners = np.where(is_none, -1, numbers)[is_corner]
    wrong = at_vertices["number"].to_numpy()[np.isnan(vertices).any(axis=1)].tolist()
    wrong += at_faces["number"].to_numpy()[is_short].tolist()
    wrong += at_faces["number"].to_numpy()[np.unique(line[is_corner & is_none])].tolist()
    left_out = Counter({"lines that are not understood": len(wrong)})
    left_out["lines behind the last face"] = len(lines) - 1 - vertex_count - face_count
    mesh = Mesh(vertices, corners, counts, np.zeros(len(counts), dtype=np.int64))
    return Model("OFF", [Thing(stem)], mesh, left_out=left_out, warnings=bad_lines(sorted(wrong)))
