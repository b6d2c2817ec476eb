"""glTF 2.0 and GLB alone: each node with a mesh is a feature, and each feature of its metadata a part of it."""

import re
from collections.abc import Iterator

from .contract import Batch, FileInfo, Request
from .files import Sample

_MEMBERS = re.compile(rb'"(?:accessors|bufferViews|buffers|meshes|nodes|scenes)"\s*:\s*\[')


class GltfReader:
    """Reads a model in coordinates of its own, turned so that z is up; it says of no place on earth."""

    name = "gltf"

    def recognises(self, sample: Sample) -> bool:
        """Whether the content begins like GLB, or like JSON with the members of glTF."""
        if sample.head.startswith(b"glTF"):
            return True
        is_ours = b'"asset"' in sample.head or sample.suffix == ".gltf"
        return sample.is_json and is_ours and _MEMBERS.search(sample.head) is not None

    def read(self, request: Request) -> Iterator[FileInfo | Batch]:
        """See `Reader.read`. Raises `FileDamaged`, and `UnknownFormat` for what glTF 2.0 alone can't tell."""
        from .gltf_reading import read_model  # late, as every reader is loaded to know any file

        yield from read_model(request)


READER = GltfReader()
