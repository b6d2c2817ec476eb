"""City models written by hand, a few things each."""

from pathlib import Path
from typing import Any

import shapely

from ingest.readers import Batch, FileInfo

from .suite import all_batches, read_here

NAMESPACES = (
    'xmlns="http://www.opengis.net/citygml/2.0" xmlns:gml="http://www.opengis.net/gml" '
    'xmlns:bldg="http://www.opengis.net/citygml/building/2.0" xmlns:gen="http://www.opengis.net/citygml/generics/2.0" '
    'xmlns:dem="http://www.opengis.net/citygml/relief/2.0" xmlns:veg="http://www.opengis.net/citygml/vegetation/2.0" '
    'xmlns:app="http://www.opengis.net/citygml/appearance/2.0" xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:uro="https://www.geospatial.jp/iur/uro/3.1" xmlns:xAL="urn:oasis:names:tc:ciq:xsdschema:xAL:2.0"'
)
BOUNDS = '<gml:boundedBy><gml:Envelope srsName="{srs}" srsDimension="3"/></gml:boundedBy>'
SQUARE = "0 0 0 4 0 0 4 4 0 0 4 0 0 0 0"


def city_text(*members: str, srs: str | None = "EPSG:25832") -> str:
    bounds = BOUNDS.format(srs=srs) if srs else ""
    inside = "".join(f"<cityObjectMember>{member}</cityObjectMember>" for member in members)
    return f'<?xml version="1.0" encoding="UTF-8"?><CityModel {NAMESPACES}>{bounds}{inside}</CityModel>'


def city(tmp_path: Path, *members: str, srs: str | None = "EPSG:25832") -> tuple[FileInfo, Batch]:
    path = tmp_path / "town.gml"
    path.write_text(city_text(*members, srs=srs), encoding="utf-8")
    info, batches = read_here("citygml", path)
    return info, all_batches(batches)


def building(inside: str, key: str = "b") -> str:
    return f'<bldg:Building gml:id="{key}">{inside}</bldg:Building>'


def polygon(ring: str = SQUARE, *holes: str, key: str | None = None) -> str:
    inner = "".join(f"<gml:interior>{ring_of(hole)}</gml:interior>" for hole in holes)
    own = f' gml:id="{key}"' if key else ""
    return f"<gml:Polygon{own}><gml:exterior>{ring_of(ring)}</gml:exterior>{inner}</gml:Polygon>"


def ring_of(text: str) -> str:
    return f"<gml:LinearRing><gml:posList>{text}</gml:posList></gml:LinearRing>"


def surfaces(*members: str, kind: str = "MultiSurface") -> str:
    inside = "".join(
        f'<gml:surfaceMember xlink:href="{each}"/>'
        if each[:1] == "#"
        else f"<gml:surfaceMember>{each}</gml:surfaceMember>"
        for each in members
    )
    return f"<gml:{kind}>{inside}</gml:{kind}>"


def lod2(*members: str) -> str:
    return f"<bldg:lod2MultiSurface>{surfaces(*members)}</bldg:lod2MultiSurface>"


def solid(*members: str) -> str:
    shell = surfaces(*members, kind="CompositeSurface")
    return f"<bldg:lod2Solid><gml:Solid><gml:exterior>{shell}</gml:exterior></gml:Solid></bldg:lod2Solid>"


def shapes(batch: Batch) -> list[Any]:
    return list(shapely.from_wkb(batch.geometries["@geometry"].to_list()))


def problems(batch: Batch) -> list[str | None]:
    found: list[str | None] = batch.geometries["@problem"].to_list()
    return found


def solid_of(*shells: str, key: str = "") -> str:
    first, *rest = shells
    inside = "".join(f"<gml:interior>{shell}</gml:interior>" for shell in rest)
    return f"<gml:Solid{key and f' gml:id={key!r}'}><gml:exterior>{first}</gml:exterior>{inside}</gml:Solid>"


def shell_of(count: int, *links: str) -> str:
    return surfaces(*[polygon()] * count, *links, kind="Shell")


def several(kind: str, *solids: str) -> str:
    members = "".join(
        f'<gml:solidMember xlink:href="{each}"/>' if each[:1] == "#" else f"<gml:solidMember>{each}</gml:solidMember>"
        for each in solids
    )
    return f"<gml:{kind}>{members}</gml:{kind}>"


def tree(key: str, geometry: str, point: str = "100 200 10", matrix: str = "2 0 0 1 0 2 0 0 0 0 2 0 0 0 0 1") -> str:
    return (
        f'<veg:SolitaryVegetationObject gml:id="{key}"><veg:lod2ImplicitRepresentation><ImplicitGeometry>'
        f"<transformationMatrix>{matrix}</transformationMatrix>{geometry}<referencePoint><gml:Point><gml:pos>{point}"
        "</gml:pos></gml:Point></referencePoint></ImplicitGeometry></veg:lod2ImplicitRepresentation>"
        "</veg:SolitaryVegetationObject>"
    )
