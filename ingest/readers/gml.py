"""GML as GDAL wants it: in a folder of its own, and with the geometries that are meant.

GDAL writes what it found out about a GML file beside it (.gfs), and believes what lies there already. Seen from another
folder the file is read for what it is, and nobody's folder gets files that they did not put there.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyogrio

from .files import Sample, open_binary

# Their condition and use are links to code lists, which GDAL leaves out else; other files would get many columns.
_INSPIRE_BUILDINGS: Final = b"inspire.ec.europa.eu/schemas/bu-"
_AS_FIELDS: Final = "GML_ATTRIBUTES_TO_OGR_FIELDS"
_NAS: Final = b"adv-online.de/namespaces/adv/gid"
# Of AX_Flurstueck (GeoInfoDok 6.0) GDAL takes the last geometry that it meets, a point for a label, and not the area.
_LABEL_POINT: Final = re.compile(
    r"<GeometryName>objektkoordinaten</GeometryName>\s*<GeometryElementPath>objektkoordinaten</GeometryElementPath>"
    r"(\s*<!--[^>]*-->)?\s*<GeometryType>\d+</GeometryType>"
)
_AREA: Final = "<GeometryName>position</GeometryName><GeometryElementPath>position</GeometryElementPath>"


def is_gml(sample: Sample) -> bool:
    """Whether it begins as XML that speaks of GML."""
    return sample.head.lstrip()[:1] == b"<" and b"opengis.net/gml" in sample.head


@contextmanager
def seen_aside(sample: Sample) -> Iterator[tuple[Path, dict[str, str]]]:
    """The unpacked file in a folder of its own, with its schema if one lies beside it; and GDAL's options for it."""
    with tempfile.TemporaryDirectory(prefix="res3d-gml-") as folder:
        path = sample.path.absolute()
        place = Path(folder) / (path.stem if sample.is_gzip else path.name)
        if sample.is_gzip:
            with open_binary(path) as packed, place.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
        else:
            place.symlink_to(path)
        schema = path.with_suffix(".xsd")
        if schema.exists():
            place.with_suffix(".xsd").symlink_to(schema)
        pyogrio.set_gdal_config_options({_AS_FIELDS: "YES" if _INSPIRE_BUILDINGS in sample.head else None})
        try:
            yield place, _nas_options(place) if _NAS in sample.head else {}
        finally:
            pyogrio.set_gdal_config_options({_AS_FIELDS: None})


def _nas_options(place: Path) -> dict[str, str]:
    """A template in which parcels have their area."""
    pyogrio.list_layers(place)  # GDAL writes what it found
    found = place.with_suffix(".gfs")
    if not found.exists():
        return {}
    text = found.read_text(encoding="utf-8")
    template = place.with_name("template.gfs")
    template.write_text(_LABEL_POINT.sub(_AREA, text), encoding="utf-8")
    return {"GFS_TEMPLATE": str(template)}
