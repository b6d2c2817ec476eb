"""The process that makes triangles of an IFC model: the program that `ifc_geometry` starts.

Apart from the process that reads the attributes, because the geometry kernel may crash or never end on one bad
product, and its work goes on while attributes are read. It is told by JSON lines on its standard input which products
to take, and answers by frames on a pipe: a header, then vertices (3 doubles, metres of the model) and triangles
(3 indices).
"""

import json
import os
import signal
import struct
import sys
from collections.abc import Iterator
from typing import Any, Final

HEADER: Final = struct.Struct("<qiiB")  # step id, vertices, triangles, word
SHAPE, FAILED, BEGUN, DONE = range(4)  # the word: a shape, none to be had, the next one is, all of an order answered
_DIE_WITH_PARENT: Final = 1  # PR_SET_PDEATHSIG of prctl(2)
_THREADS: Final = 2


def main(arguments: list[str]) -> int:
    """Answer orders until the standard input ends. Arguments: path of the model, file descriptor, parent's pid."""
    path, pipe, parent = arguments[0], int(arguments[1]), int(arguments[2])
    _end_with(parent)
    import ifcopenshell
    import numpy as np

    model, geom = ifcopenshell.open(path, ".ifc"), _geom()
    settings = geom.settings()
    settings.set("use-world-coords", True)
    settings.set("no-normals", True)
    settings.set("apply-default-materials", False)
    with os.fdopen(pipe, "wb", buffering=1 << 20) as out:
        for line in sys.stdin:
            order = json.loads(line)
            shapes = _together if order["together"] else _one_by_one
            for key, word, verts, faces in shapes(model, settings, order["products"]):
                corners = np.frombuffer(verts, dtype=np.float64)
                triangles = np.frombuffer(faces, dtype=np.int32)
                out.write(HEADER.pack(key, len(corners) // 3, len(triangles) // 3, word))
                out.write(corners.data)
                out.write(triangles.data)
                if word == BEGUN:
                    out.flush()
            out.write(HEADER.pack(0, 0, 0, DONE))
            out.flush()
    return 0


Answer = tuple[int, int, bytes, bytes]


def _together(model: Any, settings: Any, products: list[int]) -> Iterator[Answer]:
    """The shapes of many products on several cores; nothing for one that fails."""
    iterator = _geom().iterator(settings, model, _THREADS, include=[model.by_id(key) for key in products])
    if not iterator.initialize():
        return
    while True:
        shape = iterator.get()
        yield shape.id, SHAPE, shape.geometry.verts_buffer, shape.geometry.faces_buffer
        if not iterator.next():
            return


def _one_by_one(model: Any, settings: Any, products: list[int]) -> Iterator[Answer]:
    """The same, each announced before it is begun, so that one that crashes or never ends is known."""
    geom = _geom()
    for key in products:
        yield key, BEGUN, b"", b""
        try:
            shape = geom.create_shape(settings, model.by_id(key))
        except RuntimeError:  # all that the kernel raises
            yield key, FAILED, b"", b""
            continue
        yield key, SHAPE, shape.geometry.verts_buffer, shape.geometry.faces_buffer


def _geom() -> Any:
    """The module of the geometry kernel, whose types say little."""
    import ifcopenshell.geom

    return ifcopenshell.geom


def _end_with(parent: int) -> None:
    """Be killed when the parent dies, even in the midst of a shape; elsewhere than on Linux the pipe has to do."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
