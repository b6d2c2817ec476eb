"""Which code lies in which, by the codes alone: cells in cells, units in buildings, parcels, districts and counties."""

from __future__ import annotations

from typing import Final, Literal

from .contract import CodeError
from .divisions import Township
from .grids import grids
from .real_estate import prefixes
from .registry import get_scheme

Relation = Literal["equal", "contains", "within", "apart", "unknown"]
"""How the first code is to the second; `unknown` where their schemes have no common hierarchy."""

_LADDER: Final = ("cn.bdcdyh", "cn.zrzh", "cn.djzq", "cn.djq")
_DIVISIONS: Final = ("cn.xzq", Township.id)


def ancestors(scheme: str, code: str) -> tuple[tuple[str, str], ...]:
    """The codes (scheme, code) that a code lies in by what it says, the nearest first; () without hierarchy.

    Raises CodeError, UnknownScheme.

    >>> ancestors("cn.zrzh", "340123002004GB00011F0001")[:2]
    (('cn.bdcdyh', '340123002004GB00011'), ('cn.djzq', '340123002004'))
    >>> ancestors("cn.xzq", "340123")
    (('cn.xzq', '340100'), ('cn.xzq', '340000'))
    """
    canonical = get_scheme(scheme).validate(code)
    if scheme in grids():
        return tuple((scheme, cell) for cell in _cells_above(scheme, canonical))
    if scheme in _LADDER:
        rungs = [(rung.scheme, rung.code) for rung in reversed(prefixes(canonical)) if rung.scheme is not None]
        return (*rungs, *_divisions_above(canonical[:6]))
    if scheme == Township.id:
        return (("cn.xzq", canonical[:6]), *_divisions_above(canonical[:6]))
    return _divisions_above(canonical) if scheme == "cn.xzq" else ()


def compare(scheme: str, code: str, other_scheme: str, other: str) -> Relation:
    """Whether two codes are equal, or one contains the other, by what they say.

    >>> compare("cn.xzq", "340123", "cn.bdcdyh", "340123002004GB00011")
    'contains'
    >>> compare("h3", "8931aa42853ffff", "h3", "8a31aa42852ffff")
    'contains'
    """
    first = (scheme, get_scheme(scheme).validate(code))
    second = (other_scheme, get_scheme(other_scheme).validate(other))
    if first == second:
        return "equal"
    if first in ancestors(*second):
        return "contains"
    if second in ancestors(*first):
        return "within"
    return "apart" if _share_hierarchy(scheme, other_scheme) else "unknown"


def _cells_above(scheme: str, code: str) -> list[str]:
    grid = grids()[scheme]
    above: list[str] = []
    parent = grid.parent(code)
    while parent is not None:
        above.append(parent)
        parent = grid.parent(parent)
    return above


def _divisions_above(county: str) -> tuple[tuple[str, str], ...]:
    """Prefecture and province of a county, where they are codes of their own."""
    above: list[tuple[str, str]] = []
    for length in (4, 2):
        code = county[:length].ljust(6, "0")
        if code == county or any(code == known for _, known in above):
            continue
        try:
            above.append(("cn.xzq", get_scheme("cn.xzq").validate(code)))
        except CodeError:
            continue
    return tuple(above)


def _share_hierarchy(one: str, other: str) -> bool:
    chinese = (*_LADDER, *_DIVISIONS)
    return (one == other and one in grids()) or (one in chinese and other in chinese)
