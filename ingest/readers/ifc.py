"""IFC2x3, IFC4 and IFC4.3 in STEP text, plain or packed as gzip or ifcZIP, by ifcopenshell.

Each thing that a model defines (project, site, building, storey, space, element, opening, type, zone, system, group,
actor, task...) is a feature with its GlobalId as key; relations and property sets become its columns.
"""

from collections.abc import Iterator

from .contract import Batch, FileInfo, Request
from .files import Sample
from .ifc_step import is_step, is_xml, is_zip


class IfcReader:
    """Reads each object definition as a feature, with the surfaces of its body as triangles."""

    name = "ifc"

    def recognises(self, sample: Sample) -> bool:
        """Whether the content begins like IFC in STEP text, ifcZIP or ifcXML (which is refused with the way out)."""
        return is_step(sample.head) or is_zip(sample.head) or is_xml(sample.head)

    def read(self, request: Request) -> Iterator[FileInfo | Batch]:
        """See `Reader.read`. Raises `FileDamaged`, and `UnknownFormat` for ifcXML and other schemas."""
        from .ifc_reading import read_things  # late, as every reader is loaded to know any file

        yield from read_things(request)


READER = IfcReader()
