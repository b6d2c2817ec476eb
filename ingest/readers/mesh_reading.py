"""A mesh without metadata, read whole, as batches of its things."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from .contract import Batch, FileInfo, Request
from .errors import ReaderError
from .files import Sample
from .mesh_batches import batches_of
from .mesh_files import read_whole
from .mesh_kinds import format_of
from .mesh_model import Model
from .mesh_obj import read_obj
from .mesh_off import read_off
from .mesh_ply import read_ply
from .mesh_stl import read_stl


def read_things(request: Request) -> Iterator[FileInfo | Batch]:
    """See `MeshReader.read`."""
    model = _model(request.path)
    info = FileInfo(
        model.format, format_version=model.version, rows=len(model.things), warnings=model.warnings,
        unsupported={name: number for name, number in model.left_out.items() if number},
    )  # fmt: skip
    yield replace(info, rows=None, unsupported={})
    yield from batches_of(model.things, model.mesh, request.batch_rows)
    yield info


def _model(path: str) -> Model:
    content = read_whole(Path(path))
    stem = Path(path).name.removesuffix(".gz").rsplit(".", 1)[0] or "mesh"
    kind = format_of(Sample(Path(path), content[: 64 * 1024].removeprefix(b"\xef\xbb\xbf")))
    if kind == "PLY":
        return read_ply(content, path, stem)
    if kind == "OFF":
        return read_off(content, path, stem)
    if kind == "STL":
        return read_stl(content, path, stem)
    if kind == "OBJ":
        return read_obj(content, stem)
    raise ReaderError(path, "it is no mesh of a known format", "Give OBJ, PLY, STL or OFF")
