"""`python -m tests.bench.mesh [TRIANGLES]`: our mesh readers beside bare trimesh loading of the same generated files.

The peer loads with `process=False` and throws away what it has; it makes no features, no WKB and tests nothing. Ours is
what ingest takes: read in this process, in seconds of the processor, and once more in a child, by the clock.
"""

import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
import trimesh

from ingest.readers import Batch, Request, get_reader, read
from tests.bench.processes import Children
from tests.bench.ratios import best, tell

_HOUSES_A_NODE = 250


def houses(count: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """So many cubes of 12 triangles on a grid: corners and faces."""
    cube = trimesh.creation.box()
    side = int(np.ceil(np.sqrt(count)))
    at = np.column_stack([np.arange(count) % side, np.arange(count) // side, np.zeros(count)]) * 20.0
    sizes = np.random.default_rng(1).uniform(5, 15, (count, 1, 3))  # so that no two are alike
    vertices = (np.asarray(cube.vertices, dtype=np.float64)[None] * sizes + at[:, None]).reshape(-1, 3)
    faces = (np.asarray(cube.faces)[None] + 8 * np.arange(count)[:, None, None]).reshape(-1, 3)
    return vertices.astype(np.float64), faces.astype(np.int64)


def write_glb(path: Path, count: int) -> int:
    """A GLB of nodes of some hundred cubes; gives the number of its nodes."""
    scene = trimesh.Scene()
    for number, first in enumerate(range(0, count, _HOUSES_A_NODE)):
        vertices, faces = houses(min(_HOUSES_A_NODE, count - first))
        mesh = trimesh.Trimesh(np.add(vertices, [0, 0, number * 50.0]), faces, process=False)
        scene.add_geometry(mesh, node_name=f"block{number}")
    scene.export(path)  # type: ignore[no-untyped-call]  # of trimesh
    return len(scene.graph.nodes_geometry)


def write_stl(path: Path, count: int) -> int:
    """A binary STL of all cubes."""
    trimesh.Trimesh(*houses(count), process=False).export(path)
    return 1


def write_obj(path: Path, count: int) -> int:
    """An OBJ of all cubes, one object."""
    trimesh.Trimesh(*houses(count), process=False).export(path)
    return 1


def peer(path: Path) -> int:
    """The triangles that trimesh loads."""
    return sum(len(each.faces) for each in trimesh.load_scene(path, process=False).geometry.values())


def ours(path: Path) -> int:
    """The rows that the reader yields in this process."""
    name = "gltf" if path.suffix == ".glb" else "mesh"
    parts = get_reader(name).read(Request(str(path)))
    return sum(part.features.height for part in parts if isinstance(part, Batch))


def in_child(path: Path) -> int:
    """The rows that come out of the child process."""
    with read(path) as reading:
        return sum(batch.features.height for batch in reading.batches)


def main(triangles: int = 1_200_000) -> int:
    """Print and store the ratios."""
    warnings.simplefilter("ignore")
    count = triangles // 12
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as place:
        for suffix, write in ((".glb", write_glb), (".stl", write_stl), (".obj", write_obj)):
            path = Path(place) / f"town{suffix}"
            rows = write(path, count)
            theirs = best(lambda path=path: peer(path), 12 * count, 3, time.process_time)  # type: ignore[misc]  # binds the loop's value
            here = best(lambda path=path: ours(path), rows, 3, time.process_time)  # type: ignore[misc]
            with Children({"ingest.readers.child": "parser"}) as children:
                child = best(lambda path=path: in_child(path), rows, 1)  # type: ignore[misc]
            peak = children.by_role()["parser"].peak / 2**20
            name = suffix[1:].upper()
            found[f"{name}, reader / bare trimesh"] = theirs / here
            found[f"{name} parser, peak MiB"] = peak
            print(
                f"{path.stat().st_size / 1e6:,.0f} MB of {name}, {12 * count:,} triangles: bare trimesh {theirs:.2f} "
                f"s, read as WKB with solids told {here:.2f} s; in a child {child:.2f} s by the clock, "
                f"peak {peak:,.0f} MiB"
            )
    tell("mesh", found)
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
