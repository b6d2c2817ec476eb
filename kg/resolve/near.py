"""Near misses: registered codes close to one that nobody bears."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from typing import Final

from coding import CodeError
from coding.entity_id import EntityId
from coding.real_estate import prefixes
from coding.repair import Known, slips

from . import statements as s
from .moment import Moment

AT_MOST: Final = 10
_SHORTEST = 6
_NEIGHBOURS: Final = 3

Found = tuple[str, str, str]
"""scheme, code, entity"""


def containing(moment: Moment, text: str) -> list[Found]:
    """Registered codes of what a real-estate code lies in by its own segments, the nearest first."""
    with suppress(CodeError):
        rungs = [rung for rung in reversed(prefixes(text)) if rung.scheme is not None]
        found = _bearers(moment, [rung.code for rung in rungs])
        by_code = {(scheme, code): entity for scheme, code, entity in reversed(found)}
        known = ((rung.scheme or "", rung.code) for rung in rungs)
        return [(*name, by_code[name]) for name in known if name in by_code]
    return []


def similar(moment: Moment, text: str, readings: Sequence[tuple[str, str]]) -> list[Found]:
    """Registered codes that one slip makes of the text, the most usual slip first, then those next to its readings.

    readings: (scheme, code) of each way to read the text.
    """
    slipped = slips(text)
    found = _bearers(moment, slipped) + _entities(moment, slipped)
    found.sort(key=lambda each: (slipped[each[1]][0], each))
    for scheme, code in readings:
        found += _beside(moment, scheme, code)
    return list(dict.fromkeys(found))[:AT_MOST]


def registered(moment: Moment) -> Known:
    """Tells of codes which of them are registered."""

    def known(scheme: str, codes: Collection[str]) -> Collection[str]:
        found = _entities(moment, codes) if scheme == EntityId.id else _bearers(moment, codes)
        return {code for own, code, _ in found if own == scheme}

    return known


def _bearers(moment: Moment, codes: Iterable[str]) -> list[Found]:
    rows = moment.rows(s.BEARERS_OF_VALUES, values=list(codes))
    return [(scheme, value, entity) for scheme, value, entity in rows]


def _entities(moment: Moment, ids: Iterable[str]) -> list[Found]:
    rows = moment.rows(s.ENTITIES, ids=list(ids)).mappings()
    return [(EntityId.id, row["id"], row["id"]) for row in rows]


def _beside(moment: Moment, scheme: str, code: str) -> list[Found]:
    """Codes of the same scheme that share all but the last characters."""
    start = code[: -max(2, len(code) // 6)]
    if len(start) < _SHORTEST:
        return []
    limits = {"scheme": scheme, "first": start, "last": start + "\uffff", "at_most": _NEIGHBOURS}
    return [(scheme, value, entity) for scheme, value, entity in moment.rows(s.CODES_BETWEEN, **limits)]
