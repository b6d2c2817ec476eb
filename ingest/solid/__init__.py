"""Surfaces and solids in space held against ISO 19107; errors by the codes of val3dity."""

from .check import check_bodies, check_geometries, soup_of
from .codes import Code, Tolerances
from .settings import Action, Check3D, parse_check_3d
from .soup import Body, Kind

__all__ = [
    "Action",
    "Body",
    "Check3D",
    "Code",
    "Kind",
    "Tolerances",
    "check_bodies",
    "check_geometries",
    "parse_check_3d",
    "soup_of",
]
