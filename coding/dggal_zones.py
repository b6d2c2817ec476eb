"""Zones of equal-area discrete global grids, judged by the library DGGAL: `isea3h`, `isea7h`, `isea4r`, `rhealpix`.

They name places: never the identity of an entity. The text of a zone is DGGAL's own; any short word may look like one,
so a text has to say which grid it means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Final

import dggal
import polars as pl

from .base import BaseScheme, Given
from .contract import Kind, Labels, ParsedCode, Part, WrongValue

_LONGEST: Final = 40


@dataclass(frozen=True, slots=True)
class ZoneGrid:
    """One grid as DGGAL has it: the name of its class, its finest level, and whether cells nest without overlap."""

    name: str
    finest: int
    is_nested: bool


ZONE_GRIDS: Final[Mapping[str, ZoneGrid]] = {
    "isea3h": ZoneGrid("ISEA3H", 33, is_nested=False),
    "isea7h": ZoneGrid("ISEA7H", 19, is_nested=False),
    "isea4r": ZoneGrid("ISEA4R", 25, is_nested=True),
    "rhealpix": ZoneGrid("rHEALPix", 16, is_nested=True),
}


@cache
def _library() -> object:
    library = dggal.Application(appGlobals={})
    dggal.pydggal_setup(library)
    return library


@cache
def system(scheme: str) -> Any:
    """The grid of a scheme in DGGAL."""
    _library()
    return getattr(dggal, ZONE_GRIDS[scheme].name)()


class _Zone(BaseScheme):
    """What the four grids share: DGGAL reads and writes their zones."""

    __slots__ = ()
    kind: ClassVar[Kind] = Kind.PLACE
    keeps_hyphens: ClassVar[bool] = True

    def compact(self, text: str) -> str:
        plain = BaseScheme.compact(self, text)
        name = self.called or ""
        return plain.removeprefix(name).removeprefix(":") if plain != name else plain

    def read(self, given: Given) -> ParsedCode:
        if not 1 <= len(given.code) <= _LONGEST:
            raise given.wrong_length(f"1 to {_LONGEST} characters", "Copy the text of the zone alone.")
        zones = system(self.id)
        zone = zones.getZoneFromTextID(given.code) if given.code.isascii() else dggal.nullZone
        if zone == dggal.nullZone or str(zones.getZoneTextID(zone)) != given.code:
            hint = "Compare with the original: DGGAL reads no zone in it."
            raise given.error(WrongValue, "is the text of no zone", f"a zone of {ZONE_GRIDS[self.id].name}", hint)
        level = int(zones.getZoneLevel(zone))
        meaning: Labels = {"zh": f"第 {level} 级", "en": f"level {level}"}
        part = Part("zone", given.code, {"zh": "网格", "en": "zone"}, meaning)
        return ParsedCode(self.id, given.code, f"level {level}", (part,))

    def canonical_codes(self, values: pl.Series) -> pl.Series:
        return pl.repeat(None, len(values), dtype=pl.String, eager=True)  # the pattern alone can't tell


class Isea3h(_Zone):
    """Zones of ISEA3H: hexagons of aperture 3 on the icosahedron of Snyder.

    >>> Isea3h().parse("ISEA3H C8-13-C").form
    'level 5'
    """

    __slots__ = ()
    id: ClassVar[str] = "isea3h"
    labels: ClassVar[Labels] = {"zh": "ISEA3H 六边形网格", "en": "ISEA3H zone"}
    called: ClassVar[str | None] = "ISEA3H"

    @property
    def canonical_pattern(self) -> str:
        return "[A-Q][0-9AB]-[0-9A-F]{1,16}-[A-H]"


class Isea7h(_Zone):
    """Zones of ISEA7H: hexagons of aperture 7.

    >>> Isea7h().validate("isea7h i8-17585b-a")
    'I8-17585B-A'
    """

    __slots__ = ()
    id: ClassVar[str] = "isea7h"
    labels: ClassVar[Labels] = {"zh": "ISEA7H 六边形网格", "en": "ISEA7H zone"}
    called: ClassVar[str | None] = "ISEA7H"

    @property
    def canonical_pattern(self) -> str:
        return "[A-T][0-9AB]-[0-9A-F]{1,16}-[A-N]"


class Isea4r(_Zone):
    """Zones of ISEA4R: rhombuses of aperture 4.

    >>> Isea4r().validate("isea4r i8-4336")
    'I8-4336'
    """

    __slots__ = ()
    id: ClassVar[str] = "isea4r"
    labels: ClassVar[Labels] = {"zh": "ISEA4R 菱形网格", "en": "ISEA4R zone"}
    called: ClassVar[str | None] = "ISEA4R"

    @property
    def canonical_pattern(self) -> str:
        return "[A-Z][0-9]-[0-9A-F]{1,16}"


class RHealpix(_Zone):
    """Zones of rHEALPix: squares of aperture 9 on a cube.

    >>> RHealpix().parse("rHEALPix Q20128351").form
    'level 8'
    """

    __slots__ = ()
    id: ClassVar[str] = "rhealpix"
    labels: ClassVar[Labels] = {"zh": "rHEALPix 网格", "en": "rHEALPix zone"}
    called: ClassVar[str | None] = "RHEALPIX"

    @property
    def canonical_pattern(self) -> str:
        return "[N-S][0-8]{0,16}"
