"""The coverages that a ledger has records of, and where their files are."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import shapely
from pyproj import CRS
from sqlalchemy import and_, select

from kg.ledger import Snapshot, in_force
from kg.ledger import tables as t
from ontology import Schema

from ..datum import METRES_PER_DEGREE, horizontal_crs
from ..readers.coverage import height_reference, height_unit, horizontal_unit
from ..readers.crs import metres_per_unit

_CLOUD, _RASTER = "PointCloud", "ElevationRaster"


class TerrainError(ValueError):
    """Heights can't be given: no coverage, or its file is not where it was."""


@dataclass(frozen=True, slots=True)
class TerrainCoverage:
    """A file with heights, by its record: where it lies, its reference system and the outline of its data.

    ``spacing`` is the distance of its cells or points in metres, as a measure of how fine it is;
    ``metres`` is what one unit of its heights has.
    """

    source: str
    key: str
    is_cloud: bool
    path: str | None
    size: int
    crs: str
    height_reference: str | None
    metres: float
    spacing: float
    outline: shapely.Geometry

    @property
    def name(self) -> str:
        """Source and key: ``terrain/dem.tif``."""
        return f"{self.source}/{self.key}"

    def file(self) -> Path:
        """The file, if it is still there and as long as it was. Raises TerrainError with what to do."""
        again = f"ingest it again from where it is now: res3d ingest FILE --source {self.source}"
        if self.path is None:
            raise TerrainError(f"{self.name} came out of an archive: unpack that, then {again}")
        path = Path(self.path)
        if not path.is_file():
            raise TerrainError(f"{self.name} lay at {path}, and is not there: put it back, or {again}")
        if path.stat().st_size != self.size:
            raise TerrainError(
                f"{path} has changed since it was ingested ({path.stat().st_size:,} bytes, then {self.size:,}): {again}"
            )
        return path


def coverages_in(snapshot: Snapshot, schema: Schema) -> tuple[TerrainCoverage, ...]:
    """All coverages with an outline, the finest first."""
    names = {
        name: root
        for root in (_CLOUD, _RASTER)
        if root in schema.classes
        for name, class_ in schema.classes.items()
        if root in (name, *class_.ancestors)
    }
    r, g = t.record, t.geometry
    query = (
        select(r.c.source, r.c.key, r.c["class"], r.c.attributes, g.c.original_crs, g.c.original, g.c.geometry)
        .join(g, and_(g.c.source == r.c.source, g.c.key == r.c.key))
        .where(in_force(r), in_force(g), r.c["class"].in_(list(names)))
        .order_by(r.c.source, r.c.key)
    )
    found = []
    for row in snapshot.read(query).iter_rows(named=True):
        said = json.loads(row["attributes"])
        outline = shapely.from_wkb(row["original"] or row["geometry"])
        is_cloud = names[row["class"]] == _CLOUD
        spacing = float(_one(said.get("cellSize")) or 0.0)
        if is_cloud:
            spacing = float(shapely.area(outline) / max(1, int(_one(said.get("pointCount")) or 1))) ** 0.5
        path = _one(said.get("filePath"))
        reference, metres = _of_heights(said, row["original_crs"])
        found.append(
            TerrainCoverage(
                source=row["source"],
                key=row["key"],
                is_cloud=is_cloud,
                path=None if path is None else str(path),
                size=int(_one(said.get("fileSize")) or 0),
                crs=row["original_crs"],
                height_reference=reference,
                metres=metres,
                spacing=spacing * plane_unit(row["original_crs"]),
                outline=outline,
            )
        )
    return tuple(sorted(found, key=lambda each: (each.spacing, each.name)))


def _of_heights(said: dict[str, object], crs: str) -> tuple[str | None, float]:
    """(vertical reference, metres in a unit) of the heights: the file's own, else those of the CRS it was read as."""
    reference, metres = _one(said.get("heightReference")), _one(said.get("metresPerHeightUnit"))
    read_as = CRS.from_user_input(crs)
    if metres is None:
        unit = height_unit(read_as) or horizontal_unit(read_as) or ("metre", 1.0)
        metres = unit[1]
    if reference is None:
        reference = height_reference(read_as)
    return None if reference is None else str(reference), float(metres)


@lru_cache(maxsize=64)
def plane_unit(name: str) -> float:
    """Metres in one unit of a CRS's plane; for degrees those of latitude, which is enough to say how far is too far.

    >>> plane_unit("EPSG:28992"), round(plane_unit("EPSG:4490"))
    (1.0, 111195)
    """
    crs: CRS = horizontal_crs(name)
    if crs.is_geographic:
        return METRES_PER_DEGREE
    return metres_per_unit(crs)


def _one(value: object) -> str | int | float | None:
    """The value of an attribute that may be kept as a list."""
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, str | int | float) else None
