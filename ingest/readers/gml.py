"""GML as GDAL wants it: in a folder of its own, and with the geometries that are meant.

GDAL writes what it found out about a GML file beside it (.gfs), and believes what lies there already. Seen from another
folder the file is read for what it is, and nobody's folder gets files that they did not put there.
"""

import re
import shutil
import tempfile
import weakref
from dataclasses import dataclass
from functools import lru_cache
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


@dataclass(frozen=True)
class Aside:
    """A GML file in a folder of its own, which goes with this object."""

    place: Path
    options: dict[str, str]
    layers: tuple[str, ...]


def seen_aside(sample: Sample) -> Aside:
    """The unpacked file in a folder of its own, with its schema if one lies beside it; and GDAL's options for it.

    What GDAL found out is kept there for the next layer. Raises pyogrio's errors for what it can't open.
    """
    pyogrio.set_gdal_config_options({_AS_FIELDS: "YES" if _INSPIRE_BUILDINGS in sample.head else None})
    path = sample.path.absolute()
    state = path.stat()
    return _set_aside(path, state.st_mtime_ns, state.st_size, is_gzip=sample.is_gzip, is_nas=_NAS in sample.head)


@lru_cache(maxsize=1)  # a process reads one file
def _set_aside(path: Path, _modified: int, _size: int, *, is_gzip: bool, is_nas: bool) -> Aside:
    folder = tempfile.mkdtemp(prefix="res3d-gml-")
    try:
        place = Path(folder) / (path.stem if is_gzip else path.name)
        if is_gzip:
            with open_binary(path) as packed, place.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
        else:
            place.symlink_to(path)
        schema = path.with_suffix(".xsd")
        if schema.exists():
            place.with_suffix(".xsd").symlink_to(schema)
        layers = tuple(str(name) for name in pyogrio.list_layers(place)[:, 0])
        aside = Aside(place, _nas_options(place) if is_nas else {}, layers)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(aside, shutil.rmtree, folder, ignore_errors=True)
    return aside


def _nas_options(place: Path) -> dict[str, str]:
    """A template in which parcels have their area."""
    found = place.with_suffix(".gfs")  # what GDAL found out, written as it listed the layers
    if not found.exists():
        return {}
    text = found.read_text(encoding="utf-8")
    template = place.with_name("template.gfs")
    template.write_text(_LABEL_POINT.sub(_AREA, text), encoding="utf-8")
    return {"GFS_TEMPLATE": str(template)}
