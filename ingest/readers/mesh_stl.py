"""STL, binary and as text: each solid is a thing.

By hand, not by trimesh, which refuses binary files with bytes behind the last triangle and takes a text only up to its
first bad number, without a word. Source: 3D Systems, "StereoLithography Interface Specification" (1988).
"""

from collections import Counter

import numpy as np
import polars as pl

from .mesh_batches import Thing
from .mesh_geometry import Ints, Mesh, triangles
from .mesh_kinds import STL_HEADER, STL_TEXT
from .mesh_model import Model, bad_lines, damaged
from .mesh_text import lines_of, numbers_of

_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_FRAME = frozenset({"solid", "facet", "outer", "vertex", "endloop", "endfacet", "endsolid", "end"})


def read_stl(content: bytes, path: str, stem: str) -> Model:
    """The solids of a file, by their names; one without has that of the file. Raises `FileDamaged`."""
    if STL_TEXT.match(content):
        return _text(content, path, stem)
    if len(content) < STL_HEADER:
        raise damaged(path, "it ends within its header")
    count = int.from_bytes(content[80:84], "little")
    size = STL_HEADER + count * _TRIANGLE.itemsize
    if size > len(content):
        raise damaged(
            path, f"it says {count:,} triangles and has {(len(content) - STL_HEADER) // _TRIANGLE.itemsize:,}"
        )
    found = np.frombuffer(content, dtype=_TRIANGLE, count=count, offset=STL_HEADER)
    header = content[:80].split(b"\0")[0].decode("utf-8", errors="replace").strip()
    left_out = Counter({"bytes behind the last triangle": len(content) - size})
    left_out["attribute bytes of triangles"] = int(np.count_nonzero(found["attribute"]))
    corners = np.arange(3 * count).reshape(-1, 3)
    mesh = triangles(found["corners"].reshape(-1, 3).astype(np.float64), corners, np.zeros(count, dtype=np.int64))
    attributes = {"header": header} if header else {}
    return Model("STL", [Thing(stem, attributes=attributes)], mesh, "binary", left_out)


def _text(content: bytes, path: str, stem: str) -> Model:
    lines = lines_of(content).with_columns(pl.col("word").str.to_lowercase())
    word = pl.col("word")
    lines = lines.with_columns((word == "solid").cum_sum().alias("solid"), (word == "facet").cum_sum().alias("facet"))
    names = [name.strip() for name in lines.filter(word == "solid")["rest"].to_list()]
    if lines["word"][-1] not in ("endsolid", "end"):
        raise damaged(path, "it ends within a solid", place=f"line {lines['number'][-1]}")
    at_vertices = lines.filter(word == "vertex")
    vertices = numbers_of(at_vertices["rest"], 3)
    facets = at_vertices.group_by("facet", maintain_order=True).agg(pl.len(), pl.col("solid").first())
    counts: Ints = facets["len"].to_numpy().astype(np.int64)
    owner: Ints = facets["solid"].to_numpy().astype(np.int64) - 1
    wrong = lines.filter(~word.is_in(list(_FRAME)))["number"].to_list()
    wrong += at_vertices["number"].to_numpy()[np.isnan(vertices).any(axis=1)].tolist()
    times = Counter(names)
    things = [
        Thing(name if name and times[name] == 1 else f"{name or stem}#{place}" if len(names) > 1 else stem)
        for place, name in enumerate(names, start=1)
    ]
    left_out = Counter({"lines that are not understood": len(wrong)})
    mesh = Mesh(vertices, np.arange(len(vertices)), counts, owner)
    return Model("STL", things, mesh, "text", left_out, bad_lines(sorted(wrong)))
