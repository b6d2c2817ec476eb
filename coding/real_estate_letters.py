"""The letters of GB/T 37346: ownership, kind of parcel, kind of fixture, and which go together."""

from __future__ import annotations

from typing import Final

from .contract import Labels

OWNERSHIPS: Final[dict[str, Labels]] = {
    "G": {"zh": "国家所有", "en": "state ownership"},
    "J": {"zh": "集体所有", "en": "collective ownership"},
    "Z": {"zh": "所有权未确定或有争议", "en": "ownership not determined or in dispute"},
}

USE_RIGHTS: Final[dict[str, Labels]] = {
    "A": {"zh": "集体土地所有权宗地", "en": "collective land ownership parcel"},
    "B": {"zh": "建设用地使用权（地表）", "en": "construction-land use right, on the surface"},
    "S": {"zh": "建设用地使用权（地上）", "en": "construction-land use right, above the surface"},
    "X": {"zh": "建设用地使用权（地下）", "en": "construction-land use right, below the surface"},
    "C": {"zh": "宅基地使用权", "en": "homestead use right"},
    "D": {"zh": "土地承包经营权（耕地）", "en": "contracted-management land: arable"},
    "E": {"zh": "林地承包经营", "en": "contracted-management land: forest"},
    "F": {"zh": "土地承包经营权（草地）", "en": "contracted-management land: grassland"},
    "L": {"zh": "林地使用权（承包经营以外）", "en": "forest-land use right outside contract management"},
    "N": {"zh": "农用地使用权", "en": "agricultural-land use right outside contract management, not forest"},
    "H": {"zh": "海域使用权", "en": "sea-area use right"},
    "G": {"zh": "无居民海岛使用权", "en": "uninhabited-island use right"},
    "W": {"zh": "使用权未确定或有争议", "en": "use right undetermined or in dispute"},
    "Y": {"zh": "其他使用权", "en": "other use right in land, sea or island"},
}
NEW_IN_2019: Final = frozenset("LN")

FIXTURES: Final[dict[str, Labels]] = {
    "F": {"zh": "房屋等建筑物、构筑物", "en": "buildings and structures"},
    "L": {"zh": "森林、林木", "en": "forest, trees"},
    "Q": {"zh": "其他类型定着物", "en": "other kinds of fixture"},
    "W": {"zh": "无定着物", "en": "no fixture: the bare parcel is the unit"},
}

# As seen in the deployed code of one vendor, hence a warning and no error; W (undetermined) is not listed there.
USUAL_FIXTURES: Final[dict[str, str]] = {
    "A": "W",
    "B": "WFQ",
    "S": "WFQ",
    "X": "WFQ",
    "C": "WFQ",
    "D": "W",
    "E": "LQW",
    "F": "W",
    "G": "WFLQ",
    "H": "WFLQ",
    "L": "LQW",
    "N": "W",
    "Y": "W",
}
