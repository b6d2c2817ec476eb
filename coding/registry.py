"""The schemes that there are: ours by name, those of others by entry point."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Final

from .alkis import Flurstueck
from .bag import BagIdentification
from .beidou.scheme import BeidouGrid
from .beidou.solid import BeidouSolid
from .cadastre import BuildingKey, CadastralDistrict, CadastralSubDistrict, Division
from .contract import Scheme, UnknownScheme
from .dggal_zones import Isea3h, Isea4r, Isea7h, RHealpix
from .divisions import Township
from .documents import GmlId, InspireId
from .egrid import Egrid
from .entity_class import EntityClass
from .entity_id import EntityId
from .feature_code import FeatureCode
from .geosot import GeoSot
from .ifc import IfcGlobalId
from .ma_code import MaCode
from .organisation import FrenchParcel, SocialCreditCode
from .real_estate import RealEstateUnit
from .register_numbers import Egid, Uprn
from .spanish_cadastre import SpanishCadastralReference
from .spatial_identity import PlaneLocation, SolidLocation, SpatialIdentity
from .world_cells import Geohash, H3Cell, PlusCode, S2Token

ENTRY_POINT_GROUP: Final = "res3d.schemes"

_OURS: Final[tuple[Scheme, ...]] = (
    EntityId(),
    BagIdentification(),
    RealEstateUnit(),
    BuildingKey(),
    CadastralSubDistrict(),
    CadastralDistrict(),
    Division(),
    EntityClass(),
    FeatureCode(),
    BeidouGrid(),
    BeidouSolid(),
    Flurstueck(),
    SpanishCadastralReference(),
    Egrid(),
    IfcGlobalId(),
    SpatialIdentity(),
    PlaneLocation(),
    SolidLocation(),
    Township(),
    GeoSot(),
    H3Cell(),
    PlusCode(),
    S2Token(),
    Geohash(),
    Isea3h(),
    Isea7h(),
    Isea4r(),
    RHealpix(),
    SocialCreditCode(),
    MaCode(),
    FrenchParcel(),
    InspireId(),
    GmlId(),
    Egid(),
    Uprn(),
)


@cache
def schemes() -> Mapping[str, Scheme]:
    """All schemes by id. A broken plug-in only causes a `RuntimeWarning` that names it.

    >>> "nl.bag" in schemes()
    True
    """
    found = {scheme.id: scheme for scheme in _OURS}
    for entry_point in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: (entry.name, entry.value)):
        plug_in = _load(entry_point, taken=found)
        if plug_in is not None:
            found[plug_in.id] = plug_in
    return MappingProxyType(found)


def get_scheme(scheme_id: str) -> Scheme:
    """The scheme with this id, or `UnknownScheme`, which lists the known ones.

    >>> get_scheme("nl.bag").kind.value
    'thing'
    """
    known = schemes()
    if scheme_id not in known:
        raise UnknownScheme(
            f"no code scheme {scheme_id!r}; known are {', '.join(sorted(known))}. "
            f"A plug-in offers its scheme under the entry point group {ENTRY_POINT_GROUP}."
        )
    return known[scheme_id]


def _load(entry_point: EntryPoint, taken: Mapping[str, Scheme]) -> Scheme | None:
    try:
        plug_in: object = entry_point.load()
        problem = _problem(plug_in, entry_point.name, taken)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code may fail in any way
        plug_in, problem = None, f"{type(error).__name__}: {error}"
    if problem is None and isinstance(plug_in, Scheme):
        return plug_in
    warnings.warn(
        f"the code scheme plug-in {entry_point.name!r} ({entry_point.value}) was left out: {problem}. "
        "Update or uninstall the package that brings it.",
        RuntimeWarning,
        stacklevel=2,
    )
    return None


def _problem(plug_in: object, name: str, taken: Mapping[str, Scheme]) -> str | None:
    """Why this object cannot serve as the scheme `name`, or None."""
    if not isinstance(plug_in, Scheme) or isinstance(plug_in, type):
        return f"it is a {type(plug_in).__name__} and not an object with all members of coding.Scheme"
    if plug_in.id != name:
        return f"its scheme calls itself {plug_in.id!r}"
    if name in taken:
        return "that scheme id is taken already"
    if not {"zh", "en"} <= set(plug_in.labels):
        return "its labels lack zh or en"
    re.compile(plug_in.canonical_pattern)
    return None
