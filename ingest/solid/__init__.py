"""Surfaces and solids in space held against ISO 19107; errors by the codes of val3dity."""

from .check import check_bodies, check_geometries
from .codes import Code, Tolerances
from .soup import Body, Kind

__all__ = ["Body", "Code", "Kind", "Tolerances", "check_bodies", "check_geometries"]
