"""The words of CityGML 1.0 to 3.0, IndoorGML and GML: which elements are things, shapes, or words of a thing."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

GML: Final = ("http://www.opengis.net/gml", "http://www.opengis.net/gml/3.2")
HREF: Final = "{http://www.w3.org/1999/xlink}href"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_CITYGML: Final = re.compile(r"^http://www\.(?:opengis\.net|citygml\.org)/citygml(?:/|$)")
_VERSION: Final = re.compile(r"/(\d)[./](\d)(?:/0)?(?:/core)?/?$")
_INDOORGML: Final = "http://www.opengis.net/indoorgml/"
_XAL: Final = re.compile(r"(?i):xal(?::|$)")
_KNOWN_PREFIXES: Final = (  # files may call them otherwise; columns should not depend on it
    (re.compile(r"geospatial\.jp/iur/uro/"), "uro"),
    (re.compile(r"geospatial\.jp/iur/urf/"), "urf"),
)

CITY_OBJECTS: Final = frozenset({
    "Building", "BuildingPart", "BuildingInstallation", "IntBuildingInstallation", "Room", "BuildingFurniture",
    "Storey", "BuildingUnit", "BuildingRoom", "BuildingConstructiveElement", "Door", "Window", "RoofSurface",
    "WallSurface", "GroundSurface", "ClosureSurface", "FloorSurface", "OuterFloorSurface", "CeilingSurface",
    "OuterCeilingSurface", "InteriorWallSurface", "DoorSurface", "WindowSurface", "GenericThematicSurface",
    "Bridge", "BridgePart", "BridgeInstallation", "IntBridgeInstallation", "BridgeRoom", "BridgeFurniture",
    "BridgeConstructionElement", "BridgeConstructiveElement", "Tunnel", "TunnelPart", "TunnelInstallation",
    "IntTunnelInstallation", "HollowSpace", "TunnelFurniture", "TunnelConstructiveElement", "OtherConstruction",
    "TransportationComplex", "Track", "Road", "Railway", "Square", "Waterway", "Section", "Intersection",
    "TrafficArea", "AuxiliaryTrafficArea", "TrafficSpace", "AuxiliaryTrafficSpace", "ClearanceSpace", "Marking",
    "Hole", "HoleSurface", "SolitaryVegetationObject", "PlantCover", "WaterBody", "WaterSurface",
    "WaterGroundSurface", "WaterClosureSurface", "ReliefFeature", "TINRelief", "MassPointRelief",
    "BreaklineRelief", "RasterRelief", "LandUse", "CityFurniture", "CityObjectGroup", "GenericCityObject",
    "GenericOccupiedSpace", "GenericUnoccupiedSpace", "GenericLogicalSpace", "CellSpace", "CellSpaceBoundary",
    "SpaceLayer", "State", "Transition", "InterLayerConnection",
})  # fmt: skip
"""Local names of things that have a row of their own, with or without a gml:id."""
_DATA_TYPES: Final = frozenset({
    "Address", "ExternalReference", "ImplicitGeometry", "CityObjectRelation", "Appearance", "X3DMaterial",
    "ParameterizedTexture", "GeoreferencedTexture", "Transaction", "Height", "Occupancy", "Elevation",
})  # fmt: skip
_LEFT_OUT: Final = frozenset({"Dynamizer", "PointCloud", "Appearance", "Version", "VersionTransition"})
SURFACE_PROPERTIES: Final = frozenset(
    {"boundedBy", "boundary", "opening", "fillingSurface", "filling", "trafficArea", "auxiliaryTrafficArea"}
    | {"partialboundedBy", "cellSpaceBoundaryMember"}
)
"""By which a thing has the surfaces that bound it; their class is the meaning of their polygons."""


class Shape(Enum):
    """What a GML element is as geometry."""

    POLYGON = auto()  # outline and holes
    LINE = auto()  # one list of positions
    POINT = auto()
    COLLECTION = auto()  # members in properties
    ORIENTABLE = auto()  # the same, and may turn them
    UNSUPPORTED = auto()  # arcs, grids and the like


_SHAPES: Final = {
    Shape.POLYGON: "Polygon PolygonPatch Triangle Rectangle",
    Shape.LINE: "LineString LineStringSegment LinearRing",
    Shape.POINT: "Point",
    Shape.COLLECTION: "MultiSurface CompositeSurface Solid CompositeSolid MultiSolid Surface TriangulatedSurface Tin "
    "PolyhedralSurface Shell MultiGeometry GeometricComplex MultiCurve CompositeCurve Curve MultiPoint MultiPolygon "
    "MultiLineString Ring",
    Shape.ORIENTABLE: "OrientableSurface OrientableCurve TexturedSurface",
    Shape.UNSUPPORTED: "Arc ArcString ArcByBulge ArcByCenterPoint Circle CircleByCenterPoint CubicSpline BSpline "
    "Bezier Clothoid GeodesicString Geodesic Sphere Cone Cylinder Grid RectifiedGrid RectifiedGridCoverage",
}
_SHAPE_OF: Final = {name: shape for shape, names in _SHAPES.items() for name in names.split()}
SOLIDS: Final = frozenset({"Solid", "CompositeSolid", "MultiSolid"})


class Role(Enum):
    """What a child element of a thing says."""

    SKIP = auto()  # said elsewhere
    GEOMETRY = auto()  # has a level of detail in its name
    IMPLICIT = auto()  # the same, placed by a matrix
    NOT_SHAPE = auto()  # geometry that is not that of the thing: left out, and counted
    GENERIC = auto()
    OTHER = auto()  # an attribute, other things, or geometry without a level of detail


@dataclass(frozen=True, slots=True)
class Name:
    """A qualified name, looked at once."""

    local: str
    column: str  # local for CityGML and GML, with a prefix for extensions
    namespace: str
    is_gml: bool
    is_city: bool  # of CityGML or IndoorGML
    is_xal: bool
    shape: Shape | None
    role: Role
    lod: str | None
    id_attribute: str


NAMES: Final[dict[str, Name]] = {}
"""All names met so far, by tag: `name_of` without a call, for loops over all elements of a file."""
_MOST_NAMES: Final = 50_000
_LOD: Final = re.compile(r"^lod(\d)(\w*)$")


def name_of(tag: str, prefix: str | None) -> Name:
    """What is known of an element by its name; the prefix is used when the name is met for the first time.

    >>> name_of("{http://www.opengis.net/citygml/building/2.0}lod2Solid", "bldg").lod
    '2'
    >>> name_of("{https://www.geospatial.jp/iur/uro/3.1}buildingID", "ns5").column
    'uro:buildingID'
    """
    found = NAMES.get(tag)
    if found is None:
        if len(NAMES) > _MOST_NAMES:
            NAMES.clear()
        found = NAMES[tag] = _look_at(tag, prefix)
    return found


def _look_at(tag: str, prefix: str | None) -> Name:
    namespace, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    is_gml, is_city = namespace in GML, is_city_namespace(namespace) or namespace.startswith(_INDOORGML)
    shape = _SHAPE_OF.get(local) if is_gml or local == "TexturedSurface" else None
    lod = _LOD.match(local)
    return Name(
        local,
        local if is_gml or is_city else f"{_prefix(namespace, prefix)}:{local}",
        namespace,
        is_gml,
        is_city,
        _XAL.search(namespace) is not None,
        shape,
        _role(local, is_gml=is_gml, lod_rest=lod[2] if lod else None),
        lod[1] if lod else None,
        f"{{{namespace if is_gml else GML[0]}}}id",
    )


def is_city_namespace(namespace: str) -> bool:
    """Whether it is one of CityGML, of any version.

    >>> is_city_namespace("http://www.opengis.net/citygml/building/2.0"), is_city_namespace("http://www.opengis.net/gml")
    (True, False)
    """
    return _CITYGML.match(namespace) is not None


def format_of(namespace: str) -> tuple[str, str | None] | None:
    """The format and version that the namespace of a root element names, None for others.

    >>> format_of("http://www.opengis.net/citygml/2.0")
    ('CityGML', '2.0')
    >>> format_of("http://www.citygml.org/citygml/1/0/0")
    ('CityGML', '1.0')
    >>> format_of("http://www.opengis.net/indoorgml/1.0/core")
    ('IndoorGML', '1.0')
    """
    kind = "CityGML" if is_city_namespace(namespace) else "IndoorGML" if namespace.startswith(_INDOORGML) else None
    version = _VERSION.search(namespace)
    return (kind, f"{version[1]}.{version[2]}" if version else None) if kind else None


def is_thing(name: Name, *, has_id: bool, has_lod: bool) -> bool:
    """Whether an element is a thing with a row of its own rather than a structured value of another."""
    if name.is_gml or name.is_xal or name.shape or name.local in _DATA_TYPES or name.local in _LEFT_OUT:
        return False
    return name.local in CITY_OBJECTS or has_id or has_lod


def is_left_out(name: Name) -> bool:
    """Whether it is something that CityGML knows and that has no counterpart here."""
    return name.is_city and name.local in _LEFT_OUT


def _prefix(namespace: str, prefix: str | None) -> str:
    for pattern, known in _KNOWN_PREFIXES:
        if pattern.search(namespace):
            return known
    return prefix or "ade"


def _role(local: str, *, is_gml: bool, lod_rest: str | None) -> Role:
    if is_gml:
        return Role.SKIP if local in ("boundedBy", "metaDataProperty") else Role.OTHER
    if lod_rest is not None:
        if "TerrainIntersection" in lod_rest:
            return Role.NOT_SHAPE
        return Role.IMPLICIT if "ImplicitRepresentation" in lod_rest else Role.GEOMETRY
    if local in ("extent", "spatialExtent"):
        return Role.NOT_SHAPE
    if local in _GENERIC:
        return Role.GENERIC
    return Role.OTHER


_GENERIC: Final = frozenset(
    {"stringAttribute", "intAttribute", "doubleAttribute", "dateAttribute", "uriAttribute", "measureAttribute"}
    | {"genericAttributeSet", "genericAttribute"}
)
