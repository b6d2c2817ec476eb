"""Meshes without metadata: OBJ, PLY, STL and OFF, in coordinates of their own, which say of no place on earth."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from .contract import Batch, FileInfo, Request
from .errors import ReaderError
from .files import Sample
from .mesh_batches import batches_of
from .mesh_files import read_whole
from .mesh_model import Model
from .mesh_obj import is_obj, read_obj
from .mesh_off import is_off, read_off
from .mesh_ply import read_ply
from .mesh_stl import is_stl, read_stl


class MeshReader:
    """Reads objects and groups (OBJ), solids (STL) or the file (PLY, OFF) as features; heights are the third number."""

    name = "mesh"

    def recognises(self, sample: Sample) -> bool:
        """Whether the content begins like one of the formats."""
        return _format_of(sample) is not None

    def read(self, request: Request) -> Iterator[FileInfo | Batch]:
        """See `Reader.read`. Raises `FileDamaged` for what is not as its format asks."""
        model = _model(request.path)
        info = FileInfo(
            model.format, format_version=model.version, rows=len(model.things), warnings=model.warnings,
            unsupported={name: number for name, number in model.left_out.items() if number},
        )  # fmt: skip
        yield replace(info, rows=None, unsupported={})
        yield from batches_of(model.things, model.mesh, request.batch_rows)
        yield info


READER = MeshReader()


def _format_of(sample: Sample) -> str | None:
    if sample.head.startswith((b"ply\n", b"ply\r")):
        return "PLY"
    if is_off(sample.head):
        return "OFF"
    if sample.is_json:
        return None
    if is_stl(sample.head, sample.path.stat().st_size if not sample.is_gzip and sample.head else 0, sample.suffix):
        return "STL"
    return "OBJ" if is_obj(sample.head, sample.suffix) else None


def _model(path: str) -> Model:
    content = read_whole(Path(path))
    stem = Path(path).name.removesuffix(".gz").rsplit(".", 1)[0] or "mesh"
    kind = _format_of(Sample(Path(path), content[: 64 * 1024].removeprefix(b"\xef\xbb\xbf")))
    if kind == "PLY":
        return read_ply(content, path, stem)
    if kind == "OFF":
        return read_off(content, path, stem)
    if kind == "STL":
        return read_stl(content, path, stem)
    if kind == "OBJ":
        return read_obj(content, stem)
    raise ReaderError(path, "it is no mesh of a known format", "Give OBJ, PLY, STL or OFF")
