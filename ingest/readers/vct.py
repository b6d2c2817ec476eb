"""VCT (GB/T 17798, 2.0 and 3.0): the Chinese exchange text for land data, one layer for each table of attributes.

Geometries are joined to the rows of their table by id. Rows come in the order of the table; after them geometries
without a row. ``@class`` is the feature code. What the format leaves open is decided in `Choices`.
"""

import re
from collections.abc import Iterator
from typing import Final

from .contract import Batch, FileInfo, Request
from .files import Sample
from .vct_head import Choices

_BEGIN: Final = re.compile(rb"^\s*HeadBegin[ \t]*\r?$", re.MULTILINE)
_UTF_16_BEGIN: Final = ("HeadBegin".encode("utf-16-le"), "HeadBegin".encode("utf-16-be"))


class VctReader:
    """Reads one layer of a VCT file: the rows of one table with their geometries."""

    def __init__(self, choices: Choices | None = None) -> None:
        self.name = "vct"
        self.choices = choices or Choices()

    def recognises(self, sample: Sample) -> bool:
        """Whether it begins with a head of VCT."""
        if sample.head.lstrip(b"\xff\xfe").startswith(_UTF_16_BEGIN):
            return True  # to say what is wrong with it
        found = _BEGIN.search(sample.head)
        return found is not None and not sample.head[: found.start()].strip()

    def read(self, request: Request) -> Iterator[FileInfo | Batch]:
        """See `Reader.read`. Raises `FileDamaged`, `UnknownLayer`, and `UnknownFormat` for a version not read here."""
        from .vct_reading import read_layer  # late, as every reader is loaded to know any file

        yield from read_layer(request, self.choices)


READER = VctReader()
